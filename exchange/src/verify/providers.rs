//! I6: one charge per invoice and one payout per partner and invoice, in our rows and in the provider's memory.

use std::collections::HashMap;

use domain::states::{AttemptState, PayoutState, ProviderKind, SimulatedOutcome};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{Check, Conn, none, rows};
use data::Result;
use data::store::entities::{charge_attempts, invoices, payouts, simulated_requests};
use data::store::error::stored;

pub async fn check(conn: &Conn) -> Result<Vec<Check>> {
    let mut checks = vec![
        none(
            conn,
            "I6",
            "a charged invoice has one attempt that succeeded, over its charge, and no other has one",
            "SELECT COUNT(*) FROM invoices",
            "SELECT i.id, i.number || ' has ' || CAST(COUNT(a.id) AS TEXT) || ' charges' FROM invoices i \
             LEFT JOIN charge_attempts a ON a.invoice_id = i.id AND a.state = 'succeeded' \
             GROUP BY i.id, i.number, i.charged_at, i.charge_amount, i.currency \
             HAVING COUNT(a.id) <> CASE WHEN i.charged_at IS NULL OR i.charge_amount = 0 THEN 0 ELSE 1 END \
                OR MIN(a.amount) <> i.charge_amount OR MIN(a.currency) <> i.currency",
        )
        .await?,
        none(
            conn,
            "I6",
            "an invoice's attempts are numbered without a gap, and at most the last is in flight",
            "SELECT COUNT(*) FROM charge_attempts",
            "SELECT i.id, i.number || ' has ' || CAST(COUNT(a.id) AS TEXT) || ' attempts' FROM invoices i \
             JOIN charge_attempts a ON a.invoice_id = i.id GROUP BY i.id, i.number, i.attempts, i.charge_amount, i.state \
             HAVING COUNT(a.id) <> i.attempts OR MIN(a.number) <> 1 OR MAX(a.number) <> i.attempts \
                OR SUM(CASE WHEN a.state = 'in_flight' THEN 1 ELSE 0 END) <> CASE WHEN i.state = 'charge_pending' THEN 1 ELSE 0 END \
                OR SUM(CASE WHEN a.state = 'in_flight' AND a.number < i.attempts THEN 1 ELSE 0 END) > 0 \
                OR SUM(CASE WHEN (a.state = 'in_flight') <> (a.in_flight IS NOT NULL) THEN 1 ELSE 0 END) > 0 \
                OR MIN(a.amount) <> i.charge_amount OR MAX(a.amount) <> i.charge_amount",
        )
        .await?,
        none(
            conn,
            "I6",
            "there is one payout per partner and invoice",
            "SELECT COUNT(*) FROM payouts",
            "SELECT partnership_id, CAST(COUNT(*) AS TEXT) || ' payouts' FROM payouts GROUP BY partnership_id, invoice_id HAVING COUNT(*) > 1",
        )
        .await?,
    ];
    checks.push(simulated(conn).await?);
    checks.extend(memory(conn).await?);
    Ok(checks)
}

/// Simulated money is for sandboxes. What a production database has recorded of it before is named with its company.
async fn simulated(conn: &Conn) -> Result<Check> {
    none(
        conn,
        "I6",
        "no company of a production database has simulated charges or payouts",
        "SELECT COUNT(*) FROM companies",
        "SELECT c.id, c.key || ': charges ' || c.charge_provider || ', payouts ' || c.payout_provider || '; recorded so far as simulated: ' \
           || CAST((SELECT COUNT(*) FROM charge_attempts a WHERE a.company_id = c.id AND a.provider = 'simulated' AND a.state = 'succeeded') AS TEXT) \
           || ' charges, ' || CAST((SELECT COUNT(*) FROM payouts p WHERE p.company_id = c.id AND p.provider = 'simulated' \
             AND p.state IN ('sent', 'paid')) AS TEXT) || ' payouts' \
         FROM companies c WHERE (c.charge_provider = 'simulated' OR c.payout_provider = 'simulated') \
           AND NOT EXISTS (SELECT 1 FROM installation WHERE sandbox_now IS NOT NULL)",
    )
    .await
}

/// What the simulated provider did, by what it did it for.
struct Memory {
    by_key: HashMap<String, simulated_requests::Model>,
    /// How often money moved for an invoice or a payout.
    moved: HashMap<Uuid, u32>,
}

impl Memory {
    fn done(&self, key: &str, amount: i64, currency: &str) -> bool {
        self.by_key.get(key).is_some_and(|row| moved(row) && row.amount == amount && row.currency == currency)
    }
}

