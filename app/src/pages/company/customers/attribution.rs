//! Change attribution: first what it would do, then doing it.

use domain::page::counted;
use domain::states::{RewardState, RewardStatus};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::Choice;
use views::customers::{ChangePreview, CustomerForms};

use super::this_customer;
use crate::components::{
    Combobox, Field, Form, FormEnd, Hidden, Icon, Loaded, Notice, PageHeader, Skeleton, StatusBadge, SubmitButton, TableFrame, TableHead,
    TextArea, breakable, finder,
};
use crate::list::use_list;
use crate::place::at;
use crate::server_fns::customers::{ChangeAttribution as Apply, GetCustomerForms, PreviewAttribution, UndoAttribution, customer_path};
use crate::server_fns::partners::FindPartners;
use crate::ui::{load, load_once};

/// What the address asks to see: nothing yet, a change, or a change undone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RequestedChange {
    Nothing,
    Change { partner: String, from: String },
    Undo { change: String },
}

#[component]
pub fn ChangeAttribution() -> impl IntoView {
    let key = this_customer();
    let query = use_list();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let (undo, from) = (query.filter("undo").to_owned(), query.filter("from").to_owned());
            match (undo.is_empty(), from.is_empty()) {
                (false, _) => RequestedChange::Undo { change: undo },
                (true, true) => RequestedChange::Nothing,
                (true, false) => RequestedChange::Change { partner: query.filter("partner").to_owned(), from },
            }
        })
    });
    let forms = load(move |place| GetCustomerForms { place, key: key.get(), refund_of: String::new() });
    let partners = load(|place| FindPartners { place, text: String::new() });
    // Not reloaded by the write it leads to: what was shown has been done then.
    let preview = load_once(move |place| {
        let (partner, from, undo) = match asked.get() {
            RequestedChange::Nothing => Default::default(),
            RequestedChange::Change { partner, from } => (partner, from, String::new()),
            RequestedChange::Undo { change } => (String::new(), String::new(), change),
        };
        PreviewAttribution { place, key: key.get(), partner, from, undo }
    });
    view! {
        <Loaded of=forms let:forms>
            <Head forms=forms/>
        </Loaded>
        <Loaded of=forms skeleton=Skeleton::None let:forms>
            <Loaded of=partners skeleton=Skeleton::Lines let:partners>
                <Ask asked=asked.get_untracked() forms=forms.clone() partners=partners/>
            </Loaded>
        </Loaded>
        <Loaded of=preview skeleton=Skeleton::Page let:preview>
            {preview.map(|preview| view! { <Preview preview=preview asked=asked.get_untracked() key=key.get_untracked()/> })}
        </Loaded>
    }
}

#[component]
fn Head(forms: CustomerForms) -> impl IntoView {
    let context = match &forms.partner {
        Some(partner) => format!("Attributed to {} now", partner.label),
        None => "Unattributed now".to_owned(),
    };
    view! {
        <PageHeader title="Change attribution" context=context
            crumbs=vec![("Customers".into(), "/customers".into()), (forms.customer.label.clone(), customer_path(&forms.customer.value))]/>
    }
}

/// A plain GET form: its values are in the address.
#[component]
fn Ask(asked: RequestedChange, forms: CustomerForms, partners: Vec<Choice>) -> impl IntoView {
    let (partner, from) = match asked {
        RequestedChange::Undo { .. } => return ().into_any(),
        RequestedChange::Change { partner, from } => (partner, from),
        RequestedChange::Nothing => (String::new(), forms.now),
    };
    view! {
        <form class="form measure" method="get">
            <div class="fields">
                <Combobox name="partner" label="New partner" optional=true value=partner initial=partners find=finder(|place, text| FindPartners { place, text })
                    placeholder="Name, email or partner key" hint="Leave empty to unattribute the customer."/>
                <Field name="from" label="From" kind="datetime-local" value=from hint=format!("{}. Sales before it stay where they are.", forms.zone)/>
            </div>
            <FormEnd>
                <button class="btn" type="submit"><Icon name="search"/><span>"Show what it would do"</span></button>
                <a class="btn quiet" href=at(customer_path(&forms.customer.value))>"Cancel"</a>
            </FormEnd>
        </form>
    }
    .into_any()
}

