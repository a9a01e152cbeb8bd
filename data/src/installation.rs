//! What kind of database this is, and what time it is in it.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Instant;
use rand::RngExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::store::entities::installation::{ActiveModel, Column, Entity, Model};
use crate::store::ignore_conflict;
use crate::{Db, Error, Result, transact};

const ROW: i32 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The system's clock; nobody can move it.
    Production,
    /// A clock of its own that starts here and moves when its owner says so.
    Sandbox { start: Instant },
}

impl Mode {
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Mode::Sandbox { .. })
    }
}

/// Says what kind of database this is, once for all. The same again changes nothing; something else is refused.
/// Returns whether it was new.
pub async fn init(db: &Db, mode: Mode) -> Result<bool> {
    transact!(db, |tx| {
        if let Some(row) = row(tx).await? {
            let present = read_mode(&row);
            if present == mode {
                return Ok(false);
            }
            return Err(Error::conflict(match present {
                Mode::Production => "this is a production database already".to_owned(),
                Mode::Sandbox { start } => format!("this is a sandbox already, begun at {start}"),
            }));
        }
        insert(tx, mode).await?;
        Ok(true)
    })
}

/// What kind of database this is; one that was never told becomes production.
pub async fn ensure(db: &Db) -> Result<Mode> {
    if let Some(row) = row(db.read()).await? {
        return Ok(read_mode(&row));
    }
    transact!(db, |tx| {
        if row(tx).await?.is_none() {
            insert(tx, Mode::Production).await?;
        }
        Ok(())
    })?;
    mode(db).await
}

pub async fn mode(db: &Db) -> Result<Mode> {
    mode_in(db.read()).await
}

pub async fn mode_in<C: ConnectionTrait>(conn: &C) -> Result<Mode> {
    Ok(row(conn).await?.map_or(Mode::Production, |row| read_mode(&row)))
}

/// The time in a database: the system's, or the sandbox's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    pub now: Instant,
    pub sandbox: bool,
}

pub async fn time(db: &Db) -> Result<Time> {
    time_in(db.read()).await
}

async fn time_in<C: ConnectionTrait>(conn: &C) -> Result<Time> {
    let sandbox_now = row(conn).await?.and_then(|row| row.sandbox_now);
    Ok(Time { now: sandbox_now.map_or_else(system_now, Instant), sandbox: sandbox_now.is_some() })
}

pub async fn now(db: &Db) -> Result<Instant> {
    now_in(db.read()).await
}

pub async fn now_in<C: ConnectionTrait>(conn: &C) -> Result<Instant> {
    Ok(time_in(conn).await?.now)
}

/// Moves a sandbox's clock from `from` to `to`. False when somebody else moved it first. Never backwards, never in production.
pub async fn advance<C: ConnectionTrait>(tx: &C, from: Instant, to: Instant) -> Result<bool> {
    if !mode_in(tx).await?.is_sandbox() {
        return Err(Error::Forbidden("a production database has no clock to move".to_owned()));
    }
    if to < from {
        return Err(Error::invalid("until", format!("the clock is at {from} and does not go back")));
    }
    let moved = Entity::update_many()
        .col_expr(Column::SandboxNow, Expr::value(to.0))
        .filter(Column::Id.eq(ROW))
        .filter(Column::SandboxNow.eq(from.0))
        .exec(tx)
        .await?;
    Ok(moved.rows_affected == 1)
}

/// The secret that forms' tokens are signed with. One that is missing is made.
pub async fn secret(db: &Db) -> Result<String> {
    if let Some(secret) = row(db.read()).await?.and_then(|row| row.secret) {
        return Ok(secret);
    }
    ensure(db).await?;
    transact!(db, |tx| {
        Entity::update_many().col_expr(Column::Secret, Expr::value(new_secret())).filter(Column::Secret.is_null()).exec(tx).await?;
        Ok(())
    })?;
    row(db.read()).await?.and_then(|row| row.secret).ok_or_else(|| Error::Corrupt("the installation has no secret".to_owned()))
}

fn new_secret() -> String {
    crate::store::secrets::hex(&rand::rng().random::<[u8; 32]>())
}

fn read_mode(row: &Model) -> Mode {
    match row.sandbox_now {
        Some(_) => Mode::Sandbox { start: Instant(row.created_at) },
        None => Mode::Production,
    }
}

async fn row<C: ConnectionTrait>(conn: &C) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(ROW).one(conn).await?)
}

async fn insert<C: ConnectionTrait>(tx: &C, mode: Mode) -> Result<()> {
    let (word, sandbox_now, created_at) = match mode {
        Mode::Production => ("production", None, system_now()),
        Mode::Sandbox { start } => ("sandbox", Some(start.0), start),
    };
    let row = ActiveModel {
        id: Set(ROW),
        mode: Set(word.to_owned()),
        sandbox_now: Set(sandbox_now),
        created_at: Set(created_at.0),
        secret: Set(Some(new_secret())),
    };
    Entity::insert(row).on_conflict(ignore_conflict()).exec_without_returning(tx).await?;
    Ok(())
}

fn system_now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
