//! Who is signed in, and the way out.

use leptos::prelude::*;
use views::session::Viewer;

use crate::components::viewer::use_viewer;
use crate::components::{Icon, Loaded, PageHeader};

#[component]
pub fn More() -> impl IntoView {
    let viewer = use_viewer();
    view! {
        <Loaded of=viewer let:viewer>
            <MoreView viewer=viewer/>
        </Loaded>
    }
}

#[component]
fn MoreView(viewer: Viewer) -> impl IntoView {
    view! {
        <PageHeader title="More" context=viewer.email.clone()/>
        <section class="card measure">
            <div class="card-body stack">
                <p>"Each month's commissions become one invoice on the first of the next month. The company reviews it for seven days, then it is charged and you are paid."</p>
                <p>"Open a commission to see why it has its amount, where it is on that way, and the day you can expect it."</p>
            </div>
        </section>
        <form class="section" method="post" action="/sign-out">
            <button class="btn" type="submit">
                <Icon name="sign-out"/>
                <span>"Sign out"</span>
            </button>
        </form>
    }
    .into_any()
}
