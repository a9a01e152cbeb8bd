//! Void a transaction that was recorded by mistake: first what it would do, then doing it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::customers::VoidPreview;

use super::attribution::{Differences, Entries};
use super::this_customer;
use crate::components::{EmptyState, Form, FormEnd, Hidden, Loaded, PageHeader, Skeleton, SubmitButton, TextArea};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::customers::{PreviewVoid, UndoVoid, VoidTransaction as Apply, customer_path};
use crate::ui::load_once;

#[component]
pub fn VoidTransaction() -> impl IntoView {
    let key = this_customer();
    let query = use_list();
    // Not reloaded by the write it leads to: what was shown has been done then.
    let preview = load_once(move |place| {
        let (transaction, undo) = query.with(|query| (query.filter("transaction").to_owned(), query.filter("undo").to_owned()));
        PreviewVoid { place, key: key.get(), transaction, undo }
    });
    let undo = query.with_untracked(|query| query.filter("undo").to_owned());
    view! {
        <Loaded of=preview skeleton=Skeleton::Page let:preview>
            {match preview {
                Some(preview) => view! { <Preview preview=preview undo=undo.clone()/> }.into_any(),
                None => {
                    let path = customer_path(&key.get_untracked());
                    let crumbs = vec![("Customers".into(), "/customers".into()), (key.get_untracked(), path.clone())];
                    view! {
                        <PageHeader title="Void a sale" crumbs=crumbs/>
                        <div class="card">
                            <EmptyState icon="refund" title="Choose the sale first" text="Open the customer and choose “Void this sale” beneath the sale.">
                                <a class="btn" href=at(path)>"Open the customer"</a>
                            </EmptyState>
                        </div>
                    }
                    .into_any()
                }
            }}
        </Loaded>
    }
}

#[component]
fn Preview(preview: VoidPreview, undo: String) -> impl IntoView {
    let path = customer_path(&preview.customer.value);
    let what = if preview.refund { "refund" } else { "sale" };
    let (title, rest) = match undo.is_empty() {
        true => (
            format!("Void this {what}"),
            "won't count any more. The customer's other sales are rated again without it, and its key can be used again.",
        ),
        false => (format!("Undo the void of this {what}"), "will count again."),
    };
    let along = match (undo.is_empty(), preview.refunds) {
        (_, 0) => String::new(),
        (true, 1) => " Its refund goes with it.".to_owned(),
        (true, count) => format!(" Its {count} refunds go with it."),
        (false, 1) => " Its refund comes back with it.".to_owned(),
        (false, count) => format!(" Its {count} refunds come back with it."),
    };
    let lead = format!("{} ({}) of {} {rest}{along}", preview.title, preview.key, preview.occurred);
    let crumbs = vec![("Customers".into(), "/customers".into()), (preview.customer.label.clone(), path.clone())];
    let seen = preview.does.seen.clone();
    let apply = match undo.is_empty() {
        true => view! {
            <Form action=Apply::PATH class="form measure">
                <Hidden name="customer_key" value=preview.customer.value.clone()/>
                <Hidden name="transaction" value=preview.key.clone()/>
                <Hidden name="seen" value=seen/>
                <TextArea name="reason" label="Reason" hint="Kept in the history for whoever asks later."/>
                <FormEnd>
                    <SubmitButton>{format!("Void the {what}")}</SubmitButton>
                    <a class="btn quiet" href=at(path)>"Cancel"</a>
                </FormEnd>
            </Form>
        }
        .into_any(),
        false => view! {
            <Form action=UndoVoid::PATH>
                <Hidden name="customer_key" value=preview.customer.value.clone()/>
                <Hidden name="void" value=undo/>
                <Hidden name="seen" value=seen/>
                <FormEnd>
                    <SubmitButton>"Undo the void"</SubmitButton>
                    <a class="btn quiet" href=at(path)>"Cancel"</a>
                </FormEnd>
            </Form>
        }
        .into_any(),
    };
    view! {
        <PageHeader title=title crumbs=crumbs/>
        <section class="section stack loose">
            <p>{lead}</p>
            <Differences preview=preview.does.clone() unchanged="It earned nothing, and nothing else changes without it."/>
            <Entries preview=preview.does/>
            {apply}
        </section>
    }
}
