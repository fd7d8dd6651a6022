//! Tells of a source in `/health` and in metrics.

use super::super::status::{Defect, LISTED_DEFECTS, Status};
use super::Poller;
use crate::domain::{Content, Label, LabelState, SourceName};
use metrics::Gauge;
use serde_json::json;
use vortex_kit::{health::Health, process::Runtime};

pub(super) struct Reporter {
    check: String,
    health: Health,
    last_success: Gauge,
}

impl Reporter {
    pub(super) fn new(name: &SourceName, runtime: &Runtime) -> Self {
        Self {
            check: format!("source {name}"),
            health: runtime.health.clone(),
            last_success: runtime.metrics.gauge(
                "vortex_source_last_success_timestamp_seconds",
                "When a source was last read whole",
                &[("source", name.as_str())],
            ),
        }
    }

    pub(super) fn report(&self, status: &Status) {
        if let Some(at) = status.last_success {
            self.last_success.set(at.as_second() as f64);
        }
        self.health.report(
            self.check.clone(),
            json!({
                "last_success": status.last_success.map(|at| at.to_string()),
                "last_attempt": status.last_attempt.map(|at| at.to_string()),
                "labels": status.labels.len(),
            }),
        );
        match status.complaint() {
            Some(complaint) => self.health.degrade(self.check.clone(), complaint),
            None => self.health.recover(&self.check),
        }
    }
}

impl Poller {
    /// Lists the files that are not served as they are.
    pub(super) fn list_defects(&self, status: &mut Status) {
        let state = self.configuration.state();
        let mut defects = Vec::new();
        let mut count = 0;
        for (name, label) in &state.labels {
            let feed = label.feed.as_ref();
            if feed.is_none_or(|feed| feed.source != self.settings.name) {
                continue;
            }
            for defect in self.defects_of(name, label) {
                count += 1;
                if defects.len() < LISTED_DEFECTS {
                    defects.push(defect);
                }
            }
        }
        status.more_defects = count - defects.len();
        status.defects = defects;
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
                label: name.clone(),
                path: document.path.to_string(),
                reason,
                detail,
            })
        });
        let skipped = self.skipped.get(name).into_iter().flatten();
        of_documents.chain(skipped.map(|(path, why)| Defect {
            label: name.clone(),
            path: path.clone(),
            reason: "FILE_SKIPPED",
            detail: why.clone(),
        }))
    }
}
