//! Payouts: after the charge, once each; failures give the money back to the partner's balance.

use data::act::Act;
use std::time::Duration;

use data::billing::payouts::{Confirmed, Shown, confirm, mark_failed, mark_returned, retry};
use data::billing::simulated::{self, Kind};
use data::network::partners::PartnerChange;
use data::on_both;
use data::programme::companies;
use data::store::entities::{ledger_transfers, outbox, payouts, simulated_requests};
use data::testing::TestDb;
use data::{Error, Result, due, installation};
use domain::Instant;
use domain::states::{ProviderKind, SimulatedOutcome};
use exchange::payment_files::{self, Which};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::books::{Books, at, stop_after};

async fn plan(books: &Books<'_>, outcomes: &[SimulatedOutcome]) {
    for outcome in outcomes {
        simulated::plan(books.db, &Act::named(books.company_id, "test", books.now().await), Kind::Payout, *outcome).await.unwrap();
    }
}

async fn by_hand(books: &Books<'_>) {
    let profile = companies::Profile { payout_provider: Some(ProviderKind::Manual), ..companies::Profile::default() };
    companies::update(books.db, &Act::named(books.company_id, "test", books.now().await), &profile).await.unwrap();
}

const IBANS: [&str; 3] = ["DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32", "NO93 8601 1117 947"];

/// Three partners of 10.00, 20.00 and 30.00, charged and to be paid by hand; all but the last have an account.
async fn with_three_accounts(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
    by_hand(&books).await;
    let profile = companies::Profile { iban: Some(IBANS[0].to_owned()), ..companies::Profile::default() };
    companies::update(db, &Act::named(books.company_id, "test", books.now().await), &profile).await.unwrap();
    for (key, minor, account) in [("ada", 1000, IBANS[0]), ("bo", 2000, IBANS[1]), ("zoe", 3000, "")] {
        let partner = books.partner(key).await;
        has_account(&books, partner, account).await;
        books.reward(partner, minor, "USD").await;
    }
    books.until("2026-04-10T00:00:00Z").await;
    books
}

async fn has_account(books: &Books<'_>, partner: uuid::Uuid, account: &str) {
    let change = PartnerChange { payout_account: Some(account.to_owned()), ..PartnerChange::default() };
    data::network::partners::update(books.db, &Act::named(books.company_id, "test", books.now().await), partner, &change).await.unwrap();
}

/// Confirms payouts as they are shown here.
async fn confirm_shown(books: &Books<'_>, payouts: &[&payouts::Model]) -> Result<Confirmed> {
    let attempts = payouts.iter().map(|payout| payout.attempt().unwrap()).collect();
    let shown = Shown { attempts, total: Some(payouts.iter().map(|payout| payout.amount).sum()) };
    confirm(books.db, &Act::named(books.company_id, "olga", books.now().await), &shown).await
}

/// The payout of so much.
async fn payout_of(books: &Books<'_>, minor: i64) -> payouts::Model {
    books.payouts("NORTHWIND-0001").await.into_iter().find(|payout| payout.amount == minor).unwrap()
}

async fn make_file(books: &Books<'_>, which: Which) -> Result<payment_files::Made> {
    payment_files::make(books.db, &Act::named(books.company_id, "olga", books.now().await), "NORTHWIND-0001", which).await
}

/// The text of every element of this name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    xml.split(&format!("<{name}>")).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

async fn with_two_partners(db: &TestDb) -> Books<'_> {
    let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
    let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
    books.reward(ada, 1000, "USD").await;
    books.reward(bo, 4000, "USD").await;
    books
}

