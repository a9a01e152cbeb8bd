//! How the browser reads: what is asked and answered travels packed, values without the names of their fields. Code that looks for names
//! was the larger part of the client. Whoever else calls a read function sends a form or JSON and gets JSON.

use std::fmt::{self, Display, Formatter, Write};
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use leptos::prelude::document;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{FromReq, IntoRes, Json, PostUrl};
use leptos::server_fn::request::Req;
use leptos::server_fn::response::TryRes;
use leptos::server_fn::server::Server;
use leptos::server_fn::{Protocol, ServerFn};
use leptos::web_sys;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use siphasher::sip128::SipHasher24;

use crate::error::{AppError, Result, unreadable};

/// The content type of [`Packed`].
pub const PACKED: &str = "text/x-packed";
/// Names the client's build. Without names of fields, only a client and a server of one build understand each other.
pub const BUILD_HEADER: &str = "x-build";
/// The attribute of `<html>` that holds it.
pub const BUILD_ATTRIBUTE: &str = "data-build";

/// A value as bytes; as text, every byte is one printable character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Arc<[u8]>);

pub type Asking = Pin<Box<dyn Future<Output = Packed> + Send>>;

impl Packed {
    pub fn of<T: Serialize>(value: &T) -> Packed {
        // What cannot be packed is answered by [`Packed::open`]; no type on the wire is of that kind.
        Packed(postcard::to_allocvec(value).unwrap_or_default().into())
    }

    pub fn open<T: DeserializeOwned>(&self) -> Result<T> {
        postcard::from_bytes(&self.0).map_err(|_| unreadable())
    }

    /// With a sum of its bytes behind them.
    pub(crate) fn answering<T: Serialize>(answer: &Result<T>) -> Packed {
        let Packed(bytes) = Packed::of(answer);
        Packed(bytes.iter().copied().chain(sum(&bytes)).collect())
    }

    /// An answer without its sum, if it arrived as it was sent.
    fn whole(&self) -> Result<&[u8]> {
        match self.0.split_last_chunk() {
            Some((bytes, sent)) if !bytes.is_empty() && *sent == sum(bytes) => Ok(bytes),
            _ => Err(unreadable()),
        }
    }

    /// What a read function answered.
    pub fn answer<T: DeserializeOwned>(&self) -> Result<T> {
        read::<Result<T>>(self.whole()?)?
    }

    fn refusal(error: AppError) -> Packed {
        Packed::answering(&Result::<()>::Err(error))
    }
}

/// Against what gets lost or mixed up on the way.
fn sum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = SipHasher24::new().hash(bytes).as_bytes();
    [a, b, c, d]
}

/// What a client is answered comes from its own server; a sum was compared, so that reading it can't fail.
#[cfg(not(feature = "ssr"))]
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    Ok(crate::reader::read(bytes))
}

#[cfg(feature = "ssr")]
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|_| unreadable())
}

/// Where the other bytes lie, out of the way of control characters.
const SHIFTED: u32 = 0x100;

impl Display for Packed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().copied() {
            // In a page, the framework writes "<" in a way that only readers of JSON undo.
            let plain = (byte.is_ascii_graphic() && byte != b'<') || byte == b' ';
            f.write_char(if plain { char::from(byte) } else { char::from_u32(SHIFTED + u32::from(byte)).unwrap_or_default() })?;
        }
        Ok(())
    }
}

impl FromStr for Packed {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Packed> {
        let byte = |letter: char| u8::try_from(u32::from(letter) & !SHIFTED).map_err(|_| unreadable());
        text.chars().map(byte).collect::<Result<Vec<u8>>>().map(|bytes| Packed(bytes.into()))
    }
}

/// The protocol of server functions that only read.
pub struct Reading;

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for Reading
where
    I: Serialize + DeserializeOwned + Send,
    O: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
    S::Request: Req<AppError> + Send + 'static,
    S::Response: TryRes<AppError> + Send,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O>> + Send,
    {
        let kind = request.to_content_type().unwrap_or_default().into_owned();
        if kind == PACKED {
            let asked: Packed = request.try_into_string().await?.parse()?;
            let answer: Result<O> = Ok(server_fn(without_nul(asked.open()?)?).await?);
            return S::Response::try_from_string(PACKED, Packed::answering(&answer).to_string());
        }
        let input = match kind.starts_with("application/json") {
            true => <I as FromReq<Json, S::Request, AppError>>::from_req(request).await?,
            false => <I as FromReq<PostUrl, S::Request, AppError>>::from_req(request).await?,
        };
        <O as IntoRes<Json, S::Response, AppError>>::into_res(server_fn(without_nul(input)?).await?).await
    }

    async fn run_client(path: &str, input: I) -> Result<O> {
        ask(path, &Packed::of(&input)).await.answer()
    }
}

