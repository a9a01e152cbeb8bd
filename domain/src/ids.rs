//! Keys that people and files carry: a short prefix and the row's id.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// "rwd_01h…": prefix and 26 letters, sorting as the ids do.
pub fn key(prefix: &str, id: Uuid) -> String {
    let mut value = id.as_u128();
    let mut letters = [b'0'; 26];
    for letter in letters.iter_mut().rev() {
        *letter = ALPHABET[usize::try_from(value & 31).unwrap_or(0)];
        value >>= 5;
    }
    let mut out = String::with_capacity(prefix.len() + 27);
    out.push_str(prefix);
    out.push('_');
    out.extend(letters.iter().map(|letter| char::from(*letter)));
    out
}

/// The id in a key with this prefix.
pub fn parse_key(prefix: &str, text: &str) -> Option<Uuid> {
    let letters = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if letters.len() != 26 {
        return None;
    }
    let mut value: u128 = 0;
    for letter in letters.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        if value >> 123 != 0 {
            return None;
        }
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(value))
}

/// An id that follows from what it names: time first so that ids sort, then a hash of the natural key.
/// The same fact recorded twice gets the same id, so a second insert meets the first one's unique key.
#[cfg(feature = "server")]
pub fn derive(at: crate::time::Instant, natural_key: &[&str]) -> Uuid {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for part in natural_key {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&at.0.max(0).to_be_bytes()[2..8]);
    bytes[6..].copy_from_slice(&hash[..10]);
    // Version 8: the layout is our own.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

/// Twelve letters for what people carry in addresses: they follow from the id and tell nothing of it. Stored, and so permanent: a change here
/// would only be for new rows.
#[cfg(feature = "server")]
pub fn short_key(id: Uuid) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(id.as_bytes());
    hash[..12].iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_read_back(value: u128) {
            let id = Uuid::from_u128(value);
            prop_assert_eq!(parse_key("rwd", &key("rwd", id)), Some(id));
        }
    }

    #[test]
    #[cfg(feature = "server")]
    fn short_keys_are_for_ever() {
        assert_eq!(short_key(Uuid::from_u128(7)), "be282zjaswp8");
        assert_ne!(short_key(Uuid::from_u128(8)), short_key(Uuid::from_u128(7)));
    }

    #[test]
    fn refuses_other_prefixes_and_overflow() {
        let text = key("rwd", Uuid::from_u128(7));
        assert_eq!(parse_key("inv", &text), None);
        assert_eq!(parse_key("rwd", "rwd_zzzzzzzzzzzzzzzzzzzzzzzzzz"), None);
    }
}
