#![allow(clippy::unwrap_used)]

use crate::act::{Act, Actor};
use domain::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use super::*;
use crate::installation::{self, Mode};
use crate::programme::companies::{self, Profile};
use crate::store::entities::{audit, sign_in_failures, sign_in_links, sign_in_networks};
use crate::store::secrets::hash;
use crate::{Error, on_both, transact};

const NOW: Instant = Instant(1_767_225_600_000);
const MINUTE: i64 = 60_000;
/// Of one person from one network.
const FREE_TRIES: u32 = 5;

async fn company(db: &Db, key: &str) -> Uuid {
    let profile = Profile {
        name: Some(key.to_uppercase()),
        timezone: Some("Europe/Berlin".to_owned()),
        currency: Some("EUR".to_owned()),
        ..Profile::default()
    };
    companies::create(db, key, &profile, Actor::Named("test"), NOW).await.unwrap()
}

async fn owner(db: &Db, company_id: Uuid, email: &str, password: Option<&str>) -> AddedUser {
    add_user(db, Place::Company(company_id, CompanyRole::Owner), email, Some("Ada Moreau"), password, Actor::Named("test"), NOW)
        .await
        .unwrap()
}

on_both! {
    async fn the_right_password_signs_in(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let added = owner(db, company_id, "Ada@Northwind.example ", Some("a long password")).await;
        assert_eq!((added.new, added.link), (true, None));

        let SignIn::Welcome(SignedIn { user, .. }) = sign_in(db, " ADA@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap() else {
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
            for _ in 0..5 {
                assert_eq!(sign_in(db, email, "wrong wrong", &address, NOW).await.unwrap(), SignIn::Refused);
            }
            assert_eq!(sign_in(db, email, "a long password", &address, NOW).await.unwrap(), SignIn::Throttled { seconds: 15 });
        }
        // Elsewhere the person comes in at once, and where the tries came from after the wait.
        for (address, at) in [("203.0.113.200", NOW), ("203.0.113.21", NOW.plus_ms(MINUTE)), ("203.0.113.21", NOW.plus_ms(MINUTE))] {
            let answer = sign_in(db, "ada@northwind.example", "a long password", address, at).await.unwrap();
            assert!(matches!(answer, SignIn::Welcome(_)), "{address}: {answer:?}");
        }
    }

    async fn one_network_cannot_try_everybody(db: &TestDb) {
        for number in 0..20 {
            // One subscriber has very many addresses.
            let address = format!("2001:db8:1:2::{number:x}");
            let answer = sign_in(db, &format!("p{number}@example.com"), "wrong wrong", &address, NOW).await.unwrap();
            assert_eq!(answer, SignIn::Refused);
        }
        let answer = sign_in(db, "other@example.com", "wrong wrong", "2001:db8:1:2:ffff::1", NOW).await.unwrap();
        assert_eq!(answer, SignIn::Throttled { seconds: 15 });
        assert_eq!(sign_in(db, "other@example.com", "wrong wrong", "2001:db8:1:3::1", NOW).await.unwrap(), SignIn::Refused);
    }

    async fn guessing_from_everywhere_does_not_shut_a_person_out_at_home(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        let at_home = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(at_home, SignIn::Welcome(_)));
        let inserted: Result<()> = transact!(db, |tx| {
            let guesses = sign_in_failures::ActiveModel {
                subject: Set(format!("email:{}", hash("ada@northwind.example"))),
                failures: Set(100),
                last_at: Set(NOW.0),
            };
            sign_in_failures::Entity::insert(guesses).on_conflict(crate::store::ignore_conflict()).exec_without_returning(tx).await?;
            sign_in_failures::Entity::update_many()
                .col_expr(sign_in_failures::Column::Failures, Expr::value(100))
                .exec(tx)
                .await?;
            Ok(())
        });
        inserted.unwrap();
        let elsewhere = sign_in(db, "ada@northwind.example", "a long password", "198.51.100.1", NOW.plus_ms(1)).await.unwrap();
        assert!(matches!(elsewhere, SignIn::Throttled { .. }), "{elsewhere:?}");
        // What was counted for her network itself would hold her up too: it is not what this is about.
        let cleared: Result<()> = transact!(db, |tx| {
            sign_in_failures::Entity::delete_by_id("network:203.0.113.9".to_owned()).exec(tx).await?;
            Ok(())
        });
        cleared.unwrap();
        let at_home = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW.plus_ms(2)).await.unwrap();
        assert!(matches!(at_home, SignIn::Welcome(_)), "{at_home:?}");
        assert_eq!(sign_in_networks::Entity::find().all(db.read()).await.unwrap().len(), 1);
        assert_eq!(sign_in_networks::Entity::find().one(db.read()).await.unwrap().unwrap().user_id, ada.id);
    }

    async fn a_right_password_counts_as_no_failure_when_the_database_fails(db: &TestDb) {
        use crate::store::faults::Fault;
        let company_id = company(db, "northwind").await;
        owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        let counted = async || -> i32 {
            sign_in_failures::Entity::find().all(db.read()).await.unwrap().iter().map(|row| row.failures).sum()
        };
        let mut failed = 0;
        for n in 1.. {
            db.faults().plan(n, Fault::Undone);
            let outcome = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW).await;
            let struck = !db.faults().cancel();
            match outcome {
                Ok(answer) => {
                    assert!(matches!(answer, SignIn::Welcome(_)), "{answer:?}");
                    if !struck {
                        break;
                    }
                }
                Err(_) => failed += 1,
            }
            let forgotten = async {
                while counted().await > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(20), forgotten).await.expect("it counts as no failure");
        }
        assert!(failed > FREE_TRIES, "{failed}");
    }

    async fn a_clock_that_was_ahead_keeps_nobody_out(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        let ahead = NOW.plus_ms(40 * Instant::DAY_MS);
        for _ in 0..7 {
            sign_in(db, "ada@northwind.example", "wrong wrong", "203.0.113.9", ahead).await.unwrap();
        }
        let answer = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(answer, SignIn::Welcome(_)), "{answer:?}");
    }

    async fn sign_ins_leave_traces_in_each_company_of_the_person(db: &TestDb) {
        installation::init(db, Mode::Sandbox { start: NOW }).await.unwrap();
        let (south, north) = (company(db, "south").await, company(db, "north").await);
        let other = company(db, "other").await;
        let ada = owner(db, south, "ada@example.com", Some("a long password")).await;
        owner(db, north, "ada@example.com", None).await;
        owner(db, other, "bob@example.com", Some("a long password")).await;
        sign_in(db, "ada@example.com", "a long password", "2001:db8:1:2::9", NOW).await.unwrap();
        let traces = |action: &'static str| async move {
            let rows = audit::Entity::find().filter(audit::Column::Action.eq(action)).all(db.read()).await.unwrap();
            rows.into_iter().map(|row| (row.company_id.unwrap(), row.author, row.detail)).collect::<std::collections::BTreeSet<_>>()
        };
        let entry = |company_id, detail: &str| (company_id, crate::act::Actor::Person { user_id: ada.id }.stored(), detail.to_owned());
        let network = r#"{"network":"2001:db8:1:2::/64"}"#;
        assert_eq!(traces("signed_in").await, [entry(south, network), entry(north, network)].into());

        let user = users::Entity::find_by_id(ada.id).one(db.read()).await.unwrap().unwrap();
        for minutes in [0, 1, 2, 61] {
            traces::count_failure(db, &user, "203.0.113.9", NOW.plus_ms(minutes * MINUTE), NOW).await.unwrap();
        }
        let three = r#"{"network":"203.0.113.9","tries":3}"#;
        let one = r#"{"network":"203.0.113.9","tries":1}"#;
        let expected = [entry(south, three), entry(south, one), entry(north, three), entry(north, one)];
        assert_eq!(traces("sign_in_failed").await, expected.into());

        traces::purge(db, NOW.plus_ms(90 * Instant::DAY_MS)).await.unwrap();
        assert_eq!(traces("signed_in").await.len() + traces("sign_in_failed").await.len(), 6);
        traces::purge(db, NOW.plus_ms(91 * Instant::DAY_MS)).await.unwrap();
        assert_eq!(traces("signed_in").await.len() + traces("sign_in_failed").await.len(), 0);
        assert_eq!(traces("user_added").await.len(), 3);
    }

    async fn a_link_sets_a_password_once_and_not_for_ever(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let link = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        let second = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        assert_eq!(sign_in(db, "ada@northwind.example", "", "203.0.113.9", NOW).await.unwrap(), SignIn::Refused);
        let stored = sign_in_links::Entity::find().all(db.read()).await.unwrap();
        assert!(stored.iter().all(|row| row.token_hash != link && row.token_hash != second));

        let by_link = |secret: &str, password: &str, at: Instant| {
            let (secret, password) = (secret.to_owned(), password.to_owned());
            async move { set_password_by_link(db, &secret, &password, "203.0.113.9", at).await }
        };
        assert_eq!(by_link("in_wrong", "a long password", NOW).await.unwrap(), None);
        // What is refused leaves the link as it was.
        for weak in ["short", "password1234", "ada@northwind.example", "Northwind1", &"x1y2z3".repeat(200)] {
            assert!(matches!(by_link(&link, weak, NOW).await, Err(Error::Invalid(_))), "{weak}");
            assert!(link_is_open(db, &link, NOW).await.unwrap());
        }
        assert_eq!(by_link(&link, "a long password", NOW).await.unwrap().unwrap().user.email, "ada@northwind.example");
        // The other link that was open has gone with it.
        for spent in [&link, &second] {
            assert!(!link_is_open(db, spent, NOW).await.unwrap());
            assert_eq!(by_link(spent, "another long password", NOW).await.unwrap(), None);
        }
        let answer = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(answer, SignIn::Welcome(_)), "{answer:?}");

        let late = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        assert_eq!(by_link(&late, "a long password", NOW.plus_ms(LINK_VALID_MS)).await.unwrap(), None);
    }

    async fn what_no_longer_counts_is_removed(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        owner(db, company_id, "ada@northwind.example", None).await;
        sign_in(db, "nobody@example.com", "wrong wrong", "203.0.113.9", NOW).await.unwrap();
        assert_eq!(purge_sign_ins(db, NOW.plus_ms(MINUTE)).await.unwrap(), 0);
        assert_eq!(purge_sign_ins(db, NOW.plus_ms(61 * MINUTE)).await.unwrap(), 3);
        assert_eq!(purge_sign_ins(db, NOW.plus_ms(2 * LINK_VALID_MS + 1)).await.unwrap(), 1);
    }

    async fn added_again_a_person_gets_the_new_role_and_password(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let first = owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        owner(db, company_id, "bo@northwind.example", None).await;
        let place = Place::Company(company_id, CompanyRole::ReadOnly);
        let again = add_user(db, place, "ada@northwind.example", None, Some("a newer password"), Actor::Named("test"), NOW).await.unwrap();
        assert_eq!((again.id, again.new), (first.id, false));
        let user = find_user(db, first.id).await.unwrap().unwrap();
        assert!(matches!(user.memberships[..], [Membership::Company { role: CompanyRole::ReadOnly, .. }]), "{user:?}");
        let answer = sign_in(db, "ada@northwind.example", "a newer password", "203.0.113.9", NOW).await.unwrap();
        assert!(matches!(answer, SignIn::Welcome(_)));
    }

    async fn a_password_is_more_than_where_one_belongs(db: &TestDb) {
        let south = company(db, "southwind").await;
        let place = Place::Company(south, CompanyRole::Owner);
        for weak in ["Southwind1", "southwind-2026", "SouthWind!Ada"] {
            let refused = add_user(db, place, "ada@example.com", Some("Ada Moreau"), Some(weak), Actor::Named("test"), NOW).await;
            assert!(refused.unwrap_err().to_string().contains("made of names that others know"), "{weak}");
        }
        let partner = crate::network::partners::NewPartner { partner_key: "riverblog".to_owned(), ..Default::default() };
        let programme = "[company]\nkey = \"southwind\"\n\n[[groups]]\nkey = \"all\"\nname = \"All\"\n";
        crate::programme::apply(db, programme, false, Actor::Named("test"), NOW).await.unwrap();
        crate::network::partners::create(db, &Act::named(south, "test", NOW), &partner).await.unwrap();
        let place = Place::Partner(find_partner(db, south, "riverblog").await.unwrap(), PartnerRole::Owner);
        for weak in ["southwind1", "riverblog2026"] {
            assert!(add_user(db, place, "bo@example.com", None, Some(weak), Actor::Named("test"), NOW).await.is_err(), "{weak}");
        }
        add_user(db, place, "bo@example.com", None, Some("a long password"), Actor::Named("test"), NOW).await.unwrap();
        let log = audit::Entity::find().filter(audit::Column::Action.eq("member_added")).all(db.read()).await.unwrap();
        let said: Vec<_> = log.iter().map(|row| (row.company_id, row.subject.as_str(), row.detail.as_str())).collect();
        assert_eq!(said, [(Some(south), "riverblog", r#"{"email":"bo@example.com","role":"owner"}"#)]);
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
        add_user(db, member, "ada@example.com", None, None, Actor::Named("test"), NOW).await.unwrap();
        let user_id = users::Entity::find().one(db.read()).await.unwrap().unwrap().id;
        let names: Vec<String> = find_user(db, user_id).await.unwrap().unwrap().memberships.into_iter().map(|place| match place {
            Membership::Company { name, .. } | Membership::Partner { name, .. } => name,
        }).collect();
        assert_eq!(names, ["NORTH", "SOUTH", "Blog"]);
        let nowhere = Place::Partner(Uuid::from_u128(6), PartnerRole::Owner);
        assert!(add_user(db, nowhere, "x@example.com", None, None, Actor::Named("test"), NOW).await.is_err());
    }

    async fn an_address_that_no_mail_can_have_is_refused(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        for wrong in ["", "ada", "@example.com", "ada@", "a b@example.com", "a,b@x.test", "evil\"<b>@x.test", "a\n@example.com"] {
            let place = Place::Company(company_id, CompanyRole::Owner);
            let refused = add_user(db, place, wrong, None, None, Actor::Named("test"), NOW).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{wrong}");
        }
    }
}

/// Sessions of this person that still last.
async fn sessions_of(db: &Db, user_id: Uuid) -> usize {
    use crate::store::entities::sessions;
    sessions::Entity::find().filter(sessions::Column::UserId.eq(user_id.to_string())).all(db.read()).await.unwrap().len()
}

async fn begin_session(db: &Db, user_id: Uuid) {
    use tower_sessions::SessionStore;
    use tower_sessions::cookie::time::{Duration, OffsetDateTime};
    use tower_sessions::session::{Id, Record};
    let data = [(crate::people::sessions::USER_ID.to_owned(), serde_json::json!(user_id))];
    let mut record = Record { id: Id::default(), data: data.into(), expiry_date: OffsetDateTime::now_utc() + Duration::days(90) };
    crate::people::sessions::Sessions::new(db.clone()).create(&mut record).await.unwrap();
}

on_both! {
    async fn a_new_password_ends_every_session(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await.id;
        let bo = owner(db, company_id, "bo@northwind.example", Some("a long password")).await.id;
        for user_id in [ada, ada, bo] {
            begin_session(db, user_id).await;
        }
        let link = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        set_password_by_link(db, &link, "another long password", "203.0.113.9", NOW).await.unwrap().unwrap();
        assert_eq!((sessions_of(db, ada).await, sessions_of(db, bo).await), (0, 1));
        owner(db, company_id, "bo@northwind.example", Some("another long password")).await;
        assert_eq!(sessions_of(db, bo).await, 0, "also by the command line");
    }

    async fn a_session_begins_only_while_the_password_that_was_checked_is_the_persons(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await.id;
        let begin = async |somebody: &SignedIn| {
            let ends = tower_sessions::cookie::time::OffsetDateTime::now_utc() + tower_sessions::cookie::time::Duration::days(90);
            somebody.begin_session(db, None, ends).await.unwrap()
        };
        let come_in = async |password: &str| match sign_in(db, "ada@northwind.example", password, "203.0.113.9", NOW).await.unwrap() {
            SignIn::Welcome(somebody) => somebody,
            refused => panic!("{refused:?}"),
        };
        // Checked, then changed by the command line, then begun.
        let by_old = come_in("a long password").await;
        owner(db, company_id, "ada@northwind.example", Some("another long password")).await;
        assert_eq!(begin(&by_old).await, None);
        // Checked or set, then changed by a link.
        let by_new = come_in("another long password").await;
        let first = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        let by_link = set_password_by_link(db, &first, "a third long password", "203.0.113.9", NOW).await.unwrap().unwrap();
        assert_eq!(begin(&by_new).await, None);
        let second = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        set_password_by_link(db, &second, "a fourth long password", "203.0.113.9", NOW).await.unwrap().unwrap();
        assert_eq!(begin(&by_link).await, None);
        assert_eq!(sessions_of(db, ada).await, 0);

        let somebody = come_in("a fourth long password").await;
        assert!(begin(&somebody).await.is_some());
        // A change afterwards ends it.
        owner(db, company_id, "ada@northwind.example", Some("a fifth long password")).await;
        assert_eq!(sessions_of(db, ada).await, 0);
        assert!(begin(&SignedIn::without_password(somebody.user)).await.is_some(), "nobody asked for a password");
    }

    async fn a_new_password_is_not_undone_by_an_older_link(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let link = owner(db, company_id, "ada@northwind.example", None).await.link.unwrap();
        owner(db, company_id, "ada@northwind.example", Some("a long password")).await;
        assert_eq!(set_password_by_link(db, &link, "another long password", "203.0.113.9", NOW).await.unwrap(), None);
    }

    async fn the_last_owner_keeps_that_role(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let demote = async |email: &str| {
            let place = Place::Company(company_id, CompanyRole::ReadOnly);
            add_user(db, place, email, None, None, Actor::Named("test"), NOW).await.map(drop)
        };
        let owners = async || {
            let owner = memberships::Column::Role.eq(CompanyRole::Owner.word());
            memberships::Entity::find().filter(owner).all(db.read()).await.unwrap().len()
        };
        owner(db, company_id, "ada@northwind.example", None).await;
        let refused = demote("ada@northwind.example").await.unwrap_err();
        assert!(refused.to_string().contains("the last owner of NORTHWIND"), "{refused}");
        assert_eq!(owners().await, 1);

        // Two who demote, or remove and demote, each other at once: one of them stays.
        for round in 0..12 {
            owner(db, company_id, "ada@northwind.example", None).await;
            owner(db, company_id, "bo@northwind.example", None).await;
            if round % 2 == 0 {
                let (one, two) = tokio::join!(demote("ada@northwind.example"), demote("bo@northwind.example"));
                assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
            } else {
                let remove = super::access::remove(db, "ada@northwind.example", super::access::Scope::Company(company_id), Actor::Named("test"));
                let (one, two) = tokio::join!(remove, demote("bo@northwind.example"));
                assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
            }
            assert_eq!(owners().await, 1);
        }
    }

    async fn access_is_taken_away_and_the_last_owner_stays(db: &TestDb) {
        use super::access::{self, RemovedAccess, Scope};
        let [north, south] = [company(db, "northwind").await, company(db, "southwind").await];
        let ada = owner(db, north, "ada@northwind.example", Some("a long password")).await.id;
        owner(db, south, "ada@northwind.example", Some("a long password")).await;
        begin_session(db, ada).await;
        let refused = access::remove(db, "ada@northwind.example", Scope::Company(north), Actor::Named("test")).await.unwrap_err();
        assert!(refused.to_string().contains("the last owner of NORTHWIND"), "{refused}");
        assert_eq!(sessions_of(db, ada).await, 1);

        owner(db, north, "bo@northwind.example", Some("a long password")).await;
        assert_eq!(access::list(db, Some(north)).await.unwrap().len(), 2);
        let removed = access::remove(db, "Ada@northwind.example", Scope::Company(north), Actor::Named("test")).await.unwrap();
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
        access::remove(db, "ada@northwind.example", Scope::Everywhere, Actor::Named("test")).await.unwrap();
        let gone = sign_in(db, "ada@northwind.example", "a long password", "203.0.113.9", NOW.plus_ms(60 * MINUTE)).await.unwrap();
        assert_eq!(gone, SignIn::Refused);
        let again = data::Db::connect(db.url()).await.unwrap();
        assert!(exchange::verify::verify(&again).await.unwrap().holds());
    }

    async fn a_person_is_signed_out_everywhere(db: &TestDb) {
        let company_id = company(db, "northwind").await;
        let ada = owner(db, company_id, "ada@northwind.example", Some("a long password")).await.id;
        begin_session(db, ada).await;
        begin_session(db, ada).await;
        assert_eq!(super::access::sign_out(db, "ada@northwind.example", Actor::Named("test")).await.unwrap(), 2);
        assert_eq!(sessions_of(db, ada).await, 0);
        assert!(super::access::sign_out(db, "nobody@northwind.example", Actor::Named("test")).await.is_err());
    }
}
