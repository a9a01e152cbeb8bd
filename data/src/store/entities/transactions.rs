use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    pub customer_id: Uuid,
    pub partnership_id: Option<Uuid>,
    pub seq: i64,
    pub amount: i64,
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    pub occurred_at: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub product_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub category_key: Option<String>,
    pub refund_of: Option<Uuid>,
    pub refunded: i64,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    #[sea_orm(column_type = "Text")]
    pub author: String,
    pub recorded_at: i64,
    pub voided_at: Option<i64>,
    /// The void that it was voided by.
    pub void_id: Option<Uuid>,
    /// The import that it came by; none by hand, and of imports before they were told apart.
    pub import_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
