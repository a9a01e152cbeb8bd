//! Void a transaction that was recorded by mistake: first what it would do, then doing it.

use domain::views::customers::VoidPreview;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::attribution::{Differences, Entries};
use super::this_customer;
use crate::components::{EmptyState, Form, FormEnd, Hidden, Loaded, PageHeader, Skeleton, SubmitButton, TextArea};
use crate::list::use_list;
use crate::server_fns::customers::{PreviewVoid, UndoVoid, VoidTransaction as Apply, customer_path};
use crate::ui::load_once;

#[component]
pub fn VoidTransaction() -> impl IntoView {
    let key = this_customer();
    let query = use_list();
    // Not reloaded by the write it leads to: what was shown has been done then.
    let preview = load_once(move || {
        let (transaction, undo) = query.with(|query| (query.filter("transaction").to_owned(), query.filter("undo").to_owned()));
        PreviewVoid { key: key.get(), transaction, undo }
    });
    let undo = query.with_untracked(|query| query.filter("undo").to_owned());
    view! {
        <Loaded of=preview skeleton=Skeleton::Page let:preview>
            {match preview {
                Some(preview) => view! { <Preview preview=preview undo=undo.clone()/> }.into_any(),
                None => view! {
                    <PageHeader title="Void a sale" crumbs=vec![("Customers".into(), "/customers".into())]/>
                    <div class="card">
                        <EmptyState icon="refund" title="Choose the sale first" text="Open the customer and choose “Void this sale” beneath the sale.">
                            <a class="btn" href=customer_path(&key.get_untracked())>"Open the customer"</a>
                        </EmptyState>
                    </div>
                }
                .into_any(),
            }}
        </Loaded>
    }
}

#[component]
fn Preview(preview: VoidPreview, undo: String) -> impl IntoView {
    let path = customer_path(&preview.customer.value);
    let title = if undo.is_empty() { "Void this sale" } else { "Undo the void" };
    let goes_along = match preview.refunds {
        0 => String::new(),
        1 => " Its refund goes with it.".to_owned(),
        count => format!(" Its {count} refunds go with it."),
    };
    let lead = match undo.is_empty() {
        true => format!(
            "{} ({}) of {} will never have been.{goes_along} Your other sales to this customer are rated anew without it, and its key is free again.",
            preview.title, preview.key, preview.occurred
        ),
        false => format!("{} ({}) of {} will count again.{goes_along}", preview.title, preview.key, preview.occurred),
    };
    let crumbs = vec![("Customers".into(), "/customers".into()), (preview.customer.label.clone(), path.clone())];
    let apply = match undo.is_empty() {
        true => view! {
            <Form action=Apply::PATH class="form measure">
                <Hidden name="customer_key" value=preview.customer.value.clone()/>
                <Hidden name="transaction" value=preview.key.clone()/>
                <TextArea name="reason" label="Reason" hint="Kept with the sale for whoever asks later."/>
                <FormEnd>
                    <SubmitButton>"Void the sale"</SubmitButton>
                    <a class="btn quiet" href=path>"Cancel"</a>
                </FormEnd>
            </Form>
        }
        .into_any(),
        false => view! {
            <Form action=UndoVoid::PATH>
                <Hidden name="customer_key" value=preview.customer.value.clone()/>
                <Hidden name="void" value=undo/>
                <FormEnd>
                    <SubmitButton>"Undo the void"</SubmitButton>
                    <a class="btn quiet" href=path>"Cancel"</a>
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
