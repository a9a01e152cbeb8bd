//! The language of `when = '…'`: AND, OR, NOT and parentheses over fields of partnership, customer and transaction.
//!
//! `partner.group = 'affiliates' AND (transaction.amount >= 100 OR customer.email contains '@example.com')`

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::Money;

mod parse;
mod words;

pub use parse::ConditionError;

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    PartnerKey,
    PartnerGroup,
    PartnerTag,
    PartnerJoinedDays,
    CustomerKey,
    CustomerEmail,
    CustomerProviderKey,
    TransactionAmount,
    TransactionCurrency,
    TransactionProductKey,
    TransactionCategoryKey,
}

impl Field {
    pub const ALL: [Field; 11] = [
        Field::PartnerKey,
        Field::PartnerGroup,
        Field::PartnerTag,
        Field::PartnerJoinedDays,
        Field::CustomerKey,
        Field::CustomerEmail,
        Field::CustomerProviderKey,
        Field::TransactionAmount,
        Field::TransactionCurrency,
        Field::TransactionProductKey,
        Field::TransactionCategoryKey,
    ];

    pub const fn name(&self) -> &'static str {
        match self {
            Field::PartnerKey => "partner.key",
            Field::PartnerGroup => "partner.group",
            Field::PartnerTag => "partner.tag",
            Field::PartnerJoinedDays => "partner.joined_days",
            Field::CustomerKey => "customer.key",
            Field::CustomerEmail => "customer.email",
            Field::CustomerProviderKey => "customer.provider_key",
            Field::TransactionAmount => "transaction.amount",
            Field::TransactionCurrency => "transaction.currency",
            Field::TransactionProductKey => "transaction.product_key",
            Field::TransactionCategoryKey => "transaction.category_key",
        }
    }

    /// Numbers can be compared by size; everything else is text.
    pub const fn is_number(&self) -> bool {
        matches!(self, Field::PartnerJoinedDays | Field::TransactionAmount)
    }

    pub const fn of_transaction(&self) -> bool {
        matches!(self, Field::TransactionAmount | Field::TransactionCurrency | Field::TransactionProductKey | Field::TransactionCategoryKey)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    /// Text that holds other text; a list of tags that holds one.
    Contains,
    In,
}

impl Operator {
    pub const fn sign(&self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::More => ">",
            Operator::AtLeast => ">=",
            Operator::Contains => "contains",
            Operator::In => "in",
        }
    }

    const fn by_size(&self) -> bool {
        matches!(self, Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    Text(String),
    /// Days, or major units of the trigger's currency.
    Number(Decimal),
}

/// One comparison. `values` holds one literal, or with `in` at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leaf {
    pub field: Field,
    pub operator: Operator,
    pub values: Vec<Literal>,
}

/// A comparison that was not met, in the language of conditions, and what was found instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedComparison {
    pub comparison: String,
    /// Empty where there was nothing; `None` for what is negated as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Condition {
    /// At least two parts.
    All(Vec<Condition>),
    /// At least two parts.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Is(Leaf),
}

/// What a condition is evaluated on.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub partner_key: &'a str,
    pub partner_group: &'a str,
    pub partner_tags: &'a [String],
    /// Local calendar days since the partnership began.
    pub partner_joined_days: i64,
    pub customer_key: &'a str,
    pub customer_email: &'a str,
    pub customer_provider_key: Option<&'a str>,
    pub transaction: Option<TransactionSubject<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct TransactionSubject<'a> {
    pub amount: Money,
    pub product_key: Option<&'a str>,
    pub category_key: Option<&'a str>,
}

impl Condition {
    /// Whether it holds.
    ///
    /// # Errors
    /// The comparisons that decided that it is not met; of several that are joined by OR, one of each.
    pub fn evaluate(&self, subject: &Subject<'_>) -> Result<(), Vec<FailedComparison>> {
        match self {
            Condition::All(parts) => parts.iter().try_for_each(|part| part.evaluate(subject)),
            Condition::Any(parts) => {
                let mut failures = Vec::with_capacity(parts.len());
                for part in parts {
                    match part.evaluate(subject) {
                        Ok(()) => return Ok(()),
                        Err(failure) => failures.extend(failure),
                    }
                }
                Err(failures)
            }
            Condition::Not(inner) => match inner.evaluate(subject) {
                Ok(()) => Err(vec![FailedComparison { comparison: self.to_string(), found: None }]),
                Err(_) => Ok(()),
            },
            Condition::Is(leaf) if leaf.holds(subject) => Ok(()),
            Condition::Is(leaf) => Err(vec![FailedComparison { comparison: leaf.to_string(), found: Some(leaf.field.found(subject)) }]),
        }
    }

