//! One figure, one number: on every screen, in every file, on both databases, over the demo company.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use data::store::entities::{companies, customers, partnerships, rewards};
use data::testing::TestDb;
use data::{installation, on_both};
use domain::list_query::ListQuery;
use domain::states::{CompanyRole, RewardState};
use domain::{Currency, Instant, Money, Month};
use exchange::demo;
use exchange::exports::{Export, Noun};
use screens::{home, portal, session};
use sea_orm::{EntityTrait, QueryOrder};
use views::home::WaitingKind;

use crate::books::Post;

/// So many partners and customers are looked at one by one.
const LOOKED_AT: usize = 25;

struct Demo<'a> {
    db: &'a TestDb,
    company: companies::Model,
    rewards: Vec<rewards::Model>,
    now: Instant,
}

fn filtered(filters: &[(&str, &str)]) -> ListQuery {
    let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { filters, ..ListQuery::default() }
}

impl Demo<'_> {
    async fn filled(db: &TestDb) -> Demo<'_> {
        let worker = exchange::worker(db, Arc::new(Post::default()), Duration::from_secs(2));
        let told = demo::fill(db, &worker, Instant(1_790_000_000_000), &|_, _| {}).await.unwrap();
        let company = data::programme::companies::find_by_key(db.read(), "northwind").await.unwrap();
        let rewards = rewards::Entity::find().order_by_asc(rewards::Column::Id).all(db.read()).await.unwrap();
        assert_eq!(installation::now(db).await.unwrap(), told.now);
        Demo { db, company, rewards, now: told.now }
    }

    /// What these rewards come to in each currency that there is.
    fn sums(&self, takes: impl Fn(&rewards::Model) -> bool) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for row in self.rewards.iter().filter(|row| takes(row)) {
            *sums.entry(row.currency.clone()).or_default() += row.amount;
        }
        sums
    }

    fn usd(&self, takes: impl Fn(&rewards::Model) -> bool) -> Money {
        Money::new(self.sums(takes).remove("USD").unwrap_or(0), Currency::USD)
    }

    async fn listed(&self, filters: &[(&str, &str)]) -> BTreeMap<String, i64> {
        let mut all = filters.to_vec();
        all.push(("sum", "all"));
        let list = screens::rewards::list(self.db, &self.company, &filtered(&all), self.now).await.unwrap();
        by_currency(&list.totals.unwrap())
    }

    /// The rewards of a file: state, month, day of recording and amount of each.
    async fn file(&self, filters: &[(&str, &str)]) -> Vec<HashMap<String, String>> {
        let mut export = Export::of_list(self.db.read(), self.company.id, Noun::Rewards, &filtered(filters), self.now).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = export.next_piece(self.db.read()).await.unwrap() {
            bytes.extend(piece);
        }
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }
}

fn by_currency(amounts: &[Money]) -> BTreeMap<String, i64> {
    amounts.iter().map(|amount| (amount.currency.code().to_owned(), amount.minor)).collect()
}

fn file_sums(rows: &[HashMap<String, String>]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let amount = Money::parse(row["amount"].trim_start_matches('\''), row["currency"].parse().unwrap()).unwrap();
        *sums.entry(row["currency"].clone()).or_default() += amount.minor;
    }
    sums
}

