//! Which entries the audit log lists.

use domain::list_query::ListQuery;
use domain::states::SubjectKind;
use sea_orm::sea_query::{Condition, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::Result;
use crate::act::Actor;
use crate::store::entities::{audit, partnerships, rewards, users};

/// What the log is filtered by, beside the company.
pub async fn filter_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, query: &ListQuery) -> Result<Condition> {
    let mut filter = Condition::all();
    if !query.search.is_empty() {
        let text = query.search.as_str();
        let mut found =
            Condition::any().add(audit::Column::Subject.eq(text)).add(audit::Column::Author.is_in(authors_of(conn, text).await?));
        if let Some(partner) = partner_of(conn, company_id, text).await? {
            let mut rewards = Query::select();
            rewards.column(rewards::Column::Key).from(rewards::Entity).and_where(rewards::Column::PartnershipId.eq(partner));
            let of_rewards = Condition::all().add(audit::Column::SubjectKind.eq(SubjectKind::Reward.word()));
            found = found.add(of_rewards.add(audit::Column::Subject.in_subquery(rewards)));
        }
        filter = filter.add(found);
    }
    let kind = query.word::<SubjectKind>("kind")?;
    Ok(filter.add_option(kind.map(|kind| audit::Column::SubjectKind.eq(kind.word()))))
}

/// As a column `author` names who is searched for: a person's email, or the text itself.
async fn authors_of<C: ConnectionTrait>(conn: &C, text: &str) -> Result<Vec<String>> {
    let user = users::Entity::find().filter(users::Column::Email.eq(text)).one(conn).await?;
    let person = user.map(|user| Actor::Person { user_id: user.id }.stored());
    Ok(person.into_iter().chain([text.to_owned()]).collect())
}

async fn partner_of<C: ConnectionTrait>(conn: &C, company_id: Uuid, key: &str) -> Result<Option<Uuid>> {
    let found = partnerships::Entity::find()
        .filter(partnerships::Column::CompanyId.eq(company_id))
        .filter(partnerships::Column::PartnerKey.eq(key));
    Ok(found.one(conn).await?.map(|partner| partner.id))
}