fn moved(row: &simulated_requests::Model) -> bool {
    row.outcome == SimulatedOutcome::Succeed.word() || row.outcome == SimulatedOutcome::TimeOutButDone.word()
}

/// The invoice or payout in a key, and the number of the attempt.
fn read_key(key: &str) -> Option<(Uuid, i32)> {
    let (id, attempt) = key.rsplit_once('-')?;
    Some((id.parse().ok()?, attempt.parse().ok()?))
}

async fn memory(conn: &Conn) -> Result<Vec<Check>> {
    let attempts = charge_attempts::Entity::find().all(conn).await?;
    let paid = payouts::Entity::find().all(conn).await?;
    let invoices: HashMap<Uuid, invoices::Model> =
        invoices::Entity::find().all(conn).await?.into_iter().map(|invoice| (invoice.id, invoice)).collect();
    let mut known = Check::new("I6", "the provider was asked only for charges and payouts that exist, under their keys");
    let mut once = Check::new("I6", "the provider moved money at most once for an invoice, and for a payout once more after each return");
    let mut agrees = Check::new("I6", "what counts as charged or paid by the provider was moved by it, over the same amount");

    let mut memory = Memory { by_key: HashMap::new(), moved: HashMap::new() };
    let requests = simulated_requests::Entity::find().all(conn).await?;
    // Money that came back may be moved again.
    let mut returns: HashMap<Uuid, u32> = HashMap::new();
    for row in rows(conn, "SELECT payout_id, COUNT(*) FROM payout_failures WHERE outcome = 'returned' GROUP BY payout_id").await? {
        let times: i64 = row.try_get_by_index(1)?;
        returns.insert(row.try_get_by_index(0)?, u32::try_from(times).unwrap_or(u32::MAX));
    }
    let payouts: HashMap<Uuid, &payouts::Model> = paid.iter().map(|payout| (payout.id, payout)).collect();
    for row in requests {
        let subject = read_key(&row.idempotency_key);
        let company = subject.and_then(|(id, _)| match row.kind.as_str() {
            "charge" => invoices.get(&id).map(|invoice| (invoice.company_id, invoice.charge_amount.unwrap_or_default())),
            _ => payouts.get(&id).map(|payout| (payout.company_id, payout.amount)),
        });
        known.expect(company == Some((row.company_id, row.amount)), || {
            format!("{} over {} {}", row.idempotency_key, row.amount, row.currency)
        });
        if let Some((id, _)) = subject.filter(|_| moved(&row)) {
            let times = memory.moved.entry(id).or_default();
            *times += 1;
            once.expect(*times <= 1 + returns.get(&id).copied().unwrap_or_default(), || format!("{id} was moved {times} times"));
        }
        memory.by_key.insert(row.idempotency_key.clone(), row);
    }
    for attempt in &attempts {
        let expected = format!("{}-{}", attempt.invoice_id, attempt.number);
        agrees.expect(attempt.idempotency_key == expected, || format!("attempt {} has the key {}", attempt.id, attempt.idempotency_key));
        if attempt.provider != ProviderKind::Simulated.word() {
            continue;
        }
        let done = memory.done(&attempt.idempotency_key, attempt.amount, &attempt.currency);
        // In flight, the provider may have moved the money already: its answer is still to come.
        let holds = attempt.state == AttemptState::InFlight.word() || done == (attempt.state == AttemptState::Succeeded.word());
        agrees.expect(holds, || format!("attempt {} is {}, moved: {done}", attempt.id, attempt.state));
    }
    for payout in &paid {
        let key = read_key(&payout.idempotency_key);
        let came_back = stored::<PayoutState>(&payout.state)?.came_back();
        agrees.expect(key == Some((payout.id, payout.attempts + 1 - i32::from(came_back))), || {
            format!("payout {} has the key {}", payout.id, payout.idempotency_key)
        });
        if payout.provider != ProviderKind::Simulated.word() {
            continue;
        }
        let done = memory.done(&payout.idempotency_key, payout.amount, &payout.currency);
        let holds = match payout.state.as_str() {
            "paid" | "returned" => done,
            "failed" | "pending" => !done,
            // Sent: accepted, and whether it arrives is seen later. Sending: the answer is still to come.
            _ => true,
        };
        agrees.expect(holds, || format!("payout {} is {}, moved: {done}", payout.id, payout.state));
    }
    Ok(vec![known, once, agrees])
}
