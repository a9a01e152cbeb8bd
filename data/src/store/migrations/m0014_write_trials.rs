//! What the health check writes while other writes fail.

use sea_orm_migration::prelude::*;

use super::table::migration;

migration!(|manager| {
    let id = ColumnDef::new(Alias::new("id")).integer().not_null().primary_key().to_owned();
    let filler = ColumnDef::new(Alias::new("filler")).text().not_null().to_owned();
    manager.create_table(Table::create().table(Alias::new("write_trials")).col(id).col(filler).to_owned()).await
});
