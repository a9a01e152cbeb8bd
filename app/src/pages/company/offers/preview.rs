//! What a trigger would say and pay, while it is typed.

use std::time::Duration;

use domain::offers::TriggerText;
use leptos::html;
use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use views::offers::TriggerWords;

use crate::components::Icon;
use crate::server_fns::offers::DescribeTrigger;
use crate::ui::Ui;
use crate::wire::{Packed, fetch};

/// How long typing must rest before the server is asked.
const PAUSE: Duration = Duration::from_millis(250);

/// The sentence partners will see and a worked example, kept up to date while the trigger is typed; before the client runs, an
/// invitation. The server words it: the rules are no part of the client.
#[component]
pub fn Preview(place: usize) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let words = RwSignal::new(None::<TriggerWords>);
    let asked = StoredValue::new(0u32);
    let company = Ui::get().place();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let Ok(Some(form)) = element.closest("form") else { return };
        let Ok(form) = form.dyn_into::<web_sys::HtmlFormElement>() else { return };
        let company = company.clone();
        let read = move |mine: u32| {
            let trigger = typed(&form, place);
            if trigger.percent.trim().is_empty() && trigger.flat.trim().is_empty() {
                words.set(None);
                return;
            }
            let question = DescribeTrigger { place: company.clone(), trigger };
            spawn_local(async move {
                let answer = fetch::<DescribeTrigger>(Packed::of(&question)).await.answer();
                // Only the answer to what was typed last counts; the form may be gone by now.
                if let (Ok(answer), true) = (answer, asked.try_get_value() == Some(mine)) {
                    words.set(Some(answer));
                }
            });
        };
        read(0);
        let listener = window_event_listener_untyped("input", move |_| {
            asked.update_value(|count| *count += 1);
            let (mine, read) = (asked.get_value(), read.clone());
            set_timeout(
                move || {
                    if asked.try_get_value() == Some(mine) {
                        read(mine)
                    }
                },
                PAUSE,
            );
        });
        on_cleanup(move || listener.remove());
    });
    view! {
        <div class="notice plain" node_ref=node aria-live="polite">
            <Icon name="info"/>
            <div class="notice-body">
                {move || match words.get() {
                    Some(words) if words.problem.is_empty() => view! { <strong>{words.sentence}</strong><p>{words.example}</p> }.into_any(),
                    Some(words) => view! { <strong>"Not complete yet"</strong><p>{words.problem}</p> }.into_any(),
                    None => view! { <p>"Once published, this trigger appears on the offer's page as a sentence with a worked example."</p> }.into_any(),
                }}
            </div>
        </div>
    }
}

fn typed(form: &web_sys::HtmlFormElement, place: usize) -> TriggerText {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return TriggerText::default() };
    let value = |field: &str| data.get(&format!("triggers[{place}][{field}]")).as_string().unwrap_or_default();
    TriggerText {
        key: value("key"),
        event: value("event"),
        percent: value("percent"),
        flat: value("flat"),
        currency: value("currency"),
        limit: value("limit"),
        min_amount: value("min_amount"),
        cap_per_month: value("cap_per_month"),
        when: value("when"),
        hold_days: value("hold_days"),
        stop: !value("stop").is_empty(),
    }
}
