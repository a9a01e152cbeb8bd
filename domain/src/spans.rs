//! What held when: values, each from an instant on until the next one.

use crate::time::Instant;

/// What held at an instant, of spans in time order. `None` before the first.
pub fn held_at<T: Copy>(spans: &[(Instant, T)], at: Instant) -> Option<T> {
    spans.iter().rev().find(|(from, _)| *from <= at).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_holds_from_its_first_instant_until_the_next() {
        let spans = [(Instant(0), "approved"), (Instant(10), "archived"), (Instant(20), "approved")];
        assert_eq!(held_at(&spans, Instant(-1)), None);
        assert_eq!(held_at(&spans, Instant(9)), Some("approved"));
        assert_eq!(held_at(&spans, Instant(10)), Some("archived"));
        assert_eq!(held_at(&spans, Instant(99)), Some("approved"));
    }
}
