//! What a partner sees of their commissions, payouts and customers, at every company they work with.

use std::collections::HashMap;

use crate::receipt_words::Reader;
use domain::Month;
use domain::list_query::ListQuery;
use domain::states::{CustomerVisibility, InvoiceState, PartnershipStatus, PayoutState};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use views::portal::{CommissionDetail, CommissionLine, Commissions, PortalCustomer, PortalCustomers};

use super::rewards::detail::path_of;
use super::{lines, receipts};
use data::lists::page::List;
use data::rewards::figures;
use data::rewards::outlook::Payment;
use data::store::entities::{companies, customers, invoices, partnerships, payouts, rewards};
use data::store::error::stored;
use data::store::names;
use data::{Db, Error, Result};
use domain::dates;
use domain::time::short_date;

mod earnings;
mod home;
mod paid;

pub use home::home;
pub use paid::{payout, payouts};

/// The prefix of a payout's key.
pub const PAYOUT_PREFIX: &str = "pay";

/// What a partner may filter commissions by, and how it is called.
pub const STAGES: [(&str, &str); 6] = [
    ("expected", "Expected"),
    ("in_review", "In review"),
    ("on_hold", "On hold"),
    ("scheduled", "Scheduled"),
    ("paid", "Paid or on its way"),
    ("declined", "Declined"),
];

/// A partner's partnerships with their companies, loaded once for a screen.
struct PartnerScope {
    partnerships: Vec<partnerships::Model>,
    companies: HashMap<Uuid, companies::Model>,
}

impl PartnerScope {
    async fn of<C: ConnectionTrait>(conn: &C, partner_id: Uuid) -> Result<PartnerScope> {
        let partnerships = partnerships::Entity::find()
            .filter(partnerships::Column::PartnerId.eq(partner_id))
            .filter(partnerships::Column::Status.ne(PartnershipStatus::Declined.word()))
            .all(conn)
            .await?;
        let ids = partnerships.iter().map(|row| row.company_id);
        let companies = companies::Entity::find().filter(companies::Column::Id.is_in(ids)).all(conn).await?;
        Ok(PartnerScope { partnerships, companies: companies.into_iter().map(|row| (row.id, row)).collect() })
    }

    fn with_companies(&self) -> impl Iterator<Item = (Uuid, Uuid)> + '_ {
        self.partnerships.iter().map(|row| (row.id, row.company_id))
    }

    fn ids(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.partnerships.iter().map(|row| row.id)
    }

    /// Whether the company knows an account of the partner's.
    fn has_account(&self, partnership_id: Uuid) -> bool {
        let row = self.partnerships.iter().find(|row| row.id == partnership_id);
        row.and_then(|row| row.payout_account.as_deref()).is_some_and(|account| !account.trim().is_empty())
    }

    /// How many days after the charge this company's money arrives.
    fn settlement_days(&self, company_id: Uuid) -> i32 {
        self.partnerships.iter().find(|row| row.company_id == company_id).map_or(0, |row| row.settlement_days)
    }

    fn company(&self, id: Uuid) -> Result<&companies::Model> {
        self.companies.get(&id).ok_or(Error::NotFound("company"))
    }

    fn rewards(&self) -> Condition {
        Condition::all().add(rewards::Column::PartnershipId.is_in(self.ids()))
    }

    /// Every invoice of the companies.
    async fn invoices<C: ConnectionTrait>(&self, conn: &C) -> Result<Vec<invoices::Model>> {
        let query = invoices::Entity::find().filter(invoices::Column::CompanyId.is_in(self.companies.keys().copied()));
        Ok(query.all(conn).await?)
    }

    /// Rewards as the partner reads them, in the given order.
    async fn lines<C: ConnectionTrait>(&self, conn: &C, rows: Vec<rewards::Model>) -> Result<Vec<CommissionLine>> {
        Ok(self.with_payment(conn, rows).await?.into_iter().map(|(line, _)| line).collect())
    }

    async fn with_payment<C: ConnectionTrait>(&self, conn: &C, rows: Vec<rewards::Model>) -> Result<Vec<(CommissionLine, Payment)>> {
        let order: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut by_company: HashMap<Uuid, Vec<rewards::Model>> = HashMap::new();
        for row in rows {
            by_company.entry(row.company_id).or_default().push(row);
        }
        let mut found: HashMap<Uuid, (CommissionLine, Payment)> = HashMap::new();
        for (company_id, rows) in by_company {
            let company = self.company(company_id)?;
            let visibility: CustomerVisibility = stored(&company.customer_visibility)?;
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            for (id, (line, payment)) in ids.into_iter().zip(lines::with_payment(conn, company, rows).await?) {
                let customer = line.customer.map(|customer| seen(visibility, &customer.label)).unwrap_or_default();
                let date = line.estimated_payment.unwrap_or_default();
                let (payment_label, words) = match &payment {
                    Payment::About(_) => ("Estimated payment date", format!("about {date}")),
                    Payment::Paid(_) => ("", date),
                    Payment::CameBack(why) if why.state == PayoutState::Returned => ("Payment", "sent back by the bank".to_owned()),
                    Payment::CameBack(_) => ("Payment", "didn't arrive".to_owned()),
                    Payment::Never | Payment::OnceDue | Payment::OnceResumed | Payment::OnceCharged => ("Payment", date),
                };
                let line = CommissionLine {
                    key: line.key,
                    company: company.name.clone(),
                    description: line.description,
                    source: line.source.label().to_owned(),
                    customer,
                    amount: line.amount,
                    status: line.status,
                    reason: line.reason,
                    occurred: line.occurred,
                    payment: words,
                    payment_label: payment_label.to_owned(),
                };
                found.insert(id, (line, payment));
            }
        }
        Ok(order.into_iter().filter_map(|id| found.remove(&id)).collect())
    }
}

