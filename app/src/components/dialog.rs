//! Questions in between: a native dialog around one form, opened without script where the browser can.

use leptos::html;
use leptos::prelude::*;

use super::{ErrorSummary, Form, Icon, SubmitButton};
use crate::forms::Done;
use crate::ui::Ui;

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
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let refused = Ui::get().failed_form(action, &id).is_some();
    let node = NodeRef::<html::Dialog>::new();
    let show = move |_| {
        // Where the browser follows `command` itself the dialog is opened twice, which is refused and harmless.
        if let Some(dialog) = node.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let title_id = format!("{id}-title");
    let (form_name, form_id, form_title_id) = (id.clone(), id.clone(), title_id.clone());
    view! {
        <button type="button" class=open_class command="show-modal" commandfor=id.clone() on:click=show data-key=open_key>
            {open_icon.map(|icon| view! { <Icon name=icon/> })}
            <span>{open}</span>
        </button>
        <dialog class="dialog" id=id node_ref=node open=refused aria-labelledby=title_id closedby="any">
            <Form action=action name=form_name class="dialog-form" summary=false on_done=Callback::new(move |_: Done| close())>
                <header class="drawer-head">
                    <h2 id=form_title_id>{title}</h2>
                </header>
                <div class="drawer-body">
                    <ErrorSummary/>
                    {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
                    {children.map(|children| children())}
                </div>
                <footer class="drawer-foot">
                    <button type="button" class="btn quiet" command="close" commandfor=form_id on:click=move |_| close()>"Cancel"</button>
                    <SubmitButton class=if danger { "btn danger primary" } else { "btn primary" }>{confirm}</SubmitButton>
                </footer>
            </Form>
        </dialog>
    }
}
