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

/// Where a partner's payouts go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// In its normal form: a bank's payment file can name it.
    Iban(String),
    /// Anything else, as it was written: paid by hand.
    Other(String),
}

impl Account {
    /// As it is stored.
    pub fn stored(&self) -> &str {
        match self {
            Account::Iban(text) | Account::Other(text) => text,
        }
    }

    /// As people read it: an IBAN in groups of four.
    pub fn shown(&self) -> String {
        match self {
            Account::Iban(iban) => grouped_iban(iban),
            Account::Other(text) => text.clone(),
        }
    }

    /// All that people read who don't manage it: the last four characters.
    pub fn masked(&self) -> String {
        let text = self.stored();
        let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
        // Of something short the last four would be nearly everything.
        let seen = if letters.len() >= 8 { &letters[letters.len() - 4..] } else { &[] };
        format!("••••{}", seen.iter().collect::<String>())
    }
}

/// An account however it was written; `None` where nothing was. Text that isn't an IBAN is an account too, unless it's plainly
/// meant as one: written with the word, or beginning like one of a country that has them.
///
/// # Errors
/// What is wrong with the IBAN.
pub fn account(given: &str) -> Result<Option<Account>, BankError> {
    let text = given.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match iban(text) {
        Ok(iban) => Ok(Some(Account::Iban(iban))),
        Err(error) if meant_as_iban(text) => Err(error),
        Err(_) => Ok(Some(Account::Other(text.to_owned()))),
    }
}

/// An account that was stored before this rule, or by it: what the rule would refuse is text.
pub fn stored_account(stored: &str) -> Option<Account> {
    account(stored).unwrap_or_else(|_| Some(Account::Other(stored.trim().to_owned())))
}

/// An IBAN as banks exchange it: capitals and digits. Blanks, hyphens, points and the word before it are left away.
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

/// Whether a text is written as an IBAN, right or mistyped: with the word, or the shape of one and a country that has them.
fn meant_as_iban(given: &str) -> bool {
    let text = compact(given);
    names_iban(given) || (looks_like_iban(&text) && iban_length(&text[..2]).is_some())
}

/// "IBAN DE89 …", "iban: DE89 …"
fn names_iban(given: &str) -> bool {
    let text = given.trim_start();
    text.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("iban")) && text[4..].chars().next().is_none_or(is_separator)
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
    let text: String = given.chars().filter(|letter| !is_separator(*letter)).collect::<String>().to_uppercase();
    match text.strip_prefix("IBAN") {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// What people put between the groups of an account number, and after the word "IBAN".
fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || "-.:\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{b7}\u{200b}\u{2060}\u{feff}".contains(letter)
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
        for text in ["", "DE", "12345678901234567", "DE89/3704/0044/0532/0130/00", "DEXX370400440532013000", "ÄÖ89370400440532013000"] {
            assert!(matches!(iban(text), Err(BankError::NotAnIban(_))), "{text}");
        }
        let short = BankError::IbanLength { country: "DE".to_owned(), found: 21, expected: 22 };
        assert_eq!(iban("DE8937040044053201300"), Err(short));
        assert!(meant_as_iban("de89 3704 0044 0532 0130 01") && !meant_as_iban("12345-67") && !meant_as_iban("ada@example.com"));
    }

    #[test]
    fn an_account_has_one_form_however_it_is_written() {
        let normal = Account::Iban("DE89370400440532013000".to_owned());
        for text in [
            "DE89 3704 0044 0532 0130 00",
            "de89-3704-0044-0532-0130-00",
            "DE89.3704.0044.0532.0130.00",
            "IBAN DE89370400440532013000",
            "iban: DE89 3704 0044 0532 0130 00",
            "DE89\u{2011}3704\u{a0}0044 0532 0130 00 ",
        ] {
            assert_eq!(account(text), Ok(Some(normal.clone())), "{text}");
        }
        assert_eq!(normal.shown(), "DE89 3704 0044 0532 0130 00");
        assert_eq!(normal.masked(), "••••3000");
    }

    #[test]
    fn other_accounts_are_text_unless_an_iban_was_meant() {
        // No country has "XX" and "ZZ", so nobody can say that these were meant as IBANs.
        for text in ["12345-67", "ada@example.com", "XX89 3704 0044 0532 0130 00", "acct 12.34", "12-34-56 12345678", "Ibanez & Co"] {
            assert_eq!(account(text), Ok(Some(Account::Other(text.to_owned()))), "{text}");
        }
        assert_eq!(account("  "), Ok(None));
        assert_eq!(account("DE89-3704-0044-0532-0130-01"), Err(BankError::IbanChecksum));
        assert!(matches!(account("DE89 3704 0044 0532 0130 0"), Err(BankError::IbanLength { .. })));
        for text in ["IBAN", "IBAN 12345", "iban: XX89 3704 0044 0532 0130 00"] {
            assert!(account(text).is_err(), "{text}");
        }
        // What was stored before is read, never refused.
        assert_eq!(stored_account("DE89370400440532013001"), Some(Account::Other("DE89370400440532013001".to_owned())));
        assert_eq!(
            stored_account(" DE89 3704 0044 0532 0130 00").map(|account| account.stored().to_owned()).as_deref(),
            Some("DE89370400440532013000")
        );
        assert_eq!(Account::Other("12345".to_owned()).masked(), "••••");
        assert_eq!(Account::Other("12-34-56 12345678".to_owned()).masked(), "••••5678");
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
