//! Who did something: people are stored by their id and read by their email.

use data::act::{Act, Actor};
use data::people::accounts::access::{self, Scope};
use data::people::accounts::{Place, add_user};
use data::rewards::{approve, hold, undo};
use data::store::entities::{audit, reward_records, users};
use data::{Error, on_both, transact};
use domain::ids;
use domain::list_query::ListQuery;
use domain::states::CompanyRole;
use exchange::exports::{Export, Format, Noun};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::books::Books;
use crate::rewards::{BY, keys, sale, two_partners};

const BEFORE: &str = "vera@northwind.example";
const NOW: &str = "vera.lang@northwind.example";

/// The authors that a reward's page tells of, the newest entry first.
async fn told(books: &Books<'_>, key: &str) -> Vec<String> {
    let detail = screens::rewards::detail(books.db, &books.company().await, key, books.now().await).await.unwrap();
    detail.history.into_iter().map(|entry| entry.author).collect()
}

/// The authors in the audit log's entries about a reward that a search finds, the newest first.
async fn found(books: &Books<'_>, search: &str) -> Vec<String> {
    let query = ListQuery { search: search.to_owned(), filters: [("kind".to_owned(), "reward".to_owned())].into(), ..ListQuery::default() };
    let log = screens::settings::audit_log(books.db, &books.company().await, &query).await.unwrap();
    log.page.rows.into_iter().map(|entry| entry.author).collect()
}

async fn exported(books: &Books<'_>) -> String {
    let mut export = Export::begin(books.db.read(), books.company_id, Noun::Audit, Format::Csv).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = export.next_piece(books.db.read()).await.unwrap() {
        bytes.extend(piece);
    }
    String::from_utf8(bytes).unwrap()
}

on_both! {
    async fn a_person_is_read_by_the_email_of_today(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (company_id, now) = (books.company_id, books.now().await);
        let place = Place::Company(company_id, CompanyRole::Owner);
        let vera = add_user(db, place, BEFORE, Some("Vera Lang"), None, Actor::Named("test"), now).await.unwrap().id;
        let act = Act { company_id, actor: Actor::Person { user_id: vera }, now };
        // As earlier versions wrote it.
        hold(db, &Act::named(company_id, BY, now), &keys(&[&one]), "Is it real?").await.unwrap();
        let decided = approve(db, &act, &keys(&[&one])).await.unwrap();
        assert_eq!(told(&books, &one).await, [BEFORE, BY, BY]);

        let stored = ids::key("usr", vera);
        let records = reward_records::Entity::find().order_by_asc(reward_records::Column::Seq).all(db.read()).await.unwrap();
        assert_eq!(records.iter().map(|row| row.author.as_str()).collect::<Vec<_>>(), [BY, &stored]);
        let logged = audit::Entity::find().filter(audit::Column::Author.eq(&stored)).all(db.read()).await.unwrap();
        assert_eq!(logged.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), [one.as_str()]);

        // The log of who has access goes by the email.
        books.prove().await;
        transact!(db, |tx| {
            let email = users::Entity::update_many().col_expr(users::Column::Email, Expr::value(NOW));
            email.filter(users::Column::Id.eq(vera)).exec(tx).await?;
            Ok(())
        })
        .unwrap();
        assert_eq!(told(&books, &one).await, [NOW, BY, BY]);
        assert_eq!(found(&books, &one).await, [NOW, BY]);
        assert_eq!(found(&books, NOW).await, [NOW]);
        assert_eq!(found(&books, BY).await, [BY]);
        assert_eq!(found(&books, BEFORE).await, [""; 0]);
        let file = exported(&books).await;
        assert!(file.contains(&format!(",{NOW},reward_approve,reward,{one},")), "{file}");
        assert!(file.contains(&format!(",{BY},reward_hold,reward,{one},")) && !file.contains("usr_"), "{file}");

        // Refusals say it, too.
        let batch = decided.batch_id.unwrap();
        undo(db, &act, batch).await.unwrap();
        let again = undo(db, &Act::named(company_id, BY, now), batch).await;
        assert!(matches!(&again, Err(Error::Conflict(message)) if message.contains(&format!("undone by {NOW} on "))), "{again:?}");
    }

    async fn what_a_person_did_outlasts_them(db: &TestDb) {
        let books = two_partners(db).await;
        let one = sale(&books, "t1", "c1", "100").await;
        let (company_id, now) = (books.company_id, books.now().await);
        let place = Place::Company(company_id, CompanyRole::Owner);
        let vera = add_user(db, place, BEFORE, Some("Vera Lang"), None, Actor::Named("test"), now).await.unwrap().id;
        approve(db, &Act { company_id, actor: Actor::Person { user_id: vera }, now }, &keys(&[&one])).await.unwrap();
        access::remove(db, BEFORE, Scope::Company(company_id), Actor::Named("test")).await.unwrap();
        transact!(db, |tx| {
            users::Entity::delete_by_id(vera).exec(tx).await?;
            Ok(())
        })
        .unwrap();
        assert_eq!(told(&books, &one).await, ["a former user", BY]);
        assert_eq!(found(&books, &one).await, ["a former user"]);
        books.prove().await;
    }

    async fn a_page_asks_once_for_its_people(db: &TestDb) {
        let books = two_partners(db).await;
        let one = keys(&[&sale(&books, "t1", "c1", "100").await]);
        let (company_id, now) = (books.company_id, books.now().await);
        let statements = async || {
            db.reads().take();
            found(&books, "").await;
            db.reads().take()
        };
        hold(db, &Act::named(company_id, BY, now), &one, "Is it real?").await.unwrap();
        let without = statements().await;
        for email in [BEFORE, NOW] {
            let place = Place::Company(company_id, CompanyRole::Owner);
            let user_id = add_user(db, place, email, None, None, Actor::Named("test"), now).await.unwrap().id;
            let act = Act { company_id, actor: Actor::Person { user_id }, now };
            approve(db, &act, &one).await.unwrap();
            hold(db, &act, &one, "Is it, though?").await.unwrap();
        }
        assert_eq!(found(&books, "").await, [NOW, NOW, BEFORE, BEFORE, BY]);
        assert_eq!(statements().await, without + 1);
    }
}
