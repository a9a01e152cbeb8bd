//! How areas write their routes.

use leptos::prelude::*;

/// A page as a route holds it: a plain function pointer, so that the client has one kind of route and not one for every page.
macro_rules! page {
    ($view:path) => {
        (|| leptos::prelude::IntoAny::into_any($view())) as fn() -> leptos::prelude::AnyView
    };
}
pub(crate) use page;

/// The page of an address that only chooses what its parent shows.
pub(crate) fn nothing() -> impl IntoView {}
