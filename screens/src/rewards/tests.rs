#![allow(clippy::unwrap_used)]

use data::act::{Act, Actor};
use domain::decision::RewardDraft;
use domain::page::Count;
use domain::review::Verb;
use domain::states::{RewardSource, RewardState, RewardStatus};
use domain::{Currency, Instant, Money, Month};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;
use views::receipt::StepState;

use super::*;
use data::network::partners::NewPartner;
use data::on_both;
use data::rewards::rows::{Origin, from_draft, insert_rewards};
use data::store::entities::groups;
use data::testing::TestDb;

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) struct Programme {
    pub company: companies::Model,
    partners: Vec<Uuid>,
    group: Uuid,
}

/// A company in New York that began in March 2026, with two partners.
pub(crate) async fn programme(db: &TestDb) -> Programme {
    let profile = data::programme::companies::Profile {
        name: Some("Northwind".into()),
        timezone: Some("America/New_York".into()),
        currency: Some("USD".into()),
        address: Some("200 Water Street\nNew York".into()),
        fee: Some(domain::Rate(25_000)),
        ..Default::default()
    };
    let began = at("2026-03-02T12:00:00Z");
    let company = data::programme::companies::create(db, "northwind", &profile, Actor::Named("test"), began).await.unwrap();
    let group = Uuid::from_u128(1);
    let row = groups::ActiveModel {
        id: Set(group),
        company_id: Set(company),
        key: Set("affiliates".into()),
        name: Set("Affiliates".into()),
        created_at: Set(0),
    };
    row.insert(db.read()).await.unwrap();
    let mut partners = Vec::new();
    for (key, name) in [("bluebird", "Bluebird Media"), ("kestrel", "Kestrel Reviews")] {
        let input = NewPartner { partner_key: key.into(), name: name.into(), group: "affiliates".into(), ..Default::default() };
        partners.push(data::network::partners::create(db, &Act::named(company, "test", began), &input).await.unwrap());
    }
    Programme { company: data::programme::companies::get(db.read(), company).await.unwrap(), partners, group }
}

pub(crate) struct Earned {
    pub partner: usize,
    pub minor: i64,
    pub currency: &'static str,
    pub state: RewardState,
    pub month: i32,
    pub created: &'static str,
}

impl Programme {
    /// Writes rewards as they are, without the rules that would have made them. Returns their keys.
    pub(crate) async fn earned(&self, db: &TestDb, rewards: &[Earned]) -> Vec<String> {
        let rows: Vec<_> = rewards
            .iter()
            .enumerate()
            .map(|(number, earned)| {
                let created_at = at(earned.created);
                let cause = format!("{number}-{}-{}", earned.month, earned.created);
                let origin = Origin {
                    company_id: self.company.id,
                    cause: &cause,
                    source: RewardSource::Manual,
                    group_id: self.group,
                    customer_id: None,
                    transaction_id: None,
                    change_id: None,
                    invoice_month: Month(earned.month),
                    occurred_at: created_at,
                    created_at,
                    actor: Actor::Named("ada@northwind.example"),
                };
                let draft = RewardDraft {
                    partnership_id: self.partners[earned.partner],
                    offer_id: None,
                    offer_version_id: None,
                    trigger_key: None,
                    amount: Money::new(earned.minor, earned.currency.parse().unwrap()),
                    description: format!("Bonus {number}"),
                    state: earned.state,
                    state_reason: (earned.state == RewardState::Hold).then(|| "checking".to_owned()),
                    ready_at: None,
                    reverses: None,
                };
                from_draft(&origin, &draft)
            })
            .collect();
        let keys = rows.iter().map(|row| row.key.clone()).collect();
        data::transact!(db, |tx| { insert_rewards(tx, rows.clone()).await }).unwrap();
        keys
    }

    pub(crate) async fn close_march(&mut self, db: &TestDb) -> Vec<String> {
        let closed = data::due::month_end::close_month(db, self.company.id, at("2026-04-01T04:00:00Z")).await.unwrap().unwrap();
        self.company = data::programme::companies::get(db.read(), self.company.id).await.unwrap();
        closed.invoices
    }
}

pub(crate) fn earned(partner: usize, minor: i64, currency: &'static str, state: RewardState, month: i32, created: &'static str) -> Earned {
    Earned { partner, minor, currency, state, month, created }
}

/// March with five rewards of which two are not payable, April with one.
pub(crate) async fn spring(db: &TestDb) -> (Programme, Vec<String>) {
    use RewardState::{Approved, Declined, Hold, Pending};
    let mut programme = programme(db).await;
    let mut keys = programme
        .earned(
            db,
            &[
                earned(0, 4_800, "USD", Pending, 202603, "2026-03-03T12:00:00Z"),
                earned(0, 20_000, "USD", Approved, 202603, "2026-03-04T12:00:00Z"),
                earned(1, 4_200, "JPY", Pending, 202603, "2026-03-05T12:00:00Z"),
                earned(1, 900, "USD", Declined, 202603, "2026-03-06T12:00:00Z"),
                earned(1, 7_500, "USD", Hold, 202603, "2026-03-07T12:00:00Z"),
            ],
        )
        .await;
    assert_eq!(programme.close_march(db).await.len(), 2);
    keys.extend(programme.earned(db, &[earned(1, 1_250, "USD", Pending, 202604, "2026-04-02T12:00:00Z")]).await);
    (programme, keys)
}

