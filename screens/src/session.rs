//! Who is looking and where: for the frame around every page.
//!
//! Addresses of places stand here whole: they lead out of the one that somebody is at.

use domain::access::{Action, allows};
use domain::page::{listed, number_of};
use domain::states::{CompanyRole, PartnerRole};
use domain::time::long_date;
use domain::zone::Zone;
use domain::{Instant, Place};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;
use views::session::{ClockView, DemoUser, Jump, PlaceLink, Scope, Viewer};

use data::due::clock::{self, Preview};
use data::installation::Time;
use data::people::accounts::{Membership, User, find_user};
use data::rewards::figures;
use data::store::entities::{companies, memberships, partners, partnerships, users};
use data::work::Work;
use data::{Db, Result, installation};
use domain::dates;
use exchange::demo;

/// Where a person belongs, each with what `leads` makes of it; what it makes nothing of is left out.
pub fn places(user: &User, leads: impl Fn(&Membership) -> Option<String>) -> Vec<PlaceLink> {
    let link = |place: &Membership| {
        Some(PlaceLink {
            href: leads(place)?,
            name: place.name().to_owned(),
            role: place.role().to_owned(),
            company: matches!(place, Membership::Company { .. }),
            partner_of: String::new(),
        })
    };
    user.memberships.iter().filter_map(link).collect()
}

/// The same places, with the companies that a partner works with.
pub async fn with_companies(db: &Db, user: &User, mut places: Vec<PlaceLink>) -> Result<Vec<PlaceLink>> {
    for place in &mut places {
        let here = Place::of_path(&place.href);
        if let Some(Membership::Partner { partner_id, .. }) = user.memberships.iter().find(|membership| membership.place() == here) {
            place.partner_of = listed(&companies_of(db.read(), *partner_id).await?);
        }
    }
    Ok(places)
}

async fn companies_of<C: ConnectionTrait>(conn: &C, partner_id: Uuid) -> Result<Vec<String>> {
    let ids = partnerships::Entity::find()
        .select_only()
        .column(partnerships::Column::CompanyId)
        .filter(partnerships::Column::PartnerId.eq(partner_id));
    let named = companies::Entity::find().select_only().column(companies::Column::Name);
    let named = named.filter(companies::Column::Id.in_subquery(ids.into_query())).order_by_asc(companies::Column::Name);
    Ok(named.into_tuple().all(conn).await?)
}

/// Somebody who looks at a company's programme.
pub async fn company_viewer(db: &Db, user: &User, company: &companies::Model, role: CompanyRole, time: Time) -> Result<Viewer> {
    let zone = company.zone()?;
    let scope = Scope::Company {
        key: company.key.clone(),
        name: company.name.clone(),
        role,
        zone: zone.place(),
        currency: company.currency.clone(),
    };
    let to_review = figures::rows(&figures::to_review(db.read(), company).await?);
    Ok(viewer(user, scope, to_review, &zone, time, allows(role, Action::MoveClock)))
}

/// Somebody who looks at what a partner earned.
pub async fn partner_viewer(db: &Db, user: &User, partner_id: Uuid, name: &str, role: PartnerRole, time: Time) -> Result<Viewer> {
    let zone = partner_zone(db.read(), partner_id).await?;
    Ok(viewer(user, Scope::Partner { name: name.to_owned(), role }, 0, &zone, time, false))
}

fn viewer(user: &User, scope: Scope, to_review: i64, zone: &Zone, time: Time, may_move: bool) -> Viewer {
    let places = places(user, |place| Some(place.place().to_string()));
    let clock = time.sandbox.then(|| clock(zone, time.now, may_move));
    Viewer { name: user.name.clone(), email: user.email.clone(), scope, places, clock, to_review }
}

/// A partner reads dates in the zone of the company it has worked with longest.
async fn partner_zone<C: ConnectionTrait>(conn: &C, partner_id: Uuid) -> Result<Zone> {
    let first = partnerships::Entity::find()
        .filter(partnerships::Column::PartnerId.eq(partner_id))
        .order_by_asc(partnerships::Column::JoinedAt)
        .one(conn)
        .await?;
    match first {
        Some(partnership) => data::programme::companies::get(conn, partnership.company_id).await?.zone(),
        None => Ok(Zone::UTC),
    }
}

fn clock(zone: &Zone, at: Instant, may_move: bool) -> ClockView {
    let local = zone.local(at);
    ClockView {
        weekday: local.format("%A").to_string(),
        now: format!("{}, {}", long_date(local.date()), local.format("%H:%M")),
        zone: zone.place(),
        may_move,
    }
}

