//! Deciding about many rewards: one form around the table, which the browser can send by itself.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::components::{BulkBar, DialogPart, Form, Menu, SubmitButton, TextArea};
use crate::server_fns::rewards::{MOVE, ReviewRewards};
use crate::ui::Ui;

/// The form's name, by which it finds back what was selected when it was refused.
const NAME: &str = "bulk";

#[component]
pub fn BulkForm(
    /// The month whose invoice rewards can be moved onto; empty: none.
    in_review: String,
    children: Children,
) -> impl IntoView {
    view! {
        <Form action=ReviewRewards::PATH name=NAME class="bulk">
            // Enter on a box decides nothing: the form's first button is none.
            <button type="submit" disabled hidden></button>
            {children()}
            <BulkBar label="Selected rewards">
                <SubmitButton name="decision" value="approve" key="a" class="btn small primary">"Approve"</SubmitButton>
                <DialogPart id="bulk-hold" title="Hold the selected rewards" open="Hold" open_class="btn small" open_key="h" confirm="Put them on hold"
                    name="decision" value="hold" text="They stay off every invoice until you release them.">
                    <TextArea name="hold_reason" label="Reason" hint="The partners read it beside their rewards."/>
                </DialogPart>
                <DialogPart id="bulk-decline" title="Decline the selected rewards" open="Decline" open_class="btn small danger" open_key="d"
                    confirm="Decline the selected rewards" danger=true name="decision" value="decline"
                    text="They are not paid. You can take this back until the charge.">
                    <TextArea name="decline_reason" label="Reason" hint="The partners read it beside their rewards."/>
                </DialogPart>
                <Menu id="bulk-more" label="More decisions" small=true>
                    <SubmitButton name="decision" value="release" class="">"Release from hold"</SubmitButton>
                    {(!in_review.is_empty()).then(|| view! {
                        <SubmitButton name="decision" value=MOVE class="">{format!("Move to the {in_review} invoice")}</SubmitButton>
                    })}
                    <SubmitButton name="decision" value="mark_paid_elsewhere" class="">"Mark as paid elsewhere"</SubmitButton>
                </Menu>
            </BulkBar>
        </Form>
    }
}

/// Selects a row. A form that comes back refused keeps its selection.
#[component]
pub fn RowBox(key: String, label: String) -> impl IntoView {
    let failed = Ui::get().failed_form(ReviewRewards::PATH, NAME);
    let chosen = failed.is_some_and(|failed| failed.values.iter().any(|(name, value)| name.starts_with("keys[") && *value == key));
    view! {
        <td class="c-select">
            <label>
                <input type="checkbox" name="keys[]" value=key aria-label=format!("Select {label}") checked=chosen/>
            </label>
        </td>
    }
}
