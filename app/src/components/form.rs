//! The one form: plain HTML for the browser, sent in the background once the client runs. See [`crate::forms`].

use std::collections::BTreeMap;

use domain::Place;
use leptos::context::Provider;
use leptos::form::form_data_from_event;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::Url;

use super::drawer::{OverList, step_back};
use super::{Icon, close_menus};
use crate::error::{AppError, FieldErrors, capitalised, lacks_subject, said_of};
use crate::forms::{Done, FORM_BARE, FORM_NAME, FORM_PLACE, FORM_TOKEN, FailedForm, field_errors};
use crate::ui::Ui;
use crate::wire::send;

/// What the fields of a form know about it.
#[derive(Clone, Copy)]
pub struct FormState {
    errors: RwSignal<FieldErrors>,
    refused: StoredValue<Option<FailedForm>>,
    pub pending: RwSignal<bool>,
    /// The session ended while the form was filled in.
    signed_out: RwSignal<bool>,
    name: StoredValue<String>,
    /// What the form was told of when it was refused because it had seen something else.
    told: RwSignal<Option<String>>,
}

impl FormState {
    pub fn get() -> FormState {
        use_context::<FormState>().unwrap_or_else(|| FormState::new("", None))
    }

    fn new(name: &str, refused: Option<FailedForm>) -> FormState {
        let errors = refused.as_ref().map(|failed| field_errors(&failed.error)).unwrap_or_default();
        let told = refused.as_ref().and_then(|failed| told_of(&failed.error));
        FormState {
            errors: RwSignal::new(errors),
            refused: StoredValue::new(refused),
            pending: RwSignal::new(false),
            signed_out: RwSignal::new(false),
            name: StoredValue::new(name.to_owned()),
            told: RwSignal::new(told),
        }
    }

    /// The element id of a field.
    pub fn id(&self, field: &str) -> String {
        let field = field.trim_end_matches("[]");
        self.name.with_value(|name| if name.is_empty() { field.to_owned() } else { format!("{name}-{field}") })
    }

    /// What was typed before the form was refused, else `otherwise`.
    pub fn value(&self, field: &str, otherwise: &str) -> String {
        self.refused.with_value(|refused| match refused {
            Some(failed) => fresh(&failed.error, field).or(failed.value(field)).unwrap_or_default().to_owned(),
            None => otherwise.to_owned(),
        })
    }

    /// What the form has seen of the values that it replaces. `shown` is what this page shows: a form that comes back for another
    /// reason has still seen only what its own page showed, and must not pass for one that knows what was changed since.
    fn seen(&self, shown: String) -> Signal<String> {
        let before = self.refused.with_value(|refused| match refused {
            Some(failed) if !matches!(failed.error, AppError::Stale { .. }) => failed.value("seen").unwrap_or_default().to_owned(),
            _ => shown,
        });
        let told = self.told;
        Signal::derive(move || told.get().unwrap_or_else(|| before.clone()))
    }

    /// Whether the last answer was an error.
    pub fn refused(&self) -> bool {
        !self.errors.with_untracked(BTreeMap::is_empty)
    }

    pub fn error(&self, field: &str) -> Signal<Option<String>> {
        let (errors, field) = (self.errors, field.to_owned());
        Signal::derive(move || errors.with(|errors| errors.get(&field).cloned()))
    }
}

/// For pages whose forms may come too late: such a refusal loads the page anew, and what was typed waits here for the form that
/// takes the place of the refused one.
#[derive(Clone, Copy)]
pub struct TooLate(RwSignal<Option<FailedForm>>);

impl TooLate {
    /// In a page's set-up, outside of what is loaded.
    pub fn provide() -> TooLate {
        let late = TooLate(RwSignal::new(None));
        provide_context(late);
        late
    }

    pub fn forget(&self) {
        self.0.set(None);
    }

    /// Why the last form came too late.
    pub fn words(&self) -> Option<String> {
        self.0.with_untracked(|failed| failed.as_ref().map(|failed| failed.error.to_string()))
    }

