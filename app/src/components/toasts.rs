//! What was done, in the past tense, with Undo where that is possible.

use std::time::Duration;

use leptos::prelude::*;

use super::{Form, Hidden, Icon, SubmitButton};
use crate::forms::Undo;
use crate::ui::{Toast, Ui};

/// How long a message stays; errors and messages that are being read stay.
const SHOWN: Duration = Duration::from_secs(12);

/// The one place of toasts, there from the first paint so that each is read out.
#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = Ui::get().toasts;
    let each = view! {
        <For each=move || toasts.get() key=|toast| toast.id let:toast>
            <ToastView toast=toast/>
        </For>
    };
    view! { <div class="toasts" role="status" aria-live="polite">{foreign(each)}</div> }
}

#[component]
fn ToastView(toast: Toast) -> impl IntoView {
    let toasts = Ui::get().toasts;
    let id = toast.id;
    let close = move || toasts.update(|toasts| toasts.retain(|other| other.id != id));
    let held = StoredValue::new(false);
    let bad = toast.bad;
    Effect::new(move |_| {
        if !bad {
            close_later(held, close);
        }
    });
    view! {
        <div class="toast" class:bad=bad on:pointerenter=move |_| held.set_value(true) on:focusin=move |_| held.set_value(true)
            on:pointerleave=move |_| held.set_value(false) on:focusout=move |_| held.set_value(false)>
            <Icon name=if bad { "alert" } else { "check" }/>
            <p>{toast.done.message}</p>
            {toast.done.undo.map(|undo| view! { <UndoForm undo=undo id=id/> })}
            <button type="button" class="btn icon-only" aria-label="Close" on:click=move |_| close()>
                <Icon name="x" small=true/>
            </button>
        </div>
    }
}

/// Closes a message when its time is over, and one that is being read then when it has been.
fn close_later(held: StoredValue<bool>, close: impl Fn() + Copy + 'static) {
    let look = move || match held.try_get_value() {
        Some(true) => close_later(held, close),
        Some(false) => close(),
        // It was closed by hand.
        None => {}
    };
    set_timeout(look, SHOWN);
}

#[component]
fn UndoForm(undo: Undo, id: u32) -> impl IntoView {
    let toasts = Ui::get().toasts;
    let gone = Callback::new(move |_| toasts.update(|toasts| toasts.retain(|other| other.id != id)));
    let fields = undo.fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view();
    view! {
        <Form action=undo.action place=undo.place class="undo" bare=true on_done=gone>
            {fields}
            <SubmitButton class="btn">"Undo"</SubmitButton>
        </Form>
    }
}
