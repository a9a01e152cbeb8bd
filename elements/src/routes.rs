//! Routes, which `view!` takes as it takes nodes.

use framework::prelude::IntoMaybeErased as FrameworkIntoMaybeErased;
use leptos_router::NestedRoute;
use leptos_router::any_nested_route::AnyNestedRoute;

use crate::convert::IntoMaybeErased;

impl IntoMaybeErased for AnyNestedRoute {
    type Output = AnyNestedRoute;

    fn into_maybe_erased(self) -> AnyNestedRoute {
        self
    }
}

impl<Segments, Children, Data, View> IntoMaybeErased for NestedRoute<Segments, Children, Data, View>
where
    Self: FrameworkIntoMaybeErased,
{
    type Output = <Self as FrameworkIntoMaybeErased>::Output;

    fn into_maybe_erased(self) -> Self::Output {
        FrameworkIntoMaybeErased::into_maybe_erased(self)
    }
}
