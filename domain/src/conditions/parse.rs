//! From text to a [`Condition`], with the position of what is wrong.

use rust_decimal::Decimal;
use thiserror::Error;

use super::{Condition, Field, Leaf, Literal, Operator};

/// How deep parentheses may nest, and how long a condition may be: more is an accident.
const DEPTH_MAX: usize = 20;
const LENGTH_MAX: usize = 4_000;

/// `position` counts characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {position}: {message}")]
pub struct ConditionError {
    pub position: usize,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Operator(Operator),
    Open,
    Close,
    Comma,
    End,
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Word(word) => format!("“{word}”"),
            Token::Text(text) => format!("'{text}'"),
            Token::Operator(operator) => format!("“{}”", operator.sign()),
            Token::Open => "“(”".to_owned(),
            Token::Close => "“)”".to_owned(),
            Token::Comma => "“,”".to_owned(),
            Token::End => "the end".to_owned(),
        }
    }
}

fn failed<T>(position: usize, message: impl Into<String>) -> Result<T, ConditionError> {
    Err(ConditionError { position, message: message.into() })
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ConditionError> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > LENGTH_MAX {
        return failed(LENGTH_MAX, format!("a condition has at most {LENGTH_MAX} characters"));
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let position = at + 1;
        let next = letters.get(at + 1).copied();
        let (token, length) = match letters[at] {
            letter if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Operator(Operator::Equal), if next == Some('=') { 2 } else { 1 }),
            '!' if next == Some('=') => (Token::Operator(Operator::NotEqual), 2),
            '<' if next == Some('=') => (Token::Operator(Operator::AtMost), 2),
            '<' if next == Some('>') => (Token::Operator(Operator::NotEqual), 2),
            '<' => (Token::Operator(Operator::Less), 1),
            '>' if next == Some('=') => (Token::Operator(Operator::AtLeast), 2),
            '>' => (Token::Operator(Operator::More), 1),
            quote @ ('\'' | '"') => quoted(&letters, at, quote)?,
            letter if is_word(letter) => {
                let word: String = letters[at..].iter().take_while(|letter| is_word(**letter)).collect();
                let length = word.chars().count();
                (Token::Word(word), length)
            }
            other => return failed(position, format!("“{other}” does not belong in a condition")),
        };
        out.push((position, token));
        at += length;
    }
    out.push((letters.len() + 1, Token::End));
    Ok(out)
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '@' | '+')
}

/// A quoted text from `start` on, and how many characters it takes. A backslash keeps the next character as it is.
fn quoted(letters: &[char], start: usize, quote: char) -> Result<(Token, usize), ConditionError> {
    let mut text = String::new();
    let mut at = start + 1;
    while let Some(letter) = letters.get(at) {
        match *letter {
            '\\' => {
                let Some(kept) = letters.get(at + 1) else { break };
                text.push(*kept);
                at += 2;
            }
            letter if letter == quote => return Ok((Token::Text(text), at + 1 - start)),
            letter => {
                text.push(letter);
                at += 1;
            }
        }
    }
    failed(start + 1, "this text has no closing quote")
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
}

pub(super) fn parse(text: &str) -> Result<Condition, ConditionError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let condition = parser.any(0)?;
    let (position, token) = parser.peek();
    match token {
        Token::End => Ok(condition),
        Token::Close => failed(position, "this parenthesis was never opened"),
        other => failed(position, format!("expected AND, OR or the end, found {}", other.shown())),
    }
}

impl Parser {
    fn peek(&self) -> (usize, Token) {
        self.tokens.get(self.at).or(self.tokens.last()).cloned().unwrap_or((1, Token::End))
    }

    fn take(&mut self) -> (usize, Token) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek().1, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        if found {
            self.at += 1;
        }
        found
    }

    fn any(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.all(depth)?];
        while self.keyword("or") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.part(depth)?];
        while self.keyword("and") {
            parts.push(self.part(depth)?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn part(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let (position, token) = self.peek();
        if depth > DEPTH_MAX {
            return failed(position, format!("parentheses nest deeper than {DEPTH_MAX}"));
        }
        if self.keyword("not") {
            return Ok(Condition::Not(Box::new(self.part(depth + 1)?)));
        }
        if token == Token::Open {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            return match self.take() {
                (_, Token::Close) => Ok(inner),
                (found_at, found) => failed(found_at, format!("expected “)” for the one opened at {position}, found {}", found.shown())),
            };
        }
        self.leaf().map(Condition::Is)
    }

    fn leaf(&mut self) -> Result<Leaf, ConditionError> {
        let (position, token) = self.take();
        let known = || Field::ALL.map(|field| field.name()).join(", ");
        let field = match &token {
            Token::Word(word) => Field::ALL.into_iter().find(|field| field.name() == word),
            _ => None,
        };
        let Some(field) = field else {
            return failed(position, format!("expected a field ({}), found {}", known(), token.shown()));
        };
        let (position, token) = self.take();
        let operator = match &token {
            Token::Operator(operator) => *operator,
            Token::Word(word) if word.eq_ignore_ascii_case("contains") => Operator::Contains,
            Token::Word(word) if word.eq_ignore_ascii_case("in") => Operator::In,
            _ => return failed(position, format!("expected one of = != < <= > >= contains in, found {}", token.shown())),
        };
        if operator.by_size() && !field.is_number() {
            return failed(position, format!("{} is text: “{}” compares numbers", field.name(), operator.sign()));
        }
        if operator == Operator::Contains && field.is_number() {
            return failed(position, format!("{} is a number: “contains” looks into text", field.name()));
        }
        let values = if operator == Operator::In { self.list(field)? } else { vec![self.literal(field)?] };
        Ok(Leaf { field, operator, values })
    }

    fn list(&mut self, field: Field) -> Result<Vec<Literal>, ConditionError> {
        let (position, token) = self.take();
        if token != Token::Open {
            return failed(position, format!("expected a list like ('a', 'b'), found {}", token.shown()));
        }
        let mut values = vec![self.literal(field)?];
        loop {
            match self.take() {
                (_, Token::Comma) => values.push(self.literal(field)?),
                (_, Token::Close) => return Ok(values),
                (position, other) => return failed(position, format!("expected “,” or “)” in the list, found {}", other.shown())),
            }
        }
    }

    /// Text may stand without quotes where it is one word.
    fn literal(&mut self, field: Field) -> Result<Literal, ConditionError> {
        let (position, token) = self.take();
        match token {
            Token::Word(word) if field.is_number() => number(&word)
                .map(Literal::Number)
                .map_or_else(|| failed(position, format!("{} is a number; “{word}” is none", field.name())), Ok),
            Token::Word(text) | Token::Text(text) if !field.is_number() => Ok(Literal::Text(text)),
            Token::Text(_) => failed(position, format!("{} is a number: write it without quotes", field.name())),
            other => failed(position, format!("expected a value, found {}", other.shown())),
        }
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            many(parts)
        }
        (_, None) => many(parts),
    }
}

/// Digits with an optional sign and point, short enough to be exact.
fn number(word: &str) -> Option<Decimal> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let plain = digits.len() <= 20 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { word.parse::<Decimal>().ok().map(|number| number.normalize()) } else { None }
}
