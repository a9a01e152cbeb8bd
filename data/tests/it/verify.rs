//! Verification holds on books that are right, and names every kind of wrong row: no claim is left that nothing can break.

use data::act::Act;
use std::collections::BTreeSet;

use data::billing::payouts::Shown;
use data::billing::simulated::{Kind, plan};
use data::network::partners::PartnerChange;
use data::on_both;
use data::programme::companies::Profile;
use data::sales::customers::{self, NewCustomer};
use data::sales::transactions::{self, Refund, Sale};
use data::store::entities::{attribution_changes, payouts, rewards};
use data::testing::TestDb;
use data::{installation, transact};
use domain::facts::{At, Attribution, Fact};
use domain::states::{AttributionSource, PartnershipStatus, ProviderKind, RewardState, SimulatedOutcome};
use domain::{Currency, Money};
use exchange::payment_files::Which;
use exchange::verify::verify_in;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::books::{Books, at};

const TRIGGERS: &str = "[[offers.triggers]]\nkey = \"lead\"\nevent = \"customer\"\nflat = \"5.00\"\nhold_days = 10\n\
                        [[offers.triggers]]\nkey = \"sale\"\nevent = \"transaction\"\npercent = \"20\"\n";

/// A company with its partners ada and bo.
struct Company<'a> {
    books: Books<'a>,
    ada: Uuid,
}

/// What people, customers and providers do in January, with everything that can be wrong later.
async fn company<'a>(db: &'a TestDb, key: &str) -> Company<'a> {
    let now = installation::now(db).await.unwrap();
    let books = Books::with_triggers(db, key, "America/New_York", TRIGGERS, now).await;
    let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
    books.settles_in(bo, 4).await;
    for (customer, partner) in [("c-1", "ada"), ("c-2", "bo")] {
        let new = NewCustomer {
            customer_key: customer.to_owned(),
            partner_key: Some(partner.to_owned()),
            created_at: Some(now),
            ..NewCustomer::default()
        };
        let created = customers::create(db, &Act::named(books.company_id, "test", now), &new, AttributionSource::Manual).await.unwrap();
        let change = attribution_changes::Model {
            id: Uuid::now_v7(),
            company_id: books.company_id,
            customer_id: created.customer_id,
            partnership_id: Some(ada),
            from_at: now.0,
            reason: "as agreed".to_owned(),
            source: "manual".to_owned(),
            author: "test".to_owned(),
            recorded_at: now.0,
            undoes: None,
        };
        transact!(db, |tx| {
            change.clone().into_active_model().reset_all().insert(tx).await?;
            let reason = change.reason.clone();
            let changed = Attribution { partner: Some("ada".to_owned()), from: At(now), reason, undoes: None, events: 0, rewards: 0 };
            data::audit::record(tx, &Act::named(books.company_id, "test", now), customer, Fact::AttributionChanged(changed)).await
        })
        .unwrap();
    }
    for (key, customer, minor) in [("s-1", "c-1", 10_000), ("s-2", "c-1", 3333), ("s-3", "c-2", 20_000)] {
        sale(&books, key, customer, minor).await;
    }
    let refund = Refund { key: "r-1".to_owned(), refund_of: "s-2".to_owned(), amount: Money::new(1111, Currency::USD), occurred_at: now };
    transactions::refund(db, &Act::named(books.company_id, "test", now), &refund, AttributionSource::Manual).await.unwrap();
    books.reward(ada, 900, "EUR").await;
    books.reward(bo, -700, "EUR").await;
    books.reward_in(bo, 4200, "USD", RewardState::Hold, None).await;
    books.reward_in(bo, 4300, "USD", RewardState::Scheduled, Some(at("2027-01-01T00:00:00Z"))).await;
    plan(db, &Act::named(books.company_id, "test", now), Kind::Charge, SimulatedOutcome::Fail).await.unwrap();
    decide(&books).await;
    Company { books, ada }
}

