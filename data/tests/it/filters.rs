//! A filter that can't be read is refused wherever it is asked: nothing is listed or written under it.

use data::act::Act;
use data::{Error, on_both, rewards};
use domain::list_query::ListQuery;
use exchange::exports::{Export, Noun};

use crate::world::{BY, World};

/// Names of filters and what they can't be; "sort" is the sort.
const REWARDS: [(&str, &str); 10] = [
    ("status", "approvd"),
    ("month", "March"),
    ("month", "2026-13"),
    ("source", "sales"),
    ("currency", "usd"),
    ("min", "1,000"),
    ("min", "abc"),
    ("max", "$12"),
    ("sum", "some"),
    ("sort", "size"),
];
const PARTNERS: [(&str, &str); 5] = [("status", "active"), ("held", "no"), ("from", "1 March"), ("to", "2026-02-30"), ("sort", "-size")];
const CUSTOMERS: [(&str, &str); 4] = [("bought", "maybe"), ("test", "1"), ("from", "2026"), ("sort", "key")];
const INVOICES: [(&str, &str); 3] = [("status", "open"), ("currency", "XXXX"), ("sort", "banana")];
const AUDIT: [(&str, &str); 2] = [("kind", "banana"), ("sort", "banana")];
const COMMISSIONS: [(&str, &str); 2] = [("status", "new"), ("month", "March")];

fn query((name, value): (&str, &str)) -> ListQuery {
    let mut query = ListQuery::default();
    match name {
        "sort" => query.sort = value.to_owned(),
        _ => drop(query.filters.insert(name.to_owned(), value.to_owned())),
    }
    query
}

fn refuses<T>(of: (&str, &str), answer: Result<T, Error>) {
    match answer {
        Err(Error::Invalid(fields)) => assert_eq!(fields.keys().collect::<Vec<_>>(), [of.0], "{of:?}"),
        Err(other) => panic!("{of:?}: {other}"),
        Ok(_) => panic!("{of:?} was taken"),
    }
}

on_both! {
    async fn what_cannot_be_read_as_a_filter_lists_nothing(db: &TestDb) {
        let world = World::new(db).await;
        world.customer("acme", Some("ada")).await;
        world.sale("s1", "acme", "100.00", "2026-03-05T12:00:00Z").await;
        let company = data::programme::companies::get(db.read(), world.company).await.unwrap();
        let now = world.now;
        let file = async |noun: Noun, query: &ListQuery| Export::of_list(db.read(), world.company, noun, query, now).await.map(|_| ());
        for of in REWARDS {
            let query = query(of);
            refuses(of, screens::rewards::list(db, &company, &query, now).await);
            // A file and a selection have no order and no sum of their own.
            if of.0 != "sum" {
                refuses(of, file(Noun::Rewards, &query).await);
                refuses(of, rewards::selection::select(db, &Act::named(world.company, BY, now), &company, &query, "").await);
            }
        }
        for of in PARTNERS {
            refuses(of, screens::partners::list(db, &company, &query(of)).await);
            if of.0 != "sort" {
                refuses(of, file(Noun::Partners, &query(of)).await);
            }
        }
        for of in CUSTOMERS {
            refuses(of, screens::customers::list(db, &company, &query(of)).await);
            if of.0 != "sort" {
                refuses(of, file(Noun::Customers, &query(of)).await);
            }
        }
        for of in INVOICES {
            refuses(of, screens::invoices::list(db, &company, &query(of), now).await);
            if of.0 != "sort" {
                refuses(of, file(Noun::Invoices, &query(of)).await);
            }
        }
        for of in AUDIT {
            refuses(of, screens::settings::audit_log(db, &company, &query(of)).await);
        }
        refuses(AUDIT[0], file(Noun::Audit, &query(AUDIT[0])).await);
        let ada = data::network::partners::find_by_key(db.read(), world.company, "ada").await.unwrap();
        for of in COMMISSIONS {
            refuses(of, screens::portal::commissions(db, ada.partner_id, &query(of)).await);
        }
        refuses(("status", ""), screens::partners::detail::rewards(db, &company, "ada", &query(("status", "pending"))).await);
        refuses(("kind", ""), screens::partners::detail::transactions(db, &company, "ada", &query(("kind", "sales"))).await);
        let of_ada = |name: &str, of: (&str, &str)| {
            let mut query = query(of);
            query.filters.insert(name.to_owned(), "ada".to_owned());
            query
        };
        refuses(("status", ""), file(Noun::Rewards, &of_ada("earner", ("status", "pending"))).await);
        refuses(("kind", ""), file(Noun::Transactions, &of_ada("seller", ("kind", "sales"))).await);
        // Without them everything is there.
        assert_eq!(screens::rewards::list(db, &company, &query(("min", "20.00")), now).await.unwrap().page.rows.len(), 1);
    }
}
