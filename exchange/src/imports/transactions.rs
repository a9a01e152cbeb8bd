//! `key,customer_key,amount,currency,occurred_at,product_key,category_key,refund_of`, and the mark `voided_at`

use domain::states::AttributionSource;
use domain::time::long_date;
use domain::{Currency, Instant, Money, fields};
use sea_orm::ConnectionTrait;

use data::Result;
use data::sales::recording::{Batch, CarriedCaps, RecordOptions, TransactionInput, record_batch};
use data::store::check::{Checks, shown};
use data::store::check::{FUTURE_MS_MAX, IN_THE_FUTURE};
use data::work::batch::{Mode, Scope};

use super::faults::Faults;
use super::table::Fields;
use super::{Context, Counts, Done};

/// The mark, after the kind's columns.
const VOIDED: usize = 8;
/// What rows with it have in common.
pub const VOIDED_ELSEWHERE: &str = "voided where the file comes from";

pub fn take<'a>(fields: &Fields<'a>, checks: &mut Checks, context: &Context) -> Option<TransactionInput<'a>> {
    let key = trimmed(checks, "key", fields.get(0), true);
    let customer_key = trimmed(checks, "customer_key", fields.get(1), true);
    let product_key = trimmed(checks, "product_key", fields.get(5), false);
    let category_key = trimmed(checks, "category_key", fields.get(6), false);
    let refund_of = trimmed(checks, "refund_of", fields.get(7), false);
    let currency = read(checks, "currency", fields.get(3), str::parse::<Currency>);
    // Without its currency an amount cannot be judged.
    let amount =
        currency.and_then(|currency| read(checks, "amount", fields.get(2), |text| Money::parse_written(text, currency, context.decimals)));
    let occurred_at = read(checks, "occurred_at", fields.get(4), Instant::parse);
    // Here, where the file's own text is at hand.
    if occurred_at.is_some_and(|at| at > context.now.plus_ms(FUTURE_MS_MAX)) {
        checks.complain("occurred_at", format!("“{}” {IN_THE_FUTURE}", shown(fields.get(4).trim())));
    }
    let row = fields.number(checks);
    let (Some(amount), Some(occurred_at), Some(row), true) = (amount, occurred_at, row, checks.is_empty()) else { return None };
    Some(TransactionInput {
        key: key.unwrap_or_default(),
        customer_key: customer_key.unwrap_or_default(),
        amount,
        occurred_at,
        product_key,
        category_key,
        refund_of,
        row,
    })
}

/// When a row was voided where it comes from.
pub fn voided(fields: &Fields<'_>, context: &Context) -> Option<String> {
    let text = Some(fields.get(VOIDED).trim()).filter(|text| !text.is_empty())?;
    Some(match Instant::parse(text) {
        Ok(at) => format!("voided on {}", long_date(context.zone.date(at))),
        Err(_) => format!("voided: {}", shown(text)),
    })
}

pub fn cells(given: &TransactionInput<'_>) -> [String; 8] {
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        given.key.to_owned(),
        given.customer_key.to_owned(),
        given.amount.plain(),
        given.amount.currency.code().to_owned(),
        given.occurred_at.rfc3339(),
        optional(given.product_key),
        optional(given.category_key),
        optional(given.refund_of),
    ]
}

pub async fn write<C: ConnectionTrait>(
    tx: &C,
    scope: &Scope<'_>,
    batch: &Batch,
    mode: Mode,
    carried: Option<&CarriedCaps>,
) -> Result<Done> {
    let options = RecordOptions {
        source: AttributionSource::Import,
        import_id: Some(scope.import_id),
        actor: scope.act.actor,
        now: scope.act.now,
        mode,
        carried,
        progress: scope.progress,
    };
    let outcome = record_batch(tx, scope.act.company_id, batch, &options).await?;
    let mut faults = Faults::new();
    faults.complain(outcome.complaints)?;
    let counts = Counts { created: outcome.recorded, changed: 0, unchanged: outcome.unchanged, rewards: outcome.rewards };
    Ok(Done { counts, faults, carried: outcome.carried })
}

/// The value of a cell that must not be empty.
pub(super) fn read<T, E: std::fmt::Display>(
    checks: &mut Checks,
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        checks.complain(field, "is missing");
        return None;
    }
    match parse(text) {
        Ok(value) => Some(value),
        Err(error) => {
            checks.complain(field, error.to_string());
            None
        }
    }
}

/// A key in a cell, without copying it.
fn trimmed<'a>(checks: &mut Checks, field: &str, text: &'a str, required: bool) -> Option<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        if required {
            checks.complain(field, "is missing");
        }
        return None;
    }
    // Plain short keys, which nearly all are, need no closer look.
    let plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain && let Err(error) = fields::key(text) {
        checks.complain(field, format!("“{}” {error}", shown(text)));
    }
    Some(text)
}
