//! Log lines, on stderr. `TRIBUTARY_LOG` chooses what is logged, in the syntax of tracing's filters.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

const DEFAULT: &str = "warn,server=info,data=info,app=info";

pub fn start() {
    let filter = EnvFilter::try_from_env("TRIBUTARY_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // Said on stderr too, in a way that panics where it is on the same full disk as all else.
        .log_internal_errors(false);
    // Tests of one process start it more than once.
    let _ = lines.try_init();
}