/// A hold that its refund follows, undone; an adjustment; a sale that was voided; an archived partner.
async fn decide(books: &Books<'_>) {
    let (db, id, now) = (books.db, books.company_id, books.now().await);
    let refunded = data::sales::transactions::find_by_key(db.read(), id, "s-2").await.unwrap();
    let reward = rewards::Entity::find().filter(rewards::Column::TransactionId.eq(refunded.id)).one(db.read()).await.unwrap().unwrap();
    let held = data::rewards::hold(db, &Act::named(id, "test", now), std::slice::from_ref(&reward.key), "checking").await.unwrap();
    data::rewards::undo(db, &Act::named(id, "test", now), held.batch_id.unwrap()).await.unwrap();
    let difference = data::rewards::Adjustment { reward_key: reward.key, difference: "1.00".to_owned(), description: "More".to_owned() };
    data::rewards::adjust(db, &Act::named(id, "test", now), &difference, "a-1").await.unwrap();
    sale(books, "s-void", "c-2", 7_000).await;
    data::sales::voids::void(db, &Act::named(id, "test", now), "s-void", "typed twice").await.unwrap();
    let cy = books.partner("cy").await;
    data::network::partners::set_status(db, &Act::named(id, "test", now), cy, PartnershipStatus::Archived).await.unwrap();
}

async fn sale(books: &Books<'_>, key: &str, customer: &str, minor: i64) {
    let now = books.now().await;
    let sale = Sale {
        key: key.to_owned(),
        customer_key: customer.to_owned(),
        amount: Money::new(minor, Currency::USD),
        occurred_at: now,
        product_key: None,
        category_key: None,
    };
    transactions::record(books.db, &Act::named(books.company_id, "test", now), &sale, AttributionSource::Manual).await.unwrap();
}

/// Two such companies side by side: January is paid, of February one payout came back, March is in review, April has begun.
async fn world(db: &TestDb) {
    installation::init(db, installation::Mode::Sandbox { start: at("2026-01-10T12:00:00Z") }).await.unwrap();
    let companies = [company(db, "alpha").await, company(db, "beta").await];
    companies[0].books.until("2026-02-20T12:00:00Z").await;
    for company in &companies {
        sale(&company.books, "s-4", "c-2", 50_000).await;
        let now = company.books.now().await;
        plan(db, &Act::named(company.books.company_id, "test", now), Kind::Payout, SimulatedOutcome::Fail).await.unwrap();
    }
    companies[0].books.until("2026-03-20T12:00:00Z").await;
    for company in &companies {
        company.books.reward(company.ada, 1234, "USD").await;
    }
    companies[0].books.until("2026-04-02T12:00:00Z").await;
    for company in &companies {
        sale(&company.books, "s-5", "c-1", 8_000).await;
        let (id, now) = (company.books.company_id, company.books.now().await);
        let refund =
            Refund { key: "r-5".to_owned(), refund_of: "s-5".to_owned(), amount: Money::new(2_000, Currency::USD), occurred_at: now };
        transactions::refund(db, &Act::named(id, "test", now), &refund, AttributionSource::Manual).await.unwrap();
    }
    for company in &companies {
        comes_back(&company.books).await;
    }
    companies[0].books.prove().await;
}

/// A payout is returned by the bank, and paid again from a payment file.
async fn comes_back(books: &Books<'_>) {
    let (db, id, now) = (books.db, books.company_id, books.now().await);
    let by_hand =
        Profile { payout_provider: Some(ProviderKind::Manual), iban: Some("DE89 3704 0044 0532 0130 00".to_owned()), ..Profile::default() };
    data::programme::companies::update(db, &Act::named(id, "test", now), &by_hand).await.unwrap();
    let paid = payouts::Entity::find().filter(payouts::Column::CompanyId.eq(id)).filter(payouts::Column::State.eq("paid"));
    // The last one: misled references point to the first.
    let payout = paid.order_by_desc(payouts::Column::Id).one(db.read()).await.unwrap().unwrap();
    let number = data::billing::invoices::get(db.read(), id, payout.invoice_id).await.unwrap().number;
    let account = PartnerChange { payout_account: Some("GB82 WEST 1234 5698 7654 32".to_owned()), ..PartnerChange::default() };
    data::network::partners::update(db, &Act::named(id, "test", now), payout.partnership_id, &account).await.unwrap();
    let on = "2026-03-30".parse().unwrap();
    data::billing::payouts::mark_returned(db, &Act::named(id, "test", now), payout.attempt().unwrap(), on, "account closed").await.unwrap();
    data::billing::payouts::retry(db, &Act::named(id, "test", now), payout.attempt().unwrap()).await.unwrap();
    exchange::payment_files::make(db, &Act::named(id, "test", now), &number, Which::New).await.unwrap();
    let again = books.payouts(&number).await.into_iter().find(|again| again.id == payout.id).unwrap();
    let shown = Shown { attempts: vec![again.attempt().unwrap()], total: Some(again.amount) };
    data::billing::payouts::confirm(db, &Act::named(id, "test", now), &shown).await.unwrap();
}

