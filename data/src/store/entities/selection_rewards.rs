use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "selection_rewards")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub selection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    #[sea_orm(column_type = "Text")]
    pub reward_key: String,
    /// As it was when it was selected.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub invoice_month: i32,
    /// None before its decision; then "done", or why it was left out.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    pub batch_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
