//! One partner's details, tab by tab.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use domain::access::{Action, allows};
use domain::list_query::ListQuery;
use domain::offers::{OfferVersion, version_in_force};
use domain::states::{CompanyRole, InvoiceState, RewardState, RewardStatus};
use domain::{Currency, Instant, Money, Month, bank};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use views::Choice;
use views::home::MonthBar;
use views::partners::{Earnings, Member, PartnerHead, PartnerOverview, RewardLine, RewardLines, TransactionLines, Upcoming};

use crate::invoices::stage;
use crate::lines;
use data::lists::page::List;
use data::lists::search::tags_of;
use data::network::partners;
use data::rewards::figures::{self, Sum};
use data::rewards::outlook::{Outlook, Payment};
use data::sales::of_partner;
use data::store::entities::{companies, group_spans, memberships, offer_versions, offers, rewards, transactions, users};
use data::store::error::stored;
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;

/// What stands over every tab, for a reader in this role.
pub async fn head(db: &Db, company: &companies::Model, role: CompanyRole, partner_key: &str) -> Result<PartnerHead> {
    let row = partners::find_by_key(db.read(), company.id, partner_key).await?;
    let groups = names::groups(db.read(), company.id).await?;
    let group = groups.iter().find(|(id, _)| *id == row.group_id).map(|(_, group)| group.clone());
    let zone = company.zone()?;
    let people = memberships::Entity::find().filter(memberships::Column::PartnerId.eq(row.partner_id)).all(db.read()).await?;
    let ids: Vec<Uuid> = people.iter().map(|membership| membership.user_id).collect();
    let users = users::Entity::find().filter(users::Column::Id.is_in(ids)).all(db.read()).await?;
    let mut members = Vec::with_capacity(people.len());
    for membership in people {
        if let Some(user) = users.iter().find(|user| user.id == membership.user_id) {
            let role: domain::states::PartnerRole = stored(&membership.role)?;
            members.push(Member { name: user.name.clone(), email: user.email.clone(), role: role.label().to_owned() });
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.email.cmp(&b.email)));
    let may_manage = allows(role, Action::ManagePartners);
    let account = bank::stored_account(row.payout_account.as_deref().unwrap_or_default());
    let seen = data::store::seen::digest(&partners::edited(&row)?);
    Ok(PartnerHead {
        seen,
        group: group.ok_or_else(|| Error::Corrupt("a partnership without its group".to_owned()))?,
        status: stored(&row.status)?,
        tags: tags_of(&row.tags)?,
        manager: row.manager.unwrap_or_default(),
        joined: dates::day(&zone, Instant(row.joined_at)),
        last_active: dates::day(&zone, Instant(row.last_active_at)),
        payout_method: row.payout_method,
        by_hand: matches!(account, Some(bank::Account::Other(_))),
        payout_account: match account {
            None => String::new(),
            Some(account) if may_manage => account.shown(),
            Some(account) => account.masked(),
        },
        settlement_days: row.settlement_days,
        members,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        may_manage,
        may_reward: allows(role, Action::ManageInvoices),
        key: row.partner_key,
        name: row.name,
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
    })
}

pub async fn overview(db: &Db, company: &companies::Model, partner_key: &str, now: Instant) -> Result<PartnerOverview> {
    let conn = &db.snapshot().await?;
    let row = partners::find_by_key(conn, company.id, partner_key).await?;
    let currency = company.money_currency()?;
    let sums = figures::of_partnerships(conn, [(row.id, company.id)]).await?;
    let months: HashSet<i32> = sums.iter().map(|sum| sum.month).collect();
    let outlook = Outlook::load(conn, company, months, HashSet::from([row.id])).await?;
    let (months, other_currencies) = bars(&sums, &outlook, row.id, currency, company.accumulating_month(now)?);
    Ok(PartnerOverview {
        signups: row.signups,
        paid_customers: row.paid_customers,
        revenue: Money::new(row.revenue, currency),
        earnings: earnings(&sums, &outlook, row.id, currency),
        upcoming: upcoming(&sums, &outlook, row.id, now),
        months,
        other_currencies,
        offers: promises(conn, company.id, row.group_id, now).await?,
        group_history: group_history(conn, company, row.id).await?,
    })
}