/// What is done to the rows, and a word of the claim that has to notice.
const WRONGS: &[(&str, &str)] = &[
    ("transaction key appears once", "DROP INDEX uq_transactions_company_id_key; UPDATE transactions SET key = 's-1' WHERE key = 's-2'"),
    ("names its void", "UPDATE transactions SET void_id = NULL"),
    ("names its void", "UPDATE transactions SET voided_at = NULL, void_id = NULL"),
    ("voided has earned nothing", "UPDATE rewards SET amount = amount + 1 WHERE source = 'void'"),
    ("void and its undoing is in the audit log", "DELETE FROM audit WHERE action = 'transaction_voided'"),
    ("customer's transactions, voided ones", "UPDATE customers SET voided = voided + 1"),
    ("part of an import's was written by it", "UPDATE voids SET import_void_id = id"),
    (
        "void of an import and its undoing is in the audit log",
        "UPDATE audit SET subject_kind = 'import', action = 'import_voided' WHERE action = 'transaction_voided'",
    ),
    ("transactions are numbered from 1", "UPDATE transactions SET seq = seq + 100 WHERE key = 's-1'"),
    ("transfer sums to zero", "UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'funds'"),
    ("company sums to zero", "UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'paid_out'"),
    (
        "cause is posted once",
        "DROP INDEX uq_ledger_transfers_company_id_kind_reference; UPDATE ledger_transfers SET reference = 'same' WHERE kind = 'payout_sent'",
    ),
    ("only partners' entries", "UPDATE ledger_entries SET partnership_id = NULL WHERE account = 'partner'"),
    ("moved exactly its charge", "UPDATE ledger_entries SET account = 'fee' WHERE account = 'funds'"),
    ("posted every partner's total", "UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'partner' AND amount > 0"),
    ("money has left", "UPDATE ledger_entries SET account = 'fee' WHERE account = 'paid_out'"),
    ("partner's balance", "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'partner' AND amount < 0"),
    ("the sum of its rewards", "UPDATE rewards SET state = 'declined' WHERE invoice_month = 202601 AND state = 'pending'"),
    ("the sum of its rewards", "UPDATE rewards SET invoice_month = 202601 WHERE invoice_month = 202603"),
    ("payout and carried-out", "UPDATE invoice_partners SET payout = payout + 1"),
    ("next one takes in", "UPDATE invoice_partners SET carried_in = -1, payout = payout - 1 WHERE payout > 0"),
    ("total, lines and charge", "UPDATE invoices SET total = total + 1 WHERE frozen_at IS NOT NULL"),
    ("exactly the payouts of its partners", "UPDATE payouts SET amount = amount + 1"),
    (
        "exactly the payouts of its partners",
        "DELETE FROM payment_file_payouts; DELETE FROM payout_failures; DELETE FROM payouts WHERE state = 'paid'",
    ),
    ("closed month is on an invoice", "UPDATE rewards SET currency = 'GBP' WHERE invoice_month = 202601"),
    ("has the amount 0", "UPDATE rewards SET amount = 0"),
    ("says what it said", "UPDATE rewards SET description = 'another'"),
    ("says what it said", "UPDATE rewards SET amount = amount + 1, fingerprint = fingerprint"),
    ("holds what it held", "UPDATE invoices SET digest = '00' WHERE digest IS NOT NULL"),
    ("holds what it held", "UPDATE invoice_partners SET lines = lines + 1"),
    ("a refund is below zero", "UPDATE transactions SET occurred_at = occurred_at - 1 WHERE refund_of IS NOT NULL"),
    ("refunded by more", "UPDATE transactions SET refunded = amount + 1 WHERE refund_of IS NULL"),
    ("took back each reward's share", "UPDATE rewards SET amount = amount - 1 WHERE source = 'refund'"),
    ("one invoice per company", "DROP INDEX uq_invoices_company_id_month_currency; UPDATE invoices SET month = 202601, currency = 'USD'"),
    ("invoices are numbered from 1", "UPDATE companies SET invoice_count = invoice_count + 1"),
    ("invoices are numbered from 1", "UPDATE invoices SET seq = seq + 100"),
    ("company's key and its place", "UPDATE invoices SET number = number || 'x'"),
    ("only months that are over", "UPDATE companies SET open_month = 202601"),
    ("issued, frozen, charged and paid", "UPDATE invoices SET state = 'in_review' WHERE state = 'paid'"),
    ("seven local days", "UPDATE invoices SET issued_at = issued_at + 86400000 WHERE frozen_at IS NOT NULL"),
    ("payout's state and its instants", "UPDATE payouts SET paid_at = NULL WHERE state = 'paid'"),
    ("came back had left under", "UPDATE ledger_transfers SET reference = reference || 'x' WHERE kind = 'payout_returned'"),
    ("that was returned posted it", "UPDATE payout_failures SET outcome = 'failed', paid_at = NULL WHERE outcome = 'returned'"),
    ("money did not arrive is remembered", "DELETE FROM payout_failures"),
    ("money did not arrive is remembered", "UPDATE payout_failures SET paid_at = NULL"),
    ("payment file holds payouts", "UPDATE payment_file_payouts SET attempt = attempt + 5"),
    ("payment file holds payouts", "DELETE FROM payment_file_payouts"),
    ("simulated charges or payouts", "UPDATE installation SET sandbox_now = NULL"),
    ("paid once all of its payouts", "UPDATE invoices SET state = 'charged', paid_at = NULL WHERE state = 'paid'"),
    ("those of its last record", "UPDATE rewards SET state = 'approved' WHERE id IN (SELECT reward_id FROM reward_records)"),
    ("records follow one another", "UPDATE reward_records SET seq = seq + 100"),
    ("after its invoice was frozen", "UPDATE reward_records SET at = at + 8640000000"),
    ("wait for an instant", "UPDATE rewards SET ready_at = NULL WHERE state = 'scheduled'"),
    ("one attempt that succeeded", "UPDATE charge_attempts SET amount = amount + 1 WHERE state = 'succeeded'"),
    ("one attempt that succeeded", "UPDATE charge_attempts SET state = 'succeeded' WHERE state = 'failed'"),
    ("attempts are numbered", "UPDATE invoices SET attempts = attempts + 1 WHERE attempts > 0"),
    (
        "one payout per partner",
        "DROP INDEX uq_payouts_partnership_id_invoice_id_currency; \
         UPDATE payouts SET partnership_id = (SELECT p.partnership_id FROM payouts p ORDER BY p.id LIMIT 1), \
         invoice_id = (SELECT p.invoice_id FROM payouts p ORDER BY p.id LIMIT 1)",
    ),
    ("asked only for charges", "UPDATE simulated_requests SET amount = amount + 1"),
    ("at most once for an invoice", "UPDATE simulated_requests SET outcome = 'succeed' WHERE outcome = 'fail'"),
    ("was moved by it", "DELETE FROM simulated_requests WHERE kind = 'payout'"),
    ("was moved by it", "UPDATE simulated_requests SET outcome = 'fail' WHERE kind = 'charge'"),
    ("customer's transactions, voided ones and first purchase", "UPDATE customers SET transactions = transactions + 1"),
    ("customer's transactions, voided ones and first purchase", "UPDATE customers SET first_purchase_at = NULL"),
    ("refunded of a sale", "UPDATE transactions SET refunded = 0"),
    ("signups and paid customers", "UPDATE partnerships SET signups = signups + 1"),
    ("revenue is that of", "UPDATE partnerships SET revenue = revenue + 1"),
    ("rewards on hold are counted", "UPDATE partnerships SET held = held + 1"),
    ("counted and added up", "UPDATE reward_counts SET rewards = rewards + 1 WHERE invoice_month = 0"),
    ("counted and added up", "UPDATE reward_counts SET total = total - 1 WHERE invoice_month > 0"),
    ("counted and added up", "DELETE FROM reward_counts WHERE state = 'hold'"),
    ("transaction has one first receipt", "DELETE FROM receipts WHERE event_kind = 'transaction'"),
    ("customer has one first receipt", "DELETE FROM receipts WHERE event_kind = 'customer'"),
    ("receipt belongs to an event", "UPDATE receipts SET revision = revision + 5"),
    ("receipt's rewards are all there", "UPDATE receipts SET rewards = rewards + 1"),
    ("email's id follows", "UPDATE outbox SET dedupe_key = dedupe_key || 'x'"),
    ("told its owners and partners", "DELETE FROM outbox WHERE kind = 'payout_coming'"),
    ("told once to each", "UPDATE outbox SET attempts = 0 WHERE sent_at IS NOT NULL"),
    ("generation, freeze, attempts", "DELETE FROM audit WHERE action = 'invoice_charged'"),
    ("generation, freeze, attempts", "DELETE FROM audit WHERE action = 'payment_file_made'"),
    ("became of a payout", "DELETE FROM audit WHERE action = 'payout_returned'"),
    ("became of a payout", "DELETE FROM audit WHERE action = 'payout_paid'"),
    ("says who made it", "UPDATE reward_records SET author = ''"),
    ("has the state of its reward", "UPDATE rewards SET state = 'hold' WHERE source = 'refund'"),
    ("has the state of its reward", "UPDATE rewards SET invoice_month = 202712 WHERE source = 'transaction'"),
    ("decision about a reward is in", "DELETE FROM audit WHERE action = 'reward_hold'"),
    ("decision about a reward is in", "UPDATE audit SET author = 'nobody' WHERE action = 'reward_undo'"),
    ("decision about a reward is in", "DELETE FROM reward_records"),
    ("decision about a reward is in", "UPDATE reward_records SET batch_id = NULL"),
    ("given by hand and every adjustment", "DELETE FROM audit WHERE action = 'reward_created'"),
    ("given by hand and every adjustment", "UPDATE rewards SET source = 'transaction' WHERE source = 'adjustment'"),
    ("change of an attribution is in", "DELETE FROM audit WHERE action = 'attribution_changed'"),
    ("change of an attribution is in", "UPDATE attribution_changes SET author = 'nobody'"),
    ("version of an offer is in", "DELETE FROM audit WHERE action = 'offer_created'"),
    ("version of an offer is in", "UPDATE audit SET subject = 'another' WHERE action = 'offer_created'"),
    ("act for a company", "DELETE FROM audit WHERE action = 'user_added'"),
    ("act for a company", "UPDATE memberships SET role = 'read_only'"),
    ("act for a company", "DELETE FROM memberships WHERE company_id IS NOT NULL"),
    ("status is the one last decided", "UPDATE partnerships SET status = 'approved'"),
    ("status is that of its latest span", "UPDATE status_spans SET status = 'declined'"),
    ("status is that of its latest span", "DELETE FROM status_spans"),
    ("speaks of invoices, partners", "UPDATE audit SET subject = 'nobody' WHERE subject_kind = 'transaction'"),
    ("speaks of invoices, partners", "UPDATE audit SET subject = 'nobody' WHERE subject_kind = 'invoice'"),
];