#[component]
fn Preview(preview: ChangePreview, asked: RequestedChange, key: String) -> impl IntoView {
    let to = preview.to.as_ref().map_or("no partner".to_owned(), |partner| partner.label.clone());
    let events = match preview.moves.len() {
        0 => "No event changes hands.".to_owned(),
        1 => "1 event changes hands.".to_owned(),
        count => format!("{} events change hands.", counted(count)),
    };
    let heading = match &asked {
        RequestedChange::Undo { .. } => format!("Undo the change of {}", preview.from),
        _ => format!("To {to} from {}", preview.from),
    };
    let unchanged = match preview.moves.is_empty() {
        true => "Only sales from then on follow the new partner.",
        false => "What changes hands earned nothing, and earns nothing for the new owner either.",
    };
    let seen = preview.seen.clone();
    let apply = match asked {
        RequestedChange::Undo { change } => view! {
            <Form action=UndoAttribution::PATH>
                <Hidden name="key" value=key.clone()/>
                <Hidden name="change" value=change/>
                <Hidden name="seen" value=seen/>
                <FormEnd>
                    <SubmitButton>"Undo the change"</SubmitButton>
                    <a class="btn quiet" href=at(customer_path(&key))>"Cancel"</a>
                </FormEnd>
            </Form>
        }
        .into_any(),
        RequestedChange::Change { partner, from } => view! {
            <Form action=Apply::PATH class="form measure">
                <Hidden name="key" value=key/>
                <Hidden name="partner" value=partner/>
                <Hidden name="from" value=from/>
                <Hidden name="seen" value=seen/>
                <TextArea name="reason" label="Reason" hint="Kept in the history for whoever asks later."/>
                <FormEnd>
                    <SubmitButton>"Change attribution"</SubmitButton>
                </FormEnd>
            </Form>
        }
        .into_any(),
        RequestedChange::Nothing => ().into_any(),
    };
    view! {
        <section class="section stack loose">
            <div class="section-head">
                <h2>{heading}</h2>
                <p>{events}</p>
            </div>
            <Differences preview=preview.clone() unchanged=unchanged/>
            <Moves preview=preview.clone()/>
            <Entries preview=preview/>
            {apply}
        </section>
    }
}

/// Per partner and invoice. `unchanged` says why there are none.
#[component]
pub(super) fn Differences(preview: ChangePreview, unchanged: &'static str) -> impl IntoView {
    if preview.differences.is_empty() {
        return view! { <Notice tone="plain" icon="info" title="No reward changes" text=unchanged/> }.into_any();
    }
    let rows = preview
        .differences
        .into_iter()
        .map(|difference| {
            view! {
                <tr>
                    <th class="c-main" scope="row">
                        <span>{breakable(&difference.partner.label)}</span>
                        <small>{breakable(&difference.partner.value)}</small>
                    </th>
                    <td data-label="Month">{difference.month}</td>
                    <td>{difference.stage}</td>
                    <td class="c-amount">{difference.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label="Difference per partner and invoice">
            <TableHead labels="Partner|Month|Invoice|#Difference"/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Moves(preview: ChangePreview) -> impl IntoView {
    let any = !preview.moves.is_empty();
    let rows = preview
        .moves
        .into_iter()
        .map(|event| {
            view! {
                <tr>
                    <th class="c-main" scope="row">
                        <span>{event.title}</span>
                        <small>{breakable(&event.key)}</small>
                    </th>
                    <td class="c-date" data-label="When">{event.occurred}</td>
                    <td data-label="From">{event.from_partner}</td>
                    <td data-label="To">{event.to_partner}</td>
                </tr>
            }
        })
        .collect_view();
    any.then(|| {
        view! {
            <details open>
                <summary>"Events that change hands"</summary>
                <TableFrame label="Events that change hands">
                    <TableHead labels="Event|When|From|To"/>
                    <tbody>{rows}</tbody>
                </TableFrame>
            </details>
        }
    })
}

#[component]
pub(super) fn Entries(preview: ChangePreview) -> impl IntoView {
    let any = !preview.entries.is_empty();
    let rows = preview
        .entries
        .into_iter()
        .map(|entry| {
            let status = status_of(entry.state);
            view! {
                <tr>
                    <th class="c-main" scope="row">
                        <span>{breakable(&entry.partner.label)}</span>
                        <small>{breakable(&format!("{} · {}", entry.what, entry.event_key))}</small>
                    </th>
                    <td data-label="Month">{entry.month}</td>
                    <td class="c-status"><StatusBadge of=status/></td>
                    <td class="c-amount">{entry.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    any.then(|| {
        view! {
            <details>
                <summary>"The rewards this writes"</summary>
                <TableFrame label="The rewards this writes">
                    <TableHead labels="Partner|Month|Status|#Amount"/>
                    <tbody>{rows}</tbody>
                </TableFrame>
            </details>
        }
    })
}

/// A reward that is still to be written is on no invoice yet.
const fn status_of(state: RewardState) -> RewardStatus {
    match state {
        RewardState::Pending => RewardStatus::New,
        RewardState::Approved => RewardStatus::Approved,
        RewardState::Hold => RewardStatus::OnHold,
        RewardState::Declined => RewardStatus::Declined,
        RewardState::Scheduled => RewardStatus::Scheduled,
        RewardState::Paid => RewardStatus::PaidElsewhere,
    }
}
