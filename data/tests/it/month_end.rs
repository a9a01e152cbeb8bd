//! Months end at the company's local midnight, whatever the zone, however late.

use data::due::{self, month_end};
use data::installation;
use data::on_both;
use data::testing::TestDb;
use domain::Month;
use domain::states::RewardState;

use crate::books::{Books, at};

on_both! {
    async fn an_invoice_per_currency_comes_at_local_midnight(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let (ada, bo) = (books.partner("ada").await, books.partner("bo").await);
        books.reward(ada, 1000, "USD").await;
        books.reward(ada, -250, "USD").await;
        books.reward(bo, 4000, "USD").await;
        books.reward(bo, 900, "JPY").await;
        books.reward_in(ada, 7777, "USD", RewardState::Hold, None).await;
        books.reward_in(ada, 8888, "EUR", RewardState::Declined, None).await;

        books.until("2026-04-01T03:59:59.999Z").await;
        assert!(books.invoices().await.is_empty());
        let work = books.until("2026-04-01T04:00:00Z").await;
        assert_eq!((work.months_closed, work.invoices), (1, 2));

        let invoices = books.invoices().await;
        let seen: Vec<_> = invoices.iter().map(|i| (i.number.as_str(), i.currency.as_str(), i.month, i.state.as_str())).collect();
        assert_eq!(seen, [("NORTHWIND-0001", "JPY", 202_603, "in_review"), ("NORTHWIND-0002", "USD", 202_603, "in_review")]);
        assert_eq!(invoices[1].issued_at, at("2026-04-01T04:00:00Z").0);
        assert_eq!(invoices[1].review_ends_at, at("2026-04-08T04:00:00Z").0);
        assert_eq!(invoices[1].charge_due_at, at("2026-04-08T04:00:00Z").0);
        let company = data::programme::companies::get(db.read(), books.company_id).await.unwrap();
        assert_eq!((company.open_month, company.open_month_ends_at), (202_604, at("2026-05-01T04:00:00Z").0));

        let (shares, totals) = data::billing::invoices::shares(db.read(), &company, &invoices[1]).await.unwrap();
        let mut sums: Vec<_> = shares.iter().map(|share| share.total).collect();
        sums.sort_unstable();
        assert_eq!((sums, totals.total, totals.charge, totals.lines), (vec![750, 4000], 4750, 4750, 3));

        let mails = books.post.mails.lock().unwrap().clone();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].recipient, crate::books::OWNER);
        assert!(mails[0].body.contains("NORTHWIND-0002") && mails[0].body.contains("$47.50") && mails[0].body.contains("¥900"), "{}", mails[0].body);
        assert!(mails[0].body.contains("8 April 2026"), "{}", mails[0].body);
        books.prove().await;
    }

    async fn closing_twice_changes_nothing(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        let april = at("2026-04-01T00:00:00Z");
        assert_eq!(month_end::close_month(db, books.company_id, april.plus_ms(-1)).await.unwrap(), None);
        let closed = month_end::close_month(db, books.company_id, april).await.unwrap().unwrap();
        assert_eq!((closed.month, closed.invoices), (Month(202_603), vec!["NORTHWIND-0001".to_owned()]));
        assert_eq!(month_end::close_month(db, books.company_id, april).await.unwrap(), None);
        assert_eq!(books.invoices().await.len(), 1);
    }

    /// Kill Bill's and Lago's incidents: months that began twice, or not, because of zones and changes of clocks.
    async fn midnights_that_do_not_exist_or_occur_twice(db: &TestDb) {
        // On 1 November 2020 the clock of Havana went back from 01:00 to 00:00.
        let books = Books::open(db, "America/Havana", "2020-10-15T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        // Local midnight occurs at 04:00Z and again at 05:00Z: the first counts.
        books.until("2020-11-01T03:59:59Z").await;
        assert!(books.invoices().await.is_empty());
        books.until("2020-11-01T04:00:00Z").await;
        assert_eq!(books.invoices().await.len(), 1);
        books.reward(ada, 500, "USD").await;
        books.until("2020-11-01T05:30:00Z").await;
        let invoices = books.invoices().await;
        assert_eq!(invoices.len(), 1);
        // Standard time by now: midnight of day 8 is at 05:00Z.
        assert_eq!(invoices[0].charge_due_at, at("2020-11-08T05:00:00Z").0);
        books.prove().await;
    }

    async fn a_month_whose_first_midnight_is_missing(db: &TestDb) {
        // Asunción jumped from 00:00 to 01:00 on 1 October 2023.
        let books = Books::open(db, "America/Asuncion", "2023-09-15T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        books.until("2023-10-01T03:59:59Z").await;
        assert!(books.invoices().await.is_empty());
        books.until("2023-10-01T04:00:00Z").await;
        let invoices = books.invoices().await;
        assert_eq!(invoices[0].charge_due_at, at("2023-10-08T03:00:00Z").0);
        books.until("2023-10-08T03:00:00Z").await;
        assert_eq!(books.invoices().await[0].state, "paid");
        books.prove().await;
    }

    async fn hold_days_end_in_their_month(db: &TestDb) {
        let books = Books::open(db, "Europe/Berlin", "2026-01-20T12:00:00Z").await;
        let ada = books.partner("ada").await;
        let january = books.reward_in(ada, 100, "USD", RewardState::Scheduled, Some(at("2026-01-31T22:59:59Z"))).await;
        let february = books.reward_in(ada, 200, "USD", RewardState::Scheduled, Some(at("2026-01-31T23:00:00Z"))).await;
        let work = books.until("2026-02-05T00:00:00Z").await;
        assert_eq!((work.released, work.invoices), (2, 1));
        let (january, february) = (books.stored_reward(january).await, books.stored_reward(february).await);
        assert_eq!((january.state.as_str(), january.invoice_month), ("pending", 202_601));
        assert_eq!((february.state.as_str(), february.invoice_month), ("pending", 202_602));
        books.prove().await;
    }

    async fn a_scheduler_that_was_down_catches_up(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-01-20T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        let held = books.reward_in(ada, 300, "USD", RewardState::Scheduled, Some(at("2026-02-10T12:00:00Z"))).await;
        // Nothing ran for six weeks.
        let late = at("2026-03-04T15:00:00Z");
        move_clock(db, late).await;
        let work = due::run_due(db, &books.worker, late).await.unwrap();
        assert_eq!((work.released, work.months_closed, work.invoices, work.charges_done), (1, 2, 2, 0));
        let invoices = books.invoices().await;
        assert_eq!(invoices.iter().map(|invoice| invoice.month).collect::<Vec<_>>(), [202_601, 202_602]);
        // A late invoice still gets seven whole days.
        assert!(invoices.iter().all(|invoice| invoice.charge_due_at == at("2026-03-12T04:00:00Z").0));
        assert_eq!(books.stored_reward(held).await.invoice_month, 202_602);
        books.until("2026-03-12T04:00:00Z").await;
        assert!(books.invoices().await.iter().all(|invoice| invoice.state == "paid"));
        books.prove().await;
    }

    async fn empty_months_pass_without_an_invoice(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-01-20T12:00:00Z").await;
        let ada = books.partner("ada").await;
        let work = books.until("2026-04-15T00:00:00Z").await;
        assert_eq!((work.months_closed, work.invoices), (3, 0));
        books.reward(ada, 1000, "USD").await;
        books.until("2026-05-02T00:00:00Z").await;
        assert_eq!(books.invoices().await[0].number, "NORTHWIND-0001");
        books.prove().await;
    }

    async fn a_month_of_lines_that_sum_to_nothing_is_paid_at_once(db: &TestDb) {
        let books = Books::open(db, "UTC", "2026-01-20T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.reward(ada, 1000, "USD").await;
        books.reward(ada, -1000, "USD").await;
        let work = books.until("2026-02-08T00:00:00Z").await;
        assert_eq!((work.invoices, work.charges_done, work.payouts_paid), (1, 0, 0));
        let invoice = books.invoice("NORTHWIND-0001").await;
        assert_eq!((invoice.state.as_str(), invoice.total, invoice.lines, invoice.charge_amount), ("paid", Some(0), Some(2), Some(0)));
        assert_eq!(invoice.attempts, 0);
        books.prove().await;
    }

    async fn eighteen_months_end_in_every_kind_of_zone(db: &TestDb) {
        let books = Books::open(db, "Pacific/Auckland", "2025-01-05T00:00:00Z").await;
        let partners = [books.partner("ada").await, books.partner("bo").await, books.partner("cy").await];
        let zone: domain::zone::Zone = "Pacific/Auckland".parse().unwrap();
        let mut month = Month(202_501);
        for round in 0..18i64 {
            for (place, partner) in (1i64..).zip(partners) {
                let sign = if (round + place) % 4 == 0 { -1 } else { 1 };
                books.reward(partner, sign * (100 + 37 * round * place), "USD").await;
                if round % 3 == 0 {
                    books.reward(partner, 1000 + round, "JPY").await;
                }
            }
            month = month.next();
            let halfway = zone.month_start(month).plus_ms(20 * domain::Instant::DAY_MS);
            books.until(&halfway.rfc3339()).await;
            books.prove().await;
        }
        let invoices = books.invoices().await;
        assert_eq!(invoices.iter().filter(|invoice| invoice.currency == "USD").count(), 18);
        assert_eq!(invoices.iter().filter(|invoice| invoice.currency == "JPY").count(), 6);
        for invoice in &invoices {
            assert_eq!(invoice.issued_at, zone.month_start(Month(invoice.month).next()).0, "{}", invoice.number);
            assert_eq!(invoice.state, "paid", "{}", invoice.number);
        }
    }
}

/// Time passes while nobody works.
async fn move_clock(db: &TestDb, to: domain::Instant) {
    let from = installation::now(db).await.unwrap();
    let tx = db.begin().await.unwrap();
    assert!(installation::advance(&tx, from, to).await.unwrap());
    tx.commit().await.unwrap();
}