/// A customer's name as far as the company shows it.
fn seen(visibility: CustomerVisibility, name: &str) -> String {
    match visibility {
        CustomerVisibility::Name => name.to_owned(),
        CustomerVisibility::Masked => name.chars().next().map(|letter| format!("{letter}…")).unwrap_or_default(),
        CustomerVisibility::Hidden => "A customer".to_owned(),
    }
}

/// A page of commissions, newest first. Filters: `status` (a word of [`STAGES`]), `month` ("2026-03").
pub async fn commissions(db: &Db, partner_id: Uuid, query: &ListQuery) -> Result<Commissions> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let stage = query.one_of("status", &STAGES.map(|(word, _)| word))?.unwrap_or_default();
    let asked = stage_condition(stage, &partner_scope.invoices(conn).await?)?;
    let month = query.month("month")?.map(|month| rewards::Column::InvoiceMonth.eq(month.0));
    let filter = Condition::all().add_option(asked).add_option(month);
    let list = List {
        descending: true,
        filter: (!filter.is_empty()).then_some(filter.clone()),
        ..List::<rewards::Entity>::new(partner_scope.rewards(), rewards::Column::CreatedAt, rewards::Column::Id)
    };
    let count = list.totals(conn, &[]).await?.count;
    let page = list.page(conn, Some(&query.page), count).await?;
    let totals = match partner_scope.companies.values().next() {
        Some(company) => {
            let (amount, currency) = (rewards::Column::Amount, rewards::Column::Currency);
            let declined = stage == "declined";
            let scope = partner_scope.rewards().add(filter.clone()).add_option((!declined).then(figures::earned));
            lines::totals::<_, rewards::Entity>(conn, count, scope, amount, currency, company.money_currency()?).await?
        }
        None => None,
    };
    let (previous, next) = (page.previous, page.next);
    Ok(Commissions {
        earnings: earnings::of(conn, &partner_scope).await?,
        empty: filter.is_empty() && page.rows.is_empty() && query.page.is_empty(),
        page: domain::page::Page { rows: partner_scope.lines(conn, page.rows).await?, previous, next },
        count,
        totals,
    })
}

/// The rewards of a stage; `None` for every stage.
fn stage_condition(stage: &str, invoices: &[invoices::Model]) -> Result<Option<Condition>> {
    let state = |words: &[&str]| Condition::all().add(rewards::Column::State.is_in(words.iter().copied()));
    let payable = || state(&["pending", "approved"]);
    let mut charged = Condition::any();
    let mut reviewed = Condition::any();
    let mut either = Condition::any();
    for invoice in invoices {
        let one = || {
            Condition::all()
                .add(rewards::Column::CompanyId.eq(invoice.company_id))
                .add(rewards::Column::InvoiceMonth.eq(invoice.month))
                .add(rewards::Column::Currency.eq(invoice.currency.as_str()))
        };
        either = either.add(one());
        match stored::<InvoiceState>(&invoice.state)? {
            InvoiceState::Charged | InvoiceState::Paid => charged = charged.add(one()),
            InvoiceState::InReview | InvoiceState::Charging | InvoiceState::ChargeFailed => reviewed = reviewed.add(one()),
        }
    }
    // An empty "any" holds for everything; a condition that nothing meets is wanted here.
    let or_nothing = |any: Condition| if any.is_empty() { Condition::all().add(rewards::Column::Id.eq(Uuid::nil())) } else { any };
    Ok(match stage {
        "expected" => Some(if either.is_empty() { payable() } else { payable().add(either.not()) }),
        "in_review" => Some(payable().add(or_nothing(reviewed))),
        "on_hold" => Some(state(&["hold"])),
        "scheduled" => Some(state(&["scheduled"])),
        "paid" => Some(Condition::any().add(payable().add(or_nothing(charged))).add(state(&["paid"]))),
        "declined" => Some(state(&["declined"])),
        _ => None,
    })
}