pub(crate) fn query(search: &str, sort: &str, filters: &[(&str, &str)]) -> ListQuery {
    let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { search: search.into(), sort: sort.into(), page: String::new(), filters }
}

const FOURTH: &str = "2026-04-04T13:00:00Z";

async fn amounts_of(db: &TestDb, programme: &Programme, query: &ListQuery) -> Vec<i64> {
    let list = list(db, &programme.company, query, at(FOURTH)).await.unwrap();
    list.page.rows.iter().map(|row| row.amount.minor).collect()
}

on_both! {
    async fn the_open_months_are_listed_with_their_tabs_and_totals(db: &TestDb) {
        let (programme, _) = spring(db).await;
        let all = list(db, &programme.company, &query("", "", &[]), at(FOURTH)).await.unwrap();
        assert_eq!(all.context, "March 2026 · in review for 4 more days · will be charged on 8 April, New York time");
        assert_eq!(all.in_review, "March 2026");
        assert_eq!(all.page.rows.len(), 6);
        let tabs: Vec<_> = all.tabs.iter().map(|tab| (tab.label.as_str(), tab.count)).collect();
        let exactly = |count| Some(Count::Exactly(count));
        assert_eq!(tabs, [
            ("All", exactly(6)), ("New", exactly(3)), ("Approved", exactly(1)), ("On hold", exactly(1)),
            ("Scheduled", exactly(0)), ("Declined", exactly(1)), ("Paid elsewhere", exactly(0)),
        ]);
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(all.totals, Some(vec![Money::new(33_550, Currency::USD), Money::new(4_200, yen)]));
        assert_eq!(all.page.rows[0].status, RewardStatus::New);
        assert_eq!(all.page.rows[0].month, "April 2026");
        assert_eq!(all.page.rows[5].estimated_payment.as_deref(), Some("8 Apr 2026"));

        let new = list(db, &programme.company, &query("", "", &[("status", "pending")]), at(FOURTH)).await.unwrap();
        assert_eq!(new.count, Count::Exactly(3));
        assert_eq!(new.totals, Some(vec![Money::new(6_050, Currency::USD), Money::new(4_200, yen)]));
        let months: Vec<&str> = all.months.iter().map(|month| month.label.as_str()).collect();
        assert_eq!(months, ["Every month", "April 2026, accumulating", "March 2026, in review"]);
    }

    async fn filters_and_sorts_narrow_and_order(db: &TestDb) {
        let (programme, keys) = spring(db).await;
        let cases: [(ListQuery, &[i64]); 20] = [
            (query("", "-recorded", &[]), &[1_250, 7_500, 900, 4_200, 20_000, 4_800]),
            (query("", "amount", &[]), &[900, 1_250, 4_200, 4_800, 7_500, 20_000]),
            (query("", "", &[("partner", "bluebird")]), &[20_000, 4_800]),
            (query("", "", &[("partner", "nobody")]), &[]),
            // Typed by hand: by a name that is nobody else's, and by one that is.
            (query("", "", &[("partner", "Kestrel rev"), ("status", "hold")]), &[7_500]),
            (query("", "", &[("partner", "bluebird m")]), &[20_000, 4_800]),
            (query("", "", &[("partner", "example")]), &[]),
            (query("", "", &[("group", "affiliates"), ("status", "hold")]), &[7_500]),
            (query("", "", &[("group", "others")]), &[]),
            (query("", "", &[("source", "manual"), ("month", "2026-04")]), &[1_250]),
            (query("", "", &[("source", "transaction")]), &[]),
            (query("", "", &[("currency", "JPY")]), &[4_200]),
            // 48.00 and more in dollars, 48 and more in yen.
            (query("", "", &[("min", "48")]), &[7_500, 4_200, 20_000, 4_800]),
            (query("", "", &[("min", "48"), ("max", "75.00")]), &[7_500, 4_800]),
            // No yen are 48.50: those from 49 on are more, and those up to 4,200 are less than 4,200.50.
            (query("", "", &[("min", "48.50")]), &[7_500, 4_200, 20_000]),
            (query("", "", &[("max", "4200.50")]), &[1_250, 7_500, 900, 4_200, 20_000, 4_800]),
            (query("", "", &[("min", "48.50"), ("currency", "JPY")]), &[4_200]),
            (query("kestrel", "", &[("status", "pending")]), &[1_250, 4_200]),
            (query(&keys[1], "", &[]), &[20_000]),
            (query("", "", &[("customer", "nobody")]), &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(amounts_of(db, &programme, &query).await, expected, "{query:?}");
        }
        // The tabs follow the other filters.
        let kestrel = list(db, &programme.company, &query("", "", &[("partner", "kestrel"), ("status", "hold")]), at(FOURTH)).await.unwrap();
        let counts: Vec<_> = kestrel.tabs.iter().map(|tab| tab.count).collect();
        assert_eq!(counts, [4, 2, 0, 1, 0, 1, 0].map(|count| Some(Count::Exactly(count))));
        assert_eq!(kestrel.partner.unwrap().label, "Kestrel Reviews");
    }

    async fn a_charged_month_leaves_the_list_and_is_found_by_its_filter(db: &TestDb) {
        let (programme, _) = spring(db).await;
        let may = at("2026-05-20T12:00:00Z");
        freeze(db, &programme, "NORTHWIND-0002").await;
        let amounts = |list: ReviewList| list.page.rows.iter().map(|row| row.amount.minor).collect::<Vec<_>>();
        // The dollars of March are frozen, its yen are not; what is on hold waits outside of any month.
        let open = list(db, &programme.company, &query("", "", &[]), may).await.unwrap();
        assert_eq!(amounts(open), [1_250, 7_500, 4_200]);
        let march = list(db, &programme.company, &query("", "", &[("month", "2026-03")]), may).await.unwrap();
        assert_eq!(march.page.rows.len(), 5);
        assert_eq!(march.count, Count::Exactly(5));
        let everything = list(db, &programme.company, &query("", "", &[("month", "all"), ("sum", "all")]), may).await.unwrap();
        assert_eq!(everything.page.rows.len(), 6);
        assert!(everything.summed);
    }

    async fn a_reward_says_what_happens_next_and_what_may_be_done(db: &TestDb) {
        let (programme, keys) = spring(db).await;
        let show = async |at_key: usize| detail(db, &programme.company, &keys[at_key], at(FOURTH)).await.unwrap();
        let pending = show(0).await;
        assert_eq!(pending.lead, "On invoice NORTHWIND-0002: 4 days left to review, will be charged on 8 Apr 2026");
        assert_eq!(pending.verbs, [Verb::Approve, Verb::Decline, Verb::Hold, Verb::MarkPaidElsewhere]);
        assert_eq!((pending.move_to.as_str(), pending.remove_to.as_str()), ("", "April 2026"));
        assert_eq!(pending.path.iter().filter(|step| step.state == StepState::Now).count(), 1);
        assert_eq!(pending.receipt.lines.last().unwrap().amount, "$48.00");
        assert_eq!(pending.history.last().unwrap().author, "ada@northwind.example");
        let held = show(4).await;
        assert_eq!(held.lead, "On no invoice until you release it");
        assert_eq!(held.verbs, [Verb::Approve, Verb::Decline, Verb::Release, Verb::MarkPaidElsewhere]);
        assert_eq!(held.remove_to, "");
        let april = show(5).await;
        assert_eq!(april.lead, "On the April 2026 invoice, which will be charged on 8 May 2026, New York time");
        assert_eq!(april.move_to, "March 2026");
        let yen = show(2).await;
        assert_eq!(yen.line.invoice_number, "NORTHWIND-0001");
        freeze(db, &programme, "NORTHWIND-0002").await;
        let frozen = show(0).await;
        assert!(frozen.frozen && frozen.verbs.is_empty() && frozen.remove_to.is_empty());
        assert_eq!(frozen.adjust_month, "April 2026");
    }

    async fn other_companies_see_nothing(db: &TestDb) {
        let (programme, keys) = spring(db).await;
        let profile = data::programme::companies::Profile {
            name: Some("Other".into()), timezone: Some("UTC".into()), currency: Some("EUR".into()), ..Default::default()
        };
        let other = data::programme::companies::create(db, "other", &profile, Actor::Named("test"), at("2026-03-02T12:00:00Z")).await.unwrap();
        let other = data::programme::companies::get(db.read(), other).await.unwrap();
        let seen = list(db, &other, &query("", "", &[("month", "all")]), at(FOURTH)).await.unwrap();
        assert!(seen.page.rows.is_empty() && seen.empty);
        assert!(list(db, &other, &query(&keys[0], "", &[("month", "all")]), at(FOURTH)).await.unwrap().page.rows.is_empty());
        assert!(list(db, &other, &query("", "", &[("month", "all"), ("partner", "kestrel")]), at(FOURTH)).await.unwrap().page.rows.is_empty());
        assert!(matches!(detail(db, &other, &keys[0], at(FOURTH)).await, Err(data::Error::NotFound(_))));
        assert_eq!(programme.company.key, "northwind");
    }
}

/// Ends the review of an invoice.
pub(crate) async fn freeze(db: &TestDb, programme: &Programme, number: &str) {
    data::transact!(db, |tx| {
        let invoice = data::billing::invoices::find(tx, programme.company.id, number).await?;
        data::billing::invoices::freeze::freeze(tx, &programme.company, &invoice, at("2026-04-08T04:00:00Z")).await.map(|_| ())
    })
    .unwrap();
}
