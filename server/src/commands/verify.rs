//! `tributary verify`

use crate::commands::open_to_read;
use crate::console::{Failure, Outcome, note, say};

pub async fn run(url: &str) -> Outcome {
    prove(url).await?;
    note("every invariant holds");
    Ok(())
}

/// Checks every statement about the rows and says each. Reads only.
pub async fn prove(url: &str) -> Outcome {
    let db = open_to_read(url).await?;
    let report = exchange::verify::verify(&db).await;
    db.close().await?;
    let report = report?;
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
    match report.broken().count() {
        0 => Ok(()),
        broken => Err(Failure::Refused(Some(format!(
            "{broken} of {} statements about the rows {} broken",
            report.checks.len(),
            domain::page::are(broken)
        )))),
    }
}
