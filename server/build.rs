//! Lays the built client where the server's source can embed it: `include_dir!("$OUT_DIR/client")`.
//!
//! The client is the folder that `TRIBUTARY_DIST` names, or else `dist/` at the workspace's root. Without a client
//! the embedded folder is empty, so that checks and tests of the server need no client build.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=TRIBUTARY_DIST");
    let source = match env::var_os("TRIBUTARY_DIST") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(required("CARGO_MANIFEST_DIR")?).join("../dist"),
    };
    // A missing path counts as changed, so the first client build is noticed too.
    println!("cargo:rerun-if-changed={}", source.display());

    let target = PathBuf::from(required("OUT_DIR")?).join("client");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    if source.is_dir() {
        copy_folder(&source, &target)?;
    }
    Ok(())
}

fn required(name: &str) -> io::Result<std::ffi::OsString> {
    env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo did not set {name}")))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
