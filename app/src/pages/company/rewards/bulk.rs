//! Deciding about many rewards: one form around the table, which the browser can send by itself.

use std::collections::BTreeMap;

use domain::page::{Count, grouped, listed, number_of};
use domain::states::RewardState;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::rewards::Selection;

use crate::components::{BulkBar, DialogPart, Form, Hidden, Menu, SubmitButton, TextArea, Working};
use crate::list::{address, filtered, use_list};
use crate::server_fns::rewards::{MOVE, ReviewRewards, SelectRewards};
use crate::ui::Ui;

/// The form's name, by which it finds back what was selected when it was refused.
const NAME: &str = "bulk";

#[component]
pub fn BulkForm(
    /// The month whose invoice rewards can be moved onto; empty: none.
    in_review: String,
    /// Everything that a filter found, in place of rows that are ticked.
    selection: Option<Selection>,
    children: Children,
) -> impl IntoView {
    let frozen = selection.is_some();
    let about = RwSignal::new(selection.as_ref().map(words_of).unwrap_or_default());
    let query = use_list();
    let hidden = selection.map(|selection| {
        let clear = move || query.with(|query| address(&filtered(query, "selection", "")));
        view! {
            <Hidden name="selection" value=selection.id/>
            <a class="btn small quiet" href=clear>"Clear"</a>
        }
    });
    view! {
        <Form action=ReviewRewards::PATH name=NAME class="bulk">
            // Enter on a box decides nothing: the form's first button is none.
            <button type="submit" disabled hidden></button>
            {children()}
            <BulkBar label="Selected rewards" about=about frozen=frozen>
                <SubmitButton name="decision" value="approve" key="a" class="btn small primary">"Approve"</SubmitButton>
                <DialogPart id="bulk-hold" title="Put the selected rewards on hold" open="Hold" open_class="btn small" open_key="h" confirm="Put on hold"
                    name="decision" value="hold" about=about text="Nothing on hold goes onto an invoice until you release it.">
                    <TextArea name="hold_reason" label="Reason" hint="Partners read it beside their rewards."/>
                </DialogPart>
                <DialogPart id="bulk-decline" title="Decline the selected rewards" open="Decline" open_class="btn small danger" open_key="d"
                    confirm="Decline" danger=true name="decision" value="decline" about=about
                    text="What is declined is not paid. You can undo this until the charge.">
                    <TextArea name="decline_reason" label="Reason" hint="Partners read it beside their rewards."/>
                </DialogPart>
                <Menu id="bulk-more" label="More decisions" small=true>
                    <SubmitButton name="decision" value="release" class="">"Release from hold"</SubmitButton>
                    {(!in_review.is_empty()).then(|| view! {
                        <SubmitButton name="decision" value=MOVE class="">{format!("Move to the {in_review} invoice")}</SubmitButton>
                    })}
                    <SubmitButton name="decision" value="mark_paid_elsewhere" class="">"Mark as paid elsewhere"</SubmitButton>
                </Menu>
                {hidden}
                <Working/>
            </BulkBar>
        </Form>
    }
}

/// "351 rewards, $12,345.00, of 12 partners"
fn words_of(selection: &Selection) -> String {
    let amounts: Vec<String> = selection.totals.iter().map(|total| total.display()).collect();
    format!(
        "{}, {}, of {}",
        number_of(selection.rewards, "reward", "rewards"),
        listed(&amounts),
        number_of(selection.partners, "partner", "partners")
    )
}

/// Selects what is on other pages too.
#[component]
pub fn SelectEverything(count: Count) -> impl IntoView {
    let query = use_list().get_untracked();
    let mut filters: BTreeMap<String, String> = query.filters;
    filters.remove("selection");
    let filters = filters.into_iter().map(|(name, value)| view! { <Hidden name=format!("filters[{name}]") value=value/> }).collect_view();
    let words = match count {
        Count::Exactly(count) => format!("Select all {} rewards", grouped(count.into())),
        Count::MoreThan(_) => "Select everything that this filter finds, up to 10,000".to_owned(),
    };
    view! {
        <Form action=SelectRewards::PATH name="select" class="button-form" bare=true>
            <Hidden name="search" value=query.search/>
            <Hidden name="sort" value=query.sort/>
            {filters}
            <SubmitButton class="btn small">{words}</SubmitButton>
        </Form>
    }
}

/// Selects a row. A form that comes back refused keeps its selection; where everything is selected, so is each row.
#[component]
pub fn RowBox(key: String, state: RewardState, amount: domain::Money, partner: String, all: bool) -> impl IntoView {
    let failed = Ui::get().failed_form(ReviewRewards::PATH, NAME);
    let value = format!("{key}:{state}");
    let chosen = failed.is_some_and(|failed| {
        failed.values.iter().any(|(name, value)| name.starts_with("keys[") && value.split(':').next() == Some(key.as_str()))
    });
    let label = format!("Select {} for {partner}", amount.display());
    view! {
        <td class="c-select">
            <label>
                <input type="checkbox" name="keys[]" value=value aria-label=label checked=chosen || all disabled=all
                    data-minor=amount.minor.to_string() data-currency=amount.currency.code().to_owned() data-partner=partner/>
            </label>
        </td>
    }
}
