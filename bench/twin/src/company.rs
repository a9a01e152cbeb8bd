//! Review Rewards: the rewards of the open months, by state, with what can be done about many at once.

use std::collections::BTreeMap;

use domain::access::{Action, allows};
use domain::invoicing::schedule;
use domain::page::{PAGE_ROWS, grouped, number_of};
use domain::payment::status;
use domain::states::{CompanyRole, InvoiceState, RewardSource, RewardState};
use domain::zone::Zone;
use domain::{Currency, Instant, Money, Month, dates};
use maud::{Markup, html};

use crate::queries::{Count, Group, Invoice, Membership, Reward};
use crate::words::{PageKey, amount, badge, breakable, description, icon, pager, reason, title, totals};
use crate::{Error, Person, Twin, frame};

mod controls;

const TABS: [(RewardState, &str); 6] = [
    (RewardState::Pending, "New"),
    (RewardState::Approved, "Approved"),
    (RewardState::Hold, "On hold"),
    (RewardState::Scheduled, "Scheduled"),
    (RewardState::Declined, "Declined"),
    (RewardState::Paid, "Paid elsewhere"),
];

/// What the parts of the page are made of.
struct View<'a> {
    place: String,
    key: PageKey,
    person: &'a Person,
    here: &'a Membership,
    zone: Zone,
    open_month: i32,
    invoices: Vec<Invoice>,
    /// By state.
    counts: BTreeMap<RewardState, i64>,
    currencies: Vec<Currency>,
    groups: Vec<Group>,
}

pub async fn page(twin: &Twin, person: &Person, here: &Membership) -> Result<Markup, Error> {
    let role: CompanyRole = here.role.parse()?;
    let (true, Some(company_id), Some(company_key)) = (allows(role, Action::ViewProgramme), here.company_id, &here.company_key) else {
        return Err("not allowed".into());
    };
    let (Some(timezone), Some(currency), Some(open_month)) = (&here.timezone, &here.currency, here.open_month) else {
        return Err("no company".into());
    };
    let mut invoices = twin.pool.invoices(&[company_id]).await?;
    invoices.sort_unstable_by_key(|invoice| std::cmp::Reverse(invoice.month));
    let in_review = invoices.iter().filter(|invoice| invoice.state == InvoiceState::InReview.word());
    let first = in_review.map(|invoice| invoice.month).chain([open_month]).min().unwrap_or(open_month);
    let kept = twin.pool.counts(company_id, first).await?;
    let groups = twin.pool.groups(company_id).await?;
    let rows = twin.pool.open_rewards(company_id, open_month).await?;

    let home: Currency = currency.parse()?;
    let mut counts: BTreeMap<RewardState, i64> = BTreeMap::new();
    let mut earned: BTreeMap<(bool, Currency), i64> = BTreeMap::new();
    let mut currencies = vec![home];
    for sum in &kept {
        let (state, unit): (RewardState, Currency) = (sum.state.parse()?, sum.currency.parse()?);
        if !currencies.contains(&unit) && sum.rewards > 0 && sum.invoice_month > 0 {
            currencies.push(unit);
        }
        if open(sum, state, open_month, &invoices) {
            *counts.entry(state).or_default() += sum.rewards;
            if state != RewardState::Declined {
                *earned.entry((unit != home, unit)).or_default() += sum.total;
            }
        }
    }
    for invoice in &invoices {
        let unit = invoice.currency.parse()?;
        if !currencies.contains(&unit) {
            currencies.push(unit);
        }
    }
    currencies[1..].sort_unstable();
    let key = PageKey::new(twin, person);
    let view = View {
        place: format!("/c/{company_key}"),
        key,
        person,
        here,
        zone: timezone.parse()?,
        open_month,
        invoices,
        counts,
        currencies,
        groups,
    };
    let earned: Vec<Money> = earned.into_iter().map(|((_, currency), total)| Money::new(total, currency)).collect();
    let shown = &rows[..rows.len().min(PAGE_ROWS as usize)];
    let mut lines = Vec::with_capacity(shown.len());
    for row in shown {
        lines.push(view.line(twin, row).await?);
    }
    let last = if rows.len() > shown.len() { shown.last() } else { None };
    let count = number_of(view.counts.values().sum::<i64>(), "reward", "rewards");
    Ok(frame::document(
        "Review Rewards",
        "/pkg/company_bg.wasm",
        html! {
            div.shell {
                (view.navigation())
                @if person.sandbox { (frame::clock(&view.zone, person.now, Some(view.jumps(here.open_month_ends_at)))) }
                (view.topbar(role))
                main.main id="main" tabindex="-1" {
                    (view.head())
                    (view.tabs())
                    (view.filters())
                    (totals(&count, &earned))
                    @if last.is_some() { (view.select_all(&count)) }
                    form.bulk method="post" action="/rpc/rewards/review" novalidate {
                        (view.key.fields("/rpc/rewards/review", &view.place, "bulk"))
                        button type="submit" disabled hidden {}
                        (table(lines))
                        (view.decisions())
                    }
                    (pager(&count, last))
                    (controls::hints())
                }
            }
        },
    ))
}