    /// The refused form, where it is this one.
    pub(super) fn form(action: &str, name: &str) -> Option<FailedForm> {
        let late = use_context::<TooLate>()?;
        late.0.with_untracked(|failed| failed.clone()).filter(|failed| failed.action == action && failed.name == name)
    }
}

/// A form that posts to a server function answering `Result<Done>`. `action` is the function's `PATH`; `name` tells forms with the
/// same action on one page apart and begins the ids of its fields.
#[component]
pub fn Form(
    #[prop(into)] action: String,
    #[prop(optional, into)] name: String,
    #[prop(default = "form", into)] class: &'static str,
    /// Always a full page load: for signing in.
    #[prop(optional)]
    plain: bool,
    /// With files; such a form is always `plain`.
    #[prop(optional)]
    multipart: bool,
    /// Before following `Done::to`, in the client.
    #[prop(optional)]
    on_done: Option<Callback<()>>,
    /// What comes next on the page, also where the form was drawn anew while it was sent.
    #[prop(default = None)]
    then: Option<fn()>,
    /// For forms of one button: an error becomes a toast, there is no summary.
    #[prop(optional)]
    bare: bool,
    /// False where the form places its [`ErrorSummary`] itself.
    #[prop(default = true)]
    summary: bool,
    /// Another one than the page's.
    #[prop(optional)]
    place: Option<Place>,
    children: Children,
) -> impl IntoView {
    let ui = Ui::get();
    let place = place.unwrap_or_else(|| ui.place());
    let state = FormState::new(&name, ui.failed_form(&action, &name).or_else(|| TooLate::form(&action, &name)));
    let late = use_context::<TooLate>();
    let list = use_context::<OverList>();
    let node = NodeRef::<html::Form>::new();
    let navigate = use_navigate();
    let here = use_location().pathname;

    let kept = state.refused.with_value(|failed| failed.as_ref().and_then(|failed| failed.token.clone()));
    let (signed, at) = (action.clone(), place.to_string());
    let outdated = StoredValue::new(false);
    let sent = RwSignal::new(None);
    let (target, called) = (action.clone(), name.clone());
    let submit = move |event: web_sys::SubmitEvent| {
        // What is being replaced is left to the browser, which sends it as it would without the client.
        if outdated.try_get_value().unwrap_or(true) || event.default_prevented() {
            return;
        }
        if plain || multipart {
            // The browser sends it, and leaves the page.
            state.pending.set(true);
            return;
        }
        event.prevent_default();
        if state.pending.get_untracked() {
            return;
        }
        let Some(body) = encoded(&event) else { return };
        if sent.get_untracked().is_none() {
            sent.set(Some(ui.take_number()));
        }
        let target = target.clone();
        let button = event.submitter();
        state.pending.set(true);
        let (navigate, called, from) = (navigate.clone(), called.clone(), here.get_untracked());
        spawn_local(async move {
            let outcome = send(&target, "application/x-www-form-urlencoded", body.clone()).await.and_then(|packed| packed.answer::<Done>());
            // Whoever has left the form stays where they are, and is told what became of it.
            if node.try_get_untracked().is_none() {
                match outcome {
                    Ok(done) => {
                        ui.wrote(done);
                        if let Some(then) = then.filter(|_| here.try_get_untracked() == Some(from)) {
                            then();
                        }
                    }
                    Err(error) => ui.refused(&error),
                }
                return;
            }
            match outcome {
                Ok(done) => {
                    if let Some(late) = late {
                        late.forget();
                    }
                    state.errors.set(BTreeMap::new());
                    sent.set(None);
                    if let Some(form) = node.get_untracked() {
                        form.reset();
                    }
                    let to = done.to.clone().filter(|to| *to != here.get_untracked());
                    ui.wrote(done);
                    // The step was chosen from one, perhaps; a browser closes it only for clicks elsewhere.
                    close_menus();
                    if let Some(on_done) = on_done {
                        on_done.run(());
                    }
                    if let Some(then) = then {
                        then();
                    }
                    if let Some(to) = to {
                        let closes = list.is_some_and(|list| list.is(&to));
                        if !(closes && step_back()) {
                            // Back does not lead to a form that was done.
                            navigate(&to, NavigateOptions { scroll: !closes, replace: true, ..NavigateOptions::default() });
                        }
                    }
                }
                // The browser sends it by itself, and the page it leads to brings the new client.
                Err(AppError::Outdated) => {
                    outdated.set_value(true);
                    if let Some(form) = node.get_untracked() {
                        let _ = form.request_submit_with_submitter(button.as_ref());
                    }
                }
                Err(error) => {
                    if bare {
                        ui.refused(&error);
                    }
                    if let (Some(late), AppError::Conflict(_) | AppError::Stale { .. }) = (late, &error) {
                        let values = values_of(&body);
                        late.0.set((!bare).then(|| FailedForm {
                            action: target,
                            name: called,
                            error: error.clone(),
                            values,
                            token: None,
                            bare: false,
                        }));
                        ui.reload();
                    }
                    if let Some(seen) = told_of(&error) {
                        state.told.set(Some(seen));
                    }
                    state.signed_out.set(error == AppError::Unauthenticated);
                    state.errors.set(field_errors(&error));
                    request_animation_frame(move || focus_summary(node));
                }
            }
            // Closing what it was in may have taken it away.
            let _ = state.pending.try_set(false);
        });
    };

    // To the fields inside only: what is beside the form, or comes after it, has no part in it.
    let fields = view! {
        <Provider value=state>
            {(summary && !bare).then(|| view! { <ErrorSummary/> })}
            {children()}
        </Provider>
    };
    let fields = foreign(fields);
    // Files go to an address that says whose they are.
    let action = if multipart { place.at(&action) } else { action };
    view! {
        <form node_ref=node class=class method="post" action=action on:submit=submit novalidate=!plain
            enctype=multipart.then_some("multipart/form-data")>
            <input type="hidden" name=FORM_TOKEN value=move || ui.form_token(&signed, &at, sent.get(), kept.as_deref())/>
            {(place != Place::Nowhere).then(|| view! { <input type="hidden" name=FORM_PLACE value=place.to_string()/> })}
            {(!name.is_empty()).then(|| view! { <input type="hidden" name=FORM_NAME value=name.clone()/> })}
            {bare.then(|| view! { <input type="hidden" name=FORM_BARE value="true"/> })}
            {fields}
        </form>
    }
}

