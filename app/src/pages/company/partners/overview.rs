//! The Overview tab: whom the partner referred, what it earned, what will be paid when.

use domain::page::grouped;
use domain::states::PartnershipStatus;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use views::partners::{Earnings, PartnerHead, PartnerOverview, Upcoming};

use super::ThisPartner;
use crate::components::{
    DialogForm, EmptyState, Hidden, Loaded, OneCurrency, RewardsChart, SelectField, Skeleton, StatTile, Stats, TableFrame, TableHead,
    breakable,
};
use crate::place::at;
use crate::server_fns::partners::{ArchivePartner, GetPartnerOverview, MovePartner};
use crate::ui::{Loading, load};

#[component]
pub fn Overview(head: Loading<PartnerHead>) -> impl IntoView {
    let key = ThisPartner::get().key;
    let overview = load(move |place| GetPartnerOverview { place, key: key.get() });
    view! {
        <Loaded of=overview let:overview>
            <Figures overview=overview.clone()/>
            <div class="columns section">
                <div class="stack loose">
                    <Money overview=overview.clone()/>
                </div>
                <div class="stack loose">
                    <Promises overview=overview/>
                </div>
            </div>
        </Loaded>
        <Loaded of=head skeleton=Skeleton::Lines let:head>
            <Profile head=head.clone()/>
            <div class="section">
                {head.may_manage.then(|| view! { <ChangeStatus head=head.clone()/> })}
            </div>
        </Loaded>
    }
}

#[component]
fn Figures(overview: PartnerOverview) -> impl IntoView {
    let mut earned = overview.earnings.iter().map(Earnings::earned);
    let first = earned.next().unwrap_or_else(|| domain::Money::new(0, overview.revenue.currency));
    let others: Vec<String> = earned.map(|sum| sum.display()).collect();
    let others = (!others.is_empty()).then(|| format!("and {}", others.join(", ")));
    view! {
        <Stats>
            <StatTile label="Signups" value=grouped(overview.signups)/>
            <StatTile label="Paid customers" value=grouped(overview.paid_customers)/>
            <StatTile label="Revenue" value=overview.revenue.display()/>
            <StatTile label=format!("Earned in {}", first.currency) value=first.display()>
                {others.map(|others| view! { <dd class="change">{others}</dd> })}
            </StatTile>
        </Stats>
    }
}

#[component]
fn Money(overview: PartnerOverview) -> impl IntoView {
    let chart = (!overview.months.is_empty()).then(|| {
        view! {
            <section class="card">
                <div class="card-head">
                    <h2>"Rewards by invoice month"</h2>
                </div>
                <div class="card-body">
                    <RewardsChart title="Rewards by invoice month and status" bars=overview.months.clone()/>
                    <OneCurrency bars=overview.months.clone() others=overview.other_currencies.clone()/>
                </div>
            </section>
        }
    });
    let earnings = if overview.earnings.is_empty() {
        view! {
            <div class="card">
                <EmptyState icon="receipt" title="No rewards yet" text="A reward appears when a customer of this partner buys and an offer pays for it."/>
            </div>
        }
        .into_any()
    } else {
        view! { <EarningsTable earnings=overview.earnings.clone()/> }.into_any()
    };
    view! {
        <section>
            <div class="section-head">
                <h2>"What comes next"</h2>
            </div>
            <UpcomingTable upcoming=overview.upcoming/>
        </section>
        {chart}
        <section>
            <div class="section-head">
                <h2>"Earned so far"</h2>
            </div>
            {earnings}
        </section>
    }
}

