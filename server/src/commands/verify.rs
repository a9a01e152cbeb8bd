//! `tributary verify`

use crate::cli::{Failure, Outcome, note, say};
use crate::commands::open;

pub async fn run(url: &str) -> Outcome {
    let db = open(url).await?;
    let report = data::verify::verify(&db).await?;
    for check in &report.checks {
        let verdict = if check.holds() { "ok    " } else { "BROKEN" };
        say(&format!("{verdict} {:<4} {} ({} checked)", check.invariant, check.claim, check.checked))?;
        for row in &check.rows {
            say(&format!("         {row}"))?;
        }
        let unnamed = check.broken.saturating_sub(check.rows.len() as u64);
        if unnamed > 0 {
            say(&format!("         and {unnamed} more"))?;
        }
    }
    db.close().await?;
    let broken = report.broken().count();
    if broken == 0 {
        note("every invariant holds");
        return Ok(());
    }
    Err(Failure::Refused(Some(format!("{broken} of {} statements about the rows are broken", report.checks.len()))))
}
