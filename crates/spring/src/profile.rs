//! Profile expressions: `dev`, `dev & !prod`, `(a | b) & c`.

use std::str::FromStr;

/// A condition on the active profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// The profile is active.
    Profile(String),
    /// The condition does not hold.
    Not(Box<Expression>),
    /// All hold.
    All(Vec<Expression>),
    /// At least one holds.
    Any(Vec<Expression>),
}

/// A text that is not a profile expression: it is empty, mixes `&` and `|`
/// without parentheses, lacks an operand, or nests too deep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed profile expression")]
pub struct MalformedExpression;

impl Expression {
    /// Whether it holds, given which profiles are active.
    pub fn holds(&self, is_active: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Profile(name) => is_active(name),
            Self::Not(inner) => !inner.holds(is_active),
            Self::All(parts) => parts.iter().all(|part| part.holds(is_active)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(is_active)),
        }
    }
}

impl FromStr for Expression {
    type Err = MalformedExpression;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parser = Parser {
            rest: text,
            depth: 0,
        };
        let expression = parser.expression()?;
        if parser.peek().is_some() {
            return Err(MalformedExpression);
        }
        Ok(expression)
    }
}

const OPERATORS: [char; 5] = ['(', ')', '&', '|', '!'];
/// Far beyond what anybody writes, far below what the stack holds.
const DEEPEST: usize = 64;

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Operands, all joined by the same operator.
    fn expression(&mut self) -> Result<Expression, MalformedExpression> {
        let first = self.operand()?;
        let Some(operator @ ('&' | '|')) = self.peek() else {
            return Ok(first);
        };
        let mut parts = vec![first];
        while self.take(operator) {
            parts.push(self.operand()?);
        }
        if matches!(self.peek(), Some('&' | '|')) {
            return Err(MalformedExpression);
        }
        Ok(match operator {
            '&' => Expression::All(parts),
            _ => Expression::Any(parts),
        })
    }

    fn operand(&mut self) -> Result<Expression, MalformedExpression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(MalformedExpression);
        }
        let operand = if self.take('!') {
            Expression::Not(Box::new(self.operand()?))
        } else if self.take('(') {
            let inner = self.expression()?;
            if !self.take(')') {
                return Err(MalformedExpression);
            }
            inner
        } else {
            Expression::Profile(self.name()?.to_owned())
        };
        self.depth -= 1;
        Ok(operand)
    }

    fn name(&mut self) -> Result<&'a str, MalformedExpression> {
        let end = self.rest.find(OPERATORS).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        match name.trim() {
            "" => Err(MalformedExpression),
            name => Ok(name),
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, operator: char) -> bool {
        let found = self.peek() == Some(operator);
        if found {
            self.rest = &self.rest[operator.len_utf8()..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, active: &[&str]) -> bool {
        let expression: Expression = expression.parse().expect(expression);
        expression.holds(&|name| active.contains(&name))
    }

    #[test]
    fn expressions_hold_as_written() {
        assert!(holds("dev", &["dev"]));
        assert!(!holds("dev", &["DEV"]));
        assert!(holds("dev & !prod", &["dev"]));
        assert!(!holds("dev & !prod", &["dev", "prod"]));
        assert!(holds("prod | staging", &["staging"]));
        assert!(holds("!(dev | prod) & !qa", &["x"]));
        assert!(!holds("!(dev | prod) & !qa", &["qa"]));
        assert!(holds("(a & b) | (c & d)", &["c", "d"]));
        assert!(holds("my-profile_1.2", &["my-profile_1.2"]));
    }

    #[test]
    fn malformed_expressions_are_refused() {
        let deep = "(".repeat(100_000);
        for text in [
            "",
            " ",
            "a &",
            "& a",
            "a & b | c",
            "(a",
            "a)",
            "!",
            "a (b)",
            &deep,
        ] {
            assert_eq!(
                text.parse::<Expression>(),
                Err(MalformedExpression),
                "{text}"
            );
        }
    }
}