/// One commission with the partner's receipt and its way.
pub async fn commission(db: &Db, partner_id: Uuid, key: &str) -> Result<CommissionDetail> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let row = rewards::Entity::find()
        .filter(partner_scope.rewards())
        .filter(rewards::Column::Key.eq(key))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("commission"))?;
    let company = partner_scope.company(row.company_id)?;
    let zone = company.zone()?;
    let visibility: CustomerVisibility = stored(&company.customer_visibility)?;
    let mut receipt = receipts::of_reward(conn, &zone, &row, "", Reader::Partner).await?;
    for fact in receipt.facts.iter_mut().filter(|fact| fact.label == "Customer") {
        fact.value = seen(visibility, &fact.value);
        if visibility != CustomerVisibility::Name {
            fact.note.clear();
        }
    }
    let invoice = invoices::Entity::find()
        .filter(invoices::Column::CompanyId.eq(row.company_id))
        .filter(invoices::Column::Month.eq(row.invoice_month))
        .filter(invoices::Column::Currency.eq(row.currency.as_str()))
        .one(conn)
        .await?;
    let payout = match &invoice {
        Some(invoice) => {
            payouts::Entity::find()
                .filter(payouts::Column::InvoiceId.eq(invoice.id))
                .filter(payouts::Column::PartnershipId.eq(row.partnership_id))
                .one(conn)
                .await?
        }
        None => None,
    };
    let path = path_of(conn, company, &row).await?;
    let (line, payment) = partner_scope.with_payment(conn, vec![row]).await?.pop().ok_or(Error::NotFound("commission"))?;
    let lead = match payment {
        Payment::Never | Payment::OnceDue => line.reason.clone(),
        Payment::CameBack(why) => why.for_partner(&line.company),
        Payment::About(date) => format!("Estimated payment date {}", short_date(date)),
        Payment::OnceResumed => "The invoice is paused: it is paid once the company resumes it".to_owned(),
        Payment::OnceCharged => "The company's charge failed: it is paid once the invoice is charged".to_owned(),
        Payment::Paid(date) => format!("Paid {}", short_date(date)),
    };
    let payout = payout.map(|payout| domain::ids::key(PAYOUT_PREFIX, payout.id)).unwrap_or_default();
    Ok(CommissionDetail { line, lead, receipt, path, payout })
}

/// The customers that the partner brings now, newest first.
pub async fn customers(db: &Db, partner_id: Uuid, query: &ListQuery) -> Result<PortalCustomers> {
    let conn = &db.snapshot().await?;
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let scope = Condition::all().add(customers::Column::PartnershipId.is_in(partner_scope.ids()));
    let list = List { descending: true, ..List::<customers::Entity>::new(scope, customers::Column::CreatedAt, customers::Column::Id) };
    let count = list.totals(conn, &[]).await?.count;
    let page = list.page(conn, Some(&query.page), count).await?;
    let (previous, next) = (page.previous, page.next);
    let rows = page
        .rows
        .into_iter()
        .map(|row| {
            let company = partner_scope.company(row.company_id)?;
            let visibility: CustomerVisibility = stored(&company.customer_visibility)?;
            let name = names::title(&row.name, &row.email, &row.customer_key);
            Ok(PortalCustomer {
                name: seen(visibility, &name),
                company: company.name.clone(),
                since: dates::day(&company.zone()?, domain::Instant(row.created_at)),
                bought: row.first_purchase_at.is_some(),
                sales: u32::try_from(row.transactions).unwrap_or(u32::MAX),
            })
        })
        .collect::<Result<_>>()?;
    Ok(PortalCustomers { page: domain::page::Page { rows, previous, next }, count })
}

/// The months in which the partner has commissions, newest first.
pub async fn months(db: &Db, partner_id: Uuid) -> Result<Vec<Month>> {
    let conn = db.read();
    let partner_scope = PartnerScope::of(conn, partner_id).await?;
    let mut months: Vec<i32> = rewards::Entity::find()
        .select_only()
        .column(rewards::Column::InvoiceMonth)
        .distinct()
        .filter(partner_scope.rewards())
        .into_tuple()
        .all(conn)
        .await?;
    months.sort_unstable_by(|a, b| b.cmp(a));
    Ok(months.into_iter().map(Month).collect())
}
