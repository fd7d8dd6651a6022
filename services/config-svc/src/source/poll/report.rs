//! Reports a source in `/health` and in metrics.

use metrics::Gauge;
use serde_json::json;
use vortex_kit::{health::Health, process::Runtime};

use super::super::status::{Defect, LISTED_DEFECTS, Status};
use super::super::unconfigured::check_name;
use super::Poller;
use crate::domain::{Content, Label, LabelState, SourceName, State};

pub(super) struct Reporter {
    check: String,
    health: Health,
    last_success: Gauge,
}

impl Reporter {
    pub(super) fn new(name: &SourceName, runtime: &Runtime) -> Self {
        Self {
            check: check_name(name),
            health: runtime.health.clone(),
            last_success: runtime.metrics.gauge(
                "vortex_source_last_success_timestamp_seconds",
                "When a source was last read whole",
                &[("source", name.as_str())],
            ),
        }
    }

    pub(super) fn report(&self, status: &Status, waiting: &[String]) {
        if let Some(at) = status.last_success {
            self.last_success.set(at.as_second() as f64);
        }
        self.health.report(
            self.check.clone(),
            json!({
                "last_success": status.last_success.map(|at| at.to_string()),
                "last_attempt": status.last_attempt.map(|at| at.to_string()),
                "labels": status.labels.len(),
                "waiting": waiting,
            }),
        );
        match status.complaint() {
            Some(complaint) => self.health.degrade(self.check.clone(), complaint),
            None => self.health.recover(&self.check),
        }
    }
}

impl Poller {
    /// Sentences about the first few commits that wait for a rollout to end or to begin, or for a
    /// freeze to end.
    pub(super) fn waiting(&self, status: &Status) -> Vec<String> {
        let state = self.configuration.state();
        let ours = state.labels.iter().filter_map(|(name, label)| {
            let feed = label.feed.as_ref()?;
            (feed.source == self.settings.name).then_some((name, feed))
        });
        let mut waiting = Vec::new();
        for (name, feed) in ours {
            if feed.awaiting.is_some() {
                let commit = &feed.imported;
                waiting.push(format!("commit {commit} of label {name}: to be rolled out"));
            }
            let pending = status.labels.get(name).and_then(|l| l.pending.as_ref());
            if let Some(pending) = pending.filter(|pending| pending.waits_for().is_some()) {
                let commit = pending.commit.as_ref().map_or("", |c| c.as_str());
                let detail = &pending.detail;
                waiting.push(format!("commit {commit} of label {name}: {detail}"));
            }
        }
        waiting.truncate(LISTED_DEFECTS);
        waiting
    }

    /// Lists the files that can't be served: first those that a commit can fix, then those of tags,
    /// which never change.
    pub(super) fn list_defects(&self, status: &mut Status) {
        let state = self.configuration.state();
        status.defects.clear();
        let mut count = 0;
        for of_tags in [false, true] {
            for defect in self.defects(&state, of_tags) {
                count += 1;
                if status.defects.len() < LISTED_DEFECTS {
                    status.defects.push(defect);
                }
            }
            if !of_tags {
                status.to_mend = count;
            }
        }
        status.more_defects = count - status.defects.len();
    }

    fn defects<'a>(&'a self, state: &'a State, of_tags: bool) -> impl Iterator<Item = Defect> + 'a {
        let is_meant = move |name: &str| self.tags.contains(name) == of_tags;
        let ours = |label: &LabelState| {
            let feed = label.feed.as_ref();
            feed.is_some_and(|feed| feed.source == self.settings.name)
        };
        let fed = state.labels.iter();
        let fed = fed.filter(move |(name, label)| is_meant(name.as_str()) && ours(label));
        let of_label = |name: &str, reason, why: &str| Defect {
            label: name.to_owned(),
            path: String::new(),
            reason,
            detail: why.to_owned(),
        };
        let unreachable = self.unreachable.iter();
        let unreachable = unreachable
            .filter(move |(name, _)| is_meant(name))
            .map(move |(name, why)| of_label(name, "INVALID_NAME", why));
        let unread = self.unread.iter();
        let unread = unread
            .filter(move |unread| is_meant(unread.label.as_str()))
            .map(move |unread| of_label(unread.label.as_str(), "UNAVAILABLE", &unread.why));
        fed.flat_map(|(name, label)| self.defects_of(name, label))
            .chain(unreachable)
            .chain(unread)
    }

    fn defects_of<'a>(
        &'a self,
        name: &'a Label,
        label: &'a LabelState,
    ) -> impl Iterator<Item = Defect> + 'a {
        let of_documents = label.documents.values().filter_map(|document| {
            let (reason, detail) = match &document.served()?.content {
                Content::Present {
                    defect: Some(defect),
                    ..
                } => ("DOCUMENT_INVALID", defect.to_string()),
                Content::Oversized { size } => ("FILE_TOO_LARGE", format!("{size} bytes")),
                Content::Present { defect: None, .. } | Content::Absent => return None,
            };
            Some(Defect {
                label: name.to_string(),
                path: document.path.to_string(),
                reason,
                detail,
            })
        });
        let skipped = self.skipped.get(name).into_iter().flatten();
        of_documents.chain(skipped.map(|(path, why)| Defect {
            label: name.to_string(),
            path: path.clone(),
            reason: "FILE_SKIPPED",
            detail: why.clone(),
        }))
    }
}
