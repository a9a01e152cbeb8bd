//! The built server as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Ended with the test, also where that fails.
pub struct Serving {
    pub process: Child,
    pub address: String,
    /// Kept open: the server may say more.
    _said: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts the command, and waits until it says where it listens.
    pub fn start(command: &mut Command) -> Serving {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        Serving { process, address, _said: said }
    }

    pub fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
