//! Who is looking.

use domain::access::Action;
use leptos::prelude::*;
use views::session::Viewer;

use super::{Loaded, Skeleton};
use crate::ui::Loading;

/// Who is looking; provided by both layouts to the pages inside.
pub fn use_viewer() -> Loading<Viewer> {
    expect_context::<Loading<Viewer>>()
}

/// What is offered only to those whose role may do it.
#[component]
pub fn Permitted(action: Action, children: ChildrenFn) -> impl IntoView {
    let viewer = use_viewer();
    view! {
        <Loaded of=viewer skeleton=Skeleton::None let:viewer>
            {viewer.may(action).then(|| children())}
        </Loaded>
    }
}
