//! Review Rewards, All partners and Customers among very many rows, against the same pages among a thousand. `bench/lists.sh` runs
//! it; the result is Markdown on stdout, every page on stderr.
#![allow(clippy::unwrap_used)]
#![expect(clippy::print_stdout, reason = "its result is its output")]

mod support;

use std::collections::BTreeMap;
use std::time::Instant as Clock;

use data::Db;
use data::store::entities::companies::Model as Company;
use data::testing::TestDb;
use domain::list_query::ListQuery;
use domain::page::{Count, Cursor, PAGE_ROWS, SortValue};
use support::company::{DECEMBER_2024, NOW, filled, rows_read};
use support::{cpu_seconds, median, numbers, quantile};
use uuid::Uuid;

const FEW_ROWS: usize = 1_000;
/// A deep page is reached by so many steps, where there are as many.
const STEPS: usize = 12;

#[derive(Clone, Copy, PartialEq)]
enum Screen {
    Rewards,
    Partners,
    Customers,
}

impl Screen {
    const fn name(self) -> &'static str {
        match self {
            Screen::Rewards => "Review Rewards",
            Screen::Partners => "All partners",
            Screen::Customers => "Customers",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Screen::Rewards => "/rewards",
            Screen::Partners => "/partners",
            Screen::Customers => "/customers",
        }
    }
}

struct Page {
    screen: Screen,
    name: String,
    first: ListQuery,
    deep: bool,
}

/// One of the two databases with what each page asks of it.
struct Side {
    db: Db,
    company: Company,
    queries: Vec<ListQuery>,
}

