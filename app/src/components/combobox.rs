//! A field that finds: types to search where the client runs, a plain list of suggestions before.

use std::sync::Arc;

use domain::Place;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos::web_sys;
use serde::Serialize;
use serde::de::DeserializeOwned;
use views::Choice;

use super::filters::is_unfolded;
use super::{FieldFrame, FormState};
use crate::error::AppError;
use crate::ui::Ui;
use crate::wire::{Asking, Packed, fetch};

/// Finds choices for what was typed.
pub type Finder = Arc<dyn Fn(String) -> Asking + Send + Sync>;

/// Asks a read function: `finder(move |place, text| FindCustomers { place, partner: partner.clone(), text })`.
pub fn finder<F>(question: impl Fn(Place, String) -> F + Send + Sync + 'static) -> Finder
where
    F: ServerFn<Error = AppError, Output = Vec<Choice>> + Serialize + DeserializeOwned + 'static,
{
    let place = Ui::get().place();
    Arc::new(move |text| fetch::<F>(Packed::of(&question(place.clone(), text))))
}

/// Sends the chosen value as `name`: a key that can also be typed. `initial` are the suggestions before anything was typed.
/// As a `filter` it may stay empty, and a choice sends its form.
#[component]
pub fn Combobox(
    name: &'static str,
    #[prop(into)] label: String,
    initial: Vec<Choice>,
    find: Finder,
    #[prop(optional, into)] value: String,
    /// What `value` is called, where that is known.
    #[prop(default = None)]
    known: Option<Choice>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] filter: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: Option<String>,
) -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id(name), state.error(name));
    let (list_id, data_id) = (format!("{id}-list"), format!("{id}-data"));
    let choices = RwSignal::new(initial.clone());
    let open = RwSignal::new(false);
    // Marked for Enter: none until an arrow marks one, so that Enter sends what was typed.
    let at = RwSignal::new(None::<usize>);
    // The key that is sent for the name that is shown.
    let picked = RwSignal::new(None::<String>);
    let hydrated = RwSignal::new(false);
    let asked = StoredValue::new(0u32);
    let input = NodeRef::<leptos::html::Input>::new();
    let known = known.filter(|known| known.value == value && known.label != value);
    Effect::new(move |_| {
        hydrated.set(true);
        // Before the client runs, the key is what can be changed by hand.
        if let (Some(known), Some(input)) = (&known, input.get())
            && input.value() == known.value
        {
            input.set_value(&known.label);
            picked.set(Some(known.value.clone()));
        }
    });

    // Its form has been answered, and is empty again.
    Effect::new(move |before: Option<bool>| {
        let pending = state.pending.get();
        if before == Some(true) && !pending && !state.refused() {
            picked.set(None);
        }
        pending
    });

    // What is still being looked for does not open it again.
    let shut = move || {
        asked.update_value(|count| *count += 1);
        open.set(false);
    };
    let take = move |choice: &Choice| {
        shut();
        let Some(input) = input.get_untracked() else { return };
        input.set_value(if choice.label.is_empty() { &choice.value } else { &choice.label });
        picked.set(Some(choice.value.clone()));
        if let Some(form) = input.form().filter(|_| filter && !is_unfolded(&input)) {
            // Once the field that carries the key is there. Fails only when the form has gone meanwhile.
            request_animation_frame(move || drop(form.request_submit()));
        }
    };
    let search = move |text: String| {
        asked.update_value(|count| *count += 1);
        let (mine, find) = (asked.get_value(), find.clone());
        spawn_local(async move {
            let Ok(found) = find(text).await.answer::<Vec<Choice>>() else { return };
            // Only the answer to what was typed last counts.
            if asked.try_get_value() == Some(mine) {
                choices.set(found);
                at.set(None);
                open.set(true);
            }
        });
    };
    let typed = {
        let search = search.clone();
        move |event: web_sys::Event| {
            picked.set(None);
            search(event_target_value(&event));
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = choices.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if open.get_untracked() => {
                at.update(|at| *at = Some(at.map_or(0, |at| (at + 1).min(count.saturating_sub(1)))).filter(|_| count > 0));
            }
            "ArrowDown" if count == 0 => search(event_target_value(&event)),
            "ArrowDown" => {
                at.set(Some(0));
                open.set(true);
            }
            "ArrowUp" => at.update(|at| *at = at.and_then(|at| at.checked_sub(1))),
            "Escape" if open.get_untracked() => shut(),
            "Enter" if open.get_untracked() && at.get_untracked().is_some() => {
                let chosen = at.get_untracked().and_then(|at| choices.with_untracked(|choices| choices.get(at).cloned()));
                if let Some(chosen) = chosen {
                    take(&chosen);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let option_id = {
        let id = id.clone();
        move |index: usize| format!("{id}-o{index}")
    };
    let active = {
        let option_id = option_id.clone();
        move || at.get().filter(|_| open.get() && !choices.with(Vec::is_empty)).map(&option_id)
    };
    let listbox = {
        let list_id = list_id.clone();
        move || {
            let option_id = option_id.clone();
            open.get().then(|| {
                let items = choices.with(|choices| {
                    choices
                        .iter()
                        .cloned()
                        .enumerate()
                        .map(|(index, choice)| {
                            let taken = choice.clone();
                            view! {
                                <div role="option" id=option_id(index) aria-selected=move || if at.get() == Some(index) { "true" } else { "false" }
                                    on:pointerdown=move |event| { event.prevent_default(); take(&taken); }>
                                    <span><span>{choice.label}</span>" "<small>{choice.hint}</small></span>
                                    <small>{choice.value}</small>
                                </div>
                            }
                        })
                        .collect_view()
                });
                let empty = choices.with(Vec::is_empty);
                let none = empty.then(|| view! { <p class="none">"Nothing found"</p> });
                // A list of options has at least one.
                let role = if empty { "group" } else { "listbox" };
                view! { <div class="listbox" role=role id=list_id.clone() aria-label="Suggestions">{items}{none}</div> }
            })
        }
    };
    let described = (!hint.is_empty()).then(|| format!("{id}-h"));
    let field = view! {
        <div class="combobox">
            <input class="input" type="text" node_ref=input id=id.clone()
                name=move || picked.with(Option::is_none).then_some(name) value=state.value(name, &value) placeholder=placeholder
                autocomplete="off" required=!optional && !filter role="combobox" aria-autocomplete="list" aria-controls=list_id
                aria-expanded=move || if open.get() { "true" } else { "false" } aria-activedescendant=active
                aria-describedby=described aria-invalid=move || error.with(Option::is_some).then_some("true")
                list=move || (!hydrated.get()).then(|| data_id.clone())
                on:input=typed on:keydown=key on:blur=move |_| shut() on:focus=move |_| at.set(None)/>
            {move || picked.get().map(|key| view! { <input type="hidden" name=name value=key/> })}
            <datalist id=format!("{id}-data")>
                {initial
                    .into_iter()
                    .map(|choice| view! { <option value=choice.value>{format!("{} {}", choice.label, choice.hint)}</option> })
                    .collect_view()}
            </datalist>
            <span class="sr-only" aria-live="polite">
                {move || open.get().then(|| match choices.with(Vec::len) {
                    0 => "Nothing found".to_owned(),
                    1 => "1 suggestion".to_owned(),
                    count => format!("{count} suggestions"),
                })}
            </span>
            {listbox}
        </div>
    }
    .into_any();
    match filter {
        true => view! { <div class="filter"><label for=id>{label}</label>{field}</div> }.into_any(),
        false => view! { <FieldFrame name=name label=label optional=optional hint=hint>{field}</FieldFrame> }.into_any(),
    }
}
