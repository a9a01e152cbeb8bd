//! What can be shown, and how `view!` makes nodes of it.

use std::borrow::Cow;
use std::future::Future;

use framework::prelude::{AnyView, Get, IntoAny as FrameworkIntoAny, Memo, ReadSignal, RenderHtml, RwSignal, Signal, Suspend};
use framework::tachys::html::{Doctype, InertElement};
use framework::tachys::svg::InertElement as InertSvg;
use framework::tachys::view::iterators;
use leptos_router::any_nested_route::AnyNestedRoute;

use crate::node::{Kind, Node};

/// What can be shown.
pub trait IntoAny {
    fn into_any(self) -> Node;
}

/// What a component answers: for this crate, and for what the framework does with it.
pub trait IntoView: RenderHtml + IntoAny + Send + 'static {}

impl<T: RenderHtml + IntoAny + Send + 'static> IntoView for T {}

impl IntoAny for Node {
    #[inline(always)]
    fn into_any(self) -> Node {
        self
    }
}

impl IntoAny for AnyView {
    fn into_any(self) -> Node {
        Kind::Foreign(self).into()
    }
}

impl IntoAny for () {
    fn into_any(self) -> Node {
        Kind::Nothing.into()
    }
}

impl IntoAny for &'static str {
    fn into_any(self) -> Node {
        Kind::Text(Cow::Borrowed(self)).into()
    }
}

impl IntoAny for String {
    fn into_any(self) -> Node {
        Kind::Text(Cow::Owned(self)).into()
    }
}

impl IntoAny for InertElement {
    fn into_any(self) -> Node {
        Kind::Inert(self).into()
    }
}

impl<T: IntoAny> IntoAny for Option<T> {
    fn into_any(self) -> Node {
        match self {
            Some(shown) => shown.into_any(),
            None => Kind::Nothing.into(),
        }
    }
}

impl<T: IntoAny> IntoAny for Vec<T> {
    fn into_any(self) -> Node {
        Kind::List(self.into_iter().map(T::into_any).collect()).into()
    }
}

impl<F, T> IntoAny for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoAny,
{
    fn into_any(mut self) -> Node {
        Kind::Dynamic(Box::new(move || self().into_any())).into()
    }
}

macro_rules! signals {
    ($($signal:ident)*) => {$(
        impl<T: IntoAny + Clone + Send + Sync + 'static> IntoAny for $signal<T> {
            fn into_any(self) -> Node {
                // Gone, where what is shown is about to be replaced.
                (move || self.try_get()).into_any()
            }
        }
    )*};
}
signals!(Signal Memo RwSignal ReadSignal);

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl IntoAny for $number {
            fn into_any(self) -> Node {
                Kind::Text(Cow::Owned(self.to_string())).into()
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 usize i32 i64);

/// What the framework makes itself stays what it is.
pub fn foreign(view: impl RenderHtml) -> Node {
    Kind::Foreign(FrameworkIntoAny::into_any(view)).into()
}

impl IntoAny for Doctype {
    fn into_any(self) -> Node {
        foreign(self)
    }
}

impl IntoAny for InertSvg {
    fn into_any(self) -> Node {
        foreign(self)
    }
}

impl<T> IntoAny for Suspend<T>
where
    Suspend<T>: RenderHtml + Future,
{
    fn into_any(self) -> Node {
        foreign(self)
    }
}

/// What `view!` calls on the content of braces, which is taken as it is.
pub trait IntoRender: Sized {
    #[inline(always)]
    fn into_render(self) -> Self {
        self
    }
}

impl<T> IntoRender for T {}

/// How `view!` takes each of several children.
pub trait IntoMaybeErased {
    type Output;

    fn into_maybe_erased(self) -> Self::Output;
}

impl<T: IntoAny> IntoMaybeErased for T {
    type Output = Node;

    #[inline(always)]
    fn into_maybe_erased(self) -> Node {
        self.into_any()
    }
}

/// How `view!` holds several children together.
pub struct StaticVec;

impl StaticVec {
    pub fn from<T: Together>(all: Vec<T>) -> T::All {
        T::together(all)
    }
}

/// What a `view!` can hold side by side: nodes and routes.
pub trait Together: Sized {
    type All;

    fn together(all: Vec<Self>) -> Self::All;
}

impl Together for Node {
    type All = Node;

    fn together(all: Vec<Node>) -> Node {
        Kind::Several(all).into()
    }
}

impl Together for AnyNestedRoute {
    type All = iterators::StaticVec<AnyNestedRoute>;

    fn together(all: Vec<AnyNestedRoute>) -> Self::All {
        all.into()
    }
}

/// How `view!` names what it has made: not at all.
pub struct View;

impl View {
    #[expect(clippy::new_ret_no_self, reason = "this is what `view!` calls")]
    #[inline(always)]
    pub fn new<T>(view: T) -> T {
        view
    }
}

/// In builds for debugging, `view!` says where it was written.
pub trait Marked: Sized {
    #[inline(always)]
    fn with_view_marker(self, _place: &str) -> Self {
        self
    }
}

impl<T> Marked for T {}

/// A list of what an iterator makes.
pub trait CollectView {
    fn collect_view(self) -> Node;
}

impl<I> CollectView for I
where
    I: IntoIterator,
    I::Item: IntoAny,
{
    fn collect_view(self) -> Node {
        Kind::List(self.into_iter().map(IntoAny::into_any).collect()).into()
    }
}
