//! Company profile and audit log.

use domain::Rate;
use domain::bank;
use domain::list_query::ListQuery;
use domain::page::Page;
use domain::states::ProviderKind;
use domain::zone::Zone;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use views::Choice;
use views::settings::{AuditLog, CompanyProfile};

use data::act::{Authors, people};
use data::audit::list as audit_list;
use data::programme::simulated_money;
use data::store::entities::{audit, companies};
use data::{Db, Result, installation};

const ROWS: u64 = 50;

pub async fn profile<C: ConnectionTrait>(conn: &C, company: &companies::Model, may_change: bool) -> Result<CompanyProfile> {
    let sandbox = installation::mode_in(conn).await?.is_sandbox();
    let providers = ProviderKind::ALL.iter().filter(|kind| sandbox || **kind != ProviderKind::Simulated);
    let account = bank::stored_account(company.iban.as_deref().unwrap_or_default());
    Ok(CompanyProfile {
        key: company.key.clone(),
        name: company.name.clone(),
        timezone: company.timezone.clone(),
        currency: company.currency.clone(),
        address: company.address.clone().unwrap_or_default(),
        charge_provider: company.charge_provider.clone(),
        payout_provider: company.payout_provider.clone(),
        providers: providers.map(|kind| Choice::new(kind.word(), kind.label())).collect(),
        simulated: simulated_money::waits(conn, company).await?,
        fee_percent: Rate(company.fee_ppm).percent(),
        customer_visibility: company.customer_visibility.clone(),
        account_name: company.account_name.clone().unwrap_or_default(),
        iban: account.map(|account| if may_change { account.shown() } else { account.masked() }).unwrap_or_default(),
        bic: company.bic.clone().unwrap_or_default(),
        zones: Zone::all().map(str::to_owned).collect(),
        may_change,
        seen: data::store::seen::digest(&data::programme::companies::edited(company)),
    })
}

/// The log, newest first: search finds a subject or an author exactly, and with a partner its rewards; `kind` keeps one kind of subject.
pub async fn audit_log(db: &Db, company: &companies::Model, query: &ListQuery) -> Result<AuditLog> {
    let zone = company.zone()?;
    query.order(&["when"], true)?;
    let scope =
        Condition::all().add(audit::Column::CompanyId.eq(company.id)).add(audit_list::filter_of(db.read(), company.id, query).await?);
    let cursor = Position::read(&query.page);
    let backward = cursor.is_some_and(|cursor| cursor.backward);
    let mut select = audit::Entity::find().filter(scope);
    if let Some(Position { at, id, .. }) = cursor {
        let (beyond, level) = match backward {
            true => (audit::Column::At.gt(at), audit::Column::Id.gt(id)),
            false => (audit::Column::At.lt(at), audit::Column::Id.lt(id)),
        };
        select = select.filter(Condition::any().add(beyond).add(Condition::all().add(audit::Column::At.eq(at)).add(level)));
    }
    select = match backward {
        true => select.order_by_asc(audit::Column::At).order_by_asc(audit::Column::Id),
        false => select.order_by_desc(audit::Column::At).order_by_desc(audit::Column::Id),
    };
    let mut rows = select.limit(ROWS + 1).all(db.read()).await?;
    let more = u64::try_from(rows.len()).unwrap_or(0) > ROWS;
    rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    if backward {
        rows.reverse();
    }
    let at = |row: Option<&audit::Model>, backward| row.map(|row| Position { backward, at: row.at, id: row.id }.write());
    let previous = at(rows.first(), true).filter(|_| if backward { more } else { cursor.is_some() });
    let next = at(rows.last(), false).filter(|_| backward || more);
    let authors = Authors::load(db.read(), people(rows.iter().map(|row| &row.author))).await?;
    let rows = rows.into_iter().map(|row| crate::audit::entry(&zone, row, &authors)).collect();
    Ok(AuditLog { page: Page { rows, previous, next }, zone: zone.place() })
}

/// Where a page of the log lies: beside a row.
#[derive(Clone, Copy)]
struct Position {
    backward: bool,
    at: i64,
    id: Uuid,
}

impl Position {
    fn write(self) -> String {
        format!("{}.{}.{}", if self.backward { "b" } else { "f" }, self.at, self.id.simple())
    }

    fn read(text: &str) -> Option<Position> {
        let mut parts = text.split('.');
        let (direction, at, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Position { backward: direction == "b", at: at.parse().ok()?, id: Uuid::try_parse(id).ok()? })
    }
}
