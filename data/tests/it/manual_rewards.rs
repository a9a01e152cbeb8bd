//! What the Manual Rewards drawer offers and says.

use data::act::Act;
use std::io::Cursor;
use std::sync::Arc;

use data::on_both;
use data::rewards::{ManualReward, create_manual_reward};
use data::store::entities::{companies, rewards};
use domain::{Currency, Money};
use exchange::imports::{self, Kind, Options};
use screens::partners::manual;
use sea_orm::EntityTrait;

use crate::books::{Books, at};

const NEXT: &str = "The April 2026 invoice, which is accumulating: \
                    Will be charged on 8 May 2026, New York time. Estimated payment date: 11 May 2026.";

async fn company(books: &Books<'_>) -> companies::Model {
    data::programme::companies::get(books.db.read(), books.company_id).await.unwrap()
}

/// Each invoice that it may go onto, with its dates.
async fn offered(books: &Books<'_>) -> Vec<String> {
    let form = manual::form(books.db, &company(books).await, "ada", books.now().await).await.unwrap();
    form.onto.iter().map(|choice| format!("{}: {}", choice.label, choice.hint)).collect()
}

/// What is said of a reward that was created.
async fn given(books: &Books<'_>, currency: &str, token: &str, onto_invoice: bool) -> String {
    let reward = ManualReward {
        partner_key: "ada".to_owned(),
        amount: "5.00".to_owned(),
        currency: currency.to_owned(),
        description: "Thanks".to_owned(),
        customer_key: String::new(),
        onto_invoice,
        invoice_month: None,
    };
    let given = create_manual_reward(books.db, &Act::named(books.company_id, "olga", books.now().await), &reward, token).await.unwrap();
    manual::created(books.db, &company(books).await, &given.key).await.unwrap()
}

