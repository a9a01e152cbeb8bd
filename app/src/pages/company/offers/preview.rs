//! What a trigger would say and pay, while it is typed.

use domain::Currency;
use domain::offers::TriggerText;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

use crate::components::Icon;

/// The sentence partners will see and a worked example, kept up to date by the client; before it runs, an invitation.
#[component]
pub fn Preview(place: usize, #[prop(into)] currency: String) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let words = RwSignal::new(None::<Result<(String, String), String>>);
    let company: Currency = currency.parse().unwrap_or(Currency::USD);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let Ok(Some(form)) = element.closest("form") else { return };
        let Ok(form) = form.dyn_into::<web_sys::HtmlFormElement>() else { return };
        let read = move || words.set(described(&typed(&form, place), company));
        read();
        let listener = leptos::leptos_dom::helpers::window_event_listener_untyped("input", move |_| read());
        on_cleanup(move || listener.remove());
    });
    view! {
        <div class="notice plain" node_ref=node aria-live="polite">
            <Icon name="info"/>
            <div class="notice-body">
                {move || match words.get() {
                    Some(Ok((sentence, example))) => view! { <strong>{sentence}</strong><p>{example}</p> }.into_any(),
                    Some(Err(problem)) => view! { <strong>"Not complete yet"</strong><p>{problem}</p> }.into_any(),
                    None => view! { <p>"Partners see this trigger as one sentence with a worked example; it stands on the offer's page once published."</p> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// `None` while nothing is typed.
fn described(text: &TriggerText, company: Currency) -> Option<Result<(String, String), String>> {
    if text.percent.trim().is_empty() && text.flat.trim().is_empty() {
        return None;
    }
    Some(match text.read(company) {
        Ok(trigger) => Ok((trigger.sentence(), trigger.example())),
        Err(errors) => Err(errors.into_values().next().unwrap_or_default()),
    })
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
