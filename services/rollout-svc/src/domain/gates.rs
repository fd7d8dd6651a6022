//! The queries and webhooks that a rollout is judged by, beside what is reported of it.

mod query;
mod template;
mod webhook;

pub(crate) use query::{Query, QueryDraft};
pub(crate) use template::{InvalidTemplate, Placed, Template};
pub(crate) use webhook::Webhook;

/// The number of queries of a rollout.
pub(crate) const MAX_QUERIES: usize = 10;
/// The number of webhooks of a rollout.
pub(crate) const MAX_WEBHOOKS: usize = 5;
/// The length of a name.
const MAX_NAME: usize = 63;

/// The queries and webhooks of a rollout, in the order given; each has a name of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Gates {
    /// The queries: 10 at most.
    pub queries: Vec<Query>,
    /// The webhooks: 5 at most.
    pub webhooks: Vec<Webhook>,
}

/// A query or webhook that can't be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub(crate) struct InvalidGate {
    /// The field, such as `queries[0].query`.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl InvalidGate {
    /// What is wrong with a field of the gate at `place`, such as `queries[0]`.
    pub(crate) fn at(place: &str, field: &str, why: impl ToString) -> Self {
        Self {
            field: format!("{place}.{field}"),
            why: why.to_string(),
        }
    }
}

impl Gates {
    /// Checks that there are not too many, and that each has a name of its own.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub(crate) fn new(queries: Vec<Query>, webhooks: Vec<Webhook>) -> Result<Self, InvalidGate> {
        bounded("queries", queries.len(), MAX_QUERIES)?;
        bounded("webhooks", webhooks.len(), MAX_WEBHOOKS)?;
        let named = queries.iter().map(|query| &query.name).enumerate();
        let queries_named = named.map(|(index, name)| (format!("queries[{index}]"), name));
        let named = webhooks.iter().map(|webhook| &webhook.name).enumerate();
        let webhooks_named = named.map(|(index, name)| (format!("webhooks[{index}]"), name));
        let mut seen = Vec::new();
        for (place, name) in queries_named.chain(webhooks_named) {
            check_name(&place, name)?;
            if seen.contains(&name) {
                let why = format!("{name} is the name of another query or webhook");
                return Err(InvalidGate::at(&place, "name", why));
            }
            seen.push(name);
        }
        Ok(Self { queries, webhooks })
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.queries.is_empty() && self.webhooks.is_empty()
    }

    /// Whether any of them has a say in a stage; without a stable arm those that only compare with
    /// it have none.
    pub(crate) fn judge(&self, has_stable: bool) -> bool {
        let judges = |query: &Query| query.limits.judge(has_stable);
        !self.webhooks.is_empty() || self.queries.iter().any(judges)
    }
}

fn bounded(field: &str, found: usize, most: usize) -> Result<(), InvalidGate> {
    if found <= most {
        return Ok(());
    }
    Err(InvalidGate {
        field: field.to_owned(),
        why: format!("{found} are given, at most {most} are allowed"),
    })
}

fn check_name(place: &str, name: &str) -> Result<(), InvalidGate> {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    match (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(is_allowed) {
        true => Ok(()),
        false => {
            let why = format!("a name has 1 to {MAX_NAME} of a-z, 0-9, - and _");
            Err(InvalidGate::at(place, "name", why))
        }
    }
}

#[cfg(test)]
mod tests;
