//! The part of pain.001.001.09's schema that a payment order can use: which elements stand where, in which order and how often,
//! and what their texts look like. Written from the standard, not from the code that is tested.

use rust_decimal::Decimal;

/// An element and how often it may stand in its place: at least and at most.
type Place = (&'static str, usize, usize);

/// Element, its children in the order of the schema.
const SEQUENCES: &[(&str, &[Place])] = &[
    ("Document", &[("CstmrCdtTrfInitn", 1, 1)]),
    ("CstmrCdtTrfInitn", &[("GrpHdr", 1, 1), ("PmtInf", 1, MANY), ("SplmtryData", 0, MANY)]),
    (
        "GrpHdr",
        &[
            ("MsgId", 1, 1),
            ("CreDtTm", 1, 1),
            ("Authstn", 0, 2),
            ("NbOfTxs", 1, 1),
            ("CtrlSum", 0, 1),
            ("InitgPty", 1, 1),
            ("FwdgAgt", 0, 1),
            ("InitnSrc", 0, 1),
        ],
    ),
    ("InitgPty", PARTY),
    ("Dbtr", PARTY),
    ("Cdtr", PARTY),
    (
        "PmtInf",
        &[
            ("PmtInfId", 1, 1),
            ("PmtMtd", 1, 1),
            ("ReqdAdvcTp", 0, 1),
            ("BtchBookg", 0, 1),
            ("NbOfTxs", 0, 1),
            ("CtrlSum", 0, 1),
            ("PmtTpInf", 0, 1),
            ("ReqdExctnDt", 1, 1),
            ("PoolgAdjstmntDt", 0, 1),
            ("Dbtr", 1, 1),
            ("DbtrAcct", 1, 1),
            ("DbtrAgt", 1, 1),
            ("DbtrAgtAcct", 0, 1),
            ("InstrForDbtrAgt", 0, 1),
            ("UltmtDbtr", 0, 1),
            ("ChrgBr", 0, 1),
            ("ChrgsAcct", 0, 1),
            ("ChrgsAcctAgt", 0, 1),
            ("CdtTrfTxInf", 1, MANY),
        ],
    ),
    ("ReqdExctnDt", &[("Dt", 1, 1)]),
    ("DbtrAcct", ACCOUNT),
    ("CdtrAcct", ACCOUNT),
    ("DbtrAgt", &[("FinInstnId", 1, 1), ("BrnchId", 0, 1)]),
    ("FinInstnId", &[("BICFI", 0, 1), ("ClrSysMmbId", 0, 1), ("LEI", 0, 1), ("Nm", 0, 1), ("PstlAdr", 0, 1), ("Othr", 0, 1)]),
    ("Othr", &[("Id", 1, 1), ("SchmeNm", 0, 1), ("Issr", 0, 1)]),
    (
        "CdtTrfTxInf",
        &[
            ("PmtId", 1, 1),
            ("PmtTpInf", 0, 1),
            ("Amt", 1, 1),
            ("XchgRateInf", 0, 1),
            ("ChrgBr", 0, 1),
            ("MndtRltdInf", 0, 1),
            ("ChqInstr", 0, 1),
            ("UltmtDbtr", 0, 1),
            ("IntrmyAgt1", 0, 1),
            ("CdtrAgt", 0, 1),
            ("CdtrAgtAcct", 0, 1),
            ("Cdtr", 0, 1),
            ("CdtrAcct", 0, 1),
            ("UltmtCdtr", 0, 1),
            ("InstrForCdtrAgt", 0, MANY),
            ("InstrForDbtrAgt", 0, 1),
            ("Purp", 0, 1),
            ("RgltryRptg", 0, 10),
            ("Tax", 0, 1),
            ("RltdRmtInf", 0, 10),
            ("RmtInf", 0, 1),
            ("SplmtryData", 0, MANY),
        ],
    ),
    ("PmtId", &[("InstrId", 0, 1), ("EndToEndId", 1, 1), ("UETR", 0, 1)]),
    ("Amt", &[("InstdAmt", 1, 1)]),
    ("RmtInf", &[("Ustrd", 0, MANY), ("Strd", 0, MANY)]),
];
const PARTY: &[(&str, usize, usize)] = &[("Nm", 0, 1), ("PstlAdr", 0, 1), ("Id", 0, 1), ("CtryOfRes", 0, 1), ("CtctDtls", 0, 1)];
const ACCOUNT: &[(&str, usize, usize)] = &[("Id", 1, 1), ("Tp", 0, 1), ("Ccy", 0, 1), ("Nm", 0, 1), ("Prxy", 0, 1)];
const MANY: usize = usize::MAX;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    /// Every element of this name in it, in the order of the document.
    pub fn all(&self, name: &str) -> Vec<&Element> {
        let below = self.children.iter().flat_map(|child| child.all(name));
        if self.name == name { std::iter::once(self).chain(below).collect() } else { below.collect() }
    }

    pub fn attribute(&self, name: &str) -> String {
        self.attributes.iter().find(|(known, _)| known == name).unwrap().1.clone()
    }
}

