//! What commands say: results to stdout, messages to stderr, and how they end.

use std::io::Write;
use std::process::ExitCode;

/// Why a command ended without success.
pub enum Failure {
    /// Said on stderr already, or with this message.
    Refused(Option<String>),
    /// Whoever read the output has gone.
    OutputClosed,
}

impl From<data::Error> for Failure {
    fn from(error: data::Error) -> Failure {
        match error {
            data::Error::Io(error) => error.into(),
            data::Error::Invalid(fields) => Failure::Refused(Some(
                fields
                    .iter()
                    .map(|(field, message)| if field.is_empty() { message.clone() } else { format!("{field}: {message}") })
                    .collect::<Vec<_>>()
                    .join("\n"),
            )),
            error => Failure::Refused(Some(error.to_string())),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure::OutputClosed;
        }
        Failure::Refused(Some(error.to_string()))
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Refused(Some(message))
    }
}

pub type Outcome<T = ()> = Result<T, Failure>;

pub fn report(failure: Failure) -> ExitCode {
    match failure {
        Failure::Refused(Some(message)) => {
            // Nothing is left to say it to when stderr is closed.
            let _ = writeln!(std::io::stderr(), "tributary: {message}");
            ExitCode::from(1)
        }
        Failure::Refused(None) => ExitCode::from(1),
        // As other tools do: the reader had enough.
        Failure::OutputClosed => ExitCode::SUCCESS,
    }
}

/// Writes a result to stdout.
pub fn say(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// Writes a message to stderr.
pub fn note(text: &str) {
    // A closed stderr is no reason to stop working.
    let _ = writeln!(std::io::stderr(), "{text}");
}
