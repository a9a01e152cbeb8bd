#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::money::Currency;

fn subject(tags: &[String]) -> Subject<'_> {
    Subject {
        partner_key: "ada",
        partner_group: "affiliates",
        partner_tags: tags,
        partner_joined_days: 30,
        customer_key: "c-1",
        customer_email: "Jo@Example.com",
        customer_provider_key: None,
        transaction: Some(TransactionSubject { amount: Money::new(10_050, Currency::USD), product_key: Some("pro"), category_key: None }),
    }
}

#[rstest]
#[case("partner.group = 'affiliates'", true)]
#[case("partner.group = affiliates and not partner.key in ('bob', \"eve\")", true)]
#[case("transaction.amount >= 100.5", true)]
#[case("transaction.amount > 100.50", false)]
#[case("transaction.amount <> 100", true)]
#[case("partner.tag = 'gold'", true)]
#[case("partner.tag != 'gold'", false)]
#[case("partner.tag contains 'gol'", false)]
#[case("customer.email contains '@EXAMPLE.com'", true)]
#[case("customer.provider_key = ''", true)]
#[case("transaction.category_key != 'books'", true)]
#[case("partner.joined_days in (10, 30)", true)]
#[case("partner.joined_days < 30 OR transaction.currency == 'USD' AND transaction.product_key = pro", true)]
#[case("(partner.joined_days < 30 OR transaction.currency = 'USD') AND transaction.product_key = 'basic'", false)]
fn evaluates(#[case] text: &str, #[case] expected: bool) {
    let tags = ["gold".to_owned(), "blue".to_owned()];
    let condition: Condition = text.parse().unwrap();
    assert_eq!(condition.evaluate(&subject(&tags)).is_ok(), expected, "{text}");
}

#[test]
fn names_the_comparison_that_failed() {
    let failed = |text: &str| -> Vec<(String, Option<String>)> {
        let condition: Condition = text.parse().unwrap();
        condition.evaluate(&subject(&[])).unwrap_err().into_iter().map(|failed| (failed.comparison, failed.found)).collect()
    };
    let one = |comparison: &str, found: &str| (comparison.to_owned(), Some(found.to_owned()));
    assert_eq!(failed("partner.group = 'affiliates' AND transaction.amount >= 200"), [one("transaction.amount >= 200", "100.50")]);
    assert_eq!(failed("partner.key = 'x' OR partner.tag = 'y'"), [one("partner.key = 'x'", "ada"), one("partner.tag = 'y'", "")]);
    assert_eq!(failed("NOT partner.key = 'ada'"), [("NOT (partner.key = 'ada')".to_owned(), None)]);
}

#[rstest]
#[case("", 1, "expected a field")]
#[case("partner.colour = 'x'", 1, "expected a field")]
#[case("partner.key ~ 'x'", 13, "does not belong")]
#[case("partner.key 'x'", 13, "expected one of")]
#[case("partner.key > 'x'", 13, "is text")]
#[case("transaction.amount contains 1", 20, "is a number")]
#[case("transaction.amount = 'x'", 22, "without quotes")]
#[case("transaction.amount = 1e400", 22, "“1e400” is none")]
#[case("partner.key = 'x", 15, "no closing quote")]
#[case("(partner.key = 'x'", 19, "expected “)”")]
#[case("partner.key = 'x')", 18, "never opened")]
#[case("partner.key = 'x' partner.key = 'y'", 19, "expected AND, OR")]
#[case("partner.key in ('x'; 'y')", 20, "does not belong")]
#[case("partner.key in ('x' 'y')", 21, "expected “,”")]
#[case("partner.key =", 14, "expected a value")]
fn errors_have_a_position(#[case] text: &str, #[case] position: usize, #[case] message: &str) {
    let error = text.parse::<Condition>().unwrap_err();
    assert_eq!(error.position, position, "{text}: {error}");
    assert!(error.message.contains(message), "{text}: {error}");
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!("{}partner.key = 'x'{}", "(".repeat(1_000), ")".repeat(1_000));
    assert!(text.parse::<Condition>().unwrap_err().message.contains("deeper"));
}

fn leaf() -> impl Strategy<Value = Condition> {
    let number = (-1_000_000i64..1_000_000, 0u32..4).prop_map(|(digits, scale)| Literal::Number(Decimal::new(digits, scale).normalize()));
    let text = "[ -~äß”]{0,12}".prop_map(Literal::Text);
    let of_number = (
        prop::sample::select(vec![Field::PartnerJoinedDays, Field::TransactionAmount]),
        prop::sample::select(vec![
            Operator::Equal,
            Operator::NotEqual,
            Operator::Less,
            Operator::AtMost,
            Operator::More,
            Operator::AtLeast,
        ]),
        number,
    );
    let of_text = (
        prop::sample::select(vec![Field::PartnerKey, Field::PartnerTag, Field::CustomerEmail, Field::TransactionProductKey]),
        prop::sample::select(vec![Operator::Equal, Operator::NotEqual, Operator::Contains, Operator::In]),
        prop::collection::vec(text, 1..4),
    );
    prop_oneof![
        of_number.prop_map(|(field, operator, value)| Condition::Is(Leaf { field, operator, values: vec![value] })),
        of_text.prop_map(|(field, operator, mut values)| {
            if operator != Operator::In {
                values.truncate(1);
            }
            Condition::Is(Leaf { field, operator, values })
        }),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn prints_what_it_reads(condition in condition()) {
        let text = condition.to_string();
        prop_assert_eq!(text.parse::<Condition>(), Ok(condition), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~]{0,60}") {
        if let Ok(condition) = text.parse::<Condition>() {
            prop_assert_eq!(condition.to_string().parse::<Condition>(), Ok(condition));
        }
    }

    /// NOT turns every verdict around, and De Morgan holds.
    #[test]
    fn negation_is_exact(left in condition(), right in condition()) {
        let tags = ["gold".to_owned()];
        let subject = subject(&tags);
        let holds = |condition: &Condition| condition.evaluate(&subject).is_ok();
        let neither = Condition::Not(Box::new(Condition::Any(vec![left.clone(), right.clone()])));
        prop_assert_eq!(holds(&neither), !holds(&left) && !holds(&right));
    }
}