#[component]
fn UpcomingTable(upcoming: Vec<Upcoming>) -> impl IntoView {
    if upcoming.is_empty() {
        return view! { <p class="muted">"Nothing is on its way to this partner."</p> }.into_any();
    }
    let rows = upcoming
        .into_iter()
        .map(|next| {
            let invoice = match next.invoice_number.is_empty() {
                true => view! { <span>{next.month.clone()}</span> }.into_any(),
                false => view! {
                    <a class="link" href=at(format!("/invoices/{}", crate::list::encode(&next.invoice_number)))>{next.invoice_number.clone()}</a>
                    <small>{next.month.clone()}</small>
                }
                .into_any(),
            };
            view! {
                <tr>
                    <th class="c-main" scope="row">{next.date}</th>
                    <td data-label="Invoice">{invoice}</td>
                    <td>{next.stage}</td>
                    <td class="c-amount">{next.amount.display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label="What comes next">
            <TableHead labels="Estimated payment date|Invoice|Stage|#Amount"/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn EarningsTable(earnings: Vec<Earnings>) -> impl IntoView {
    let rows = earnings
        .into_iter()
        .map(|sum| {
            view! {
                <tr>
                    <th class="c-main" scope="row">{sum.paid.currency.code().to_owned()}</th>
                    <td class="c-num" data-label="Paid">{sum.paid.display()}</td>
                    <td class="c-num" data-label="Invoiced">{sum.invoiced.display()}</td>
                    <td class="c-num" data-label="New, approved">{sum.coming.display()}</td>
                    <td class="c-num" data-label="On hold">{sum.held.display()}</td>
                    <td class="c-num" data-label="Scheduled">{sum.scheduled.display()}</td>
                    <td class="c-num" data-label="Earned">{sum.earned().display()}</td>
                    <td class="c-num" data-label="Declined">{sum.declined.display()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableFrame label="Earned so far">
            <TableHead labels="Currency|#Paid|#Invoiced|#New, approved|#On hold|#Scheduled|#Earned|#Declined"/>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
}

#[component]
fn Promises(overview: PartnerOverview) -> impl IntoView {
    let offers = overview
        .offers
        .into_iter()
        .map(|offer| view! { <li><a class="link" href=at(domain::addresses::offer(&offer.value))>{offer.label}</a></li> })
        .collect::<Vec<_>>();
    let offers = match offers.is_empty() {
        true => view! { <p class="muted">"No offer is in force for this partner's group, so sales earn nothing."</p> }.into_any(),
        false => view! { <ul class="stack tight">{offers}</ul> }.into_any(),
    };
    let groups =
        overview.group_history.into_iter().map(|(group, since)| view! { <div><dt>{group}</dt><dd>{since}</dd></div> }).collect_view();
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Offers"</h2>
            </div>
            <div class="card-body">{offers}</div>
        </section>
        <section class="card">
            <div class="card-head">
                <h2>"Group"</h2>
            </div>
            <div class="card-body">
                <dl class="facts">{groups}</dl>
            </div>
        </section>
    }
}

#[component]
fn Profile(head: PartnerHead) -> impl IntoView {
    let fact =
        |label: &'static str, value: String| (!value.is_empty()).then(|| view! { <div><dt>{label}</dt><dd>{breakable(&value)}</dd></div> });
    let person = format!("{} {}", head.first_name, head.last_name).trim().to_owned();
    let tags = (!head.tags.is_empty()).then(|| {
        let tags = head.tags.iter().map(|tag| view! { <span class="tag">{tag.clone()}</span> }).collect_view();
        view! { <div><dt>"Tags"</dt><dd class="row">{tags}</dd></div> }
    });
    let days = match head.settlement_days {
        0 => "On the day the invoice is charged".to_owned(),
        1 => "1 day after the invoice is charged".to_owned(),
        days => format!("{days} days after the invoice is charged"),
    };
    let account = match (head.payout_account.is_empty(), head.by_hand) {
        (true, _) => "No account yet".to_owned(),
        (false, true) => format!("{} (not an IBAN: paid by hand)", head.payout_account),
        (false, false) => head.payout_account.clone(),
    };
    let members = head
        .members
        .iter()
        .map(|member| {
            let email = (member.email != member.name).then(|| view! { <small>{breakable(&member.email)}</small> });
            view! { <div><dt class="name">{breakable(&member.name)}</dt><dd>{member.role.clone()}{email}</dd></div> }
        })
        .collect_view();
    let nobody = head.members.is_empty().then(|| view! { <p class="muted">"Nobody signs in for this partner yet."</p> });
    view! {
        <div class="columns section">
            <section class="card">
                <div class="card-head">
                    <h2>"Profile"</h2>
                </div>
                <div class="card-body">
                    <dl class="facts">
                        {fact("Partner key", head.key.clone())}
                        {fact("Owner", head.email.clone())}
                        {fact("Person", person)}
                        {fact("Manager", head.manager.clone())}
                        {tags}
                        {fact("Signed up", head.joined.clone())}
                        {fact("Last active", head.last_active.clone())}
                        {fact("Paid to", account)}
                        {fact("When paid", days)}
                    </dl>
                </div>
            </section>
            <section class="card">
                <div class="card-head">
                    <h2>"Members"</h2>
                </div>
                <div class="card-body">
                    <dl class="facts">{members}</dl>
                    {nobody}
                </div>
            </section>
        </div>
    }
}

/// Group and status: what can be changed about a partner from its overview.
#[component]
fn ChangeStatus(head: PartnerHead) -> impl IntoView {
    let (key, words) = (head.key.clone(), format!("Archive {}", head.name));
    let archive = (head.status != PartnershipStatus::Archived).then(|| {
        view! {
            <DialogForm id="archive-partner" action=ArchivePartner::PATH title=words.clone() open="Archive" open_icon="lock"
                open_class="btn small danger" confirm=words danger=true
                text="Sales from now on earn this partner nothing. What was earned before is paid as planned, and the partner can be made active again.">
                <Hidden name="key" value=key/>
            </DialogForm>
        }
    });
    view! {
        <div class="actions">
            <DialogForm id="move-partner" action=MovePartner::PATH title="Change the group" open="Change the group" open_icon="swap"
                open_class="btn small" confirm="Change the group"
                text="The new group's offers pay for sales from now on. Earlier sales stay with the old group.">
                <Hidden name="key" value=head.key.clone()/>
                <SelectField name="group" label="Group" choices=head.groups.clone() value=head.group.value.clone()/>
            </DialogForm>
            {archive}
        </div>
    }
}