/// Whether these are rewards of the open months, of an invoice in review, or wait outside of any month.
fn open(sum: &Count, state: RewardState, open_month: i32, invoices: &[Invoice]) -> bool {
    let waits = matches!(state, RewardState::Hold | RewardState::Scheduled);
    if sum.invoice_month == 0 || waits {
        return waits && sum.invoice_month == 0;
    }
    let reviewed = |invoice: &Invoice| {
        invoice.month == sum.invoice_month && invoice.currency == sum.currency && invoice.state == InvoiceState::InReview.word()
    };
    sum.invoice_month >= open_month || invoices.iter().any(reviewed)
}

impl View<'_> {
    fn in_review(&self) -> impl Iterator<Item = &Invoice> {
        self.invoices.iter().filter(|invoice| invoice.state == InvoiceState::InReview.word())
    }

    fn new_rewards(&self) -> i64 {
        self.counts.get(&RewardState::Pending).copied().unwrap_or_default()
    }

    fn navigation(&self) -> Markup {
        let item = |path: &str, picture: &str, label: &str| html! { a href={ (self.place) (path) } { (icon(picture)) span { (label) } } };
        let new = self.new_rewards();
        html! {
            nav.sidebar id="nav" popover="auto" aria-label="Main" {
                (frame::brand(&self.place))
                ul.nav {
                    li { (item("", "home", "Home")) }
                    li { (item("/partners", "partners", "Partner Management")) }
                    li { (item("/customers", "customers", "Customers")) }
                    li {
                        a href={ (self.place) "/rewards" } {
                            (icon("invoice")) span { "Rewards & Invoices" }
                            @if new > 0 { span.count.due.nowrap { span { (grouped(new)) } span.sr-only { " to review" } } }
                        }
                        ul.nav {
                            li { a href={ (self.place) "/rewards" } aria-current="page" { span { "Review Rewards" } } }
                            li { a href={ (self.place) "/invoices" } { span { "Invoices" } } }
                        }
                    }
                    li { (item("/offers", "offers", "Offers")) }
                }
                div.sidebar-end { ul.nav { li { (item("/settings", "settings", "Settings")) } } }
            }
        }
    }

    /// Where the clock can go.
    fn jumps(&self, month_ends_at: Option<i64>) -> Markup {
        const MOVE: &str = "/rpc/sandbox/move";
        let now = self.person.now;
        let due = self.invoices.iter().filter(|invoice| match invoice.state.parse() {
            Ok(InvoiceState::InReview) => invoice.paused_at.is_none(),
            Ok(InvoiceState::ChargeFailed) => invoice.retry_at.is_some(),
            _ => false,
        });
        let due = due.map(|invoice| invoice.retry_at.unwrap_or(invoice.charge_due_at)).filter(|at| *at > now.0).min();
        let month_end = Instant(month_ends_at.unwrap_or_default());
        let charge = due.map_or_else(|| schedule(&self.zone, Month(self.open_month), month_end).charge_due_at, Instant);
        let tomorrow = self.zone.date(now).succ_opt().map_or(now, |date| self.zone.first_instant(date));
        let mut jumps = [("Tomorrow", tomorrow), ("Charge day", charge), ("Month end", month_end)];
        jumps.sort_by_key(|(_, at)| *at);
        html! {
            p.menu-title { "Everything that falls due on the way is done" }
            form.clock-jumps method="post" action=(MOVE) novalidate {
                (self.key.fields(MOVE, &self.place, "jump"))
                input type="hidden" name="form_bare" value="true";
                @for (label, at) in jumps {
                    button type="submit" name="to" value=(at.rfc3339()) {
                        span { (label) } time { (self.zone.local(at).format("%a %-d %b")) } small { " " }
                    }
                }
            }
            hr;
            form.menu-body.row method="post" action=(MOVE) novalidate {
                (self.key.fields(MOVE, &self.place, "days"))
                input.input.small type="number" id="days-days" name="days" value="7" min="1" max="400" aria-label="Days";
                button.btn.small type="submit" { "Move by days" }
            }
        }
    }

    fn topbar(&self, role: CompanyRole) -> Markup {
        let settings = format!("{}/settings", self.place);
        html! {
            header.topbar {
                button.btn.quiet.icon-only.menu-button type="button" popovertarget="nav" aria-label="Menu" { (icon("menu")) }
                form.search role="search" aria-label="Everything" action={ (self.place) "/search" } method="get" {
                    (icon("search"))
                    input.input type="search" id="search" name="q" value="" aria-label="Search everything"
                        placeholder="Search partners, customers, rewards" autocomplete="off";
                    kbd aria-hidden="true" { "/" }
                }
                div.topbar-end { (frame::account(self.person, self.here, &self.place, role.label(), Some(&settings))) }
            }
        }
    }

    fn head(&self) -> Markup {
        let new = self.new_rewards();
        html! {
            header.page-head {
                div.page-title { h1 tabindex="-1" { "Review Rewards" } }
                p.context { (self.context()) }
                @if new > 0 {
                    div.actions { a.btn.primary href="?status=pending" { "Review " (number_of(new, "new reward", "new rewards")) } }
                }
            }
        }
    }

    /// "March 2026 · in review for 4 more days · will be charged on 8 April, New York time"
    fn context(&self) -> String {
        let day = |at: Instant| {
            let date = self.zone.date(at);
            let long = domain::time::long_date(date);
            long.rsplit_once(' ').map(|(day, _)| day.to_owned()).unwrap_or(long)
        };
        let place = self.zone.place();
        let Some(invoice) = self.in_review().next() else {
            let month = self.zone.month(self.person.now).max(Month(self.open_month));
            let generated = day(self.zone.month_start(month.next()));
            return format!("{} is accumulating · its invoices will be generated on {generated}, {place}", month.long());
        };
        let charge = day(Instant(invoice.charge_due_at));
        let left = (self.zone.date(Instant(invoice.review_ends_at)) - self.zone.date(self.person.now)).num_days().max(0);
        let standing = match left {
            _ if invoice.paused_at.is_some() => "review paused · not charged until you resume it".to_owned(),
            0 => format!("the review is over · charge due on {charge}, {place}"),
            1 => format!("last day of the review · will be charged on {charge}, {place}"),
            days => format!("in review for {days} more days · will be charged on {charge}, {place}"),
        };
        format!("{} · {standing}", Month(invoice.month).long())
    }

    fn tabs(&self) -> Markup {
        html! {
            nav.segments aria-label="Status" {
                a href="?" aria-current="page" { span { "All" } span.count { (grouped(self.counts.values().sum())) } }
                @for (state, label) in TABS {
                    a href={ "?status=" (state.word()) } {
                        span { (label) } span.count { (grouped(self.counts.get(&state).copied().unwrap_or_default())) }
                    }
                }
            }
        }
    }

    async fn line(&self, twin: &Twin, row: &Reward) -> Result<Markup, Error> {
        let (state, source): (RewardState, RewardSource) = (row.state.parse()?, row.source.parse()?);
        let money = Money::new(row.amount, row.currency.parse()?);
        let partner = title(&row.partner_name, &row.partner_email, &row.partner_key);
        let customer = row
            .customer_key
            .as_deref()
            .map(|key| title(row.customer_name.as_deref().unwrap_or_default(), row.customer_email.as_deref().unwrap_or_default(), key));
        let (why, month) = reason(&self.zone, row, state, self.open_month);
        let mut what = description(twin, row).await?;
        if !why.is_empty() {
            what = format!("{what} · {why}");
        }
        let recorded = Instant(row.created_at);
        let invoice = self.invoices.iter().find(|invoice| invoice.month == row.invoice_month && invoice.currency == row.currency);
        // No payout before an invoice is charged, and none is here that was.
        let status = status(state, invoice.map(Invoice::state).transpose()?, None);
        Ok(html! {
            tr {
                td.c-select {
                    label {
                        input type="checkbox" name="keys[]" value={ (row.key) ":" (row.state) }
                            aria-label={ "Select " (money.display()) " for " (partner) }
                            data-minor=(row.amount) data-currency=(row.currency) data-partner=(partner);
                    }
                }
                th.c-main.c-clip scope="row" {
                    a.row-link href={ (self.place) "/rewards/" (row.key) }
                        title={ (partner) "\n" (customer.unwrap_or_default()) "\n" (what) } data-noscroll="" { (breakable(partner)) }
                }
                @match customer {
                    Some(customer) => { td.c-clip data-label="Customer" { span { (breakable(customer)) } } }
                    None => { td.c-clip.c-hide data-label="Customer" { span { "—" } } }
                }
                td.c-clip data-label="For" { span { (source.label()) } small { (what) } }
                td.c-date data-label="Recorded" {
                    span { (dates::day(&self.zone, recorded)) }
                    @if self.zone.month(recorded) != month { small { "for " (month.long()) } }
                }
                td.c-status { (badge(status)) }
                td.c-amount { (amount(money, self.currencies.len() > 1)) }
            }
        })
    }
}

fn table(lines: Vec<Markup>) -> Markup {
    html! {
        div.table-wrap role="region" tabindex="0" aria-label="Rewards" {
            table.table {
                caption.sr-only { "Rewards" }
                thead { tr {
                    th.c-select scope="col" { label { input type="checkbox" aria-label="Select all on this page"; } }
                    @for label in ["Partner", "Customer", "For"] { th scope="col" { span { (label) } } }
                    th scope="col" aria-sort="descending" { a.sort href="?sort=recorded" { "Recorded" } }
                    th scope="col" { span { "Status" } }
                    th.c-num scope="col" { a.sort href="?sort=-amount" { "Amount" } }
                } }
                tbody { @for line in lines { (line) } }
            }
        }
    }
}
