//! Forms that were sent: each is handled once, and sent again it gets the first answer.

use domain::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::db::ignore_conflict;
use crate::entities::submissions::{ActiveModel, Column, Entity};
use crate::{Db, Result, transact};

/// After so long without an answer, whoever handled it is taken to be gone.
const CLAIM_VALID_MS: i64 = 60_000;
/// Answers older than this are forgotten.
const KEPT_MS: i64 = 7 * Instant::DAY_MS;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has handled it: do so, then [`finish`] or [`release`] it.
    Ours,
    /// It was handled, with this answer.
    Answered(String),
    /// Somebody is handling it at this moment.
    Busy,
}

/// Claims the submission `token`. `real_now` is the machine's clock, also in a sandbox.
pub async fn claim(db: &Db, token: &str, real_now: Instant) -> Result<Claim> {
    transact!(db, |tx| {
        let row = ActiveModel { token: Set(token.to_owned()), company_id: Set(None), result: Set(String::new()), at: Set(real_now.0) };
        let inserted = Entity::insert(row).on_conflict(ignore_conflict()).exec_without_returning(tx).await?;
        if inserted > 0 {
            return Ok(Claim::Ours);
        }
        let taken_over = Entity::update_many()
            .col_expr(Column::At, Expr::value(real_now.0))
            .filter(Column::Token.eq(token))
            .filter(Column::Result.eq(""))
            .filter(Column::At.lt(real_now.0 - CLAIM_VALID_MS))
            .exec(tx)
            .await?;
        if taken_over.rows_affected > 0 {
            return Ok(Claim::Ours);
        }
        let known = Entity::find_by_id(token.to_owned()).one(tx).await?;
        Ok(match known {
            Some(row) if !row.result.is_empty() => Claim::Answered(row.result),
            _ => Claim::Busy,
        })
    })
}

/// Keeps the answer to a submission that succeeded.
pub async fn finish(db: &Db, token: &str, answer: &str, real_now: Instant) -> Result<()> {
    transact!(db, |tx| {
        Entity::update_many()
            .col_expr(Column::Result, Expr::value(answer))
            .col_expr(Column::At, Expr::value(real_now.0))
            .filter(Column::Token.eq(token))
            .exec(tx)
            .await?;
        Ok(())
    })
}

/// Lets a submission that was refused be sent again.
pub async fn release(db: &Db, token: &str) -> Result<()> {
    transact!(db, |tx| {
        Entity::delete_many().filter(Column::Token.eq(token)).filter(Column::Result.eq("")).exec(tx).await?;
        Ok(())
    })
}

/// Forgets old answers. Returns how many.
pub async fn purge_submissions(db: &Db, real_now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let gone = Entity::delete_many().filter(Column::At.lt(real_now.0 - KEPT_MS)).exec(tx).await?;
        Ok(gone.rows_affected)
    })
}

/// The token of a submission: the same text gives the same.
pub fn token_of(text: &str) -> String {
    crate::sessions::hash(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::on_both;

    const NOW: Instant = Instant(1_767_225_600_000);

    on_both! {
        async fn a_form_is_handled_once_and_answered_alike(db: &TestDb) {
            let token = token_of("form 1");
            assert_eq!(claim(db, &token, NOW).await.unwrap(), Claim::Ours);
            assert_eq!(claim(db, &token, NOW.plus_ms(10)).await.unwrap(), Claim::Busy);
            finish(db, &token, "done", NOW.plus_ms(20)).await.unwrap();
            assert_eq!(claim(db, &token, NOW.plus_ms(30)).await.unwrap(), Claim::Answered("done".to_owned()));
            assert_eq!(claim(db, &token_of("form 2"), NOW).await.unwrap(), Claim::Ours);
        }

        async fn a_refused_form_can_be_sent_again(db: &TestDb) {
            let token = token_of("form");
            assert_eq!(claim(db, &token, NOW).await.unwrap(), Claim::Ours);
            release(db, &token).await.unwrap();
            assert_eq!(claim(db, &token, NOW).await.unwrap(), Claim::Ours);
        }

        async fn whoever_died_over_a_form_is_replaced(db: &TestDb) {
            let token = token_of("form");
            assert_eq!(claim(db, &token, NOW).await.unwrap(), Claim::Ours);
            assert_eq!(claim(db, &token, NOW.plus_ms(CLAIM_VALID_MS + 1)).await.unwrap(), Claim::Ours);
            assert_eq!(claim(db, &token, NOW.plus_ms(CLAIM_VALID_MS + 2)).await.unwrap(), Claim::Busy);
        }

        async fn old_answers_are_forgotten(db: &TestDb) {
            let token = token_of("form");
            claim(db, &token, NOW).await.unwrap();
            finish(db, &token, "done", NOW).await.unwrap();
            assert_eq!(purge_submissions(db, NOW.plus_ms(KEPT_MS)).await.unwrap(), 0);
            assert_eq!(purge_submissions(db, NOW.plus_ms(KEPT_MS + 1)).await.unwrap(), 1);
        }
    }
}
