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
/// without parentheses, negates nothing, or nests too deep.
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

    /// Reads an expression by Spring's rules, which forgive a parenthesis
    /// that is not closed or not opened and an operator without operand.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Parser { rest: text }.expression(Within::Nothing, 0)
    }
}

const OPERATORS: [char; 5] = ['(', ')', '&', '|', '!'];
/// Far beyond what anybody writes, far below what the stack holds.
const DEEPEST: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Negation,
    Parentheses,
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// Operands up to the end, or to what ends that within which they are.
    fn expression(
        &mut self,
        within: Within,
        depth: usize,
    ) -> Result<Expression, MalformedExpression> {
        if depth > DEEPEST {
            return Err(MalformedExpression);
        }
        let mut operands = Operands::default();
        while let Some(token) = self.token() {
            let operand = match token {
                "&" | "|" => {
                    operands.join(token)?;
                    continue;
                }
                ")" => {
                    let merged = std::mem::take(&mut operands).merge()?;
                    if within == Within::Parentheses {
                        return Ok(merged);
                    }
                    operands.parts.push(merged);
                    continue;
                }
                "!" => {
                    let inner = self.expression(Within::Negation, depth + 1)?;
                    operands.parts.push(Expression::Not(Box::new(inner)));
                    continue;
                }
                "(" => self.expression(Within::Parentheses, depth + 1)?,
                name => Expression::Profile(name.to_owned()),
            };
            if within == Within::Negation {
                return Ok(operand);
            }
            operands.parts.push(operand);
        }
        operands.merge()
    }

    /// The next operator, or name without the blanks around it.
    fn token(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let end = match self.rest.find(OPERATORS) {
            Some(0) => 1,
            Some(operator) => operator,
            None if self.rest.is_empty() => return None,
            None => self.rest.len(),
        };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(token.trim_end())
    }
}

/// Operands and what joins them.
#[derive(Default)]
struct Operands<'a> {
    parts: Vec<Expression>,
    operator: Option<&'a str>,
}

impl<'a> Operands<'a> {
    fn join(&mut self, operator: &'a str) -> Result<(), MalformedExpression> {
        match self.operator.replace(operator) {
            Some(before) if before != operator => Err(MalformedExpression),
            _ => Ok(()),
        }
    }

    fn merge(mut self) -> Result<Expression, MalformedExpression> {
        match (self.parts.len(), self.operator) {
            (0, _) => Err(MalformedExpression),
            (1, _) => Ok(self.parts.remove(0)),
            (_, Some("&")) => Ok(Expression::All(self.parts)),
            _ => Ok(Expression::Any(self.parts)),
        }
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
    fn springs_parser_is_forgiving() {
        assert!(!holds("!(dev", &["dev"]));
        assert!(holds("dev &", &["dev"]));
        assert!(holds("dev)", &["dev"]));
        assert!(holds("| dev", &["dev"]));
        assert!(holds("(a)(b)", &["b"]));
        assert!(holds("!!dev", &["dev"]));
        assert!(holds("a b", &["a b"]));
        assert!(!holds("a b", &["a", "b"]));
    }

    #[test]
    fn malformed_expressions_are_refused() {
        let deep = "(".repeat(100_000);
        for text in [
            "",
            " ",
            "&",
            "a & b | c",
            "(a & b) | c & d",
            "!",
            "()",
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
