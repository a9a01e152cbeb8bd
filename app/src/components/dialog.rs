//! Questions in between: a native dialog around one form, opened without script where the browser can.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::{ErrorSummary, Form, FormState, Icon, TooLate};
use crate::ui::Ui;

/// A button, and the dialog that it opens. Children: its content; `close` is provided to them by context.
#[component]
fn OpenedDialog(
    id: String,
    title: String,
    open: String,
    open_icon: Option<&'static str>,
    open_class: &'static str,
    open_key: Option<&'static str>,
    shown: bool,
    node: NodeRef<html::Dialog>,
    children: Children,
) -> impl IntoView {
    let show = move |event: ev::MouseEvent| {
        // Where the browser follows `command` itself, it would try to open it a second time.
        event.prevent_default();
        if let Some(dialog) = node.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    };
    let title_id = format!("{id}-title");
    let heading_id = title_id.clone();
    let opens = id.clone();
    view! {
        <button type="button" class=open_class command="show-modal" commandfor=opens on:click=show data-key=open_key>
            {open_icon.map(|icon| view! { <Icon name=icon/> })}
            <span>{open}</span>
        </button>
        <dialog class="dialog" id=id node_ref=node open=shown aria-labelledby=title_id closedby="any">
            <header class="drawer-head">
                <h2 id=heading_id>{title}</h2>
            </header>
            {children()}
        </dialog>
    }
}

/// Text, fields and the two buttons of a dialog.
#[component]
fn DialogBody(
    id: String,
    text: String,
    confirm: String,
    danger: bool,
    submit: Submit,
    node: NodeRef<html::Dialog>,
    about: Option<RwSignal<String>>,
    children: Option<Children>,
) -> impl IntoView {
    let class = if danger { "btn danger primary" } else { "btn primary" };
    let Submit { name, value } = submit;
    let pending = FormState::get().pending;
    view! {
        <div class="drawer-body">
            <ErrorSummary/>
            {about.map(|about| view! { <p><strong>{move || about.get()}</strong></p> })}
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            {children.map(|children| children())}
        </div>
        <footer class="drawer-foot">
            <button type="button" class="btn quiet" command="close" commandfor=id on:click=move |_| close(node)>"Cancel"</button>
            <button type="submit" class=class name=name value=value
                aria-busy=move || pending.get().then_some("true")>
                {confirm}
            </button>
        </footer>
    }
}

/// What the button of a dialog sends.
#[derive(Default)]
struct Submit {
    name: Option<&'static str>,
    value: Option<String>,
}

fn close(node: NodeRef<html::Dialog>) {
    if let Some(dialog) = node.get_untracked() {
        dialog.close();
    }
}

/// A button that opens a dialog with a form: for reasons, and for danger, which is confirmed by naming the thing (`confirm`
/// "Decline 3 rewards"). Comes back open when the form was refused.
#[component]
pub fn DialogForm(
    /// Unique on the page; also the form's name.
    #[prop(into)]
    id: String,
    action: &'static str,
    #[prop(into)] title: String,
    /// What the button that opens it says.
    #[prop(into)]
    open: String,
    #[prop(optional)] open_icon: Option<&'static str>,
    #[prop(default = "btn")] open_class: &'static str,
    #[prop(optional)] open_key: Option<&'static str>,
    /// What the button that sends it says.
    #[prop(into)]
    confirm: String,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] text: String,
    /// What comes next on the page once it has been done.
    #[prop(optional)]
    then: Option<fn()>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let shown = Ui::get().failed_form(action, &id).is_some();
    let node = NodeRef::<html::Dialog>::new();
    let (name, inner) = (id.clone(), id.clone());
    // Its page was loaded anew because it came too late: it is open again, with what was typed.
    let again = TooLate::form(action, &id).is_some();
    Effect::new(move |_| {
        if let Some(dialog) = node.get().filter(|dialog| again && !dialog.open()) {
            // Fails only for a dialog that is shown or gone.
            let _ = dialog.show_modal();
        }
    });
    let done = Callback::new(move |()| close(node));
    view! {
        <OpenedDialog id=id title=title open=open open_icon=open_icon open_class=open_class open_key=open_key shown=shown node=node>
            <Form action=action name=name class="dialog-form" summary=false on_done=done then=then>
                <DialogBody id=inner text=text confirm=confirm danger=danger submit=Submit::default() node=node about=None children=children/>
            </Form>
        </OpenedDialog>
    }
}

/// As [`DialogForm`], inside a form that is there already (a bulk form): its fields and its button belong to that form.
/// `name` and `value` are what the button sends.
#[component]
pub fn DialogPart(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(into)] open: String,
    #[prop(optional)] open_icon: Option<&'static str>,
    #[prop(default = "btn")] open_class: &'static str,
    #[prop(optional)] open_key: Option<&'static str>,
    #[prop(into)] confirm: String,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] text: String,
    /// What it is about, in words that change.
    #[prop(optional)]
    about: Option<RwSignal<String>>,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let inner = id.clone();
    // The surrounding form has been answered: nothing is pending and nothing is wrong.
    let state = FormState::get();
    Effect::new(move |before: Option<bool>| {
        let pending = state.pending.get();
        if before == Some(true) && !pending && !state.refused() {
            close(node);
        }
        pending
    });
    let submit = Submit { name, value };
    view! {
        <OpenedDialog id=id title=title open=open open_icon=open_icon open_class=open_class open_key=open_key shown=false node=node>
            <DialogBody id=inner text=text confirm=confirm danger=danger submit=submit node=node about=about children=children/>
        </OpenedDialog>
    }
}