/// Reads a document of elements, attributes and the entities that XML knows by itself.
pub fn read(xml: &str) -> Element {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap();
    let mut open = vec![Element::default()];
    while let Some((text, after)) = rest.split_once('<') {
        open.last_mut().unwrap().text += &plain(text.trim());
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let done = open.pop().unwrap();
            assert_eq!(done.name, name, "elements are nested");
            open.last_mut().unwrap().children.push(done);
        } else {
            let mut parts = tag.split(' ');
            let name = parts.next().unwrap().to_owned();
            let attributes = parts.map(|part| {
                let (name, value) = part.split_once("=\"").unwrap();
                (name.to_owned(), plain(value.strip_suffix('"').unwrap()))
            });
            open.push(Element { name, attributes: attributes.collect(), ..Element::default() });
        }
    }
    assert_eq!((rest.trim(), open.len()), ("", 1), "one document, closed");
    open.pop().unwrap().children.pop().unwrap()
}

fn plain(text: &str) -> String {
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let plain = text.replace("&lt;", "<").replace("&gt;", ">");
    assert_eq!(plain.matches('&').count(), plain.matches("&amp;").count(), "{text}");
    plain.replace("&amp;", "&")
}

/// Holds a document against the schema, and its sums and counts against its transfers.
pub fn check(document: &Element) {
    assert_eq!(document.name, "Document");
    assert_eq!(document.attribute("xmlns"), "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
    shape(document, "");
    let header = document.all("GrpHdr")[0];
    tally(header, document);
    for block in document.all("PmtInf") {
        tally(block, block);
        let currencies: std::collections::BTreeSet<String> = block.all("InstdAmt").iter().map(|amount| amount.attribute("Ccy")).collect();
        assert_eq!(currencies.len(), 1, "one currency in a block");
    }
    for id in ["PmtInfId", "EndToEndId"] {
        let mut ids: Vec<&str> = document.all(id).into_iter().map(|element| element.text.as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{id} is unique");
    }
}

/// `NbOfTxs` and `CtrlSum` of `block` count the transfers in `over`.
fn tally(block: &Element, over: &Element) {
    let child = |name: &str| &block.children.iter().find(|child| child.name == name).unwrap().text;
    let transfers = over.all("InstdAmt");
    assert_eq!(*child("NbOfTxs"), transfers.len().to_string());
    let sum: Decimal = transfers.iter().map(|amount| amount.text.parse::<Decimal>().unwrap()).sum();
    assert_eq!(child("CtrlSum").parse::<Decimal>().unwrap(), sum);
}

fn shape(element: &Element, parent: &str) {
    let name = element.name.as_str();
    // An account's `Id` is a choice of elements, an institution's is a text.
    let sequence = match (parent, name) {
        ("DbtrAcct" | "CdtrAcct", "Id") => Some(&[("IBAN", 1, 1)][..]),
        _ => SEQUENCES.iter().find(|(known, _)| *known == name).map(|(_, sequence)| *sequence),
    };
    let Some(sequence) = sequence else {
        assert!(element.children.is_empty(), "{name} holds text");
        return leaf(element);
    };
    assert_eq!(element.text, "", "{name} holds elements");
    let mut children = element.children.iter().peekable();
    for (child, least, most) in sequence {
        let mut count = 0;
        while children.next_if(|next| next.name == *child).is_some() {
            count += 1;
        }
        assert!((*least..=*most).contains(&count), "{name} has {count} {child}");
    }
    assert_eq!(children.next().map(|child| &child.name), None, "out of its place in {name}");
    for child in &element.children {
        shape(child, name);
    }
}

fn leaf(element: &Element) {
    let text = element.text.as_str();
    let length = text.chars().count();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // totalDigits and fractionDigits
    let number = |total: usize, most: usize| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        digits(whole) && digits(fraction) && fraction.len() <= most && whole.len() + fraction.len() <= total
    };
    let fits = match element.name.as_str() {
        "MsgId" | "PmtInfId" | "EndToEndId" | "Id" => (1..=35).contains(&length) && !text.contains(['_', '/', ' ']),
        "Nm" | "Ustrd" => (1..=140).contains(&length),
        "NbOfTxs" => digits(text) && length <= 15,
        "CtrlSum" => number(18, 17),
        "InstdAmt" => {
            let currency: domain::Currency = element.attribute("Ccy").parse().unwrap();
            let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            number(18, 5) && decimals == usize::from(currency.exponent())
        }
        "PmtMtd" => text == "TRF",
        "ChrgBr" => matches!(text, "SLEV" | "SHAR" | "DEBT" | "CRED"),
        "Dt" => chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(),
        "CreDtTm" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "IBAN" => {
            let bytes = text.as_bytes();
            (5..=34).contains(&length)
                && bytes[..2].iter().all(u8::is_ascii_uppercase)
                && bytes[2..4].iter().all(u8::is_ascii_digit)
                && bytes[4..].iter().all(u8::is_ascii_alphanumeric)
        }
        "BICFI" => matches!(length, 8 | 11) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
        other => panic!("{other} is not in the schema"),
    };
    assert!(fits, "{} “{text}”", element.name);
}