/// References that stay within a company: table, column, the table it points to, and which rows are led astray.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("partnerships", "group_id", "groups", ""),
    ("group_spans", "partnership_id", "partnerships", ""),
    ("group_spans", "group_id", "groups", ""),
    ("status_spans", "partnership_id", "partnerships", ""),
    ("offers", "group_id", "groups", ""),
    ("offer_versions", "offer_id", "offers", ""),
    ("customers", "partnership_id", "partnerships", ""),
    ("attributions", "customer_id", "customers", ""),
    ("attributions", "partnership_id", "partnerships", ""),
    ("attribution_changes", "customer_id", "customers", ""),
    ("attribution_changes", "partnership_id", "partnerships", ""),
    ("transactions", "customer_id", "customers", ""),
    ("transactions", "partnership_id", "partnerships", ""),
    ("transactions", "refund_of", "transactions", ""),
    ("voids", "customer_id", "customers", ""),
    ("voids", "transaction_id", "transactions", ""),
    ("receipts", "customer_id", "customers", ""),
    ("receipts", "partnership_id", "partnerships", ""),
    ("rewards", "partnership_id", "partnerships", ""),
    ("rewards", "group_id", "groups", ""),
    ("rewards", "customer_id", "customers", ""),
    ("rewards", "transaction_id", "transactions", ""),
    ("rewards", "offer_id", "offers", ""),
    ("rewards", "offer_version_id", "offer_versions", ""),
    ("rewards", "reverses", "rewards", ""),
    ("reward_records", "reward_id", "rewards", ""),
    (
        "invoice_partners",
        "invoice_id",
        "invoices",
        "AND invoice_id = (SELECT i.id FROM invoices i WHERE i.currency = 'USD' ORDER BY i.number LIMIT 1)",
    ),
    (
        "invoice_partners",
        "partnership_id",
        "partnerships",
        "AND invoice_id = (SELECT i.id FROM invoices i WHERE i.month = 202602 ORDER BY i.number LIMIT 1)",
    ),
    ("charge_attempts", "invoice_id", "invoices", ""),
    ("payouts", "invoice_id", "invoices", ""),
    ("payouts", "partnership_id", "partnerships", ""),
    ("payout_failures", "payout_id", "payouts", "AND outcome = 'returned'"),
    ("payment_files", "invoice_id", "invoices", ""),
    ("payment_file_payouts", "payment_file_id", "payment_files", ""),
    ("payment_file_payouts", "payout_id", "payouts", ""),
    ("ledger_transfers", "invoice_id", "invoices", ""),
    ("ledger_transfers", "payout_id", "payouts", ""),
    (
        "ledger_entries",
        "transfer_id",
        "ledger_transfers",
        "AND line = 2 AND transfer_id = (SELECT e.transfer_id FROM ledger_entries e WHERE e.line = 2 LIMIT 1)",
    ),
    ("ledger_entries", "partnership_id", "partnerships", ""),
];

