use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rewards")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    pub partnership_id: Uuid,
    pub group_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub transaction_id: Option<Uuid>,
    pub offer_id: Option<Uuid>,
    pub offer_version_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub trigger_key: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    pub reverses: Option<Uuid>,
    pub change_id: Option<Uuid>,
    pub amount: i64,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub state_reason: Option<String>,
    pub ready_at: Option<i64>,
    pub invoice_month: i32,
    pub occurred_at: i64,
    pub created_at: i64,
    #[sea_orm(column_type = "Text")]
    pub author: String,
    pub fingerprint: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
