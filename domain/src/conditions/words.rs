//! A condition as people say it.

use super::{Condition, Field, Leaf, Literal, Operator};
use crate::money::{Currency, Money};

impl Condition {
    /// "the product is “pro” and (the partner has the tag “gold” or the sale is at least $50.00)". Amounts are in `currency`.
    pub fn words(&self, currency: Currency) -> String {
        match self {
            Condition::All(parts) => joined(parts, " and ", currency),
            Condition::Any(parts) => joined(parts, " or ", currency),
            Condition::Not(inner) => format!("it is not so that {}", inner.part(currency)),
            Condition::Is(leaf) => leaf.words(currency),
        }
    }

    /// Its words inside a longer sentence.
    fn part(&self, currency: Currency) -> String {
        match self {
            Condition::All(_) | Condition::Any(_) => format!("({})", self.words(currency)),
            Condition::Not(_) | Condition::Is(_) => self.words(currency),
        }
    }
}

fn joined(parts: &[Condition], word: &str, currency: Currency) -> String {
    parts.iter().map(|part| part.part(currency)).collect::<Vec<_>>().join(word)
}

impl Leaf {
    fn words(&self, currency: Currency) -> String {
        let values: Vec<String> = self.values.iter().map(|value| self.value(value, currency)).collect();
        let values = match values.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            _ => values.concat(),
        };
        match (self.field, self.operator) {
            (Field::PartnerTag, Operator::NotEqual) => format!("the partner does not have the tag {values}"),
            (Field::PartnerTag, _) => format!("the partner has the tag {values}"),
            (Field::PartnerJoinedDays, operator) => {
                let days = if values == "1" { "day" } else { "days" };
                match operator.size() {
                    "" => format!("the partner joined {values} {days} ago"),
                    size => format!("the partner joined {size} {values} {days} ago"),
                }
            }
            (field, Operator::NotEqual) => format!("{} is not {values}", field.words()),
            (field, Operator::Contains) => format!("{} contains {values}", field.words()),
            (field, operator) => match operator.size() {
                "" => format!("{} is {values}", field.words()),
                size => format!("{} is {size} {values}", field.words()),
            },
        }
    }

    fn value(&self, value: &Literal, currency: Currency) -> String {
        match value {
            Literal::Text(text) if text.is_empty() => "empty".to_owned(),
            Literal::Text(text) => format!("“{text}”"),
            Literal::Number(number) if self.field == Field::TransactionAmount => {
                let text = number.to_string();
                // More decimals than the currency has are no amount, and stand as they were written.
                Money::parse(&text, currency).map_or(text, |amount| amount.display())
            }
            Literal::Number(number) => number.to_string(),
        }
    }
}

impl Field {
    const fn words(self) -> &'static str {
        match self {
            Field::PartnerKey => "the partner's key",
            Field::PartnerGroup => "the partner's group",
            Field::PartnerTag => "the partner's tag",
            Field::PartnerJoinedDays => "the partner's time in days",
            Field::CustomerKey => "the customer's key",
            Field::CustomerEmail => "the customer's email",
            Field::CustomerProviderKey => "the customer's provider key",
            Field::TransactionAmount => "the sale",
            Field::TransactionCurrency => "the sale's currency",
            Field::TransactionProductKey => "the product",
            Field::TransactionCategoryKey => "the category",
        }
    }
}

impl Operator {
    /// How it compares by size; empty for the rest.
    const fn size(self) -> &'static str {
        match self {
            Operator::Less => "less than",
            Operator::AtMost => "at most",
            Operator::More => "more than",
            Operator::AtLeast => "at least",
            Operator::NotEqual => "not exactly",
            Operator::Equal | Operator::Contains | Operator::In => "",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("transaction.product_key = 'pro'", "the product is “pro”")]
    #[case("transaction.product_key in ('pro', 'team', 'plus')", "the product is “pro”, “team” or “plus”")]
    #[case("transaction.category_key != ''", "the category is not empty")]
    #[case("transaction.amount >= 1250.5", "the sale is at least $1,250.50")]
    #[case("transaction.amount < 0.001", "the sale is less than 0.001")]
    #[case("partner.tag contains 'gold'", "the partner has the tag “gold”")]
    #[case("partner.tag != 'gold'", "the partner does not have the tag “gold”")]
    #[case("partner.joined_days <= 30", "the partner joined at most 30 days ago")]
    #[case("partner.joined_days > 1", "the partner joined more than 1 day ago")]
    #[case("partner.joined_days != 30", "the partner joined not exactly 30 days ago")]
    #[case("customer.email contains '@example.com'", "the customer's email contains “@example.com”")]
    #[case(
        "partner.group = 'a' AND (partner.tag = 'gold' OR NOT transaction.amount > 50)",
        "the partner's group is “a” and (the partner has the tag “gold” or it is not so that the sale is more than $50.00)"
    )]
    #[case(
        "NOT (customer.key = 'x' OR customer.provider_key = 'y')",
        "it is not so that (the customer's key is “x” or the customer's provider key is “y”)"
    )]
    fn conditions_are_said_plainly(#[case] written: &str, #[case] said: &str) {
        assert_eq!(written.parse::<Condition>().unwrap().words(Currency::USD), said);
    }
}
