//! Bank accounts: international account numbers (IBAN, ISO 13616) and bank codes (BIC, ISO 9362).

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BankError {
    #[error("“{0}” is not an IBAN like DE89 3704 0044 0532 0130 00")]
    NotAnIban(String),
    #[error("has {found} characters; an IBAN of {country} has {expected}")]
    IbanLength { country: String, found: usize, expected: usize },
    #[error("is mistyped: the check digits do not fit")]
    IbanChecksum,
    #[error("“{0}” is not a BIC like COBADEFF or COBADEFFXXX")]
    NotABic(String),
}

/// How long the IBANs of a country are, by the registry of ISO 13616. Of other countries only the checksum is known.
const IBAN_LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27\
                            GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22\
                            MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28\
                            TL23TN24TR26UA29VA22VG24XK20YE30";

/// An IBAN as banks exchange it: capitals and digits, no blanks.
pub fn iban(given: &str) -> Result<String, BankError> {
    let iban = compact(given);
    if !looks_like_iban(&iban) {
        return Err(BankError::NotAnIban(given.trim().chars().take(60).collect()));
    }
    if let Some(expected) = iban_length(&iban[..2]).filter(|expected| *expected != iban.len()) {
        return Err(BankError::IbanLength { country: iban[..2].to_owned(), found: iban.len(), expected });
    }
    // The country and the check digits move to the end, letters count from 10; the rest by 97 is then 1.
    let (front, back) = iban.split_at(4);
    let rest = back.chars().chain(front.chars()).filter_map(|letter| letter.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    if rest == 1 { Ok(iban) } else { Err(BankError::IbanChecksum) }
}

/// Whether a text is written as an IBAN, right or mistyped: a known country, or at least the shape of any.
pub fn meant_as_iban(given: &str) -> bool {
    let text = compact(given);
    looks_like_iban(&text) && iban_length(&text[..2]).is_some()
}

/// An IBAN in groups of four, as people read it.
pub fn grouped_iban(iban: &str) -> String {
    let letters: Vec<char> = iban.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A BIC of eight or eleven capitals and digits.
pub fn bic(given: &str) -> Result<String, BankError> {
    let bic = compact(given);
    let fits = matches!(bic.len(), 8 | 11)
        && bic.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bic.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(bic) } else { Err(BankError::NotABic(given.trim().chars().take(60).collect())) }
}

fn compact(given: &str) -> String {
    given.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}

fn looks_like_iban(text: &str) -> bool {
    (15..=34).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit())
}

fn iban_length(country: &str) -> Option<usize> {
    let entry = IBAN_LENGTHS.as_bytes().chunks(4).find(|entry| entry.starts_with(country.as_bytes()))?;
    std::str::from_utf8(&entry[2..]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The examples of the registry.
    const REAL: [&str; 8] = [
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "KW81 CBKU 0000 0000 0000 1234 5601 01",
        "CH93 0076 2011 6238 5295 7",
        "RU03 0445 2522 5408 1781 0538 0913 1041 9",
    ];

    #[test]
    fn real_ibans_are_read_however_they_are_written() {
        for text in REAL {
            let read = iban(text).unwrap_or_else(|error| panic!("{text} {error}"));
            assert_eq!(grouped_iban(&read), text);
            assert_eq!(iban(&format!(" {} ", read.to_lowercase())).unwrap(), read);
        }
    }

    #[test]
    fn any_single_wrong_digit_and_any_swap_of_neighbours_is_noticed() {
        for text in REAL {
            let right = iban(text).unwrap();
            for place in 2..right.len() {
                let mut wrong: Vec<char> = right.chars().collect();
                if let Some(digit) = wrong[place].to_digit(10) {
                    wrong[place] = char::from_digit((digit + 1) % 10, 10).unwrap();
                    assert_eq!(iban(&wrong.iter().collect::<String>()), Err(BankError::IbanChecksum), "{right} at {place}");
                }
                let mut swapped: Vec<char> = right.chars().collect();
                swapped.swap(place - 1, place);
                if place > 4 && swapped[place] != swapped[place - 1] {
                    assert_eq!(iban(&swapped.iter().collect::<String>()), Err(BankError::IbanChecksum), "{right} at {place}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_iban_is_said_how() {
        for text in ["", "DE", "12345678901234567", "DE89-3704-0044-0532-0130-00", "DEXX370400440532013000", "ÄÖ89370400440532013000"] {
            assert!(matches!(iban(text), Err(BankError::NotAnIban(_))), "{text}");
        }
        let short = BankError::IbanLength { country: "DE".to_owned(), found: 21, expected: 22 };
        assert_eq!(iban("DE8937040044053201300"), Err(short));
        assert!(meant_as_iban("de89 3704 0044 0532 0130 01") && !meant_as_iban("12345-67") && !meant_as_iban("ada@example.com"));
    }

    #[test]
    fn bank_codes_have_eight_or_eleven_places() {
        assert_eq!(bic("cobadeff").unwrap(), "COBADEFF");
        assert_eq!(bic("COBA DE FF XXX").unwrap(), "COBADEFFXXX");
        assert_eq!(bic("1234DEFF").unwrap(), "1234DEFF");
        for text in ["", "COBADEF", "COBADEFFX", "COBA12FF", "COBADEF-"] {
            assert!(matches!(bic(text), Err(BankError::NotABic(_))), "{text}");
        }
    }
}
