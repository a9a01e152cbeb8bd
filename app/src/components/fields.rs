//! Fields: label, control, hint and error, tied together for assistive technology. They keep what was typed when a form comes back.

use domain::Currency;
use leptos::prelude::*;
use views::Choice;

use super::{FieldError, FormState, Icon};
use crate::markup::escaped;

/// The ids that describe a control: its hint and, while there is one, its error.
fn described_by(id: &str, hint: bool, error: Signal<Option<String>>) -> impl Fn() -> Option<String> + Send + Sync + Clone + 'static {
    let id = id.to_owned();
    move || match (hint, error.with(Option::is_some)) {
        (true, true) => Some(format!("{id}-h {id}-e")),
        (true, false) => Some(format!("{id}-h")),
        (false, true) => Some(format!("{id}-e")),
        (false, false) => None,
    }
}

fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Send + Sync + Clone + 'static {
    move || error.with(Option::is_some).then_some("true")
}

/// Label above a control, hint and error beneath it.
#[component]
pub fn FieldFrame(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: String,
    children: Children,
) -> impl IntoView {
    let state = FormState::get();
    let id = state.id(name);
    let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-h")>{hint}</p> });
    view! {
        <div class="field">
            <label for=id.clone()>
                <span>{label}</span>
                {optional.then(|| view! { <span class="optional">" optional"</span> })}
            </label>
            {children()}
            {hint}
            <FieldError id=format!("{id}-e") error=state.error(name)/>
        </div>
    }
}

/// One line of text, or anything an `input` takes by `kind`: "email", "password", "date", "datetime-local", "number", "search".
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] list: Option<&'static str>,
    #[prop(optional)] readonly: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id(name), state.error(name));
    let value = if kind == "password" { String::new() } else { state.value(name, &value) };
    view! {
        <FieldFrame name=name label=label optional=optional && !readonly hint=hint.clone()>
            <input class="input" type=kind id=id.clone() name=name value=value placeholder=placeholder list=list
                autocomplete=autocomplete inputmode=inputmode readonly=readonly autofocus=autofocus
                required=!optional && !readonly
                aria-describedby=described_by(&id, !hint.is_empty(), error) aria-invalid=invalid(error)/>
        </FieldFrame>
    }
}

#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: Option<String>,
) -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id(name), state.error(name));
    // The text is inner HTML and not a child: an empty text child would become a space.
    view! {
        <FieldFrame name=name label=label optional=optional hint=hint.clone()>
            <textarea class="textarea" id=id.clone() name=name placeholder=placeholder required=!optional rows="3"
                aria-describedby=described_by(&id, !hint.is_empty(), error) aria-invalid=invalid(error)
                inner_html=escaped(&state.value(name, &value))></textarea>
        </FieldFrame>
    }
}

#[component]
pub fn SelectField(
    name: &'static str,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] value: String,
    /// The words of the empty choice; without them the first choice is taken.
    #[prop(optional, into)]
    empty: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id(name), state.error(name));
    let chosen = state.value(name, &value);
    view! {
        <FieldFrame name=name label=label optional=optional hint=hint.clone()>
            <select class="select" id=id.clone() name=name
                aria-describedby=described_by(&id, !hint.is_empty(), error) aria-invalid=invalid(error)>
                {empty.map(|words| view! { <option value="">{words}</option> })}
                <Options choices=choices chosen=chosen/>
            </select>
        </FieldFrame>
    }
}

#[component]
pub fn Options(choices: Vec<Choice>, #[prop(into)] chosen: String) -> impl IntoView {
    choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            let words = if choice.hint.is_empty() { choice.label } else { format!("{} · {}", choice.label, choice.hint) };
            view! { <option value=choice.value selected=selected>{words}</option> }
        })
        .collect_view()
}

/// An amount in major units and its currency, as two values: `name` and `currency_name`.
#[component]
pub fn MoneyField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "currency")] currency_name: &'static str,
    /// What can be chosen; one currency is shown as a fixed unit and sent along.
    currencies: Vec<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] currency: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let state = FormState::get();
    let (id, error) = (state.id(name), state.error(name));
    let chosen = state.value(currency_name, &currency);
    let unit = match currencies.as_slice() {
        [only] => {
            let only = only.clone();
            view! {
                <span class="unit">{only.clone()}</span>
                <input type="hidden" name=currency_name value=only/>
            }
            .into_any()
        }
        several => {
            let choices = several.iter().map(|code| Choice::new(code, code)).collect::<Vec<_>>();
            view! {
                <select class="select" name=currency_name aria-label="Currency">
                    <Options choices=choices chosen=chosen/>
                </select>
            }
            .into_any()
        }
    };
    view! {
        <FieldFrame name=name label=label optional=optional hint=hint.clone()>
            <div class="money-input">
                <input class="input" type="text" id=id.clone() name=name value=state.value(name, &value) inputmode="decimal"
                    autocomplete="off" required=!optional
                    aria-describedby=described_by(&id, !hint.is_empty(), error) aria-invalid=invalid(error)/>
                {unit}
            </div>
            <FieldError id=state.id(currency_name) + "-e" error=state.error(currency_name)/>
        </FieldFrame>
    }
}

/// `first` and then every other currency, for [`MoneyField`].
pub fn currencies_from(first: &[&str]) -> Vec<String> {
    let others = Currency::all().filter(|code| !first.contains(code));
    first.iter().map(|code| (*code).to_owned()).chain(others.map(str::to_owned)).collect()
}

#[component]
pub fn CheckField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let state = FormState::get();
    let on = state.value(name, if checked { "true" } else { "" }) == "true";
    view! {
        <label class="check">
            <input type="checkbox" id=state.id(name) name=name value="true" checked=on/>
            <span>{label}</span>
            {(!hint.is_empty()).then(|| view! { <span class="hint">{hint}</span> })}
        </label>
    }
}

/// Asks back before something unusual is done: a question of the server's about `name`, and the box that answers it. What is ticked is
/// the question, so that another one is asked again.
#[component]
pub fn ConfirmField(name: &'static str, #[prop(into)] label: String) -> impl IntoView {
    let state = FormState::get();
    let question = state.error(name);
    move || {
        question.get().map(|question| {
            view! {
                <div class="notice warn">
                    <Icon name="alert"/>
                    <div class="notice-body">
                        <strong>{question.clone()}</strong>
                        <label class="check">
                            <input type="checkbox" id=state.id(name) name=name value=question/>
                            <span>{label.clone()}</span>
                        </label>
                    </div>
                </div>
            }
        })
    }
}

/// A few choices that deserve a box each: label as title, hint as the line beneath.
#[component]
pub fn ChoiceField(
    name: &'static str,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let state = FormState::get();
    let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
    let chosen = state.value(name, if value.is_empty() { &first } else { &value });
    view! {
        <fieldset class="field" id=state.id(name)>
            <legend>{legend}</legend>
            <div class="stack tight">
                {choices
                    .into_iter()
                    .map(|choice| {
                        let checked = choice.value == chosen;
                        view! {
                            <label class="choice">
                                <input type="radio" name=name value=choice.value checked=checked/>
                                <strong>{choice.label}</strong>
                                {(!choice.hint.is_empty()).then(|| view! { <p>{choice.hint}</p> })}
                            </label>
                        }
                    })
                    .collect_view()}
            </div>
            <FieldError id=state.id(name) + "-e" error=state.error(name)/>
        </fieldset>
    }
}
