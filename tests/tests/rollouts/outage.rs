//! Outages that both arms share, and settings that are edited while a rollout is under way.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mode};

use crate::course::{BAD, Course, Figures, GOOD, stages};

crate::in_both_modes! {
    an_outage_of_both_arms_pauses_and_its_end_resumes
    without_a_baseline_the_same_outage_rolls_back
    an_edit_is_in_force_from_then_on_and_told_by_the_audit
}

/// Both arms at twenty percent.
const OUTAGE: Figures = Figures {
    stable: (400, 80),
    canary: (400, 80),
};

impl Course {
    async fn edit(&self, body: &Value) -> Answer {
        let request = self
            .mesh
            .request("PATCH", &self.path(""))
            .header("content-type", "application/json");
        self.mesh.send(request.body(body.to_string())).await
    }

    /// The rollbacks that the breaker counts.
    async fn counted(&self) -> usize {
        let breaker = self.mesh.get("/api/breaker").await.json();
        breaker["rollbacks"].as_array().expect("a list").len()
    }
}

async fn an_outage_of_both_arms_pauses_and_its_end_resumes(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]), "resume_after_passes": 2,
                      "thresholds": {"errors_baseline": "both"}});
    let course = Course::start(mode, plan).await;
    let paused = course.report_until(OUTAGE, "paused").await;
    let reason = paused["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("shared outage: "), "{reason}");
    assert!(reason.contains("both above 5 %"), "{reason}");
    assert_eq!(paused["share_in_force"].as_f64(), Some(50.0), "{paused}");
    assert_eq!(course.counted().await, 0);
    let holds = course.analysis().await["holds_because"].take();
    let holds = holds.as_str().expect("a reason");
    assert!(
        holds.ends_with("it goes on after 2 slices in a row that pass"),
        "{holds}"
    );
    course.report_until(GOOD, "completed").await;
    let audit = course.audit().await;
    let actions: Vec<_> = audit.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(
        actions,
        [
            "create", "start", "pause", "resume", "promote", "promote", "complete"
        ]
    );
    let resumed = &audit[3];
    assert_eq!(resumed["principal"], "rollout-svc", "{resumed}");
    let why = resumed["reason"].as_str().expect("a reason");
    assert!(why.starts_with("2 slices in a row passed"), "{why}");
    assert_eq!(course.counted().await, 0);
    course.mesh.stop();
}

async fn without_a_baseline_the_same_outage_rolls_back(mode: Mode) {
    let course = Course::start(mode, json!({"stages": stages(&[50.0, 100.0])})).await;
    let rolled_back = course.report_until(OUTAGE, "rolled_back").await;
    let baseline = &rolled_back["thresholds"]["errors_baseline"];
    assert_eq!(baseline, "either", "{rolled_back}");
    assert_eq!(course.counted().await, 1);
    course.mesh.stop();
}

async fn an_edit_is_in_force_from_then_on_and_told_by_the_audit(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]), "on_failure": "pause"});
    let course = Course::start(mode, plan).await;
    let paused = course.report_until(BAD, "paused").await;
    assert_eq!(paused["auto_rollback"], false, "{paused}");
    let edit = json!({
        "thresholds": {"max_error_rate": 0.2, "min_success_rate": 0.85,
                       "errors_baseline": "absolute"},
        "on_failure": "rollback", "reason": "a known loss", "request_id": "once",
    });
    let edited = course.edit(&edit).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let edited = edited.json();
    assert_eq!(edited["state"], "paused", "{edited}");
    assert_eq!(edited["thresholds"]["max_error_rate"], 0.2, "{edited}");
    assert_eq!(edited["on_failure"], "rollback", "{edited}");
    assert_eq!(course.edit(&edit).await.json(), edited, "the same request");
    course.command("resume").await;
    course.report_until(BAD, "completed").await;
    let audit = course.audit().await;
    let edits: Vec<_> = audit
        .iter()
        .filter(|entry| entry["action"] == "edit")
        .collect();
    assert_eq!(edits.len(), 1, "{audit:?}");
    assert_eq!(edits[0]["reason"], "a known loss");
    assert_eq!(
        edits[0]["changes"],
        json!([
            {"setting": "min_success_rate", "from": "0.99", "to": "0.85"},
            {"setting": "max_error_rate", "from": "0.05", "to": "0.2"},
            {"setting": "errors_baseline", "from": "either", "to": "absolute"},
            {"setting": "on_failure", "from": "pause", "to": "rollback"},
        ])
    );
    let late = course.edit(&json!({"resume_after_passes": 3})).await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert_eq!(late.json()["code"], "ROLLOUT_WRONG_STATE");
    let none = course.edit(&json!({"reason": "nothing"})).await;
    assert_eq!(none.json()["code"], "INVALID_ARGUMENT", "{}", none.text());
    course.mesh.stop();
}
