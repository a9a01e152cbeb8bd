use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_file_payouts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_file_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub payout_id: Uuid,
    pub company_id: Uuid,
    pub attempt: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
