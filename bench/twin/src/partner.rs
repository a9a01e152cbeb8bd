//! Commissions: what a partner earned at every company, with its reason and the day it can be expected.

use std::collections::{BTreeMap, HashMap};

use domain::page::{Count, PAGE_ROWS};
use domain::payment::{estimated_payment_date, status};
use domain::states::{CustomerVisibility, InvoiceState, PartnerRole, PayoutState, RewardState};
use domain::time::short_date;
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, dates};
use maud::{Markup, html};
use uuid::Uuid;

use crate::queries::{Invoice, Membership, Partnership, Payout, Reward, Sum};
use crate::words::{amount, badge, breakable, description, icon, pager, reason, title, totals};
use crate::{Error, Person, Twin, frame};

type Sums = BTreeMap<Currency, i64>;

/// What the rows of the list depend on.
struct Outlook {
    partnerships: Vec<(Partnership, Zone, CustomerVisibility)>,
    invoices: HashMap<(Uuid, i32, String), Invoice>,
    payouts: HashMap<(Uuid, Uuid), Payout>,
}

impl Outlook {
    fn invoice(&self, partnership: Uuid, month: i32, currency: &str) -> Option<&Invoice> {
        let (partnership, ..) = self.partnerships.iter().find(|(known, ..)| known.id == partnership)?;
        self.invoices.get(&(partnership.company_id, month, currency.to_owned()))
    }
}

pub async fn page(twin: &Twin, person: &Person, here: &Membership) -> Result<Markup, Error> {
    let (Some(partner_id), Some(key)) = (here.partner_id, &here.partner_key) else { return Err("not a partner".into()) };
    let place = format!("/p/{key}");
    let partnerships = twin.pool.partnerships(partner_id).await?;
    let ids: Vec<Uuid> = partnerships.iter().map(|row| row.id).collect();
    let companies: Vec<Uuid> = partnerships.iter().map(|row| row.company_id).collect();
    let invoices = twin.pool.invoices(&companies).await?;
    let sums = twin.pool.sums(&ids).await?;
    let payouts = twin.pool.payouts(&ids).await?;
    let rows = twin.pool.partner_rewards(&ids).await?;

    let Some(first) = partnerships.first() else { return Err("no company yet".into()) };
    let (zone, currency): (Zone, Currency) = (first.timezone.parse()?, first.currency.parse()?);
    let read = |row: Partnership| -> Result<_, Error> {
        let (zone, visibility) = (row.timezone.parse()?, row.customer_visibility.parse()?);
        Ok((row, zone, visibility))
    };
    let outlook = Outlook {
        partnerships: partnerships.into_iter().map(read).collect::<Result<_, Error>>()?,
        invoices: invoices.into_iter().map(|row| ((row.company_id, row.month, row.currency.clone()), row)).collect(),
        payouts: payouts.into_iter().map(|row| ((row.invoice_id, row.partnership_id), row)).collect(),
    };
    let count = Count::capped(sums.iter().map(|sum| sum.rewards).sum()).of("commission", "commissions");
    let mut earned: BTreeMap<(bool, Currency), i64> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.state != "declined") {
        let unit: Currency = sum.currency.parse()?;
        *earned.entry((unit != currency, unit)).or_default() += sum.total;
    }
    let earned: Vec<Money> = earned.into_iter().map(|((_, currency), total)| Money::new(total, currency)).collect();
    let several = rows.iter().any(|row| row.company_id != rows[0].company_id);
    let shown = &rows[..rows.len().min(PAGE_ROWS as usize)];
    let mut lines = Vec::with_capacity(shown.len());
    for row in shown {
        lines.push(line(twin, &place, &outlook, row, several).await?);
    }
    let role: PartnerRole = here.role.parse()?;
    let last = if rows.len() > shown.len() { shown.last() } else { None };
    Ok(frame::document(
        "Commissions",
        "/pkg/partner_bg.wasm",
        html! {
            div.shell {
                @if person.sandbox { (frame::clock(&zone, person.now, None)) }
                header.topbar {
                    (frame::brand(&place))
                    div.topbar-end { (frame::account(person, here, &place, role.label(), None)) }
                }
                (tabs(&place))
                main.main id="main" tabindex="-1" {
                    header.page-head {
                        div.page-title { h1 tabindex="-1" { "Commissions" } }
                        p.context { "Each with its reason and the day you can expect it" }
                    }
                    (earnings(&place, &outlook, &sums)?)
                    div.section {
                        (stages())
                        (totals(&count, &earned))
                        div.table-wrap role="region" tabindex="0" aria-label="Commissions" {
                            table.table {
                                caption.sr-only { "Commissions" }
                                thead { tr {
                                    @for label in ["Commission", "Date", "Payment", "Status"] { th scope="col" { span { (label) } } }
                                    th.c-num scope="col" { span { "Amount" } }
                                } }
                                tbody { @for line in lines { (line) } }
                            }
                        }
                        (pager(&count, last))
                    }
                }
            }
        },
    ))
}

