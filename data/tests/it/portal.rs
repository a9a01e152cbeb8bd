//! What a partner reads of when their money comes.

use data::act::Act;
use data::on_both;
use data::store::entities::partnerships;
use data::testing::TestDb;
use domain::list_query::ListQuery;
use screens::portal;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::books::{Books, at};

async fn partner_of(books: &Books<'_>, partnership: Uuid) -> Uuid {
    partnerships::Entity::find_by_id(partnership).one(books.db.read()).await.unwrap().unwrap().partner_id
}

/// When the partner's only commission is paid, as its row, its own page and its way say.
async fn payment(books: &Books<'_>, partner: Uuid) -> [String; 3] {
    let mut list = portal::commissions(books.db, partner, &ListQuery::default()).await.unwrap();
    let line = list.page.rows.pop().unwrap();
    let detail = portal::commission(books.db, partner, &line.key).await.unwrap();
    assert_eq!(detail.line, line);
    let dated = line.payment.starts_with("about ");
    assert_eq!(dated, line.payment_label == "Estimated payment date", "{line:?}");
    [line.payment, detail.lead, detail.path.last().map(|step| step.date.clone()).unwrap()]
}

/// The same for the company.
async fn companys(books: &Books<'_>, partner: Uuid) -> (Option<String>, String) {
    let company = data::programme::companies::get(books.db.read(), books.company_id).await.unwrap();
    let key = portal::commissions(books.db, partner, &ListQuery::default()).await.unwrap().page.rows.pop().unwrap().key;
    let reward = screens::rewards::detail(books.db, &company, &key, books.now().await).await.unwrap();
    let invoice = screens::invoices::detail(books.db, &company, "NORTHWIND-0001", &ListQuery::default(), books.now().await).await.unwrap();
    (reward.line.estimated_payment, invoice.partners.rows[0].estimated_payment.clone())
}

async fn with_one_commission(db: &TestDb) -> (Books<'_>, Uuid) {
    let books = Books::open(db, "Europe/Berlin", "2026-03-10T12:00:00Z").await;
    let ada = books.partner("ada").await;
    books.settles_in(ada, 3).await;
    books.reward(ada, 1000, "USD").await;
    let partner = partner_of(&books, ada).await;
    (books, partner)
}

on_both! {
    async fn a_paid_commission_says_when_it_was_paid(db: &TestDb) {
        let (books, partner) = with_one_commission(db).await;
        assert_eq!(payment(&books, partner).await, ["about 11 Apr 2026", "Estimated payment date 11 Apr 2026", "about 11 Apr 2026"]);
        // Charged, and sent, is not paid.
        books.until("2026-04-10T00:00:00Z").await;
        assert_eq!(payment(&books, partner).await[0], "about 11 Apr 2026");
        books.until("2026-04-10T22:00:00Z").await;
        assert_eq!(payment(&books, partner).await, ["paid 11 Apr 2026", "Paid 11 Apr 2026", "11 Apr 2026"]);
        assert_eq!(companys(&books, partner).await, (Some("paid 11 Apr 2026".to_owned()), "—".to_owned()));
        let payouts = portal::payouts(db, partner, &ListQuery::default()).await.unwrap();
        let payout = portal::payout(db, partner, &payouts.page.rows[0].key, &ListQuery::default()).await.unwrap();
        assert_eq!((payout.line.date.as_str(), payout.page.rows[0].payment.as_str()), ("11 Apr 2026", "paid 11 Apr 2026"));
    }

    async fn a_paused_invoice_promises_no_date(db: &TestDb) {
        let (books, partner) = with_one_commission(db).await;
        books.until("2026-04-04T12:00:00Z").await;
        let (id, number) = (books.company_id, "NORTHWIND-0001");
        data::billing::invoices::pause(db, &Act::named(id, "olga", at("2026-04-04T12:00:00Z")), number, "waiting for the books").await.unwrap();
        let strip = async || {
            let strip = portal::home(db, partner, books.now().await).await.unwrap().next.remove(0);
            [strip.note, strip.issued, strip.charge]
        };
        let resumes = ["The review is paused", "Northwind isn't charged until the review resumes", "Paid once the pause ends"];
        assert_eq!(strip().await, resumes);
        let waits = "once the pause ends";
        let lead = "The invoice is paused: it is paid once the company resumes it";
        assert_eq!(payment(&books, partner).await, [waits, lead, ""]);
        assert_eq!(companys(&books, partner).await, (Some(waits.to_owned()), waits.to_owned()));
        let home = portal::home(db, partner, books.now().await).await.unwrap();
        assert_eq!((home.next[0].charge_day.as_str(), home.recent[0].payment.as_str()), ("later", waits));
        data::billing::invoices::resume(db, &Act::named(id, "olga", at("2026-04-05T12:00:00Z")), number).await.unwrap();
        assert_eq!(payment(&books, partner).await[0], "about 11 Apr 2026");
        let paid = ["In review until 7 April", "Northwind is charged on 8 April", "Estimated payment date 11 Apr 2026"];
        assert_eq!(strip().await, paid);
    }
}
