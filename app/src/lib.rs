//! The screens: shell, routes, pages, components and the server functions behind them.
//!
//! Built twice, as `ssr` into the server and as `hydrate` into the client. Both must render the same tree; nothing here asks
//! which of the two it is while it makes a view.

#[cfg(feature = "ssr")]
pub mod body;
pub mod components;
#[cfg(feature = "ssr")]
pub mod ctx;
pub mod error;
#[cfg(feature = "ssr")]
pub mod flash;
pub mod forms;
#[cfg(feature = "ssr")]
pub mod http;
pub mod list;
pub mod markup;
pub mod pages;
pub mod params;
pub mod place;
#[cfg(feature = "ssr")]
pub mod progress;
#[cfg(any(not(feature = "ssr"), test))]
mod reader;
#[cfg(feature = "ssr")]
pub mod request;
pub mod routes;
mod routing;
pub mod server_fns;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod spool;
#[cfg(feature = "ssr")]
mod submitted;
pub mod tokens;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod upload;
pub mod wire;

pub use error::{AppError, FieldErrors, Result};
pub use routes::{CompanyApp, PartnerApp};
