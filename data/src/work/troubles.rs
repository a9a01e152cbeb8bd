//! What of the background work of this process fails: for whoever asks for the health, and so that what fails is not tried all the time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Clock;
use uuid::Uuid;

use crate::Error;

/// How long a company whose work failed is left alone by [`super::serve`].
const REST: Duration = Duration::from_secs(120);
/// So many passes in a row are no accident.
const PASSES: u32 = 3;

#[derive(Debug, Default)]
pub struct Troubles {
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    companies: BTreeMap<Uuid, (Trouble, Clock)>,
    /// How many passes in a row failed for all, and why the last one did.
    passes: u32,
    reason: String,
}

/// A company whose work failed at its last try, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub company_key: String,
    pub error: String,
}

impl Troubles {
    pub fn companies(&self) -> Vec<Trouble> {
        self.found().companies.values().map(|(trouble, _)| trouble.clone()).collect()
    }

    pub fn is_company_in(&self, company_id: Uuid) -> bool {
        self.found().companies.contains_key(&company_id)
    }

    /// Why background work fails for all, where it has failed several times in a row.
    pub fn of_all(&self) -> Option<String> {
        let found = self.found();
        (found.passes >= PASSES).then(|| found.reason.clone())
    }

    /// A whole pass failed.
    pub fn all_fails(&self, reason: &str) {
        let mut found = self.found();
        found.passes = found.passes.saturating_add(1);
        found.reason = reason.to_owned();
    }

    pub(crate) fn all_works(&self) {
        self.found().passes = 0;
    }

    pub(crate) fn company_fails(&self, company_id: Uuid, company_key: String, error: &Error) {
        let trouble = Trouble { company_key, error: error.to_string() };
        self.found().companies.insert(company_id, (trouble, Clock::now()));
    }

    pub(crate) fn company_works(&self, company_id: Uuid) {
        self.found().companies.remove(&company_id);
    }

    /// Companies that failed a moment ago.
    pub(crate) fn resting(&self) -> BTreeSet<Uuid> {
        self.found().companies.iter().filter(|(_, (_, failed_at))| failed_at.elapsed() < REST).map(|(company_id, _)| *company_id).collect()
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
