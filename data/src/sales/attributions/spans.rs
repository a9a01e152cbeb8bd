//! Spans of attribution as a line through time.

use domain::Instant;
use uuid::Uuid;

use crate::sales::recording::{Attributed, attributed_at};

/// The spans after `changes` (by time, at least one): up to the first of them as before, then as they say.
pub fn overlay(before: &[Attributed], changes: &[(Instant, Option<Uuid>)]) -> Vec<Attributed> {
    let Some((first, _)) = changes.first() else { return before.to_vec() };
    let mut after: Vec<Attributed> = before
        .iter()
        .filter(|span| span.from < *first)
        .map(|span| Attributed { to: Some(span.to.map_or(*first, |to| to.min(*first))), ..*span })
        .collect();
    for (place, (from, partnership_id)) in changes.iter().enumerate() {
        let to = changes.get(place + 1).map(|(next, _)| *next);
        after.push(Attributed { from: *from, to, partnership_id: *partnership_id });
    }
    after
}

/// Whether the line says already that from this instant on the customer belongs to `partnership_id`.
pub fn holds(spans: &[Attributed], from: Instant, partnership_id: Option<Uuid>) -> bool {
    let begins = spans.iter().any(|span| span.from == from && span.partnership_id == partnership_id);
    let throughout = attributed_at(spans, from) == partnership_id
        && spans.iter().filter(|span| span.from > from).all(|span| span.partnership_id == partnership_id)
        && no_gap_after(spans, from, partnership_id);
    begins || throughout
}

/// A gap belongs to nobody.
fn no_gap_after(spans: &[Attributed], from: Instant, partnership_id: Option<Uuid>) -> bool {
    if partnership_id.is_none() {
        return true;
    }
    let later = || spans.iter().filter(|span| span.to.is_none_or(|to| to > from));
    later().any(|span| span.to.is_none()) && later().filter_map(|span| span.to).all(|to| spans.iter().any(|next| next.from == to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<Uuid> = Some(Uuid::from_u128(1));
    const B: Option<Uuid> = Some(Uuid::from_u128(2));

    fn span(from: i64, to: Option<i64>, partnership_id: Option<Uuid>) -> Attributed {
        Attributed { from: Instant(from), to: to.map(Instant), partnership_id }
    }

    #[test]
    fn later_spans_give_way() {
        let before = [span(0, Some(10), A), span(10, None, B)];
        assert_eq!(overlay(&before, &[(Instant(5), B)]), [span(0, Some(5), A), span(5, None, B)]);
        assert_eq!(overlay(&before, &[(Instant(0), B), (Instant(20), None)]), [span(0, Some(20), B), span(20, None, None)]);
        assert_eq!(overlay(&[], &[(Instant(5), A)]), [span(5, None, A)]);
    }

    #[test]
    fn knows_what_holds() {
        let spans = [span(0, Some(10), A), span(10, None, B)];
        assert!(holds(&spans, Instant(0), A));
        assert!(!holds(&spans, Instant(5), A));
        assert!(holds(&spans, Instant(15), B));
        assert!(!holds(&spans, Instant(15), A));
        assert!(!holds(&spans, Instant(-5), A));
        assert!(holds(&[], Instant(5), None));
        assert!(!holds(&[span(0, Some(10), A)], Instant(5), A));
    }
}
