//! The framework, with one type for everything that is shown.
//!
//! Whoever depends on `leptos` in this workspace gets this crate: all of Leptos, but what `view!` makes is a [`Node`], a value that
//! holds tag, attributes and children as data. The framework's own elements are types, one for each shape of a page, and the client
//! would hold code to make, change and take over each of them. See docs/adr/0027-elements-are-data.md.

mod attribute;
#[path = "children.rs"]
mod children_of;
mod convert;
mod element;
mod node;
mod routes;

pub use framework::*;

pub use node::Node;

/// What `view!` puts around a closure that is shown: nothing, as [`Node`] takes it as it is.
#[doc(hidden)]
pub fn __as_shared_reactive_fn<F>(shown: F) -> F {
    shown
}

pub mod prelude {
    pub use framework::prelude::*;

    pub use crate::Node as AnyView;
    pub use crate::attribute::IntoAttributeValue;
    pub use crate::children_of::{Children, ChildrenFn};
    pub use crate::convert::{CollectView, IntoAny, IntoMaybeErased, IntoRender, IntoView, Marked, View, foreign};
}

pub mod children {
    pub use crate::children_of::*;
    pub use framework::children::{TypedChildren, ViewFn};
}

pub mod tachys {
    pub use framework::tachys::*;

    pub mod html {
        pub use framework::tachys::html::*;

        pub mod element {
            pub use crate::element::tags::*;
        }
    }

    pub mod svg {
        pub use crate::element::svg_tags::*;
        pub use framework::tachys::svg::InertElement;
    }

    pub mod view {
        pub use framework::tachys::view::*;

        pub mod iterators {
            pub use crate::convert::StaticVec;
        }
    }
}
