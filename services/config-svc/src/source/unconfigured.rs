//! Sources that fed labels and are no longer configured: their labels stay as they
//! are, closed to other writes, until an operator detaches them.

use super::{AskError, Sources, seed, status::Status};
use crate::{
    configuration::Configuration,
    domain::{Command, Detachment, Label, Request, SourceName, State},
    writer::WriteError,
};
use std::collections::BTreeSet;

/// The reason that `/health` and the status give for such a source.
const COMPLAINT: &str = "not configured; its labels stay as they are";

/// Why a source was not detached.
#[derive(Debug, thiserror::Error)]
pub enum DetachError {
    /// There is no such source.
    #[error(transparent)]
    Unknown(AskError),
    /// It is configured, and would feed its labels again.
    #[error(
        "source {0} is still configured; remove it from the configuration before you detach its labels"
    )]
    Configured(SourceName),
    /// A label could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Sources {
    /// The sources that feed labels and are not configured, and how they stand.
    pub fn unconfigured(&self, state: &State) -> Vec<(SourceName, Status)> {
        let fed = state.labels.values().filter_map(|label| {
            let name = &label.feed.as_ref()?.source;
            (!self.by_name.contains_key(name)).then(|| name.clone())
        });
        let names: BTreeSet<SourceName> = fed.collect();
        names
            .into_iter()
            .map(|name| standing(name, state))
            .collect()
    }

    /// Names in `/health` the sources that feed labels and are not configured.
    pub(super) fn tell_unconfigured(&self, state: &State) {
        let Some(health) = self.health.get() else {
            return;
        };
        for (name, status) in self.unconfigured(state) {
            let labels: Vec<&str> = status.labels.keys().map(Label::as_str).collect();
            let why = format!("{COMPLAINT}: {}", labels.join(", "));
            health.degrade(check_name(&name), why);
        }
    }

    /// Detaches the labels of a source that is not configured: they keep their documents and take
    /// writes again. Returns these labels, also if they were detached before.
    pub async fn detach(
        &self,
        name: &str,
        configuration: &Configuration,
        request: Request,
    ) -> Result<Vec<Label>, DetachError> {
        if let Some((name, _)) = self.by_name.get_key_value(name) {
            return Err(DetachError::Configured(name.clone()));
        }
        let labels = labels_of(name, &configuration.state());
        let Some((source, labels)) = labels else {
            return Err(DetachError::Unknown(AskError::Unknown(name.to_owned())));
        };
        for label in &labels {
            let detachment = Command::DetachLabel(Detachment {
                label: label.clone(),
                source: source.clone(),
            });
            configuration
                .write(request.clone(), detachment, Vec::new())
                .await?;
        }
        if let Some(health) = self.health.get() {
            health.recover(&check_name(&source));
        }
        Ok(labels)
    }
}

/// The source's name in `/health`.
pub(super) fn check_name(name: &SourceName) -> String {
    format!("source {name}")
}

fn standing(name: SourceName, state: &State) -> (SourceName, Status) {
    let mut status = Status {
        error: Some(COMPLAINT.to_owned()),
        ..Status::default()
    };
    seed(&mut status, state, &name, true);
    (name, status)
}

/// The labels that a source feeds, or fed until they were detached. None if there are none.
fn labels_of(name: &str, state: &State) -> Option<(SourceName, Vec<Label>)> {
    let mut source = None;
    let mut labels = Vec::new();
    for (label, of) in &state.labels {
        let feed = of.feed.as_ref().map(|feed| &feed.source);
        if let Some(found) = feed.or(of.detached.as_ref()).filter(|s| s.as_str() == name) {
            source = Some(found.clone());
            labels.push(label.clone());
        }
    }
    source.map(|source| (source, labels))
}