/// In the demo its owner and the first owner of a partner; nobody elsewhere, also not in a sandbox of one's own.
pub async fn demo_users(db: &Db) -> Result<Vec<DemoUser>> {
    if !installation::mode(db).await?.is_sandbox() {
        return Ok(Vec::new());
    }
    let found = users::Entity::find().filter(users::Column::Email.eq(demo::OWNER)).one(db.read()).await?;
    let company = companies::Entity::find().filter(companies::Column::Key.eq(demo::COMPANY)).one(db.read()).await?;
    let (Some(owner), Some(company)) = (found, company) else { return Ok(Vec::new()) };
    let owns = memberships::Entity::find()
        .filter(memberships::Column::UserId.eq(owner.id))
        .filter(memberships::Column::CompanyId.eq(company.id))
        .filter(memberships::Column::Role.eq(CompanyRole::Owner.word()))
        .one(db.read())
        .await?;
    if owns.is_none() {
        return Ok(Vec::new());
    }
    let mut list = vec![DemoUser { email: owner.email, label: "Company owner".to_owned(), place: company.name, company: true }];
    let member = memberships::Entity::find()
        .filter(memberships::Column::PartnerId.is_not_null())
        .filter(memberships::Column::Role.eq(PartnerRole::Owner.word()))
        .order_by_asc(memberships::Column::CreatedAt)
        .order_by_asc(memberships::Column::Id)
        .one(db.read())
        .await?;
    if let Some(row) = member
        && let Some(user) = users::Entity::find_by_id(row.user_id).one(db.read()).await?
        && let Some(partner) = partners::Entity::find_by_id(row.partner_id.unwrap_or_default()).one(db.read()).await?
    {
        list.push(DemoUser { email: user.email, label: "Partner".to_owned(), place: partner.name, company: false });
    }
    Ok(list)
}

/// The one of [`demo_users`] with this email.
pub async fn demo_user(db: &Db, email: &str) -> Result<Option<User>> {
    if !demo_users(db).await?.iter().any(|user| user.email == email) {
        return Ok(None);
    }
    match users::Entity::find().filter(users::Column::Email.eq(email)).one(db.read()).await? {
        Some(row) => find_user(db, row.id).await,
        None => Ok(None),
    }
}

/// Where a sandbox's clock can go, and on request what each jump sets off; nowhere in production.
pub async fn jumps(db: &Db, company: &companies::Model, time: Time, effects: bool) -> Result<Vec<Jump>> {
    if !time.sandbox {
        return Ok(Vec::new());
    }
    let zone = company.zone()?;
    let targets = clock::targets(db.read(), company, time.now).await?;
    let mut wanted = vec![("Tomorrow", targets.tomorrow), ("Charge day", targets.charge_day), ("Month end", targets.month_end)];
    wanted.sort_by_key(|(_, at)| *at);
    let mut jumps = Vec::with_capacity(wanted.len());
    for (label, at) in wanted {
        let effect = if effects { effect(&clock::preview(db, at).await?) } else { String::new() };
        jumps.push(Jump { to: at.rfc3339(), label: label.to_owned(), date: zone.local(at).format("%a %-d %b").to_string(), effect });
    }
    Ok(jumps)
}

/// "Generates 3 invoices, sends 3 emails"
fn effect(preview: &Preview) -> String {
    let parts = [
        (preview.released, "releases", "reward", "rewards"),
        (preview.invoices, "generates", "invoice", "invoices"),
        (preview.charges, "charges", "invoice", "invoices"),
        (preview.asked, "asks you to pay", "invoice", "invoices"),
        (preview.payouts, "releases", "payout", "payouts"),
        (preview.mails, "sends", "email", "emails"),
    ];
    sentence(&parts).unwrap_or_else(|| "Nothing is due".to_owned())
}

/// "It is 1 May 2026. Generated 3 invoices, sent 3 emails."
pub fn moved_words(zone: &Zone, now: Instant, work: &Work) -> String {
    let did = work_words(work).unwrap_or_else(|| "Nothing was due".to_owned());
    format!("It is {}. {did}.", dates::day(zone, now))
}

/// "Generated 3 invoices, charged 1 invoice, released 41 payouts, paid 41 partners"; `None` when nothing was done.
fn work_words(work: &Work) -> Option<String> {
    let parts = [
        (work.released, "released", "reward", "rewards"),
        (work.invoices, "generated", "invoice", "invoices"),
        (work.charges_done, "charged", "invoice", "invoices"),
        (work.charges_failed, "failed to charge", "invoice", "invoices"),
        (work.payouts_released, "released", "payout", "payouts"),
        (work.payouts_sent, "sent", "payout", "payouts"),
        (work.payouts_paid, "paid", "partner", "partners"),
        (work.payouts_failed, "failed to pay", "partner", "partners"),
        (work.mails, "sent", "email", "emails"),
    ];
    sentence(&parts)
}

/// The parts that are not nought, in one sentence; `None` when all are.
fn sentence(parts: &[(usize, &str, &str, &str)]) -> Option<String> {
    let told: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(count, verb, one, many)| format!("{verb} {}", number_of(*count, one, many))).collect();
    let joined = told.join(", ");
    let mut letters = joined.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_are_told_in_a_sentence() {
        let preview = Preview { invoices: 3, mails: 1, ..Preview::default() };
        assert_eq!(effect(&preview), "Generates 3 invoices, sends 1 email");
        assert_eq!(effect(&Preview::default()), "Nothing is due");
        let preview = Preview { charges: 1, payouts: 1_097, ..Preview::default() };
        assert_eq!(effect(&preview), "Charges 1 invoice, releases 1,097 payouts");
        let work = Work { invoices: 3, charges_done: 1, payouts_released: 97, payouts_sent: 31, payouts_paid: 66, ..Work::default() };
        let told = "Generated 3 invoices, charged 1 invoice, released 97 payouts, sent 31 payouts, paid 66 partners";
        assert_eq!(work_words(&work).as_deref(), Some(told));
    }
}