on_both! {
    /// A row of our own export is the reward that it is of, whatever made that: nobody is given it once more.
    async fn our_own_export_gives_nothing_again(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        // As a trigger makes it, as a refund reverses it, and by hand.
        let (sale, refund) = (books.reward(ada, 2_000, "USD").await, books.reward(ada, -500, "USD").await);
        given(&books, "USD", "by hand", false).await;
        let mut all = rewards::Entity::find().all(db.read()).await.unwrap();
        all.sort_by_key(|row| row.id);
        assert_eq!(all.len(), 3);
        let row = |row: &rewards::Model, amount: Money| {
            format!("ada,{},USD,{},,{}\n", amount.plain(), row.description, row.key)
        };
        let file: String = all.iter().map(|of| row(of, Money::new(of.amount, Currency::USD))).collect();
        let import = async |file: String| {
            let input = Cursor::new(format!("partner_key,amount,currency,description,customer_key,key\n{file}").into_bytes());
            let quiet = Arc::new(|_| {});
            imports::import(db, &Act::named(books.company_id, "olga", books.now().await), Kind::Rewards, input, Options::default(), quiet).await.unwrap()
        };
        let report = import(file).await;
        assert!(!report.refused(), "{report:?}");
        assert_eq!((report.created, report.unchanged), (0, 3));
        let changed = import(row(&books.stored_reward(sale).await, Money::new(2_100, Currency::USD))).await;
        assert!(changed.refused() && changed.errors[0].message.contains("was given already, with other content"), "{changed:?}");
        assert_eq!(books.stored_reward(refund).await.amount, -500);
        assert_eq!(rewards::Entity::find().all(db.read()).await.unwrap().len(), 3);
        // As a download for spreadsheets has a description, too.
        assert_eq!(import("ada,1.00,USD,\"Talk\n=1+1\",,talk\n".to_owned()).await.created, 1);
        let all = rewards::Entity::find().all(db.read()).await.unwrap();
        let talk = all.iter().find(|row| row.description.starts_with("Talk")).unwrap();
        let again = import(format!("ada,1.00,USD,\"Talk\n'=1+1\",,{}\n", talk.key)).await;
        assert_eq!((again.created, again.unchanged), (0, 1), "{again:?}");
    }

    async fn a_paused_invoice_is_offered_without_dates(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 3).await;
        let next = "The March 2026 invoice, which is accumulating: Will be charged on 8 Apr 2026, New York time. Estimated payment date: 11 Apr 2026.";
        assert_eq!(offered(&books).await, [next]);
        books.reward(ada, 2500, "USD").await;
        books.until("2026-04-02T12:00:00Z").await;
        let review = "The March 2026 invoice NORTHWIND-0001, in review now: \
                      Will be charged on 8 Apr 2026, New York time. Estimated payment date: 11 Apr 2026. Takes rewards in USD.";
        assert_eq!(offered(&books).await, [NEXT, review]);
        assert_eq!(given(&books, "USD", "dollars", true).await, "Created a reward of $5.00 for ada. Estimated payment date: 11 Apr 2026.");

        data::billing::invoices::pause(db, &Act::named(books.company_id, "olga", at("2026-04-02T12:00:00Z")), "NORTHWIND-0001", "the books").await.unwrap();
        let paused = "The March 2026 invoice NORTHWIND-0001, in review now: Paused now; charged once the pause ends. Takes rewards in USD.";
        assert_eq!(offered(&books).await, [NEXT, paused]);
        assert_eq!(given(&books, "USD", "next", false).await, "Created a reward of $5.00 for ada. Estimated payment date: 11 May 2026.");
        assert_eq!(given(&books, "USD", "late", true).await, "Created a reward of $5.00 for ada. Its invoice is paused; it is paid once the pause ends.");

        // Still in review when the next one is: a reward goes onto that.
        books.until("2026-05-03T12:00:00Z").await;
        let april = "The April 2026 invoice NORTHWIND-0002, in review now: \
                     Will be charged on 8 May 2026, New York time. Estimated payment date: 11 May 2026. Takes rewards in USD.";
        assert_eq!(offered(&books).await[1..], [april]);
    }

    async fn one_paused_of_several_says_so_for_its_currency(db: &TestDb) {
        let books = Books::open(db, "America/New_York", "2026-03-10T12:00:00Z").await;
        let ada = books.partner("ada").await;
        books.settles_in(ada, 3).await;
        books.reward(ada, 2500, "USD").await;
        books.reward(ada, 2500, "EUR").await;
        books.reward(ada, 2500, "JPY").await;
        books.until("2026-04-02T12:00:00Z").await;
        let dates = "Will be charged on 8 Apr 2026, New York time. Estimated payment date: 11 Apr 2026.";
        let label = "The March 2026 invoice in review now";
        assert_eq!(offered(&books).await, [NEXT.to_owned(), format!("{label}: {dates} Takes rewards in EUR, JPY and USD.")]);
        let euros = books.invoices().await.into_iter().find(|invoice| invoice.currency == "EUR").unwrap();
        data::billing::invoices::pause(db, &Act::named(books.company_id, "olga", at("2026-04-02T12:00:00Z")), &euros.number, "the books").await.unwrap();
        assert_eq!(offered(&books).await[1], format!("{label}: EUR: Paused now; charged once the pause ends. JPY and USD: {dates}"));
        assert_eq!(given(&books, "USD", "dollars", true).await, "Created a reward of $5.00 for ada. Estimated payment date: 11 Apr 2026.");
        assert_eq!(given(&books, "EUR", "euros", true).await, "Created a reward of €5.00 for ada. Its invoice is paused; it is paid once the pause ends.");
        // March in euros, April in dollars; that in yen is charged.
        books.reward(ada, 2500, "USD").await;
        books.until("2026-05-03T12:00:00Z").await;
        let may = "Will be charged on 8 May 2026, New York time. Estimated payment date: 11 May 2026.";
        let both = format!("The invoice in review now: EUR: Paused now; charged once the pause ends. USD: {may}");
        assert_eq!(offered(&books).await[1], both);
        books.prove().await;
    }
}
