//! What stands between the tags of a component.

use std::sync::Arc;

use framework::children::{ToChildren as FrameworkToChildren, TypedChildren};
use leptos_router::components::RouteChildren;

use crate::convert::IntoAny;
use crate::node::Node;

/// Shown once.
pub type Children = Box<dyn FnOnce() -> Node + Send>;

/// Shown as often as needed.
pub type ChildrenFn = Arc<dyn Fn() -> Node + Send + Sync>;

/// How `view!` hands children to a component.
pub trait ToChildren<F> {
    fn to_children(children: F) -> Self;
}

/// A text, where that is all.
pub struct ChildrenOptContainer<T>(pub T);

impl<F, T> ToChildren<F> for Children
where
    F: FnOnce() -> T + Send + 'static,
    T: IntoAny,
{
    fn to_children(children: F) -> Children {
        Box::new(move || children().into_any())
    }
}

impl<T: IntoAny + Send + 'static> ToChildren<ChildrenOptContainer<T>> for Children {
    fn to_children(text: ChildrenOptContainer<T>) -> Children {
        Box::new(move || text.0.into_any())
    }
}

impl<F, T> ToChildren<F> for ChildrenFn
where
    F: Fn() -> T + Send + Sync + 'static,
    T: IntoAny,
{
    fn to_children(children: F) -> ChildrenFn {
        Arc::new(move || children().into_any())
    }
}

impl<F, T> ToChildren<F> for TypedChildren<T>
where
    TypedChildren<T>: FrameworkToChildren<F>,
{
    fn to_children(children: F) -> TypedChildren<T> {
        FrameworkToChildren::to_children(children)
    }
}

impl<F, T> ToChildren<F> for RouteChildren<T>
where
    RouteChildren<T>: FrameworkToChildren<F>,
{
    fn to_children(children: F) -> RouteChildren<T> {
        FrameworkToChildren::to_children(children)
    }
}