#[tokio::main]
async fn main() {
    let numbers = numbers();
    let argument = |place: usize, default: usize| numbers.get(place).copied().unwrap_or(default);
    let (rows, rounds) = (argument(0, 1_000_000), argument(1, 9));
    println!(
        "| database | list | pages | p95 of {FEW_ROWS} rows | p95 of {rows} rows | ratio, difference | worst page: {FEW_ROWS} → {rows} rows | ratio, difference | pages above | processor | rows read |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let keep = std::env::var("TRIBUTARY_BENCH_KEEP").ok();
    if let Some(addresses) = keep {
        // Two addresses per database, of few and of many rows: left as they are, for the next run.
        let addresses: Vec<&str> = addresses.split(',').collect();
        for pair in addresses.chunks(2) {
            let [few, many] = [Db::open(pair[0]).await.unwrap(), Db::open(pair[1]).await.unwrap()];
            for db in [&few, &many] {
                db.migrate().await.unwrap();
            }
            run([few, many], rows, rounds).await;
        }
        return;
    }
    let (few, many) = (TestDb::sqlite().await, TestDb::sqlite().await);
    run([(*few).clone(), (*many).clone()], rows, rounds).await;
    few.remove().await;
    many.remove().await;
    if let (Some(few), Some(many)) = (TestDb::postgres().await, TestDb::postgres().await) {
        run([(*few).clone(), (*many).clone()], rows, rounds).await;
        few.remove().await;
        many.remove().await;
    }
}

async fn run([few, many]: [Db; 2], rows: usize, rounds: usize) {
    let kind = few.kind();
    let pages = chosen(pages());
    let few = side(few, FEW_ROWS, &pages).await;
    let many = side(many, rows, &pages).await;
    if let Ok(file) = std::env::var("TRIBUTARY_BENCH_ADDRESSES") {
        // Only the addresses of the pages, for whoever asks a server for them.
        let lines = pages.iter().enumerate().map(|(at, page)| {
            let [few, many] = [&few, &many].map(|side| address(page.screen, &side.queries[at]));
            format!("{}\t{}\t{few}\t{many}\n", page.screen.name(), page.name)
        });
        std::fs::write(file, lines.collect::<String>()).unwrap();
        return;
    }
    let mut samples: Vec<Samples> = pages.iter().map(|_| Samples::default()).collect();
    for round in 0..=rounds {
        for (at, page) in pages.iter().enumerate() {
            // A B B A: what drifts meets both sides alike.
            let times =
                [visit(&few, page, at).await, visit(&many, page, at).await, visit(&many, page, at).await, visit(&few, page, at).await];
            // The first round warms up.
            if round > 0 {
                samples[at].add(times);
            } else if times[2].0 > 0.05 {
                eprintln!("{kind}: {:.0} ms for {}", times[2].0 * 1e3, page.name);
            }
        }
    }
    for (at, page) in pages.iter().enumerate() {
        for (side, into) in [(&few, 0), (&many, 1)] {
            let before = rows_read(&side.db).await;
            show(side, page, at).await;
            samples[at].read[into] = rows_read(&side.db).await - before;
        }
    }
    for screen in [Screen::Rewards, Screen::Partners, Screen::Customers] {
        report(kind, screen, &pages, &samples);
    }
}

#[derive(Default)]
struct Samples {
    few: Vec<f64>,
    many: Vec<f64>,
    cpu: [f64; 2],
    read: [i64; 2],
}

impl Samples {
    fn add(&mut self, [a, b, c, d]: [(f64, f64); 4]) {
        self.few.extend([a.0, d.0]);
        self.many.extend([b.0, c.0]);
        self.cpu[0] += a.1 + d.1;
        self.cpu[1] += b.1 + c.1;
    }
}

async fn visit(side: &Side, page: &Page, at: usize) -> (f64, f64) {
    let (cpu, clock) = (cpu_seconds(), Clock::now());
    show(side, page, at).await;
    (clock.elapsed().as_secs_f64(), cpu_seconds() - cpu)
}

/// The cursor of the page after.
async fn show(side: &Side, page: &Page, at: usize) -> Option<String> {
    load(&side.db, &side.company, page.screen, &side.queries[at]).await
}

async fn load(db: &Db, company: &Company, screen: Screen, query: &ListQuery) -> Option<String> {
    match screen {
        Screen::Rewards => screens::rewards::list(db, company, query, NOW).await.unwrap().page.next,
        Screen::Partners => screens::partners::list(db, company, query).await.unwrap().page.next,
        Screen::Customers => screens::customers::list(db, company, query).await.unwrap().page.next,
    }
}

fn address(screen: Screen, query: &ListQuery) -> String {
    let own = [("q", &query.search), ("sort", &query.sort), ("page", &query.page)];
    let filters = query.filters.iter().map(|(name, value)| (name.as_str(), value));
    let parts = own.into_iter().chain(filters).filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> = parts.map(|(name, value)| format!("{name}={}", value.replace(' ', "%20"))).collect();
    format!("{}?{}", screen.path(), parts.join("&"))
}

async fn side(db: Db, rows: usize, pages: &[Page]) -> Side {
    let clock = Clock::now();
    let company = filled(&db, rows).await;
    // Neither list may be quick because it finds nothing.
    let every = ListQuery { filters: BTreeMap::from([("month".to_owned(), "all".to_owned())]), ..ListQuery::default() };
    let all = screens::rewards::list(&db, &company, &every, NOW).await.unwrap();
    assert_eq!((all.count, all.page.rows.len()), (Count::Exactly(u32::try_from(rows).unwrap()), PAGE_ROWS as usize));
    assert_eq!(screens::partners::list(&db, &company, &ListQuery::default()).await.unwrap().page.rows.len(), PAGE_ROWS as usize);
    eprintln!("{}: {rows} rows after {:.1?}", db.kind(), clock.elapsed());
    let mut queries = Vec::with_capacity(pages.len());
    for page in pages {
        let mut query = page.first.clone();
        if page.deep {
            deepen(&db, &company, page.screen, &mut query).await;
        }
        queries.push(query);
    }
    Side { db, company, queries }
}

/// Goes on to the middle of the list, or a dozen pages on where the middle has no name.
async fn deepen(db: &Db, company: &Company, screen: Screen, query: &mut ListQuery) {
    let (column, middle) = match query.sort.trim_start_matches('-') {
        "recorded" => ("created_at", SortValue::Int(NOW.0 - 365 * 86_400_000)),
        "amount" => ("amount", SortValue::Int(50_000)),
        "revenue" => ("revenue", SortValue::Int(500_000)),
        "signups" => ("signups", SortValue::Int(2_500)),
        "paid" => ("paid_customers", SortValue::Int(450)),
        "joined" => ("joined_at", SortValue::Int(NOW.0 - 365 * 86_400_000)),
        "name" if screen == Screen::Partners => ("search", SortValue::Text("name5".to_owned())),
        "name" => ("search", SortValue::Text("buyer5".to_owned())),
        "owner" => ("email", SortValue::Text("m5".to_owned())),
        "since" => ("created_at", SortValue::Int(DECEMBER_2024 + 50_000)),
        _ => ("", SortValue::Int(0)),
    };
    if !column.is_empty() {
        let direction = if query.sort.starts_with('-') { "desc" } else { "asc" };
        let cursor = Cursor { backward: false, value: middle, id: Uuid::nil() };
        query.page = cursor.encode(&format!("{column}-{direction}"));
        if load(db, company, screen, query).await.is_some() {
            return;
        }
        query.page.clear();
    }
    for _ in 0..STEPS {
        match load(db, company, screen, query).await {
            Some(next) => query.page = next,
            None => break,
        }
    }
}

/// Those whose name contains `TRIBUTARY_BENCH_PAGES`, where that is set: for work on some of them.
fn chosen(pages: Vec<Page>) -> Vec<Page> {
    let Ok(wanted) = std::env::var("TRIBUTARY_BENCH_PAGES") else { return pages };
    pages.into_iter().filter(|page| page.name.contains(&wanted)).collect()
}

/// Filters, by name and value; "search" is what was typed.
type Filters = Vec<(&'static str, &'static str)>;

fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    let months: [Filters; 4] = [vec![], vec![("month", "2026-10")], vec![("month", "2025-06")], vec![("month", "all")]];
    for month in &months {
        for filters in reward_filters() {
            let filters: Filters = month.iter().chain(&filters).copied().collect();
            add(&mut pages, Screen::Rewards, &filters, &["-recorded", "recorded", "-amount", "amount"]);
        }
    }
    let sorts: Vec<String> = views::partners::PARTNER_SORTS.iter().flat_map(|sort| [(*sort).to_owned(), format!("-{sort}")]).collect();
    let sorts: Vec<&str> = sorts.iter().map(String::as_str).collect();
    for filters in partner_filters() {
        add(&mut pages, Screen::Partners, &filters, &sorts);
    }
    for filters in customer_filters() {
        add(&mut pages, Screen::Customers, &filters, &["-since", "since", "name", "-name"]);
    }
    pages
}