fn without_zeros(mut sums: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn earned(row: &rewards::Model) -> bool {
    row.state != "declined"
}

on_both! {
    async fn a_figure_is_the_same_on_every_screen_and_in_every_file(db: &TestDb) {
        let demo = Demo::filled(db).await;
        let company = &demo.company;
        assert!(demo.rewards.iter().any(|row| row.state == "declined") && demo.rewards.iter().any(|row| row.state == "hold"));
        company_figures(&demo).await;
        months(&demo).await;
        invoices(&demo).await;
        let partners = partnerships::Entity::find().order_by_desc(partnerships::Column::Revenue).all(db.read()).await.unwrap();
        for partner in partners.iter().take(LOOKED_AT) {
            partner_figures(&demo, partner).await;
        }
        let found = customers::Entity::find().order_by_asc(customers::Column::Id).all(db.read()).await.unwrap();
        for customer in found.iter().filter(|customer| customer.transactions > 0).take(LOOKED_AT) {
            let page = screens::customers::detail::detail(db, company, &customer.customer_key, &ListQuery::default()).await.unwrap();
            let expected = demo.sums(|row| row.customer_id == Some(customer.id) && earned(row));
            assert_eq!(by_currency(&page.rewards_total), expected, "{}", customer.customer_key);
        }
    }
}

/// To review, on hold, and recorded this month.
async fn company_figures(demo: &Demo<'_>) {
    let (db, company, now) = (demo.db, &demo.company, demo.now);
    let view = home::home(db, company, CompanyRole::Owner, now).await.unwrap();
    let zone = company.zone().unwrap();
    let this_month = |at: i64| zone.month(Instant(at)) == zone.month(now) && at <= now.0;
    assert_eq!(view.rewards.now, demo.usd(|row| this_month(row.created_at) && earned(row)));
    assert_eq!(view.month, zone.month(now).long());
    let mut rows = demo.file(&[("month", "all")]).await;
    assert_eq!(rows.len(), demo.rewards.len());
    rows.retain(|row| this_month(Instant::parse(&row["created_at"]).unwrap().0) && row["reward_status"] != "declined");
    assert_eq!(file_sums(&rows).get("USD").copied().unwrap_or(0), view.rewards.now.minor);

    let waiting = |kind| view.waiting.iter().find(|waiting| waiting.kind == kind);
    let list = screens::rewards::list(db, company, &ListQuery::default(), now).await.unwrap();
    for (kind, state) in [(WaitingKind::Review, RewardState::Pending), (WaitingKind::Held, RewardState::Hold)] {
        let of_state = screens::rewards::list(db, company, &filtered(&[("status", state.word())]), now).await.unwrap();
        let tab = list.tabs.iter().find(|tab| tab.value == state.word()).unwrap();
        assert_eq!(tab.count, Some(of_state.count));
        let line = waiting(kind).unwrap();
        assert!(line.title.starts_with(&of_state.count.of("", "")), "{} {:?}", line.title, of_state.count);
        assert_eq!(by_currency(&line.amounts), by_currency(&of_state.totals.unwrap()));
        assert_eq!(by_currency(&line.amounts), file_sums(&demo.file(&[("status", state.word())]).await));
    }
    let owner = session::demo_users(db).await.unwrap().into_iter().find(|user| user.company).unwrap();
    let owner = session::demo_user(db, &owner.email).await.unwrap().unwrap();
    let time = installation::time(db).await.unwrap();
    let viewer = session::company_viewer(db, &owner, company, CompanyRole::Owner, time).await.unwrap();
    assert!(waiting(WaitingKind::Review).unwrap().title.starts_with(&domain::page::grouped(viewer.to_review)));
    let held = demo.sums(|row| row.state == "hold");
    assert_eq!(by_currency(&waiting(WaitingKind::Held).unwrap().amounts), held);
}

/// The chart's parts, the list of each month and its file.
async fn months(demo: &Demo<'_>) {
    let view = home::home(demo.db, &demo.company, CompanyRole::Owner, demo.now).await.unwrap();
    for bar in &view.months {
        let of = |takes: &dyn Fn(&rewards::Model) -> bool| demo.usd(|row| row.invoice_month == bar.month.0 && takes(row));
        assert_eq!(bar.total(), of(&earned), "{}", bar.month);
        assert_eq!(bar.held, of(&|row| row.state == "hold"), "{}", bar.month);
        assert_eq!(bar.scheduled, of(&|row| row.state == "scheduled"), "{}", bar.month);
        let month = bar.month.to_string();
        let month = month.as_str();
        let listed = demo.listed(&[("month", month)]).await;
        assert_eq!(listed.get("USD").copied().unwrap_or(0), bar.total().minor, "{month}");
        assert_eq!(listed, demo.sums(|row| row.invoice_month == bar.month.0 && earned(row)), "{month}");
        for (state, part) in [("hold", bar.held), ("scheduled", bar.scheduled)] {
            let listed = demo.listed(&[("month", month), ("status", state)]).await;
            assert_eq!(listed.get("USD").copied().unwrap_or(0), part.minor, "{month} {state}");
        }
        let mut rows = demo.file(&[("month", month)]).await;
        rows.retain(|row| row["reward_status"] != "declined");
        assert_eq!(without_zeros(file_sums(&rows)), without_zeros(listed), "{month}");
    }
    // What is accumulating and not decided about is "New" in the chart and in the list.
    let last = view.months.last().unwrap();
    let month = last.month.to_string();
    let new = demo.listed(&[("month", month.as_str()), ("status", "pending")]).await;
    assert_eq!(new.get("USD").copied().unwrap_or(0), last.new.minor + last.reversed.minor);
    assert!(!view.months.iter().all(|bar| bar.scheduled.minor == 0 && bar.held.minor == 0));
}

/// An invoice in the list, on its page, on paper, at home and in its file.
async fn invoices(demo: &Demo<'_>) {
    let (db, company, now) = (demo.db, &demo.company, demo.now);
    let list = screens::invoices::list(db, company, &ListQuery::default(), now).await.unwrap();
    for row in &list.page.rows {
        let page = screens::invoices::detail(db, company, &row.number, &ListQuery::default(), now).await.unwrap();
        let paper = screens::invoices::print(db, company, &row.number, now).await.unwrap();
        assert_eq!((row.amount, row.lines), (page.totals.charge, page.totals.lines), "{}", row.number);
        assert_eq!(paper.totals, page.totals, "{}", row.number);
        let month: Month = page.month_word.parse().unwrap();
        let payable = |reward: &&rewards::Model| {
            reward.invoice_month == month.0 && reward.currency == page.currency && matches!(reward.state.as_str(), "pending" | "approved")
        };
        let lines: i64 = demo.rewards.iter().filter(payable).map(|reward| reward.amount).sum();
        assert_eq!(page.totals.rewards.minor, lines, "{}", row.number);
        let file = demo.file(&[("invoice", row.number.as_str())]).await;
        assert_eq!((file.len() as i64, file_sums(&file).values().sum::<i64>()), (page.totals.lines, lines), "{}", row.number);
        if page.state == Some(domain::states::InvoiceState::InReview) {
            let view = home::home(db, company, CompanyRole::Owner, now).await.unwrap();
            assert!(view.in_review.iter().any(|strip| strip.title.ends_with(&page.totals.charge.display())), "{}", row.number);
        }
    }
    for row in &list.accumulating {
        let (month, currency) = row.href.trim_start_matches("/invoices/").rsplit_once('-').unwrap();
        let (month, currency) = (month.parse().unwrap(), currency.parse().unwrap());
        let page = screens::invoices::preview(db, company, month, currency, &ListQuery::default(), now).await.unwrap();
        assert_eq!(row.amount, page.totals.charge, "{}", row.href);
    }
}

/// A partner as the company and the partner see them.
async fn partner_figures(demo: &Demo<'_>, partner: &partnerships::Model) {
    let (db, company, now) = (demo.db, &demo.company, demo.now);
    let key = partner.partner_key.as_str();
    let of = |takes: &dyn Fn(&rewards::Model) -> bool| demo.sums(|row| row.partnership_id == partner.id && takes(row));
    let state = |word: &'static str| move |row: &rewards::Model| row.state == word;
    let overview = screens::partners::detail::overview(db, company, key, now).await.unwrap();
    let sums = |of: &dyn Fn(&views::partners::Earnings) -> Money| by_currency(&overview.earnings.iter().map(of).collect::<Vec<_>>());
    assert_eq!(without_zeros(sums(&|earnings| earnings.earned())), without_zeros(of(&earned)), "{key}");
    let portal_home = portal::home(db, partner.partner_id, now).await.unwrap();
    // The company's chart is in its own currency, the partner's in that of most commissions; each says which.
    let currency = |bars: &[views::home::MonthBar]| bars.first().map(|bar| bar.paid.currency);
    if currency(&overview.months) == currency(&portal_home.months) {
        assert_eq!(overview.months, portal_home.months, "{key}");
        assert_eq!(overview.other_currencies, portal_home.other_currencies, "{key}");
    }
    for (status, stage, word, shown) in [
        ("on_hold", "on_hold", "hold", sums(&|earnings| earnings.held)),
        ("scheduled", "scheduled", "scheduled", sums(&|earnings| earnings.scheduled)),
        ("declined", "declined", "declined", sums(&|earnings| earnings.declined)),
        ("", "", "", sums(&|earnings| earnings.earned())),
    ] {
        let expected = without_zeros(if word.is_empty() { of(&earned) } else { of(&state(word)) });
        assert_eq!(without_zeros(shown), expected, "{key} {word}");
        let tab = screens::partners::detail::rewards(db, company, key, &filtered(&[("status", status)])).await.unwrap();
        let seen = portal::commissions(db, partner.partner_id, &filtered(&[("status", stage)])).await.unwrap();
        for totals in [tab.totals, seen.totals].into_iter().flatten() {
            assert_eq!(without_zeros(by_currency(&totals)), expected, "{key} {word}");
        }
        let filters = [("partner", key), ("month", "all"), ("status", word)];
        assert_eq!(without_zeros(demo.listed(&filters[..if word.is_empty() { 2 } else { 3 }]).await), expected, "{key} {word}");
    }
    let earnings = &portal_home.earnings;
    assert_eq!(without_zeros(by_currency(&earnings.on_hold)), without_zeros(of(&state("hold"))), "{key}");
    assert_eq!(without_zeros(by_currency(&earnings.scheduled)), without_zeros(of(&state("scheduled"))), "{key}");
    for (stage, amounts) in [("expected", &earnings.expected), ("in_review", &earnings.in_review)] {
        let list = portal::commissions(db, partner.partner_id, &filtered(&[("status", stage)])).await.unwrap();
        if let Some(totals) = list.totals {
            assert_eq!(without_zeros(by_currency(&totals)), without_zeros(by_currency(amounts)), "{key} {stage}");
        }
    }
}
