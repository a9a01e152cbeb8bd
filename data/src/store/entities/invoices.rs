use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    pub seq: i64,
    #[sea_orm(column_type = "Text")]
    pub number: String,
    pub month: i32,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub issued_at: i64,
    pub review_ends_at: i64,
    pub charge_due_at: i64,
    pub paused_at: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub paused_by: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub pause_reason: Option<String>,
    pub frozen_at: Option<i64>,
    pub total: Option<i64>,
    pub lines: Option<i64>,
    pub charge_amount: Option<i64>,
    pub fee: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub digest: Option<String>,
    pub attempts: i32,
    /// Only while its charge has failed.
    pub retry_at: Option<i64>,
    pub charged_at: Option<i64>,
    pub paid_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
