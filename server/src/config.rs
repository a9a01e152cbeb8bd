//! What `serve` is told by its operator, checked once at the start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "TRIBUTARY_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:3000", value_parser = parse_listen)]
    pub listen: SocketAddr,

    /// The address people use, where it is another one, like https://partners.example.com
    #[arg(long, env = "TRIBUTARY_PUBLIC_URL", value_name = "URL", value_parser = parse_origin)]
    pub public_url: Option<String>,

    /// Take the visitor's address from X-Forwarded-For: only behind a proxy that sets it
    #[arg(long, env = "TRIBUTARY_BEHIND_PROXY")]
    pub behind_proxy: bool,

    /// Folder for outgoing mail, one .eml file per message
    #[arg(long, env = "TRIBUTARY_MAIL_DIR", value_name = "FOLDER", default_value = "var/mail")]
    pub mail_dir: PathBuf,

    /// Folder for uploaded files until they are imported (default: `spool` beside the SQLite file, or `var/spool`)
    #[arg(long, env = "TRIBUTARY_SPOOL_DIR", value_name = "FOLDER")]
    pub spool_dir: Option<PathBuf>,
}

impl Config {
    /// Where uploaded files wait for a server of this database.
    pub fn spool_dir(&self, database: &str) -> PathBuf {
        let beside = || database.strip_prefix("sqlite:").map(|path| Path::new(path.trim_start_matches("//")).with_file_name("spool"));
        self.spool_dir.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("var/spool"))
    }

    /// Whether browsers reach us over TLS, so that cookies may insist on it.
    pub fn https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The settings of a server for tests: everything as by default, and its files in a folder of the test.
    pub fn for_tests(folder: &Path) -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            behind_proxy: false,
            mail_dir: folder.join("mail"),
            spool_dir: Some(folder.join("spool")),
        }
    }
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let resolved = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    resolved.parse().map_err(|_| "is not an address and port like 127.0.0.1:3000".to_owned())
}

/// Scheme and host, and a port if there is one, without a path.
fn parse_origin(text: &str) -> Result<String, String> {
    let wrong = || "is not an address like https://partners.example.com".to_owned();
    let origin = text.trim_end_matches('/');
    let uri: http::Uri = origin.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.authority(), uri.path()) {
        (Some("http" | "https"), Some(_), "" | "/") => Ok(origin.to_lowercase()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_a_scheme_and_no_path() {
        assert_eq!(parse_origin("https://Example.com/"), Ok("https://example.com".to_owned()));
        assert_eq!(parse_origin("http://localhost:3000"), Ok("http://localhost:3000".to_owned()));
        for wrong in ["example.com", "ftp://example.com", "https://example.com/path", ""] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn uploads_wait_beside_the_database() {
        let config = |spool_dir| Config { spool_dir, ..Config::for_tests(Path::new("/tmp")) };
        assert_eq!(config(None).spool_dir("sqlite://var/tributary.db"), Path::new("var/spool"));
        assert_eq!(config(None).spool_dir("sqlite:///srv/books.db?mode=rwc"), Path::new("/srv/spool"));
        assert_eq!(config(None).spool_dir("postgres://localhost/tributary"), Path::new("var/spool"));
        assert_eq!(config(Some("/srv/in".into())).spool_dir("sqlite://var/tributary.db"), Path::new("/srv/in"));
    }

    #[test]
    fn listens_on_names_and_numbers() {
        assert_eq!(parse_listen("localhost:80"), parse_listen("127.0.0.1:80"));
        assert!(parse_listen("3000").is_err());
    }
}
