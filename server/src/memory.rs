//! How the server asks for memory.

/// Blocks from this size in bytes are mapped one by one, and given back to the system when they are freed; all threads share two heaps,
/// so that what one has freed another takes.
const SETTINGS: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_ARENA_MAX", "2")];

/// Starts the program anew, in the same process, with [`SETTINGS`]. By itself glibc raises the threshold after the first large block that
/// is freed, such as the hash of a password, and keeps later ones in the heap of each thread (docs/adr/0011-memory.md). It reads them only
/// when a program starts. Whoever sets one keeps what they set; where it cannot be done, the server takes more memory and runs.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_large_blocks() {
    use std::os::unix::process::CommandExt;
    use std::{env, process};

    let missing: Vec<_> = SETTINGS.into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect();
    if missing.is_empty() {
        return;
    }
    let (Ok(program), mut args) = (env::current_exe(), env::args_os()) else { return };
    let called = args.next().unwrap_or_else(|| program.clone().into());
    let error = process::Command::new(program).arg0(called).args(args).envs(missing).exec();
    tracing::debug!(%error, "memory is given back later");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_large_blocks() {}