    /// Whether any comparison looks at this.
    pub fn mentions(&self, wanted: &dyn Fn(Field) -> bool) -> bool {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| part.mentions(wanted)),
            Condition::Not(inner) => inner.mentions(wanted),
            Condition::Is(leaf) => wanted(leaf.field),
        }
    }
}

impl Field {
    /// The text of a field; what is absent is empty. Email is compared in lower case.
    fn texts(&self, subject: &Subject<'_>) -> Vec<String> {
        let transaction = subject.transaction;
        match self {
            Field::PartnerKey => vec![subject.partner_key.to_owned()],
            Field::PartnerGroup => vec![subject.partner_group.to_owned()],
            Field::PartnerTag => subject.partner_tags.to_vec(),
            Field::CustomerKey => vec![subject.customer_key.to_owned()],
            Field::CustomerEmail => vec![subject.customer_email.to_lowercase()],
            Field::CustomerProviderKey => vec![subject.customer_provider_key.unwrap_or_default().to_owned()],
            Field::TransactionCurrency => vec![transaction.map(|sale| sale.amount.currency.to_string()).unwrap_or_default()],
            Field::TransactionProductKey => vec![transaction.and_then(|sale| sale.product_key).unwrap_or_default().to_owned()],
            Field::TransactionCategoryKey => vec![transaction.and_then(|sale| sale.category_key).unwrap_or_default().to_owned()],
            Field::PartnerJoinedDays | Field::TransactionAmount => Vec::new(),
        }
    }

    fn number(&self, subject: &Subject<'_>) -> Option<Decimal> {
        match self {
            Field::PartnerJoinedDays => Some(Decimal::from(subject.partner_joined_days)),
            Field::TransactionAmount => {
                let amount = subject.transaction?.amount;
                Some(Decimal::new(amount.minor, u32::from(amount.currency.exponent())))
            }
            _ => None,
        }
    }

    /// What it is, as conditions write it; empty where there is none.
    fn found(&self, subject: &Subject<'_>) -> String {
        if self.is_number() {
            return self.number(subject).map(|number| number.to_string()).unwrap_or_default();
        }
        let texts: Vec<String> = self.texts(subject).into_iter().filter(|text| !text.is_empty()).collect();
        texts.join(", ")
    }
}

impl Leaf {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        if self.field.is_number() {
            let Some(found) = self.field.number(subject) else { return false };
            let numbers = self.values.iter().filter_map(|value| match value {
                Literal::Number(number) => Some(*number),
                Literal::Text(_) => None,
            });
            return match self.operator {
                Operator::NotEqual => numbers.into_iter().all(|wanted| found != wanted),
                Operator::Less => numbers.into_iter().all(|wanted| found < wanted),
                Operator::AtMost => numbers.into_iter().all(|wanted| found <= wanted),
                Operator::More => numbers.into_iter().all(|wanted| found > wanted),
                Operator::AtLeast => numbers.into_iter().all(|wanted| found >= wanted),
                Operator::Equal | Operator::In | Operator::Contains => numbers.into_iter().any(|wanted| found == wanted),
            };
        }
        let found = self.field.texts(subject);
        let wanted: Vec<String> = self
            .values
            .iter()
            .map(|value| match value {
                Literal::Text(text) if self.field == Field::CustomerEmail => text.to_lowercase(),
                Literal::Text(text) => text.clone(),
                Literal::Number(number) => number.to_string(),
            })
            .collect();
        let equal = || found.iter().any(|text| wanted.contains(text));
        match self.operator {
            Operator::Contains if self.field != Field::PartnerTag => {
                found.iter().any(|text| wanted.iter().any(|part| text.contains(part.as_str())))
            }
            Operator::NotEqual => !equal(),
            _ => equal(),
        }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        parse::parse(text)
    }
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        text.parse()
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.to_string()
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Literal::Number(number) => write!(f, "{number}"),
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.field.name(), self.operator.sign())?;
        let values: Vec<String> = self.values.iter().map(Literal::to_string).collect();
        if self.operator == Operator::In { write!(f, "({})", values.join(", ")) } else { f.write_str(&values.join(", ")) }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Condition::Is(_) | Condition::Not(_) => write!(f, "{part}")?,
                    Condition::All(_) | Condition::Any(_) => write!(f, "({part})")?,
                }
            }
            Ok(())
        };
        match self {
            Condition::All(parts) => joined(f, parts, "AND"),
            Condition::Any(parts) => joined(f, parts, "OR"),
            Condition::Not(inner) => write!(f, "NOT ({inner})"),
            Condition::Is(leaf) => write!(f, "{leaf}"),
        }
    }
}

#[cfg(test)]
mod tests;