/// A question without a NUL in any of its texts: PostgreSQL takes none.
fn without_nul<I: Serialize>(input: I) -> Result<I> {
    let text = serde_json::to_string(&input).map_err(|_| unreadable())?;
    // The backslash of an escape follows an even number of them.
    let escapes = text.match_indices("\\u0000").any(|(at, _)| {
        let before = text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        before % 2 == 0
    });
    if escapes { Err(unreadable()) } else { Ok(input) }
}

/// What a read function answers to a packed question: in the server by running it, in the browser by asking the server.
#[cfg(feature = "ssr")]
pub fn fetch<F>(asked: Packed) -> Asking
where
    F: ServerFn<Error = AppError> + DeserializeOwned + 'static,
    F::Output: Serialize,
{
    Box::pin(async move {
        let answer = match asked.open::<F>() {
            Ok(question) => question.run_body().await,
            Err(error) => Err(error),
        };
        Packed::answering(&answer)
    })
}

#[cfg(not(feature = "ssr"))]
pub fn fetch<F: ServerFn>(asked: Packed) -> Asking {
    ask(F::PATH, &asked)
}

/// Asks a read function from the browser.
fn ask(path: &str, asked: &Packed) -> Asking {
    let (path, body) = (path.to_owned(), asked.to_string());
    Box::pin(SendWrapper::new(async move {
        let answer = send(&path, PACKED, body).await.unwrap_or_else(Packed::refusal);
        if answer == Packed::refusal(AppError::Outdated)
            && let Some(window) = web_sys::window()
        {
            // Fails only where the browser forbids it; then the error stands on the page.
            let _ = window.location().reload();
        }
        answer
    }))
}

/// Posts to a server function; answers what it answered, or that it could not be reached.
pub async fn send(path: &str, kind: &str, body: String) -> Result<Packed> {
    let unreachable = |_| AppError::Unreachable;
    let build = document().document_element().and_then(|html| html.get_attribute(BUILD_ATTRIBUTE)).unwrap_or_default();
    let request = gloo_net::http::Request::post(path)
        .header("Accept", PACKED)
        .header("Content-Type", kind)
        .header(BUILD_HEADER, &build)
        .body(body)
        .map_err(unreachable)?;
    let response = request.send().await.map_err(unreachable)?;
    if response.headers().get("Content-Type").is_none_or(|kind| kind != PACKED) {
        return Err(AppError::Unreachable);
    }
    response.text().await.map_err(unreachable)?.parse()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_byte_crosses_as_printable_text() {
        let bytes: Vec<u8> = (0..=255).chain([0, 1, 48]).collect();
        let packed = Packed(bytes.clone().into());
        let text = packed.to_string();
        assert!(!text.contains(|letter: char| letter.is_control() || letter == '<'), "{text}");
        assert_eq!(text.parse::<Packed>().unwrap().0.to_vec(), bytes);
    }

    #[test]
    fn questions_hold_no_nul() {
        for fine in ["", "\\u0000", "\\\\u0000", "a\\", "\u{1}"] {
            assert_eq!(without_nul(fine), Ok(fine));
        }
        for nul in ["\0", "a\0b", "\\\0", "\\\\\0"] {
            assert_eq!(without_nul(nul), Err(unreadable()), "{nul:?}");
        }
    }

    #[test]
    fn what_is_no_answer_is_unreadable() {
        assert_eq!("".parse::<Packed>().unwrap().answer::<String>(), Err(unreadable()));
        assert_eq!("中".parse::<Packed>(), Err(unreadable()));
        assert_eq!(
            Packed::answering(&Result::<String>::Ok("Zoë".to_owned())).to_string().parse::<Packed>().unwrap().answer::<String>(),
            Ok("Zoë".to_owned())
        );
        assert_eq!(
            Packed::refusal(AppError::Conflict("Too late".to_owned())).answer::<String>(),
            Err(AppError::Conflict("Too late".to_owned()))
        );
    }

    #[test]
    fn what_arrives_in_part_or_changed_is_unreadable() {
        let whole = Packed::answering(&Result::<String>::Ok("Zoë".to_owned())).0;
        for cut in 0..whole.len() {
            assert_eq!(Packed(whole[..cut].into()).answer::<String>(), Err(unreadable()), "{cut}");
        }
        let mut changed = whole.to_vec();
        changed[2] ^= 1;
        assert_eq!(Packed(changed.into()).answer::<String>(), Err(unreadable()));
    }
}
