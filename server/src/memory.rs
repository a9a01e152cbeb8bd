//! How the server asks for memory.

/// The size in bytes from which blocks are mapped one by one, and given back to the system when they are freed.
const THRESHOLD: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "131072");

/// Starts the program anew, in the same process, with a fixed [`THRESHOLD`]. By itself glibc raises it after the first large block that
/// is freed, such as the hash of a password, and keeps later ones in the heap of each thread (docs/adr/0011-memory.md). It reads it only
/// when a program starts. Whoever sets it keeps what they set; where it cannot be done, the server takes more memory and runs.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_large_blocks() {
    use std::os::unix::process::CommandExt;
    use std::{env, process};

    let (name, value) = THRESHOLD;
    if env::var_os(name).is_some() {
        return;
    }
    let (Ok(program), mut args) = (env::current_exe(), env::args_os()) else { return };
    let called = args.next().unwrap_or_else(|| program.clone().into());
    let error = process::Command::new(program).arg0(called).args(args).env(name, value).exec();
    tracing::debug!(%error, "memory is given back later");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_large_blocks() {}