/// Everything that is wrong, in one place, each leading to its field.
#[component]
pub fn ErrorSummary() -> impl IntoView {
    let state = FormState::get();
    // From the start, so that a page that comes back refused reads it out; without errors it takes no room.
    move || {
        let errors = state.errors.get();
        if errors.is_empty() {
            return ().into_any();
        }
        let heading = match (errors.len(), errors.contains_key("")) {
            (1, true) => "That did not work".to_owned(),
            (1, false) => "Please check one field".to_owned(),
            (count, _) => format!("Please check {count} fields"),
        };
        let items: Vec<_> = errors
            .into_iter()
            .map(|(field, message)| {
                if field.is_empty() {
                    view! { <li><span>{capitalised(&message)}</span></li> }.into_any()
                } else {
                    view! { <li><a href=format!("#{}", state.id(&field)) rel="external">{told(&field, &message)}</a></li> }.into_any()
                }
            })
            .collect();
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus>
                <h2>{heading}</h2>
                <ul>{items}</ul>
                {state.signed_out.get().then(|| view! {
                    <p><a href="/sign-in" target="_blank" rel="external noopener">"Sign in on another tab, then send this again"</a></p>
                })}
            </div>
        }
        .into_any()
    }
}

/// A field's error away from the field: "Amount: Write a number." or, where the message has no subject, "Amount is missing".
fn told(field: &str, message: &str) -> String {
    match lacks_subject(message) {
        true => format!("{} {message}", words(field)),
        false => format!("{}: {}", words(field), capitalised(message)),
    }
}

