#![allow(clippy::unwrap_used)]
use domain::states::{CompanyRole, PartnerRole};

use super::*;
use crate::companies::{self, Profile};
use crate::entities::audit;
use crate::installation::{self, Mode};
use crate::on_both;

const NOW: Instant = Instant(1_767_225_600_000);
const MINUTE: i64 = 60_000;

async fn company(db: &Db, key: &str) -> Uuid {
    let profile = Profile {
        name: Some(key.to_uppercase()),
        timezone: Some("Europe/Berlin".to_owned()),
        currency: Some("EUR".to_owned()),
        ..Profile::default()
    };
    companies::create(db, key, &profile, "test", NOW).await.unwrap()
}

async fn owner(db: &Db, company_id: Uuid, email: &str, password: Option<&str>) -> AddedUser {
    add_user(db, Place::Company(company_id, CompanyRole::Owner), email, Some("Ada Moreau"), password, "test", NOW).await.unwrap()
}

on_both! {
    async fn the_right_password_signs_in(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let added = owner(db, company_id, "Ada@Northwind.example ", Some("a long password")).await;
        assert_eq!((added.new, added.link), (true, None));

        let SignIn::Welcome(user) = sign_in(db, " ADA@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap() else {
            panic!("was refused");
        };
        assert_eq!((user.id, user.name.as_str(), user.email.as_str()), (added.id, "Ada Moreau", "ada@northwind.example"));
        let membership = Membership::Company {
            company_id,
            key: "northwind".to_owned(),
            name: "NORTHWIND".to_owned(),
            role: CompanyRole::Owner,
        };
        assert_eq!(user.memberships, [membership]);

        for (email, password) in [("ada@northwind.example", "another password"), ("bob@northwind.example", "a long password")] {
            assert_eq!(sign_in(db, email, password, "203.0.113.9", NOW).await.unwrap(), SignIn::Refused);
        }
    }

    async fn the_audit_log_tells_the_time_of_the_sandbox(db: &TestDb) {
        let start = NOW.plus_ms(-1_000 * MINUTE);
        installation::init(db, Mode::Sandbox { start }).await.unwrap();
        let company_id = company(db, "northwind").await;
        owner(db, company_id, "ada@northwind.example", None).await;
        let entry = audit::Entity::find().filter(audit::Column::Action.eq("user_added")).one(db.read()).await.unwrap().unwrap();
        assert_eq!((entry.at, entry.author.as_str()), (start.0, "test"));
    }

    async fn guessing_is_slowed_down_also_for_people_who_do_not_exist(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        for email in ["ada@northwind.example", "nobody@northwind.example"] {
            let address = format!("203.0.113.{}", email.len());
            for _ in 0..FREE_FAILURES_EMAIL {
                assert_eq!(sign_in(db, email, "wrong wrong", &address, NOW).await.unwrap(), SignIn::Refused);
            }
            assert_eq!(sign_in(db, email, "a long password", &address, NOW).await.unwrap(), SignIn::Throttled { seconds: 15 });
        }
        // After the wait the right password works, and clears what was counted.
        let later = NOW.plus_ms(MINUTE);
        for _ in 0..2 {
            let answer = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.200", later).await.unwrap();
            assert!(matches!(answer, SignIn::Welcome(_)), "{answer:?}");
        }
    }

    async fn one_address_cannot_try_everybody(db: &TestDb) {
        for number in 0..FREE_FAILURES_ADDRESS {
            let answer = sign_in(db, &format!("p{number}@example.com"), "wrong wrong", "198.51.100.7", NOW).await.unwrap();
            assert_eq!(answer, SignIn::Refused);
        }
        let answer = sign_in(db, "other@example.com", "wrong wrong", "198.51.100.7", NOW).await.unwrap();
        assert_eq!(answer, SignIn::Throttled { seconds: 15 });
        assert_eq!(sign_in(db, "other@example.com", "wrong wrong", "198.51.100.8", NOW).await.unwrap(), SignIn::Refused);
    }

    async fn a_link_signs_in_once_and_not_for_ever(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let link = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        assert_eq!(sign_in(db, "ada@northwind.example", "", "203.0.113.9", NOW).await.unwrap(), SignIn::Refused);
        let stored = sign_in_links::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_ne!(stored.token_hash, link);

        assert!(link_is_open(db, &link, NOW).await.unwrap());
        assert_eq!(sign_in_by_link(db, "in_wrong", NOW).await.unwrap(), None);
        assert_eq!(sign_in_by_link(db, &link, NOW).await.unwrap().unwrap().email, "ada@northwind.example");
        assert_eq!(sign_in_by_link(db, &link, NOW).await.unwrap(), None);
        assert!(!link_is_open(db, &link, NOW).await.unwrap());

        let late = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        assert_eq!(sign_in_by_link(db, &late, NOW.plus_ms(LINK_VALID_MS)).await.unwrap(), None);
    }

    async fn added_again_a_person_gets_the_new_role_and_password(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let first = owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        let place = Place::Company(company_id, CompanyRole::ReadOnly);
        let again = add_user(db, place, "ada@northwind.example", None, Some("a newer password"), "test", NOW).await.unwrap();
        assert_eq!((again.id, again.new), (first.id, false));
        let user = find_user(db, first.id).await.unwrap().unwrap();
        assert!(matches!(user.memberships[..], [Membership::Company { role: CompanyRole::ReadOnly, .. }]), "{user:?}");
        let answer = sign_in(db, "ada@northwind.example", "a newer password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(answer, SignIn::Welcome(_)));
    }

    async fn a_person_belongs_to_companies_and_partners(db: &TestDb) {
        let (south, north) = (company(db, "south").await, company(db, "north").await);
        let partner_id = Uuid::from_u128(5);
        let partner = partners::ActiveModel {
            id: Set(partner_id),
            key: Set(domain::ids::short_key(partner_id)),
            name: Set("Blog".to_owned()),
            email: Set(String::new()),
            created_at: Set(NOW.0),
        };
        let inserted: Result<()> = transact!(db, |tx| {
            partner.clone().insert(tx).await?;
            Ok(())
        });
        inserted.unwrap();
        owner(db, south, "ada@example.com", Some("a long password")).await;
        owner(db, north, "ada@example.com", None).await;
        let member = Place::Partner(partner_id, PartnerRole::Member);
        add_user(db, member, "ada@example.com", None, None, "test", NOW).await.unwrap();
        let user_id = users::Entity::find().one(db.read()).await.unwrap().unwrap().id;
        let names: Vec<String> = find_user(db, user_id).await.unwrap().unwrap().memberships.into_iter().map(|place| match place {
            Membership::Company { name, .. } | Membership::Partner { name, .. } => name,
        }).collect();
        assert_eq!(names, ["NORTH", "SOUTH", "Blog"]);
        let nowhere = Place::Partner(Uuid::from_u128(6), PartnerRole::Owner);
        assert!(add_user(db, nowhere, "x@example.com", None, None, "test", NOW).await.is_err());
    }
}

#[test]
fn waits_double_up_to_a_quarter_of_an_hour() {
    let waits: Vec<i64> = [4, 5, 6, 7, 11, 40].map(|failures| penalty_ms(failures, FREE_FAILURES_EMAIL) / 1000).to_vec();
    assert_eq!(waits, [0, 15, 30, 60, 900, 900]);
}

#[test]
fn addresses_are_checked() {
    assert_eq!(parse_email(" Ada@Example.COM ").unwrap(), "ada@example.com");
    for wrong in ["", "ada", "@example.com", "ada@", "a b@example.com", "a@b@c", "a\n@example.com"] {
        assert!(parse_email(wrong).is_err(), "{wrong}");
    }
}

/// Sessions of this person that still last.
async fn sessions_of(db: &Db, user_id: Uuid) -> usize {
    use crate::entities::sessions;
    sessions::Entity::find().filter(sessions::Column::UserId.eq(user_id.to_string())).all(db.read()).await.unwrap().len()
}

async fn begin_session(db: &Db, user_id: Uuid) {
    use tower_sessions::SessionStore;
    use tower_sessions::cookie::time::{Duration, OffsetDateTime};
    use tower_sessions::session::{Id, Record};
    let data = [(crate::sessions::USER_ID.to_owned(), serde_json::json!(user_id))];
    let mut record = Record { id: Id::default(), data: data.into(), expiry_date: OffsetDateTime::now_utc() + Duration::days(90) };
    crate::sessions::Sessions::new(db.clone()).create(&mut record).await.unwrap();
}

on_both! {
    async fn a_new_password_ends_every_session(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await.id;
        let bo = owner(db, company_id, "bo@northwind.example", Some("a long password")).await.id;
        for user_id in [ada, ada, bo] {
            begin_session(db, user_id).await;
        }
        set_password(db, ada, "another long password").await.unwrap();
        assert_eq!((sessions_of(db, ada).await, sessions_of(db, bo).await), (0, 1));
        owner(db, company_id, "bo@northwind.example", Some("another long password")).await;
        assert_eq!(sessions_of(db, bo).await, 0, "also by the command line");
    }

    async fn access_is_taken_away_and_the_last_owner_stays(db: &TestDb) {
        use super::access::{self, RemovedAccess, Scope};
        let [north, south] = [company(db, "northwind").await, company(db, "southwind").await];
        let ada = owner(db, north, "ada@northwind.example", Some("a long password")).await.id;
        owner(db, south, "ada@northwind.example", Some("a long password")).await;
        begin_session(db, ada).await;
        let refused = access::remove(db, "ada@northwind.example", Scope::Company(north), "test").await.unwrap_err();
        assert!(refused.to_string().contains("the last owner of NORTHWIND"), "{refused}");
        assert_eq!(sessions_of(db, ada).await, 1);

        owner(db, north, "bo@northwind.example", Some("a long password")).await;
        assert_eq!(access::list(db, Some(north)).await.unwrap().len(), 2);
        let removed = access::remove(db, "Ada@northwind.example", Scope::Company(north), "test").await.unwrap();
        assert_eq!(removed, RemovedAccess { places: 1, sessions: 1 });
        assert_eq!(sessions_of(db, ada).await, 0);
        let left = access::list(db, Some(south)).await.unwrap();
        assert_eq!(left.iter().map(|user| user.memberships.len()).collect::<Vec<_>>(), [1]);
        let log = audit::Entity::find().filter(audit::Column::Action.eq("user_removed")).all(db.read()).await.unwrap();
        assert_eq!(log.iter().map(|row| (row.company_id, row.subject.as_str())).collect::<Vec<_>>(), [(Some(north), "ada@northwind.example")]);
        let known = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(known, SignIn::Welcome(_)), "they belong to another company");

        // Everywhere, once somebody else owns that one too.
        owner(db, south, "bo@northwind.example", Some("a long password")).await;
        access::remove(db, "ada@northwind.example", Scope::Everywhere, "test").await.unwrap();
        let gone = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW.plus_ms(60 * MINUTE)).await.unwrap();
        assert_eq!(gone, SignIn::Refused);
        assert!(crate::verify::verify(db).await.unwrap().holds());
    }

    async fn a_person_is_signed_out_everywhere(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await.id;
        begin_session(db, ada).await;
        begin_session(db, ada).await;
        assert_eq!(super::access::sign_out(db, "ada@northwind.example", "test").await.unwrap(), 2);
        assert_eq!(sessions_of(db, ada).await, 0);
        assert!(super::access::sign_out(db, "nobody@northwind.example", "test").await.is_err());
    }
}
