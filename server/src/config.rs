//! What `serve` is told by its operator, checked once at the start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

const CONNECTIONS_PER_ADDRESS: usize = 1_000;

#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "TRIBUTARY_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:3000", value_parser = parse_listen)]
    pub listen: SocketAddr,

    /// The address people use, where it is another one, like https://partners.example.com
    #[arg(long, env = "TRIBUTARY_PUBLIC_URL", value_name = "URL", value_parser = parse_origin)]
    pub public_url: Option<String>,

    /// Take the visitor's address from X-Forwarded-For, the N-th from the right: only behind N proxies that set it
    #[arg(long, env = "TRIBUTARY_BEHIND_PROXY", value_name = "N", num_args = 0..=1, default_missing_value = "1", default_value = "0",
        hide_default_value = true, value_parser = parse_proxies)]
    pub behind_proxy: usize,

    /// Connections from one address at most, 0 for any number; without effect behind a proxy
    #[arg(long, env = "TRIBUTARY_CONNECTIONS_PER_ADDRESS", value_name = "N", default_value_t = CONNECTIONS_PER_ADDRESS)]
    pub connections_per_address: usize,

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

    /// How many connections one address may have, where it is the visitor's own.
    pub fn per_address(&self) -> Option<usize> {
        Some(self.connections_per_address).filter(|most| *most > 0 && self.behind_proxy == 0)
    }

    /// The settings of a server for tests: everything as by default, and its files in a folder of the test.
    pub fn for_tests(folder: &Path) -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            behind_proxy: 0,
            connections_per_address: CONNECTIONS_PER_ADDRESS,
            mail_dir: folder.join("mail"),
            spool_dir: Some(folder.join("spool")),
        }
    }
}

/// "true" and "false" are what the setting was before it counted.
fn parse_proxies(text: &str) -> Result<usize, String> {
    match text {
        "true" | "yes" => Ok(1),
        "" | "false" | "no" => Ok(0),
        number => number.parse().ok().filter(|count| *count <= 10).ok_or_else(|| "is not a number of proxies from 0 to 10".to_owned()),
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
    fn proxies_are_counted() {
        #[derive(clap::Parser)]
        struct Serve {
            #[command(flatten)]
            config: Config,
        }
        let read = |arguments: &[&str]| {
            let config = <Serve as clap::Parser>::try_parse_from([&["serve"][..], arguments].concat()).map(|serve| serve.config);
            config.map(|config| (config.behind_proxy, config.per_address())).map_err(|error| error.kind())
        };
        assert_eq!(read(&[]), Ok((0, Some(1_000))));
        assert_eq!(read(&["--connections-per-address", "0"]), Ok((0, None)));
        assert_eq!(read(&["--behind-proxy"]), Ok((1, None)));
        assert_eq!(read(&["--behind-proxy", "--listen", "127.0.0.1:0"]), Ok((1, None)));
        assert_eq!(read(&["--behind-proxy", "2"]), Ok((2, None)));
        assert_eq!(read(&["--behind-proxy=true"]), Ok((1, None)));
        assert!(read(&["--behind-proxy", "many"]).is_err());
    }

    #[test]
    fn listens_on_names_and_numbers() {
        assert_eq!(parse_listen("localhost:80"), parse_listen("127.0.0.1:80"));
        assert!(parse_listen("3000").is_err());
    }
}
