//! The client that the binary carries: what Trunk built, with compressed copies where the build made them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use include_dir::{Dir, include_dir};

static CLIENT: Dir<'static> = include_dir!("$OUT_DIR/client");

/// Names under /pkg carry a hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, max-age=300, must-revalidate");

/// The style sheet's address, for pages that the server writes itself.
pub static STYLE_SHEET: LazyLock<String> = LazyLock::new(|| Assets::embedded().client().css);

#[derive(Clone, Debug)]
pub struct Assets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: BTreeMap<String, Asset>,
}

#[derive(Debug)]
struct Asset {
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
    etag: HeaderValue,
}

impl Assets {
    pub fn embedded() -> Assets {
        let mut all = BTreeMap::new();
        collect(&CLIENT, &mut all);
        let files = all
            .iter()
            .filter(|(path, _)| !path.ends_with(".br") && !path.ends_with(".gz"))
            .map(|(path, content)| {
                let asset = Asset {
                    plain: content,
                    brotli: all.get(&format!("{path}.br")).copied(),
                    gzip: all.get(&format!("{path}.gz")).copied(),
                    // Names under /pkg tell versions apart already, and what nobody reads takes no memory.
                    etag: etag(if path.starts_with("pkg/") { path.as_bytes() } else { content }),
                };
                (path.clone(), asset)
            })
            .collect();
        Assets(Arc::new(Inner { files }))
    }

    /// What pages load. Without a client in the binary the names lead nowhere, and pages come without styles.
    pub fn client(&self) -> app::shell::Assets {
        let named = |begins: &str, ends: &str| {
            let found = self
                .0
                .files
                .keys()
                .find(|path| path.strip_prefix("pkg/").is_some_and(|name| name.starts_with(begins) && name.ends_with(ends)));
            found.map_or_else(|| format!("/pkg/{begins}{ends}"), |path| format!("/{path}"))
        };
        let client = |name: &str| app::shell::Client { js: named(name, ".js"), wasm: named(name, "_bg.wasm") };
        app::shell::Assets { company: client("company"), partner: client("partner"), css: named("app", ".css") }
    }

    /// The files' addresses.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.0.files.keys().map(|path| format!("/{path}"))
    }

    pub fn is_empty(&self) -> bool {
        self.0.files.is_empty()
    }

    /// The answer to a request for a file, if there is one of this path.
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
        let path = path.strip_prefix('/')?;
        let asset = self.0.files.get(path)?;
        let mut response = Response::new(Body::empty());
        let answer = response.headers_mut();
        answer.insert(ETAG, asset.etag.clone());
        answer.insert(CACHE_CONTROL, if path.starts_with("pkg/") { FOREVER } else { REVALIDATE });
        answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if headers.get(IF_NONE_MATCH).is_some_and(|known| known == asset.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Some(response);
        }
        answer.insert(CONTENT_TYPE, content_type(path));
        let (content, encoding) = asset.choose(headers);
        if let Some(encoding) = encoding {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = Body::from(content);
        Some(response)
    }
}

impl Asset {
    fn choose(&self, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
        if let Some(brotli) = self.brotli.filter(|_| accepts(headers, "br")) {
            return (brotli, Some("br"));
        }
        if let Some(gzip) = self.gzip.filter(|_| accepts(headers, "gzip")) {
            return (gzip, Some("gzip"));
        }
        (self.plain, None)
    }
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    })
}

fn collect(folder: &Dir<'static>, into: &mut BTreeMap<String, &'static [u8]>) {
    for file in folder.files() {
        if let Some(path) = file.path().to_str() {
            into.insert(path.to_owned(), file.contents());
        }
    }
    for inner in folder.dirs() {
        collect(inner, into);
    }
}

/// FNV-1a over length and content: tells versions of one file apart, nothing more.
fn etag(content: &[u8]) -> HeaderValue {
    let hash = content.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    HeaderValue::try_from(format!("\"{:x}-{hash:x}\"", content.len())).unwrap_or(HeaderValue::from_static("\"0\""))
}

fn content_type(path: &str) -> HeaderValue {
    let extension = path.rsplit('.').next().unwrap_or_default();
    HeaderValue::from_static(match extension {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_chosen_by_what_the_browser_takes() {
        let asset = Asset { plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz"), etag: etag(b"plain") };
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert_eq!(asset.choose(&with("gzip, deflate, br, zstd")).1, Some("br"));
        assert_eq!(asset.choose(&with("gzip;q=1.0")).1, Some("gzip"));
        assert_eq!(asset.choose(&with("br;q=0, gzip")).1, Some("gzip"));
        assert_eq!(asset.choose(&HeaderMap::new()).1, None);
    }

    #[test]
    fn versions_have_different_tags() {
        assert_ne!(etag(b"one"), etag(b"two"));
        assert_eq!(etag(b"one"), etag(b"one"));
    }
}
