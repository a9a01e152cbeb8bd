#![allow(clippy::unwrap_used)]

use data::act::Act;
use domain::page::Count;
use domain::states::RewardState::Pending;
use domain::{Currency, Month};

use super::*;
use crate::rewards::tests::{at, earned, freeze, query, spring};
use data::on_both;

const FOURTH: &str = "2026-04-04T13:00:00Z";

on_both! {
    async fn the_list_has_what_accumulates_what_is_in_review_and_what_was(db: &TestDb) {
        let (programme, _) = spring(db).await;
        let list = list(db, &programme.company, &query("", "", &[]), at(FOURTH)).await.unwrap();
        assert_eq!(list.context, "April 2026 is accumulating · its invoices will be generated on 1 May, New York time");
        // 12.50 and the fee, as its page says.
        let so_far: Vec<_> = list.accumulating.iter().map(|row| (row.month.as_str(), row.amount.display(), row.href.as_str())).collect();
        assert_eq!(so_far, [("April 2026", "$12.81".to_owned(), "/invoices/2026-04-USD")]);
        let rows: Vec<_> = list.page.rows.iter().map(|row| (row.number.as_str(), row.amount.display(), row.note.as_str())).collect();
        assert_eq!(rows, [
            // 248.00 and the fee of 2.5%.
            ("NORTHWIND-0002", "$254.20".to_owned(), "4 days left to review, will be charged on 8 Apr 2026"),
            ("NORTHWIND-0001", "¥4,305".to_owned(), "4 days left to review, will be charged on 8 Apr 2026"),
        ]);
        let strips: Vec<&str> = list.strips.iter().map(|strip| strip.title.as_str()).collect();
        assert_eq!(strips, ["March 2026 · $254.20 · ¥4,305"]);
        assert!(!list.empty);
    }

    async fn an_invoice_adds_up_and_opens_its_partners(db: &TestDb) {
        let (programme, _) = spring(db).await;
        programme.earned(db, &[earned(1, -1_000, "USD", Pending, 202603, "2026-04-03T12:00:00Z")]).await;
        let invoice = detail(db, &programme.company, "NORTHWIND-0002", &query("", "", &[("partner", "bluebird")]), at(FOURTH)).await.unwrap();
        assert_eq!(invoice.title, "March 2026, USD");
        assert_eq!(invoice.context, "In review for 4 more days · will be charged on 8 April, New York time");
        // 48.00 and what was deducted; 200.00 is approved.
        assert_eq!(invoice.to_review, 2);
        let money = |minor| domain::Money::new(minor, Currency::USD);
        let totals = &invoice.totals;
        assert_eq!((totals.rewards, totals.lines, totals.fee_percent.as_str()), (money(23_800), 3, "2.5"));
        assert_eq!((totals.payouts, totals.carried_out, totals.fee, totals.charge), (money(24_800), money(-1_000), money(620), money(25_420)));
        let partners: Vec<_> = invoice.partners.rows.iter().map(|partner| (partner.key.as_str(), partner.lines, partner.payout)).collect();
        assert_eq!(partners, [("bluebird", 2, money(24_800)), ("kestrel", 1, money(0))]);
        assert_eq!(invoice.partner_count, Count::Exactly(2));
        let opened = invoice.opened.unwrap();
        assert_eq!(opened.rewards.rows.iter().map(|row| row.amount.minor).collect::<Vec<_>>(), [20_000, 4_800]);
        assert!(invoice.may.pause && invoice.may.change_lines && !invoice.may.retry);
        assert_eq!((invoice.next_month.as_str(), invoice.source_month.as_str()), ("April 2026", "2026-04"));
        let found = detail(db, &programme.company, "NORTHWIND-0002", &query("kestrel", "", &[]), at(FOURTH)).await.unwrap();
        assert_eq!(found.partners.rows.len(), 1);
    }

    async fn a_pause_says_who_and_why(db: &TestDb) {
        let (programme, _) = spring(db).await;
        let id = programme.company.id;
        data::billing::invoices::pause(db, &Act::named(id, "ada@northwind.example", at(FOURTH)), "NORTHWIND-0002", "waiting for the books").await.unwrap();
        let invoice = detail(db, &programme.company, "NORTHWIND-0002", &query("", "", &[]), at(FOURTH)).await.unwrap();
        assert_eq!(invoice.paused, "by ada@northwind.example on 4 Apr 2026, 09:00: waiting for the books");
        assert!(invoice.may.resume && !invoice.may.pause);
        assert_eq!(invoice.history.first().map(|entry| entry.what.as_str()), Some("paused it"));
    }

    async fn the_frozen_invoice_keeps_its_seal_and_prints(db: &TestDb) {
        let (programme, _) = spring(db).await;
        freeze(db, &programme, "NORTHWIND-0002").await;
        let later = at("2026-04-09T13:00:00Z");
        let invoice = detail(db, &programme.company, "NORTHWIND-0002", &query("", "", &[]), later).await.unwrap();
        assert_eq!(invoice.digest.len(), 64);
        assert_eq!(invoice.frozen, "8 Apr 2026, 00:00");
        assert!(!invoice.may.change_lines && !invoice.may.pause);
        let paper = print(db, &programme.company, "NORTHWIND-0002", later).await.unwrap();
        assert_eq!(paper.address, ["200 Water Street", "New York"]);
        let lines: i64 = paper.lines.iter().map(|line| line.amount.minor).sum();
        assert_eq!((paper.lines.len(), lines), (2, paper.totals.rewards.minor));
        assert_eq!(paper.partners.iter().map(|partner| partner.total.minor).sum::<i64>(), paper.totals.rewards.minor);
        assert!(paper.foot.starts_with("Lines frozen on 8 Apr 2026, 00:00, New York time. Seal "));
    }

    async fn the_month_that_accumulates_is_shown_before_it_is_invoiced(db: &TestDb) {
        let (programme, _) = spring(db).await;
        let company = &programme.company;
        let april = preview(db, company, Month(202604), Currency::USD, &query("", "", &[]), at(FOURTH)).await.unwrap();
        assert_eq!(april.title, "April 2026 so far, USD");
        assert_eq!(april.context, "Still accumulating · will be generated on 1 May · will be charged on 8 May 2026, New York time");
        assert_eq!(april.totals.rewards.minor, 1_250);
        assert!(preview(db, company, Month(202603), Currency::USD, &query("", "", &[]), at(FOURTH)).await.is_err());
        assert!(preview(db, company, Month(202605), Currency::USD, &query("", "", &[]), at(FOURTH)).await.is_err());
    }
}