/// "min_amount" → "Min amount"; "triggers[1][percent]" → "Trigger 2, percent".
fn words(field: &str) -> String {
    if matches!(field, "iban" | "bic") {
        return field.to_ascii_uppercase();
    }
    let mut parts = field.trim_end_matches("[]").split('[').map(|part| part.trim_end_matches(']'));
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.parse::<u32>() {
            Ok(place) => text = format!("{} {}", text.trim_end_matches('s'), place + 1),
            Err(_) => text = format!("{text}, {part}"),
        }
    }
    let mut text = text.replace(['_', '.'], " ");
    // Names of fields are ASCII.
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// What somebody else made of a value that this form left alone.
fn fresh<'a>(error: &'a AppError, field: &str) -> Option<&'a str> {
    match error {
        AppError::Stale { fresh, .. } => fresh.get(field).map(String::as_str),
        _ => None,
    }
}

/// What this form had not seen, and was told when it was refused.
fn told_of(error: &AppError) -> Option<String> {
    match error {
        AppError::Stale { seen, .. } => seen.clone(),
        _ => None,
    }
}

/// A value that the person does not type. `seen` is what a form that replaces values has seen of them.
#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    let value = match name.as_str() {
        "seen" => FormState::get().seen(value),
        _ => Signal::stored(value),
    };
    view! { <input type="hidden" name=name value=value/> }
}

/// The row of buttons under a form.
#[component]
pub fn FormEnd(children: Children) -> impl IntoView {
    view! { <div class="form-end">{children()}</div> }
}

/// Sends the form. `name` and `value` tell which of several buttons it was; `key` is the letter that presses it in lists.
#[component]
pub fn SubmitButton(
    #[prop(default = "btn primary", into)] class: &'static str,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] key: Option<&'static str>,
    #[prop(optional, into)] label: Option<String>,
    children: Children,
) -> impl IntoView {
    let pending = FormState::get().pending;
    view! {
        <button type="submit" class=class name=name value=value data-key=key aria-label=label
            aria-busy=move || pending.get().then_some("true")>
            {children()}
        </button>
    }
}

/// A form of one button: for menus, undo, release.
#[component]
pub fn ButtonForm(
    action: &'static str,
    #[prop(optional)] fields: Vec<(&'static str, String)>,
    #[prop(default = "btn", into)] class: &'static str,
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] label: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <Form action=action name=name class="button-form" bare=true>
            {fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view()}
            {match label {
                Some(label) => view! { <SubmitButton class=class label=label>{children()}</SubmitButton> }.into_any(),
                None => view! { <SubmitButton class=class>{children()}</SubmitButton> }.into_any(),
            }}
        </Form>
    }
}

/// The message of a field's error, with the id that the field refers to.
#[component]
pub(super) fn FieldError(id: String, error: Signal<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|message| {
            view! {
                <p class="error" id=id.clone()>
                    <Icon name="alert"/>
                    <span>{said_of("This", &message)}</span>
                </p>
            }
        })
    }
}

fn encoded(event: &web_sys::SubmitEvent) -> Option<String> {
    let data = form_data_from_event(event).ok()?;
    let params = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(String::from(params.to_string()))
}

/// Names and values of an encoded form.
fn values_of(body: &str) -> Vec<(String, String)> {
    let plain = |text: &str| Url::unescape(&text.replace('+', " "));
    body.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (plain(name), plain(value))).collect()
}

fn focus_summary(form: NodeRef<html::Form>) {
    let Some(form) = form.try_get_untracked().flatten() else { return };
    if let Ok(Some(summary)) = form.query_selector(".error-summary")
        && let Some(summary) = summary.dyn_ref::<web_sys::HtmlElement>()
    {
        // Fails only for elements that take no focus.
        let _ = summary.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn errors_name_their_field() {
        assert_eq!(told("customer_key", "is missing"), "Customer key is missing");
        assert_eq!(told("triggers[1][min_amount]", "Write an amount."), "Trigger 2, min amount: Write an amount.");
        assert_eq!(told("keys[]", "Choose one."), "Keys: Choose one.");
        assert_eq!(told("partner_key", "there is no partner “x”"), "Partner key: There is no partner “x”");
    }
}