fn tabs(place: &str) -> Markup {
    const TABS: [(&str, &str, &str); 5] = [
        ("", "home", "Home"),
        ("/commissions", "wallet", "Commissions"),
        ("/payouts", "card", "Payouts"),
        ("/customers", "customers", "Customers"),
        ("/more", "more", "More"),
    ];
    html! {
        nav.tabbar aria-label="Main" {
            (frame::brand(place))
            ul.nav {
                @for (path, picture, label) in TABS {
                    li {
                        a href={ (place) (path) } aria-current=[(label == "Commissions").then_some("page")] {
                            (icon(picture)) span { (label) }
                        }
                    }
                }
            }
        }
    }
}

fn stages() -> Markup {
    const STAGES: [(&str, &str); 7] = [
        ("", "All"),
        ("expected", "Expected"),
        ("in_review", "In review"),
        ("on_hold", "On hold"),
        ("scheduled", "Scheduled"),
        ("paid", "Paid or on its way"),
        ("declined", "Declined"),
    ];
    html! {
        nav.segments aria-label="Status" {
            @for (word, label) in STAGES {
                @if word.is_empty() { a href="?" aria-current="page" { span { (label) } } }
                @else { a href={ "?status=" (word) } { span { (label) } } }
            }
        }
    }
}

/// What the partner is owed, by how near it is.
fn earnings(place: &str, outlook: &Outlook, sums: &[Sum]) -> Result<Markup, Error> {
    let [mut in_review, mut on_hold, mut scheduled, mut expected, mut available, mut failed] = [(); 6].map(|()| Sums::new());
    for sum in sums {
        let into = match sum.state.parse()? {
            RewardState::Hold => &mut on_hold,
            RewardState::Scheduled => &mut scheduled,
            RewardState::Declined | RewardState::Paid => continue,
            RewardState::Pending | RewardState::Approved => {
                match outlook.invoice(sum.partnership_id, sum.invoice_month, &sum.currency).map(Invoice::state).transpose()? {
                    None => &mut expected,
                    Some(InvoiceState::InReview | InvoiceState::Charging | InvoiceState::ChargeFailed) => &mut in_review,
                    Some(InvoiceState::Charged | InvoiceState::Paid) => continue,
                }
            }
        };
        *into.entry(sum.currency.parse()?).or_default() += sum.total;
    }
    for payout in outlook.payouts.values() {
        let into = match payout.state.parse()? {
            PayoutState::Paid => continue,
            PayoutState::Failed | PayoutState::Returned => &mut failed,
            PayoutState::Pending | PayoutState::Sending | PayoutState::Sent => &mut available,
        };
        *into.entry(payout.currency.parse()?).or_default() += payout.amount;
    }
    let stages = [
        ("Didn't arrive", &failed, "see what went wrong", "paid"),
        ("Available", &available, "charged, to be paid to you", "paid"),
        ("In review", &in_review, "on the invoice the company reviews", "in_review"),
        ("On hold", &on_hold, "waits for a decision", "on_hold"),
        ("Scheduled", &scheduled, "not due yet", "scheduled"),
        ("Expected", &expected, "on the month that is still open", "expected"),
    ];
    let stages = if failed.is_empty() { &stages[1..] } else { &stages[..] };
    Ok(html! {
        dl.stats { @for (label, sums, note, stage) in stages { (owed(place, label, sums, note, stage)) } }
    })
}

