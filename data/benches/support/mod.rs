//! What the benches share: clocks, statistics and a large company.
#![allow(dead_code, reason = "each bench uses its part")]

pub mod company;

/// Processor time of all threads of this process so far, in seconds: what other work on the machine blurs least. What a
/// PostgreSQL server spends is not in it.
pub fn cpu_seconds() -> f64 {
    let mut nanoseconds = 0.0;
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    for thread in threads.flatten() {
        let times = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanoseconds += times.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default();
    }
    nanoseconds / 1e9
}

pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which a share of all values lies.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short list")]
    let place = (last as f64 * share).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// The numbers among the arguments. The runner of benches adds others ("--bench") that are not ours.
pub fn numbers() -> Vec<usize> {
    std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect()
}
