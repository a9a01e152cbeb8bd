//! How far a form's work is, for what takes longer than a moment.

use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use views::session::WorkView;

use super::FormState;
use crate::server_fns::work::{GetWork, StopWork};
use crate::wire::{Packed, fetch, send};

const FORM: &str = "application/x-www-form-urlencoded";
/// Between two looks.
const LOOK: Duration = Duration::from_millis(400);

/// Inside a form whose sending takes long: bar, numbers, and a button to stop it.
#[component]
pub fn Working() -> impl IntoView {
    let pending = FormState::get().pending;
    let work = RwSignal::new(None::<WorkView>);
    Effect::new(move |_| {
        work.set(None);
        if pending.get() {
            look(pending, work);
        }
    });
    let shown = Memo::new(move |_| work.with(Option::is_some));
    let percent = move || work.with(|work| work.as_ref().map_or(0, |work| work.percent)).to_string();
    let text = move |of: fn(&WorkView) -> &String| move || work.with(|work| work.as_ref().map(|work| of(work).clone()));
    let stop = move |_| spawn_local(async { drop(send(StopWork::PATH, FORM, String::new()).await) });
    move || {
        shown.get().then(|| {
            view! {
                <div class="working">
                    <progress class="progress" max="100" value=percent aria-label="How far it is"></progress>
                    <p>{text(|work| &work.words)}</p>
                    <button type="button" class="btn small" on:click=stop>{text(|work| &work.stop)}</button>
                </div>
            }
        })
    }
}

fn look(pending: RwSignal<bool>, work: RwSignal<Option<WorkView>>) {
    let again = move || {
        spawn_local(async move {
            let now = fetch::<GetWork>(Packed::of(&GetWork {})).await.answer::<Option<WorkView>>().unwrap_or_default();
            // The form may be gone by now.
            if pending.try_get_untracked() == Some(true) && work.try_set(now).is_none() {
                look(pending, work);
            }
        });
    };
    set_timeout(again, LOOK);
}
