use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "companies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub timezone: String,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    pub open_month: i32,
    pub open_month_ends_at: i64,
    pub invoice_count: i64,
    #[sea_orm(column_type = "Text")]
    pub charge_provider: String,
    #[sea_orm(column_type = "Text")]
    pub payout_provider: String,
    pub fee_ppm: i64,
    #[sea_orm(column_type = "Text")]
    pub customer_visibility: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    pub created_at: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub account_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub iban: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub bic: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
