//! Numbered steps from an empty database to today's schema. A step that has been released never changes.

use sea_orm_migration::prelude::*;

mod m0001_programme;
mod m0002_money;
mod m0003_work;
mod m0004_lists;
mod m0005_company_account;
mod m0006_list_indexes;
mod m0007_forms;
mod m0008_payment_files;
mod m0009_imports;
mod m0010_rules;
mod m0011_search_and_selections;
mod m0012_sign_ins;
mod m0013_partner_keys;
mod m0014_write_trials;
mod m0015_import_voids;
mod m0016_fewer_indexes;
mod m0017_counts_by_offer;
mod m0018_pause_reason;
mod m0019_partner_lists;
mod table;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_programme::Migration),
            Box::new(m0002_money::Migration),
            Box::new(m0003_work::Migration),
            Box::new(m0004_lists::Migration),
            Box::new(m0005_company_account::Migration),
            Box::new(m0006_list_indexes::Migration),
            Box::new(m0007_forms::Migration),
            Box::new(m0008_payment_files::Migration),
            Box::new(m0009_imports::Migration),
            Box::new(m0010_rules::Migration),
            Box::new(m0011_search_and_selections::Migration),
            Box::new(m0012_sign_ins::Migration),
            Box::new(m0013_partner_keys::Migration),
            Box::new(m0014_write_trials::Migration),
            Box::new(m0015_import_voids::Migration),
            Box::new(m0016_fewer_indexes::Migration),
            Box::new(m0017_counts_by_offer::Migration),
            Box::new(m0018_pause_reason::Migration),
            Box::new(m0019_partner_lists::Migration),
        ]
    }
}