fn owed(place: &str, label: &str, sums: &Sums, note: &str, stage: &str) -> Markup {
    let mut amounts = sums.iter().map(|(currency, total)| Money::new(*total, *currency).display());
    html! {
        div.stat {
            dt { (label) }
            @match amounts.next() {
                Some(first) => { dd.figure { (first) } }
                None => { dd.figure { "Nothing" } }
            }
            @let rest: Vec<String> = amounts.collect();
            @if !rest.is_empty() { dd { "and " (rest.join(", ")) } }
            dd.change { a.link href={ (place) "/commissions?status=" (stage) } { (note) } }
        }
    }
}

async fn line(twin: &Twin, place: &str, outlook: &Outlook, row: &Reward, several: bool) -> Result<Markup, Error> {
    let Some((partnership, zone, visibility)) = outlook.partnerships.iter().find(|(known, ..)| known.id == row.partnership_id) else {
        return Err("a reward of somebody else".into());
    };
    let state: RewardState = row.state.parse()?;
    let invoice = outlook.invoice(row.partnership_id, row.invoice_month, &row.currency);
    let payout = invoice.and_then(|invoice| outlook.payouts.get(&(invoice.id, row.partnership_id)));
    let payout_state: Option<PayoutState> = payout.map(|payout| payout.state.parse()).transpose()?;
    let invoice_state = invoice.map(Invoice::state).transpose()?;
    let what = description(twin, row).await?;
    let customer = row
        .customer_key
        .as_deref()
        .map(|key| title(row.customer_name.as_deref().unwrap_or_default(), row.customer_email.as_deref().unwrap_or_default(), key));
    let customer = customer.map(|name| match visibility {
        CustomerVisibility::Name => name.to_owned(),
        CustomerVisibility::Masked => name.chars().next().map(|letter| format!("{letter}…")).unwrap_or_default(),
        CustomerVisibility::Hidden => "A customer".to_owned(),
    });
    let source: domain::states::RewardSource = row.source.parse()?;
    let (name, what) = match customer {
        Some(customer) if !customer.is_empty() => (customer, what),
        _ => (what, source.label().to_owned()),
    };
    let charge = match invoice {
        Some(invoice) => invoice.charge()?,
        None => None,
    };
    let date = match (invoice, charge) {
        (Some(_), None) => None,
        _ => estimated_payment_date(zone, state, Month(row.invoice_month), charge, partnership.settlement_days),
    };
    let came_back = payout_state.filter(|payout| payout.came_back());
    let paid = payout.and_then(|payout| payout.paid_at).filter(|_| payout_state == Some(PayoutState::Paid));
    let (label, payment) = match (came_back, date, paid) {
        (Some(PayoutState::Returned), ..) if state.payable() => ("Payment", "sent back by the bank".to_owned()),
        (Some(_), ..) if state.payable() => ("Payment", "didn't arrive".to_owned()),
        (None, Some(_), Some(at)) => ("", format!("paid {}", short_date(zone.date(Instant(at))))),
        (None, Some(date), None) => ("Estimated payment date", format!("about {}", short_date(date))),
        _ if state == RewardState::Scheduled => ("Payment", "once it is due".to_owned()),
        _ if !state.payable() => ("Payment", String::new()),
        _ if invoice_state == Some(InvoiceState::ChargeFailed) => ("Payment", "once the invoice is charged".to_owned()),
        _ => ("Payment", "once the pause ends".to_owned()),
    };
    let (why, _) = reason(zone, row, state, partnership.open_month);
    let label = Some(label).filter(|label| !label.is_empty());
    Ok(html! {
        tr {
            th.c-main.c-clip scope="row" {
                a.row-link href={ (place) "/commissions/" (row.key) } title={ (name) "\n" (what) } data-noscroll="" {
                    span { (breakable(&name)) } small { (breakable(&what)) }
                }
                @if several { small { (partnership.company_name) } }
                @if !why.is_empty() { small.whole { (why) } }
            }
            td.c-date data-label="Date" { (dates::day(zone, Instant(row.occurred_at))) }
            @if payment.is_empty() { td.c-date.c-hide data-label=[label] { "—" } }
            @else { td.c-date data-label=[label] { (payment) } }
            td.c-status { (badge(status(state, invoice_state, payout_state))) }
            td.c-amount { (amount(Money::new(row.amount, row.currency.parse()?), false)) }
        }
    })
}
