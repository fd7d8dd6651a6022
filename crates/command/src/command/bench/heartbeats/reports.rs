//! What the instances of a benchmark report.

use std::fmt::Write as _;

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;
use vortex_proto::heartbeat::v1 as proto;

use crate::{client::Call, error::Error};

/// The version that all run.
const VERSION: &str = "v1";

/// The reports of instances that take turns.
#[derive(Debug)]
pub(super) struct Reports {
    app: String,
    label: Option<String>,
    instances: u64,
    batch: u64,
    boot: i64,
}

impl Reports {
    pub(super) fn new(app: String, label: Option<String>, instances: u32, batch: u32) -> Self {
        Self {
            app,
            label,
            instances: instances.into(),
            batch: batch.into(),
            boot: Timestamp::now().as_microsecond(),
        }
    }

    /// Writes what the instances run, so that nobody is told of instances that drift.
    pub(super) fn write(&self) -> Result<Call, Error> {
        let write = Call::put(["api", "configs", &self.app, "default"]);
        let write = write.header(CONTENT_TYPE, Some("application/yaml"))?;
        let write = write.query("version", Some(VERSION));
        Ok(self.of_its_own(write).body("benchmark: heartbeats\n"))
    }

    /// Deletes that again.
    pub(super) fn delete(&self) -> Call {
        self.of_its_own(Call::delete(["api", "configs", &self.app, "default"]))
    }

    fn of_its_own(&self, call: Call) -> Call {
        let call = call.query("label", self.label.as_deref());
        call.under(Uuid::new_v4().to_string())
    }

    /// Reports in one request.
    pub(super) fn batch(&self) -> u64 {
        self.batch
    }

    /// Whether a request holds a list of reports.
    pub(super) fn is_list(&self) -> bool {
        self.batch > 1
    }

    /// The body of a request, by its number.
    pub(super) fn body(&self, number: u64) -> String {
        let first = number * self.batch;
        self.bodies(first..first + self.batch, "healthy", self.is_list())
    }

    /// The reports of a request by gRPC, by its number.
    pub(super) fn messages(&self, number: u64) -> Vec<proto::Heartbeat> {
        let first = number * self.batch;
        (first..first + self.batch)
            .map(|turn| self.message(turn))
            .collect()
    }

    fn message(&self, turn: u64) -> proto::Heartbeat {
        proto::Heartbeat {
            fleet: Some(proto::Fleet {
                app: self.app.clone(),
                profiles: vec!["default".to_owned()],
                label: self.label.clone().unwrap_or_default(),
            }),
            instance_id: format!("bench-{}", turn % self.instances),
            boot_id: self.boot.unsigned_abs(),
            sequence: turn / self.instances + 1,
            version: VERSION.to_owned(),
            status: proto::InstanceStatus::Healthy.into(),
            ..proto::Heartbeat::default()
        }
    }

    /// The bodies that say that all instances stop.
    pub(super) fn ends(&self) -> impl Iterator<Item = String> {
        const AT_ONCE: u64 = 1_000;
        let starts = (0..self.instances).step_by(AT_ONCE as usize);
        starts.map(|first| {
            let end = self.instances.min(first + AT_ONCE);
            // after the last report of each, which may be missing
            let turns = u64::from(u32::MAX) * self.instances;
            self.bodies(first + turns..end + turns, "stopping", true)
        })
    }

    fn bodies(&self, turns: std::ops::Range<u64>, status: &str, list: bool) -> String {
        let mut body = String::with_capacity(256);
        for (index, turn) in turns.enumerate() {
            let _ = write!(body, "{}", if index == 0 { "" } else { "," });
            body.push_str(&self.report(turn, status));
        }
        match list {
            true => format!("[{body}]"),
            false => body,
        }
    }

    fn report(&self, turn: u64, status: &str) -> String {
        let mut report = json!({
            "app": self.app,
            "profile": "default",
            "instance_id": format!("bench-{}", turn % self.instances),
            "boot_id": self.boot,
            "sequence": turn / self.instances + 1,
            "version": VERSION,
            "status": status,
        });
        if let Some(label) = &self.label {
            report["label"] = label.clone().into();
        }
        report.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(text: &str) -> Vec<(String, u64)> {
        let value: Value = serde_json::from_str(text).unwrap();
        let list = value.as_array().cloned().unwrap_or_else(|| vec![value]);
        let one = |report: &Value| {
            let id = report["instance_id"].as_str().unwrap().to_owned();
            (id, report["sequence"].as_u64().unwrap())
        };
        list.iter().map(one).collect()
    }

    #[test]
    fn instances_take_turns_and_count_their_reports() {
        let reports = Reports::new("bench-x".to_owned(), None, 3, 2);
        let two =
            |a: (&str, u64), b: (&str, u64)| vec![(a.0.to_owned(), a.1), (b.0.to_owned(), b.1)];
        assert_eq!(read(&reports.body(0)), two(("bench-0", 1), ("bench-1", 1)));
        assert_eq!(read(&reports.body(1)), two(("bench-2", 1), ("bench-0", 2)));
        let single = Reports::new("bench-x".to_owned(), None, 3, 1);
        assert_eq!(read(&single.body(4)), [("bench-1".to_owned(), 2)]);
    }

    #[test]
    fn both_protocols_report_the_same() {
        let reports = Reports::new("bench-x".to_owned(), None, 3, 2);
        for number in 0..5 {
            let messages = reports.messages(number).into_iter();
            let messages = messages.map(|message| (message.instance_id, message.sequence));
            assert_eq!(messages.collect::<Vec<_>>(), read(&reports.body(number)));
        }
    }

    #[test]
    fn every_instance_stops_after_its_last_report() {
        let reports = Reports::new("bench-x".to_owned(), Some("next".to_owned()), 2_500, 1);
        let ends: Vec<_> = reports.ends().flat_map(|end| read(&end)).collect();
        assert_eq!(ends.len(), 2_500);
        assert!(ends.iter().all(|(_, sequence)| *sequence > 1 << 31));
    }
}
