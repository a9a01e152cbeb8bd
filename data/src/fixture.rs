//! What the tests of lists begin with.
#![allow(clippy::unwrap_used)]

use crate::act::Actor;
use domain::Instant;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;

use crate::Db;
use crate::programme::companies;
use crate::store::entities::groups;

/// A company "northwind" with these groups, by key and name. Returns it and the groups' ids in their order.
pub async fn northwind(db: &Db, timezone: &str, groups: &[(&str, &str)], now: Instant) -> (Uuid, Vec<Uuid>) {
    let profile = companies::Profile {
        name: Some("Northwind".into()),
        timezone: Some(timezone.into()),
        currency: Some("USD".into()),
        ..Default::default()
    };
    let company = companies::create(db, "northwind", &profile, Actor::Named("test"), now).await.unwrap();
    let mut ids = Vec::new();
    for (number, (key, name)) in (1..).zip(groups) {
        let group = groups::ActiveModel {
            id: Set(Uuid::from_u128(number)),
            company_id: Set(company),
            key: Set((*key).into()),
            name: Set((*name).into()),
            created_at: Set(0),
        };
        ids.push(group.insert(db.read()).await.unwrap().id);
    }
    (company, ids)
}
