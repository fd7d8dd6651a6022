//! Prints the fields of one thing, a name and a value per line.

use std::fmt;

use super::printable;

/// Names and values; what is not known is left out.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    facts: Vec<(&'static str, String)>,
}

impl Facts {
    /// Adds a fact, unless there is none.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.facts.push((name, printable(value)));
        }
        self
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.facts.iter().map(|(name, _)| name.len());
        let width = names.max().unwrap_or_default();
        self.facts
            .iter()
            .try_for_each(|(name, value)| writeln!(f, "{name:width$}  {value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_aligned_and_what_is_unknown_is_left_out() {
        let facts = Facts::default()
            .with("id", "r1")
            .with("why", "")
            .with("change", "a\nb");
        assert_eq!(facts.to_string(), "id      r1\nchange  a b\n");
    }
}
