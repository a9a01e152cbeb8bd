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
