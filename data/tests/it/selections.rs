//! Everything that a filter finds, selected at once and decided about in pieces.

use data::act::Act;
use data::on_both;
use data::rewards::selection::{self, SelectionDecision};
use data::rewards::{self as operations, Decision};
use data::store::entities::{rewards, selections};
use data::store::faults::Fault;
use data::testing::TestDb;
use domain::list_query::ListQuery;
use domain::review::Verb;
use domain::states::RewardState;
use domain::{Currency, Money};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::books::Books;

const BY: &str = "olga";

fn query(filters: &[(&str, &str)]) -> ListQuery {
    let filters = filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListQuery { filters, ..ListQuery::default() }
}

async fn in_state(db: &TestDb, state: RewardState) -> u64 {
    rewards::Entity::find().filter(rewards::Column::State.eq(state.word())).count(db.read()).await.unwrap()
}

async fn selected(books: &Books<'_>, filters: &[(&str, &str)]) -> data::Result<Uuid> {
    let company = data::programme::companies::get(books.db.read(), books.company_id).await.unwrap();
    selection::select(books.db, &Act::named(books.company_id, BY, books.now().await), &company, &query(filters), "/rewards").await
}

on_both! {
    async fn all_that_a_filter_finds_is_decided_about_in_pieces(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        let mut ids = Vec::new();
        for number in 0..450 {
            ids.push(books.reward(if number % 3 == 0 { bo } else { ada }, 100 + number, "USD").await);
        }
        books.reward_in(ada, 5, "USD", RewardState::Hold, None).await;
        let now = books.now().await;
        let id = selected(&books, &[("status", "pending")]).await.unwrap();
        let company = data::programme::companies::get(db.read(), books.company_id).await.unwrap();
        let named = id.to_string();
        let filters = [("status", "pending"), ("selection", named.as_str())];
        let shown = screens::rewards::list(db, &company, &query(&filters), now).await.unwrap().selection.unwrap();
        assert_eq!((shown.rewards, shown.partners), (450, 2));
        assert_eq!(shown.totals, [Money::new((0..450).map(|number| 100 + number).sum(), Currency::USD)]);
        assert_eq!(selections::Entity::find().one(db.read()).await.unwrap().unwrap().filter, "/rewards");

        // What comes afterwards is not of it; what was decided about meanwhile is named.
        books.reward(ada, 7, "USD").await;
        let changed = books.stored_reward(ids[17]).await.key;
        operations::hold(db, &Act::named(books.company_id, "bea", now), std::slice::from_ref(&changed), "checking").await.unwrap();
        let asked = SelectionDecision { selection: id, decision: Decision::Decide(Verb::Approve), reason: "" };
        let told = std::sync::Mutex::new(Vec::new());
        let tell = |done: u64, total: u64| {
            told.lock().unwrap().push((done, total));
            true
        };
        let outcome = selection::decide(db, &Act::named(books.company_id, BY, now), &asked, &tell).await.unwrap();
        assert_eq!((outcome.changed, outcome.missing), (449, 0));
        assert_eq!(outcome.refused, [(changed.clone(), "it was put on hold meanwhile".to_owned())]);
        assert_eq!(told.lock().unwrap().as_slice(), [(0, 450), (200, 450), (400, 450)]);
        assert_eq!((in_state(db, RewardState::Approved).await, in_state(db, RewardState::Hold).await), (449, 2));
        assert_eq!(in_state(db, RewardState::Pending).await, 1);
        // Sent again, nothing is left to do.
        let again = selection::decide(db, &Act::named(books.company_id, BY, now), &asked, &tell).await.unwrap();
        assert_eq!(again, selection::Outcome::default());

        let undone = selection::undo_all(db, &Act::named(books.company_id, BY, now), id, &|_, _| true).await.unwrap();
        assert_eq!((undone.changed, undone.refused.len()), (449, 0));
        assert_eq!(in_state(db, RewardState::Pending).await, 450);
        books.prove().await;
    }

    async fn what_is_stopped_goes_on_when_it_is_sent_again(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        for number in 0..250 {
            books.reward(ada, 100 + number, "USD").await;
        }
        let now = books.now().await;
        let id = selected(&books, &[]).await.unwrap();
        let asked = SelectionDecision { selection: id, decision: Decision::Decide(Verb::Decline), reason: "a test order" };
        let stopped = selection::decide(db, &Act::named(books.company_id, BY, now), &asked, &|done, _| done == 0).await.unwrap();
        assert_eq!((stopped.changed, stopped.missing), (200, 50));
        let rest = selection::decide(db, &Act::named(books.company_id, BY, now), &asked, &|_, _| true).await.unwrap();
        assert_eq!((rest.changed, rest.missing), (50, 0));
        assert_eq!(in_state(db, RewardState::Declined).await, 250);
        books.prove().await;
    }

    async fn a_fault_on_the_way_is_said_and_the_rest_goes_on(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        // Two pieces.
        const REWARDS: u64 = 203;
        for number in 0..REWARDS {
            books.reward(ada, 100 + i64::try_from(number).unwrap(), "USD").await;
        }
        let now = books.now().await;
        // Few of the statements, unless all are wanted.
        let step = if std::env::var("TRIBUTARY_FAULTS").is_ok_and(|faults| faults == "all") { 1 } else { 9 };
        let (mut stopped, mut nothing) = (0, 0);
        for fault in [Fault::Undone, Fault::AnswerLost] {
            for n in (1..).step_by(step) {
                let id = selected(&books, &[]).await.unwrap();
                let asked = SelectionDecision { selection: id, decision: Decision::Decide(Verb::Approve), reason: "" };
                let act = Act::named(books.company_id, BY, now);
                let decide = || selection::decide(db, &act, &asked, &|_, _| true);
                let undo = || selection::undo_all(db, &act, id, &|_, _| true);
                db.faults().plan(n, fault);
                let outcome = decide().await;
                let struck = !db.faults().cancel();
                let approved = in_state(db, RewardState::Approved).await;
                match outcome {
                    Ok(outcome) => {
                        assert_eq!((outcome.changed, outcome.missing), (approved, REWARDS - approved), "{fault:?} at {n}");
                        stopped += u64::from(outcome.missing > 0);
                    }
                    Err(error) => {
                        assert_eq!(approved, 0, "{fault:?} at {n}: {error}");
                        nothing += 1;
                    }
                }
                decide().await.unwrap();
                assert_eq!(in_state(db, RewardState::Approved).await, REWARDS);
                db.faults().plan(n, fault);
                let undone = undo().await;
                let pending = in_state(db, RewardState::Pending).await;
                let said = undone.map(|outcome| outcome.missing > 0);
                assert!(matches!(said, Ok(true)) == (pending > 0 && pending < REWARDS), "{fault:?} at {n}: {said:?}, {pending}");
                db.faults().cancel();
                undo().await.unwrap();
                assert_eq!(in_state(db, RewardState::Pending).await, REWARDS);
                if !struck {
                    break;
                }
            }
        }
        assert!(stopped > 0 && nothing > 0, "{stopped} {nothing}");
        books.prove().await;
    }

    async fn a_selection_needs_rewards_and_its_own_company(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        assert!(selected(&books, &[]).await.unwrap_err().to_string().contains("No reward matches"));
        books.reward(ada, 100, "USD").await;
        let id = selected(&books, &[]).await.unwrap();
        let now = books.now().await;
        let other = Uuid::from_u128(7);
        assert!(selection::find(db.read(), other, id).await.unwrap().is_none());
        let asked = SelectionDecision { selection: id, decision: Decision::Decide(Verb::Approve), reason: "" };
        assert!(selection::decide(db, &Act::named(other, BY, now), &asked, &|_, _| true).await.is_err());
        assert!(selection::undo_all(db, &Act::named(other, BY, now), id, &|_, _| true).await.is_err());
        let held = SelectionDecision { decision: Decision::Decide(Verb::Hold), ..asked };
        assert!(selection::decide(db, &Act::named(books.company_id, BY, now), &held, &|_, _| true).await.is_err(), "without a reason");
        // A day later it is forgotten.
        let company = data::programme::companies::get(db.read(), books.company_id).await.unwrap();
        let later = now.plus_ms(25 * 60 * 60 * 1_000);
        let newer = selection::select(db, &Act::named(books.company_id, BY, later), &company, &query(&[]), "/rewards").await.unwrap();
        assert!(selection::find(db.read(), books.company_id, id).await.unwrap().is_none());
        assert!(selection::find(db.read(), books.company_id, newer).await.unwrap().is_some());
    }
}