on_both! {
    async fn money_that_takes_days_is_sent_first_and_paid_then(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 3).await;
        books.reward(ada, 1000, "USD").await;
        let work = books.until("2026-04-10T00:00:00Z").await;
        assert_eq!((work.payouts_sent, work.payouts_paid), (1, 0));
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), Instant(payout.due_at).rfc3339().as_str()), ("sent", "2026-04-10T22:00:00Z"));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        books.until("2026-04-10T22:00:00Z").await;
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), payout.paid_at), ("paid", Some(at("2026-04-10T22:00:00Z").0)));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        let mails = books.post.mails.lock().unwrap().clone();
        let mail = mails.iter().find(|mail| mail.kind == "payout_coming").unwrap();
        assert!(mail.body.contains("$10.00") && mail.body.contains("11 April 2026"), "{}", mail.body);
        books.prove().await;
    }

    async fn a_payout_that_comes_back_is_owed_again_and_sent_again(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 2).await;
        books.reward(ada, 1000, "USD").await;
        plan(&books, &[SimulatedOutcome::Fail]).await;
        let work = books.until("2026-04-20T00:00:00Z").await;
        assert_eq!((work.payouts_sent, work.payouts_failed), (1, 1));
        let payout = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((payout.state.as_str(), payout.attempts), ("failed", 1));
        let balance = data::billing::ledger::partner_balances(db, books.company_id, ada).await.unwrap();
        assert_eq!(balance.iter().map(|money| money.minor).collect::<Vec<_>>(), [1000]);
        assert_eq!(books.post.count("payout_failed"), 1);
        books.prove().await;
        let failed = payout.attempt().unwrap();
        retry(db, &Act::named(books.company_id, "olga", books.now().await), failed).await.unwrap();
        assert!(matches!(retry(db, &Act::named(books.company_id, "olga", books.now().await), failed).await, Err(Error::Conflict(_))));
        books.until("2026-04-25T00:00:00Z").await;
        let paid = books.payouts("NORTHWIND-0001").await.remove(0);
        assert_eq!((paid.state.as_str(), paid.id), ("paid", payout.id));
        assert_ne!(paid.idempotency_key, payout.idempotency_key);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn lost_answers_pay_nobody_twice(db: &TestDb) {
        let books = with_two_partners(db).await;
        plan(&books, &[SimulatedOutcome::TimeOutButDone, SimulatedOutcome::TimeOut]).await;
        let work = books.until("2026-04-10T00:00:00Z").await;
        assert_eq!((work.unanswered, work.payouts_paid), (2, 2));
        let remembered = simulated_requests::Entity::find().all(db.read()).await.unwrap();
        let sent: i64 = remembered.iter().filter(|request| request.kind == "payout").map(|request| request.amount).sum();
        assert_eq!((remembered.len(), sent), (3, 5000));
        books.prove().await;
    }

    async fn by_hand_payouts_are_confirmed_one_by_one_or_together(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let payouts = books.payouts("NORTHWIND-0001").await;
        assert!(payouts.iter().all(|payout| payout.state == "pending"));
        let now = books.now().await;
        let first = Shown { attempts: vec![payouts[0].attempt().unwrap()], total: None };
        let foreign = confirm(db, &Act::named(uuid::Uuid::nil(), "olga", now), &first).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
        assert_eq!(confirm(db, &Act::named(books.company_id, "olga", now), &first).await.unwrap().count, 1);
        assert!(matches!(confirm(db, &Act::named(books.company_id, "olga", now), &first).await, Err(Error::Conflict(_))));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        // Shown before the first was confirmed: only the other one is, and the first is named.
        let confirmed = confirm_shown(&books, &payouts.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!((confirmed.count, confirmed.total.minor, confirmed.changed.len()), (1, payouts[1].amount, 1));
        assert_eq!(confirmed.changed[0].1, "paid already");
        assert!(matches!(confirm_shown(&books, &payouts.iter().collect::<Vec<_>>()).await, Err(Error::Conflict(_))));
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn a_confirmation_confirms_what_was_shown(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let (small, large) = (payout_of(&books, 1000).await, payout_of(&books, 4000).await);
        let now = books.now().await;
        let wrong_sum = Shown { attempts: vec![large.attempt().unwrap()], total: Some(4001) };
        assert!(matches!(confirm(db, &Act::named(books.company_id, "olga", now), &wrong_sum).await, Err(Error::Conflict(_))));
        // Shown to be paid, it fails and is to be paid again meanwhile: that is another attempt.
        mark_failed(db, &Act::named(books.company_id, "olga", now), small.attempt().unwrap(), "account closed").await.unwrap();
        let failed = payout_of(&books, 1000).await;
        retry(db, &Act::named(books.company_id, "olga", now), failed.attempt().unwrap()).await.unwrap();
        let confirmed = confirm_shown(&books, &[&small, &large]).await.unwrap();
        assert_eq!((confirmed.count, confirmed.total.minor), (1, 4000));
        assert_eq!(confirmed.changed, [("ada".to_owned(), "to be paid again".to_owned())]);
        assert_eq!(payout_of(&books, 1000).await.state, "pending");
        // Nor does a form of the first attempt say that the second one failed.
        let stale = mark_failed(db, &Act::named(books.company_id, "olga", now), small.attempt().unwrap(), "late").await;
        assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
        books.prove().await;
    }

    async fn by_hand_a_failed_payout_is_retried(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let payouts = books.payouts("NORTHWIND-0001").await;
        let now = books.now().await;
        mark_failed(db, &Act::named(books.company_id, "olga", now), payouts[0].attempt().unwrap(), "account closed").await.unwrap();
        assert_eq!((books.post.count("payout_failed"), books.post.count("payout_not_arrived")), (0, 0));
        due::run_due(db, &books.worker, now).await.unwrap();
        let mails = books.post.mails.lock().unwrap().clone();
        let told = mails.iter().find(|mail| mail.kind == "payout_not_arrived").unwrap();
        assert!(told.body.contains("Your payment didn't arrive: account closed. Ask Northwind to add your account."), "{}", told.body);
        assert_eq!(confirm_shown(&books, &[&payouts[1]]).await.unwrap().count, 1);
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "charged");
        books.prove().await;
        retry(db, &Act::named(books.company_id, "olga", now), payouts[0].attempt().unwrap()).await.unwrap();
        let again = payout_of(&books, payouts[0].amount).await;
        confirm_shown(&books, &[&again]).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        let late = mark_failed(db, &Act::named(books.company_id, "olga", now), again.attempt().unwrap(), "late").await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        books.prove().await;
    }

    async fn money_that_the_bank_returns_is_owed_and_paid_again(db: &TestDb) {
        let books = with_three_accounts(db).await;
        confirm_shown(&books, &books.payouts("NORTHWIND-0001").await.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.until("2026-04-14T12:00:00Z").await;
        let (paid, now) = (payout_of(&books, 2000).await, books.now().await);
        let back = async |on: &str, reason: &str| {
            mark_returned(db, &Act::named(books.company_id, "olga", now), paid.attempt().unwrap(), on.parse().unwrap(), reason).await
        };
        for (on, reason) in [("2026-04-15", "account closed"), ("2026-04-07", "account closed"), ("2026-04-13", "  ")] {
            assert!(matches!(back(on, reason).await, Err(Error::Invalid(_))), "{on} {reason}");
        }
        back("2026-04-13", "account closed").await.unwrap();
        assert!(matches!(back("2026-04-13", "account closed").await, Err(Error::Conflict(_))));
        let returned = payout_of(&books, 2000).await;
        assert_eq!((returned.state.as_str(), returned.attempts, returned.paid_at), ("returned", 1, None));
        assert_eq!(returned.error.as_deref(), Some("account closed"));
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.paid_at), ("charged", None));
        let balance = data::billing::ledger::partner_balances(db, books.company_id, returned.partnership_id).await.unwrap();
        assert_eq!(balance.iter().map(|money| money.minor).collect::<Vec<_>>(), [2000]);
        // What left and what came back are one pair.
        let transfers: Vec<_> = ledger_transfers::Entity::find().all(db.read()).await.unwrap();
        let pair: Vec<_> = transfers.iter().filter(|transfer| transfer.payout_id == Some(returned.id)).collect();
        assert_eq!(pair.len(), 2);
        assert_eq!(pair[0].reference, pair[1].reference);
        let failures = data::billing::payouts::failures(db.read(), [returned.id]).await.unwrap().remove(&returned.id).unwrap();
        assert_eq!((failures[0].outcome.as_str(), failures[0].paid_at), ("returned", paid.paid_at));
        assert_eq!(Instant(failures[0].occurred_at).rfc3339(), "2026-04-12T22:00:00Z");
        books.prove().await;
        retry(db, &Act::named(books.company_id, "olga", now), returned.attempt().unwrap()).await.unwrap();
        confirm_shown(&books, &[&payout_of(&books, 2000).await]).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        books.prove().await;
    }

    async fn a_payment_file_is_kept_and_a_new_one_holds_what_is_new(db: &TestDb) {
        let books = with_three_accounts(db).await;
        let made = make_file(&books, Which::New).await.unwrap();
        assert_eq!((made.payouts, made.total.minor), (2, 3000));
        let (file, number) = payment_files::content(db.read(), books.company_id, &made.key).await.unwrap();
        assert_eq!((number.as_str(), file.made_by.as_str()), ("NORTHWIND-0001", "olga"));
        assert_eq!(texts(&file.content, "MsgId"), std::slice::from_ref(&file.message_id));
        let (again, _) = payment_files::content(db.read(), books.company_id, &made.key).await.unwrap();
        assert_eq!(again.content, file.content);
        assert!(matches!(payment_files::content(db.read(), uuid::Uuid::nil(), &made.key).await, Err(Error::NotFound(_))));
        // Nothing new: only who asks for them gets them once more, under another name.
        assert!(matches!(make_file(&books, Which::New).await, Err(Error::Conflict(_))));
        let twice = make_file(&books, Which::All).await.unwrap();
        let (second, _) = payment_files::content(db.read(), books.company_id, &twice.key).await.unwrap();
        assert_eq!(twice.payouts, 2);
        assert_ne!(second.message_id, file.message_id);
        // A failure makes a new attempt, and that is new.
        let (small, now) = (payout_of(&books, 1000).await, books.now().await);
        mark_failed(db, &Act::named(books.company_id, "olga", now), small.attempt().unwrap(), "no account").await.unwrap();
        retry(db, &Act::named(books.company_id, "olga", now), small.attempt().unwrap()).await.unwrap();
        let third = make_file(&books, Which::New).await.unwrap();
        assert_eq!((third.payouts, third.total.minor), (1, 1000));
        let (third, _) = payment_files::content(db.read(), books.company_id, &third.key).await.unwrap();
        assert!(![&file.message_id, &second.message_id].contains(&&third.message_id));
        let reference = &texts(&third.content, "EndToEndId")[0];
        assert!(!texts(&file.content, "EndToEndId").contains(reference), "{reference}");
        let invoice = books.invoice("NORTHWIND-0001").await;
        let kept = payment_files::of_invoice(db.read(), books.company_id, invoice.id).await.unwrap();
        assert_eq!(kept.iter().map(|file| file.holds.len()).collect::<Vec<_>>(), [2, 2, 1]);
        books.prove().await;
    }

    async fn the_page_tells_the_file_from_the_rest(db: &TestDb) {
        let books = with_three_accounts(db).await;
        let company = companies::get(db.read(), books.company_id).await.unwrap();
        let query = domain::list_query::ListQuery::default();
        let page = async || {
            screens::invoices::detail(db, &company, "NORTHWIND-0001", &query, books.now().await).await.unwrap()
        };
        let before = page().await;
        assert!(before.in_file.is_none());
        assert_eq!(before.in_no_file.map(|group| group.count), Some(3));
        let files = before.payment_files.unwrap();
        assert_eq!((files.fresh.payouts, files.fresh.total.minor, files.again.payouts), (2, 3000, 0));
        assert_eq!(files.left_out, "One payout can't be in a payment file: zoe (no account)");
        let made = make_file(&books, Which::New).await.unwrap();
        let after = page().await;
        let (inside, outside) = (after.in_file.unwrap(), after.in_no_file.unwrap());
        assert_eq!((inside.count, inside.total.minor, inside.named.as_str()), (2, 3000, "ada ($10.00), bo ($20.00)"));
        assert_eq!((outside.count, outside.named.as_str()), (1, "zoe ($30.00, no account)"));
        let files = after.payment_files.unwrap();
        assert_eq!((files.fresh.payouts, files.again.payouts), (0, 2));
        assert_eq!((files.made[0].made.as_str(), files.made[0].named.as_str()), ("10 Apr 2026, 02:00", "ada, bo"));
        let told: Vec<_> = after.partners.rows.iter().map(|row| row.paid.as_ref().unwrap().file.as_str()).collect();
        assert_eq!(told, ["", "in the file of 10 Apr 2026, 02:00", "in the file of 10 Apr 2026, 02:00"]);
        // What the page showed is what its form sends.
        let attempts = inside.attempts.split(' ').map(|attempt| attempt.parse().unwrap()).collect();
        let shown = Shown { attempts, total: Some(inside.total.minor) };
        assert_eq!(confirm(db, &Act::named(books.company_id, "olga", books.now().await), &shown).await.unwrap().count, 2);
        assert_eq!(payout_of(&books, 3000).await.state, "pending");
        let filtered = domain::list_query::ListQuery { filters: [("file".to_owned(), made.key)].into(), ..Default::default() };
        let some = screens::invoices::detail(db, &company, "NORTHWIND-0001", &filtered, books.now().await).await.unwrap();
        assert_eq!(some.partners.rows.len(), 2);
        books.prove().await;
    }

    async fn a_partner_reads_that_a_payment_failed_and_why(db: &TestDb) {
        let books = with_three_accounts(db).await;
        let (payout, now) = (payout_of(&books, 3000).await, books.now().await);
        let partner = data::people::accounts::find_partner(db, books.company_id, "zoe").await.unwrap();
        let query = domain::list_query::ListQuery::default();
        let reads = async || {
            let home = screens::portal::home(db, partner, books.now().await).await.unwrap();
            let list = screens::portal::payouts(db, partner, &query).await.unwrap();
            let detail = screens::portal::payout(db, partner, &domain::payouts::key(payout.id), &query).await.unwrap();
            (home, list, detail)
        };
        let amounts = |sums: &[domain::Money]| sums.iter().map(|sum| sum.minor).collect::<Vec<_>>();
        mark_failed(db, &Act::named(books.company_id, "olga", now), payout.attempt().unwrap(), "No account").await.unwrap();
        let told = "Your payment didn't arrive: no account. Ask Northwind to add your account.";
        let (home, list, detail) = reads().await;
        assert_eq!((home.came_back[0].trouble.as_str(), list.page.rows[0].trouble.as_str(), detail.line.trouble.as_str()), (told, told, told));
        assert_eq!((amounts(&home.earnings.available), amounts(&home.earnings.failed)), (vec![], vec![3000]));
        // In a list it is told once, over it.
        assert_eq!((home.recent[0].payment.as_str(), home.recent[0].reason.as_str()), ("didn't arrive", ""));
        let commission = screens::portal::commission(db, partner, &home.recent[0].key).await.unwrap();
        assert_eq!(commission.lead, told);
        assert_eq!(commission.path.last().map(|step| step.note.as_str()), Some("the payout failed: no account"));
        // The company's row promises no date either.
        let company = companies::get(db.read(), books.company_id).await.unwrap();
        let invoice = screens::invoices::detail(db, &company, "NORTHWIND-0001", &query, now).await.unwrap();
        let owed = invoice.came_back.unwrap();
        assert_eq!((owed.count, owed.total.minor, owed.named.as_str()), (1, 3000, "zoe ($30.00, no account)"));
        assert_eq!(invoice.partners.rows[0].estimated_payment, "—");
        assert_eq!(invoice.partners.rows[0].paid.as_ref().map(|paid| paid.note.as_str()), Some("No account"));
        // Paid again, what happened stays.
        retry(db, &Act::named(books.company_id, "olga", now), payout.attempt().unwrap()).await.unwrap();
        confirm_shown(&books, &[&payout_of(&books, 3000).await]).await.unwrap();
        let (home, _, detail) = reads().await;
        assert!(home.came_back.is_empty() && detail.line.trouble.is_empty());
        let steps: Vec<_> = detail.history.iter().map(|step| format!("{} {}", step.date, step.what)).collect();
        assert_eq!(steps, ["10 Apr 2026 Didn't arrive: no account", "10 Apr 2026 Paid again"]);
    }

    async fn no_mail_says_that_money_is_on_its_way_before_it_is(db: &TestDb) {
        let books = with_three_accounts(db).await;
        let mails = books.post.mails.lock().unwrap().clone();
        let coming: Vec<_> = mails.iter().filter(|mail| mail.kind == "payout_coming").collect();
        assert_eq!(coming.len(), 3);
        for mail in coming {
            assert!(!mail.body.contains("on its way"), "{}", mail.body);
            let waits = mail.body.contains("doesn't have your account yet") && !mail.body.contains("2026-04") && !mail.body.contains("Estimated");
            assert_eq!(waits, mail.recipient.starts_with("zoe@"), "{}", mail.body);
        }
    }

    async fn failures_from_before_are_taken_over(db: &TestDb) {
        let books = with_two_partners(db).await;
        by_hand(&books).await;
        books.until("2026-04-10T00:00:00Z").await;
        let payout = payout_of(&books, 1000).await;
        for (until, reason) in [("2026-04-11T00:00:00Z", "no account"), ("2026-04-12T00:00:00Z", "account closed")] {
            books.until(until).await;
            let (attempt, now) = (payout_of(&books, 1000).await.attempt().unwrap(), books.now().await);
            mark_failed(db, &Act::named(books.company_id, "olga", now), attempt, reason).await.unwrap();
            retry(db, &Act::named(books.company_id, "olga", now), attempt).await.unwrap();
        }
        // As a database of an older version is.
        let tx = db.begin().await.unwrap();
        for table in ["payment_file_payouts", "payment_files", "payout_failures"] {
            tx.execute_unprepared(&format!("DROP TABLE {table}")).await.unwrap();
        }
        tx.execute_unprepared("DELETE FROM seaql_migrations WHERE version = 'm0008_payment_files'").await.unwrap();
        tx.commit().await.unwrap();
        crate::migrations::migrate(db).await.unwrap();
        let failures = data::billing::payouts::failures(db.read(), [payout.id]).await.unwrap().remove(&payout.id).unwrap();
        let told: Vec<_> = failures.iter().map(|row| (row.attempt, row.outcome.as_str(), row.reason.as_str(), row.author.as_str())).collect();
        assert_eq!(told, [(1, "failed", "no account", "olga"), (2, "failed", "account closed", "olga")]);
        books.prove().await;
    }

    async fn mail_waits_for_its_transport_and_keeps_its_id(db: &TestDb) {
        let books = with_two_partners(db).await;
        *books.post.down.lock().unwrap() = true;
        let april = at("2026-03-31T22:00:00Z");
        installation_at(db, april).await;
        due::run_due(db, &books.worker, april).await.unwrap();
        let mail = outbox::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!((mail.attempts, mail.due_at, mail.error.as_deref()), (1, april.0 + 60_000, Some("no connection")));
        *books.post.down.lock().unwrap() = false;
        books.until("2026-03-31T22:01:00Z").await;
        let mails = books.post.mails.lock().unwrap().clone();
        assert_eq!(mails.iter().map(|mail| mail.id).collect::<Vec<_>>(), [mail.id]);
        books.prove().await;
    }

    /// A worker that died while it held leases: its work is taken over once they run out.
    async fn the_work_of_a_dead_worker_is_taken_over(db: &TestDb) {
        let books = with_two_partners(db).await;
        books.until("2026-04-07T00:00:00Z").await;
        let charge_day = at("2026-04-07T22:00:00Z");
        installation_at(db, charge_day).await;
        // Dropped at another await point each time, as a crash would.
        for steps in 0..60u32 {
            let mut worker = books.worker.clone();
            worker.lease = Duration::from_millis(30);
            worker.name = format!("worker {steps}");
            let _ = stop_after(steps * 3, due::run_due(db, &worker, charge_day)).await;
        }
        let mut worker = books.worker.clone();
        worker.name = "the survivor".to_owned();
        due::run_due(db, &worker, charge_day).await.unwrap();
        assert_eq!(books.invoice("NORTHWIND-0001").await.state, "paid");
        assert_eq!(books.post.count("payout_coming"), 2);
        books.prove().await;
    }
}

async fn installation_at(db: &TestDb, to: Instant) {
    let from = installation::now(db).await.unwrap();
    let tx = db.begin().await.unwrap();
    assert!(installation::advance(&tx, from, to).await.unwrap());
    tx.commit().await.unwrap();
}