fn reward_filters() -> Vec<Filters> {
    let mut all: Vec<Filters> = vec![vec![]];
    all.extend(["pending", "approved", "hold", "scheduled", "declined", "paid"].map(|state| vec![("status", state)]));
    all.extend(["g1", "g3"].map(|group| vec![("group", group)]));
    all.extend(["transaction", "manual", "refund"].map(|source| vec![("source", source)]));
    all.extend(["USD", "EUR", "JPY"].map(|currency| vec![("currency", currency)]));
    all.extend([vec![("partner", "p0")], vec![("partner", "p7")], vec![("customer", "c0")], vec![("customer", "c7")]]);
    all.extend([vec![("min", "900")], vec![("min", "999")], vec![("max", "10")], vec![("min", "400"), ("max", "500")]]);
    all.extend(["name1", "name12", "buyer12", "sale-7", "co", "nobody"].map(|typed| vec![("search", typed)]));
    all.push(vec![("status", "approved"), ("group", "g1")]);
    all.push(vec![("status", "pending"), ("source", "manual")]);
    all.push(vec![("status", "hold"), ("currency", "EUR")]);
    all.push(vec![("status", "approved"), ("partner", "p0")]);
    all.push(vec![("group", "g1"), ("source", "refund"), ("currency", "EUR")]);
    all
}

fn partner_filters() -> Vec<Filters> {
    let mut all: Vec<Filters> = vec![vec![]];
    all.extend(["g1", "g3"].map(|group| vec![("group", group)]));
    all.extend(["approved", "declined", "archived"].map(|status| vec![("status", status)]));
    all.push(vec![("status", "archived"), ("group", "g1")]);
    all.extend([vec![("tag", "vip")], vec![("held", "yes")], vec![("from", "2025-03-01"), ("to", "2025-06-30")]]);
    all.extend(["name1", "name12", "name12345", "p7", "co", "co p7", "nobody"].map(|typed| vec![("search", typed)]));
    all.push(vec![("search", "name1"), ("group", "g2")]);
    all
}

