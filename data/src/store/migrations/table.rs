//! A short way to write tables that are the same on both databases.
//!
//! Ids are uuids, instants are milliseconds since 1970 in UTC (bigint), months are year × 100 + month (integer),
//! amounts are minor units (bigint), states are their words (text), structured values are JSON text.

use sea_orm_migration::prelude::*;

/// A step, named after its file: what it does to the schema, in one transaction.
macro_rules! migration {
    (|$manager:ident| $work:block) => {
        #[derive(DeriveMigrationName)]
        pub struct Migration;

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, $manager: &SchemaManager) -> Result<(), DbErr> $work
        }
    };
}
pub(super) use migration;

pub struct TableBuilder {
    name: &'static str,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

/// An index of its own name, for those that a later step brings.
pub fn index(name: &str, table: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

pub fn table(name: &'static str) -> TableBuilder {
    TableBuilder { name, table: Table::create().table(Alias::new(name)).to_owned(), indexes: Vec::new() }
}

impl TableBuilder {
    fn col(mut self, mut column: ColumnDef, null: bool) -> Self {
        if null {
            column.null();
        } else {
            column.not_null();
        }
        self.table.col(&mut column);
        self
    }

    /// A uuid primary key. Tables without one name theirs with `key`.
    pub fn id(mut self) -> Self {
        self.table.col(ColumnDef::new(Alias::new("id")).uuid().not_null().primary_key());
        self
    }

    pub fn key(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        for column in columns {
            index.col(Alias::new(*column));
        }
        self.table.primary_key(&mut index);
        self
    }

    pub fn uuid(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.uuid();
        self.col(column, false)
    }

    pub fn uuid_null(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.uuid();
        self.col(column, true)
    }

    pub fn text(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.text();
        self.col(column, false)
    }

    pub fn text_null(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.text();
        self.col(column, true)
    }

    /// Compared byte by byte on both databases, whatever their collation.
    pub fn bytes(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.blob();
        self.col(column, false)
    }

    pub fn big(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.big_integer();
        self.col(column, false)
    }

    pub fn big_null(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.big_integer();
        self.col(column, true)
    }

    pub fn big_zero(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.big_integer().default(0);
        self.col(column, false)
    }

    pub fn int(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.integer();
        self.col(column, false)
    }

    pub fn int_zero(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.integer().default(0);
        self.col(column, false)
    }

    pub fn flag(self, name: &'static str) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        column.boolean().default(false);
        self.col(column, false)
    }

    pub fn references(mut self, column: &'static str, other: &'static str) -> Self {
        self.table.foreign_key(
            ForeignKey::create()
                .name(format!("fk_{}_{}", self.name, column))
                .from(Alias::new(self.name), Alias::new(column))
                .to(Alias::new(other), Alias::new("id")),
        );
        self
    }

    pub fn unique(self, columns: &[&'static str]) -> Self {
        self.any_index(columns, true)
    }

    pub fn index(self, columns: &[&'static str]) -> Self {
        self.any_index(columns, false)
    }

    fn any_index(mut self, columns: &[&'static str], unique: bool) -> Self {
        let kind = if unique { "uq" } else { "ix" };
        let mut index = Index::create();
        index.name(format!("{kind}_{}_{}", self.name, columns.join("_"))).table(Alias::new(self.name));
        for column in columns {
            index.col(Alias::new(*column));
        }
        if unique {
            index.unique();
        }
        self.indexes.push(index);
        self
    }

    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.table).await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
