use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub company_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    #[sea_orm(column_type = "Text")]
    pub author: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// When it was accepted, on the database's clock: what it writes is of this instant.
    pub at: i64,
    /// Rows that it writes.
    pub total: i64,
    /// Rows that it has written, or found to be there already or impossible.
    pub done: i64,
    pub created: i64,
    pub changed: i64,
    pub unchanged: i64,
    pub rewards: i64,
    /// Rows that could have been written when it was accepted and could not any more.
    pub impossible: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub leased_by: Option<String>,
    pub leased_until: i64,
    /// The import that a void is of, or the void that is undone.
    pub of_import: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// The last id that a void, or its undoing, has dealt with.
    pub position: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