fn customer_filters() -> Vec<Filters> {
    let mut all: Vec<Filters> = vec![vec![], vec![("bought", "yes")], vec![("bought", "no")], vec![("test", "no")], vec![("test", "yes")]];
    all.extend([vec![("partner", "p0")], vec![("partner", "p7"), ("bought", "yes")]]);
    all.extend(["buyer1", "buyer12", "buyer12345", "c7", "nobody"].map(|typed| vec![("search", typed)]));
    all.push(vec![("search", "buyer1"), ("bought", "yes")]);
    all
}

fn add(pages: &mut Vec<Page>, screen: Screen, filters: &Filters, sorts: &[&str]) {
    for sort in sorts {
        for deep in [false, true] {
            let words: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let search = filters.iter().find(|(name, _)| *name == "search").map(|(_, typed)| (*typed).to_owned());
            let filters: BTreeMap<String, String> = filters
                .iter()
                .filter(|(name, _)| *name != "search")
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            pages.push(Page {
                screen,
                name: format!("{} by {sort}{}", words.join(" "), if deep { ", deep" } else { "" }),
                first: ListQuery { search: search.unwrap_or_default(), sort: (*sort).to_owned(), page: String::new(), filters },
                deep,
            });
        }
    }
}

/// What is allowed among very many rows: `times` what it takes among a thousand or so many seconds more, whichever is more.
fn within(few: f64, many: f64, times: f64, more: f64) -> bool {
    many <= f64::max(few * times, few + more)
}

fn report(kind: &str, screen: Screen, pages: &[Page], samples: &[Samples]) {
    let of: Vec<(&Page, &Samples)> = pages.iter().zip(samples).filter(|(page, _)| page.screen == screen).collect();
    if of.is_empty() {
        return;
    }
    let all = |side: fn(&Samples) -> &Vec<f64>| -> Vec<f64> { of.iter().flat_map(|(_, samples)| side(samples).clone()).collect() };
    let (few, many) = (quantile(&all(|samples| &samples.few), 0.95), quantile(&all(|samples| &samples.many), 0.95));
    let mut measured: Vec<(f64, f64, &Page, &Samples)> =
        of.iter().map(|(page, samples)| (median(&samples.few), median(&samples.many), *page, *samples)).collect();
    measured.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    let (worst_few, worst_many) = (measured[0].0, measured[0].1);
    let above = measured.iter().filter(|(few, many, ..)| !within(*few, *many, 4.0, 0.1)).count();
    let cpu = of.iter().map(|(_, samples)| samples.cpu[1]).sum::<f64>() / of.iter().map(|(_, samples)| samples.cpu[0]).sum::<f64>();
    let read: [i64; 2] = [0, 1].map(|side| of.iter().map(|(_, samples)| samples.read[side]).sum());
    let rows =
        if read[0] == 0 { "—".to_owned() } else { format!("{} → {} a page", read[0] / of.len() as i64, read[1] / of.len() as i64) };
    let verdict = if within(few, many, 2.0, 0.025) { "" } else { " **above**" };
    println!(
        "| {kind} | {} | {} | {:.1} ms | {:.1} ms | {:.2}, {:+.1} ms{verdict} | {:.1} → {:.1} ms | {:.2}, {:+.1} ms | {above} | {cpu:.2} | {rows} |",
        screen.name(),
        of.len(),
        few * 1e3,
        many * 1e3,
        many / few,
        (many - few) * 1e3,
        worst_few * 1e3,
        worst_many * 1e3,
        worst_many / worst_few,
        (worst_many - worst_few) * 1e3,
    );
    for (few, many, page, samples) in measured {
        eprintln!(
            "{kind} {:+8.1} ms, {:6.2} = {:7.2} / {:6.2} ms, rows {} / {}, {}: {}",
            (many - few) * 1e3,
            many / few,
            many * 1e3,
            few * 1e3,
            samples.read[1],
            samples.read[0],
            screen.name(),
            page.name
        );
    }
}