/// A page of the partner's rewards, newest first. Filter: `status` (the word of a [`RewardStatus`]).
pub async fn rewards(db: &Db, company: &companies::Model, partner_key: &str, query: &ListQuery) -> Result<RewardLines> {
    use rewards::Column;
    let conn = &db.snapshot().await?;
    let row = partners::find_by_key(conn, company.id, partner_key).await?;
    let scope = Condition::all().add(Column::PartnershipId.eq(row.id));
    let status: Option<RewardStatus> = query.word("status")?;
    let filter = match status {
        Some(status) => Some(of_partner::status_condition(conn, company.id, row.id, status).await?),
        None => None,
    };
    let list: List<rewards::Entity> =
        List { filter: filter.clone(), descending: true, ..List::new(scope.clone(), Column::CreatedAt, Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let found = list.page(conn, Some(&query.page), count).await?;
    let declined = status == Some(RewardStatus::Declined);
    let (all, first) = (scope.add_option(filter).add_option((!declined).then(figures::earned)), company.money_currency()?);
    let totals = lines::totals::<_, rewards::Entity>(conn, count, all, Column::Amount, Column::Currency, first).await?;
    let rows = lines::rewards(conn, company, found.rows).await?;
    Ok(RewardLines { page: domain::page::Page { rows, previous: found.previous, next: found.next }, count, totals })
}

/// A page of the partner's transactions, newest first.
pub async fn transactions(db: &Db, company: &companies::Model, partner_key: &str, query: &ListQuery) -> Result<TransactionLines> {
    use transactions::Column;
    let conn = &db.snapshot().await?;
    let row = partners::find_by_key(conn, company.id, partner_key).await?;
    let scope =
        Condition::all().add(Column::CompanyId.eq(company.id)).add(Column::PartnershipId.eq(row.id)).add(Column::VoidedAt.is_null());
    let filter = of_partner::kind_filter(query)?;
    let list: List<transactions::Entity> =
        List { filter: filter.clone(), descending: true, ..List::new(scope.clone(), Column::OccurredAt, Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let found = list.page(conn, Some(&query.page), count).await?;
    let (all, first) = (scope.add_option(filter), company.money_currency()?);
    let totals = lines::totals::<_, transactions::Entity>(conn, count, all, Column::Amount, Column::Currency, first).await?;
    let rows = lines::transactions(conn, company, &found.rows).await?;
    Ok(TransactionLines { page: domain::page::Page { rows, previous: found.previous, next: found.next }, count, totals })
}

/// What a partner's rewards of one month, currency and state show as.
fn status_of(sum: &Sum, outlook: &Outlook, partnership: Uuid) -> RewardStatus {
    outlook.status(sum.state, sum.month, sum.currency.code(), partnership)
}

fn earnings(sums: &[Sum], outlook: &Outlook, partnership: Uuid, first: Currency) -> Vec<Earnings> {
    let mut by_currency: BTreeMap<(bool, Currency), Earnings> = BTreeMap::new();
    for sum in sums {
        let zero = Money::new(0, sum.currency);
        let entry = by_currency.entry((sum.currency != first, sum.currency)).or_insert(Earnings {
            paid: zero,
            invoiced: zero,
            coming: zero,
            held: zero,
            scheduled: zero,
            declined: zero,
        });
        let part = match status_of(sum, outlook, partnership) {
            RewardStatus::Paid | RewardStatus::PaidElsewhere => &mut entry.paid,
            RewardStatus::Invoiced => &mut entry.invoiced,
            RewardStatus::New | RewardStatus::Approved => &mut entry.coming,
            RewardStatus::OnHold => &mut entry.held,
            RewardStatus::Scheduled => &mut entry.scheduled,
            RewardStatus::Declined => &mut entry.declined,
        };
        part.minor = part.minor.saturating_add(sum.total);
    }
    by_currency.into_values().collect()
}

fn upcoming(sums: &[Sum], outlook: &Outlook, partnership: Uuid, now: Instant) -> Vec<Upcoming> {
    let mut by_invoice: BTreeMap<(i32, Currency), i64> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.state.payable() && status_of(sum, outlook, partnership) != RewardStatus::Paid) {
        *by_invoice.entry((sum.month, sum.currency)).or_default() += sum.total;
    }
    let mut upcoming: Vec<(Option<NaiveDate>, Upcoming)> = by_invoice
        .into_iter()
        .filter(|(_, amount)| *amount != 0)
        .map(|((month, currency), amount)| {
            let payment = outlook.payment(RewardState::Pending, month, currency.code(), partnership);
            let invoice = outlook.invoice(month, currency.code());
            let failed = || invoice.map(|invoice| stage::retry_words(outlook.zone(), invoice.retry(now))).unwrap_or_default();
            let stage = match outlook.invoice_state(month, currency.code()) {
                None => "Accumulating".to_owned(),
                Some(InvoiceState::InReview) => "In review".to_owned(),
                Some(InvoiceState::Charging) => "Being charged".to_owned(),
                Some(InvoiceState::ChargeFailed) => format!("The charge failed and {}", failed()),
                Some(InvoiceState::Charged | InvoiceState::Paid) => "Charged".to_owned(),
            };
            let stage = match &payment {
                Payment::CameBack(why) => why.words().replacen("payment", "Payment", 1),
                _ => stage,
            };
            let upcoming = Upcoming {
                amount: Money::new(amount, currency),
                month: Month(month).long(),
                stage,
                date: if matches!(payment, Payment::CameBack(_)) { "—".to_owned() } else { payment.words().unwrap_or_default() },
                invoice_number: invoice.map(|invoice| invoice.number.clone()).unwrap_or_default(),
            };
            (payment.date(), upcoming)
        })
        .collect();
    // Those without a date last.
    upcoming.sort_by_key(|(date, _)| (date.is_none(), *date));
    upcoming.into_iter().map(|(_, upcoming)| upcoming).collect()
}

/// Twelve months in the company's currency or, where there is nothing in that, in the one with most rewards.
fn bars(sums: &[Sum], outlook: &Outlook, partnership: Uuid, own: Currency, last: Month) -> (Vec<MonthBar>, Vec<String>) {
    let recent: Vec<&Sum> =
        sums.iter().filter(|sum| sum.month > last.plus(-figures::CHART_MONTHS).0 && figures::is_earned(sum.state)).collect();
    let Some(currency) = figures::most_used(recent.iter().copied(), Some(own)) else { return (Vec::new(), Vec::new()) };
    let shown = recent.iter().filter(|sum| sum.currency == currency);
    let shown = shown.map(|sum| (Month(sum.month), status_of(sum, outlook, partnership), sum.total));
    let bars = MonthBar::row(last, figures::CHART_MONTHS, currency, shown);
    (bars, figures::other_currencies(recent.iter().copied(), currency))
}

/// The offers that a group is promised now: key and description.
async fn promises<C: ConnectionTrait>(conn: &C, company_id: Uuid, group_id: Uuid, now: Instant) -> Result<Vec<Choice>> {
    let offers = offers::Entity::find()
        .filter(offers::Column::CompanyId.eq(company_id))
        .filter(Condition::any().add(offers::Column::GroupId.eq(group_id)).add(offers::Column::GroupId.is_null()))
        .order_by_asc(offers::Column::Position)
        .all(conn)
        .await?;
    let rows =
        offer_versions::Entity::find().filter(offer_versions::Column::OfferId.is_in(offers.iter().map(|offer| offer.id))).all(conn).await?;
    let mut versions: HashMap<Uuid, Vec<OfferVersion>> = HashMap::new();
    for row in rows {
        let triggers = serde_json::from_str(&row.triggers).map_err(|error| Error::Corrupt(format!("triggers: {error}")))?;
        versions.entry(row.offer_id).or_default().push(OfferVersion {
            number: row.number,
            effective_from: Instant(row.effective_from),
            applies_to: stored(&row.applies_to)?,
            description: row.description,
            triggers,
        });
    }
    let promised = offers.into_iter().filter_map(|offer| {
        let version = version_in_force(versions.get(&offer.id)?, now, now)?;
        (!version.triggers.is_empty()).then(|| Choice::new(offer.key, version.description.clone()))
    });
    Ok(promised.collect())
}

async fn group_history<C: ConnectionTrait>(conn: &C, company: &companies::Model, partnership: Uuid) -> Result<Vec<(String, String)>> {
    let groups = names::groups(conn, company.id).await?;
    let zone = company.zone()?;
    let spans = group_spans::Entity::find()
        .filter(group_spans::Column::PartnershipId.eq(partnership))
        .order_by_desc(group_spans::Column::ValidFrom)
        .all(conn)
        .await?;
    let name = |id: Uuid| groups.iter().find(|(known, _)| *known == id).map(|(_, group)| group.label.clone()).unwrap_or_default();
    Ok(spans
        .into_iter()
        .map(|span| {
            let since = if span.valid_from == Instant::BEGINNING.0 {
                "From the beginning".to_owned()
            } else {
                format!("Since {}", dates::day(&zone, Instant(span.valid_from)))
            };
            (name(span.group_id), since)
        })
        .collect())
}

/// One reward of the company as a line.
pub async fn reward(db: &Db, company: &companies::Model, key: &str) -> Result<(RewardLine, Payment)> {
    let row = rewards::Entity::find()
        .filter(rewards::Column::CompanyId.eq(company.id))
        .filter(rewards::Column::Key.eq(key))
        .one(db.read())
        .await?
        .ok_or(Error::NotFound("the reward"))?;
    lines::with_payment(db.read(), company, vec![row]).await?.pop().ok_or(Error::NotFound("the reward"))
}