const UNIQUE: &[&str] = &[
    "uq_group_spans_partnership_id_valid_from",
    "uq_status_spans_partnership_id_valid_from",
    "uq_offer_versions_offer_id_number",
    "uq_transactions_customer_id_seq",
    "uq_reward_records_reward_id_seq",
    "uq_payouts_partnership_id_invoice_id_currency",
    "uq_charge_attempts_invoice_id_number",
];

on_both! {
    async fn every_claim_notices_what_is_wrong(db: &TestDb) {
        world(db).await;
        let mut claims = BTreeSet::new();
        let mut noticed = BTreeSet::new();
        let mut slept = Vec::new();
        let mut wrongs: Vec<(String, String)> = WRONGS.iter().map(|(claim, sql)| ((*claim).to_owned(), (*sql).to_owned())).collect();
        for (table, column, parent, only) in REFERENCES {
            let dropped: String = UNIQUE.iter().map(|index| format!("DROP INDEX {index}; ")).collect();
            let other = if *parent == "ledger_transfers" { "AND p.kind = 'payout_sent'" } else { "" };
            let sql = format!(
                "{dropped}UPDATE {table} SET {column} = (SELECT p.id FROM {parent} p WHERE p.company_id <> {table}.company_id {other} ORDER BY p.id LIMIT 1) \
                 WHERE {column} IS NOT NULL {only}"
            );
            wrongs.push((format!("{table}.{column} stays within"), sql));
        }
        for (claim, sql) in wrongs {
            let tx = db.begin().await.unwrap();
            if db.kind() == "PostgreSQL" {
                // It may be gathering statistics about a table whose index is dropped here.
                tx.execute_unprepared("SET LOCAL lock_timeout = 0").await.unwrap();
            }
            for statement in sql.split("; ") {
                tx.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
            let report = verify_in(&tx).await.unwrap();
            tx.rollback().await.unwrap();
            let broken: Vec<_> = report.broken().map(|check| check.claim).collect();
            let Some(named) = report.broken().find(|check| check.claim.contains(&claim)) else {
                slept.push(format!("“{claim}” did not notice {sql}; noticed: {broken:#?}"));
                continue;
            };
            assert!(!named.rows.is_empty() && named.rows.len() <= 20 && named.broken >= named.rows.len() as u64, "{named:?}");
            claims.extend(report.checks.iter().map(|check| check.claim));
            noticed.extend(broken);
        }
        assert!(slept.is_empty(), "{}", slept.join("\n"));
        let asleep: Vec<_> = claims.difference(&noticed).collect();
        assert!(asleep.is_empty(), "nothing broke {asleep:#?}");
    }

    async fn an_empty_database_holds(db: &TestDb) {
        let report = exchange::verify::verify(db).await.unwrap();
        assert!(report.holds());
        let invariants: BTreeSet<_> = report.checks.iter().map(|check| check.invariant).collect();
        assert_eq!(invariants.len(), 11);
    }
}
