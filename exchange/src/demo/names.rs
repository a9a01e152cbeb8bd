//! Invented people, partners and customers.

use super::random::Random;

const FIRST: &[&str] = &[
    "Aiko", "Amara", "Anders", "Anika", "Beatriz", "Bilal", "Camille", "Carlos", "Chidi", "Clara", "Daniel", "Dana", "Elena", "Emil",
    "Fatima", "Felix", "Grace", "Hana", "Hugo", "Imran", "Ines", "Jonas", "Julia", "Kenji", "Lars", "Leila", "Lucia", "Mara", "Marcus",
    "Maya", "Mei", "Milan", "Nadia", "Noah", "Nora", "Olga", "Omar", "Paula", "Pedro", "Priya", "Rafael", "Rosa", "Samir", "Sara", "Sofia",
    "Tariq", "Thomas", "Valeria", "Yuki", "Zoe",
];
const LAST: &[&str] = &[
    "Abbott", "Al-Sabah", "Andersen", "Bauer", "Bennett", "Bianchi", "Castillo", "Chen", "Costa", "Dubois", "Eriksen", "Fischer",
    "Fontaine", "Garcia", "Haddad", "Hayashi", "Hoffmann", "Ibrahim", "Ito", "Jansen", "Kaur", "Keller", "Kim", "Kovacs", "Larsen",
    "Lopez", "Mensah", "Meyer", "Moreau", "Nakamura", "Novak", "Okafor", "Oliveira", "Park", "Patel", "Quinn", "Reyes", "Rossi", "Sato",
    "Schmidt", "Silva", "Singh", "Sorensen", "Tanaka", "Vega", "Walker", "Weber", "Wright", "Yamada", "Zhang",
];
const SITE_FIRST: &[&str] = &[
    "Quiet", "Northern", "Plain", "Second", "Paper", "Copper", "Early", "Open", "Harbour", "Little", "Steady", "Bright", "Granite",
    "Maple", "Silver", "Outer", "Clear", "Amber", "Wild", "Slow",
];
const SITE_LAST: &[&str] = &[
    "Ledger", "Stack", "Notes", "Desk", "Signal", "Workshop", "Index", "Margin", "Compass", "Field", "Studio", "Review", "Lantern",
    "Letters", "Garden", "Method",
];
const AGENCY_LAST: &[&str] = &["Partners", "Consulting", "Digital", "Collective", "Advisory", "Works", "& Co", "Group"];
const SHOP_FIRST: &[&str] = &[
    "Alder",
    "Beacon",
    "Birch",
    "Blue Door",
    "Bramble",
    "Cedar",
    "Cinder",
    "Cobalt",
    "Corner",
    "Driftwood",
    "Ember",
    "Fable",
    "Fern",
    "Foxglove",
    "Gilded",
    "Greenfield",
    "Hazel",
    "Highland",
    "Indigo",
    "Ivory",
    "Juniper",
    "Kite",
    "Lark",
    "Linden",
    "Lumen",
    "Marigold",
    "Meadow",
    "Mirror Lake",
    "Nimbus",
    "Oakline",
    "Orchard",
    "Osprey",
    "Pebble",
    "Pinecone",
    "Quartz",
    "Redwood",
    "Saffron",
    "Sparrow",
    "Summit",
    "Thistle",
    "Tidewater",
    "Umber",
    "Velvet",
    "Willow",
    "Wren",
];
const SHOP_LAST: &[&str] = &[
    "Bakery",
    "Bikes",
    "Books",
    "Ceramics",
    "Clinic",
    "Coffee",
    "Dental",
    "Design",
    "Fitness",
    "Florist",
    "Foods",
    "Furniture",
    "Games",
    "Hardware",
    "Home",
    "Interiors",
    "Labs",
    "Legal",
    "Logistics",
    "Media",
    "Optics",
    "Outdoor",
    "Pharmacy",
    "Photo",
    "Records",
    "Robotics",
    "Software",
    "Supply",
    "Tea",
    "Textiles",
    "Tools",
    "Toys",
    "Travel",
    "Vineyard",
];
const JAPANESE_SHOPS: &[&str] = &["Hoshi", "Kumo", "Mori", "Nami", "Sakura", "Tsubame", "Yama", "Kawa", "Hikari", "Asahi"];
const GULF_SHOPS: &[&str] = &["Al Noor", "Dar", "Marina", "Salmiya", "Bayt", "Sahara", "Lulua", "Diwan", "Shamal", "Fahaheel"];

pub struct Person {
    pub first: String,
    pub last: String,
}

pub fn person(random: &mut Random) -> Person {
    Person { first: (*random.pick(FIRST)).to_owned(), last: (*random.pick(LAST)).to_owned() }
}

/// Lower case letters, digits and hyphens.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

pub fn site(random: &mut Random) -> String {
    format!("{} {}", random.pick(SITE_FIRST), random.pick(SITE_LAST))
}

pub fn agency(random: &mut Random) -> String {
    if random.chance(50) {
        format!("{} {}", random.pick(LAST), random.pick(AGENCY_LAST))
    } else {
        format!("{} & {} {}", random.pick(LAST), random.pick(LAST), random.pick(AGENCY_LAST)).replace("& Co", "Partners")
    }
}

pub fn shop(random: &mut Random, currency: &str) -> String {
    let first = match currency {
        "JPY" => random.pick(JAPANESE_SHOPS),
        "KWD" => random.pick(GULF_SHOPS),
        _ => random.pick(SHOP_FIRST),
    };
    format!("{first} {}", random.pick(SHOP_LAST))
}
