use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "selections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub author: String,
    pub created_at: i64,
    /// The address of the list, as it was filtered.
    #[sea_orm(column_type = "Text")]
    pub filter: String,
    pub rewards: i64,
    pub partners: i64,
    /// Amounts by currency, as JSON.
    #[sea_orm(column_type = "Text")]
    pub totals: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
