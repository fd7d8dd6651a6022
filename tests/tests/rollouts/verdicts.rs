//! Decisions of a rollout by itself, from the figures reported of its arms.

use serde_json::{Value, json};
use vortex_tests::Mode;

use crate::course::{BAD, Course, Figures, GOOD, INTERVAL, NONE, arm, stages};

crate::in_both_modes! {
    a_good_version_walks_to_its_completion
    eight_percent_of_errors_roll_back_and_say_with_which_values
    three_percent_without_stable_is_inconclusive_and_pauses
    without_figures_it_holds_and_pauses
    one_bad_slice_among_good_ones_changes_nothing
    what_fails_while_it_is_paused_rolls_back
}

/// The audit's actions, with who did each.
fn deeds(audit: &[Value]) -> Vec<(&str, bool)> {
    audit
        .iter()
        .map(|entry| {
            let action = entry["action"].as_str().unwrap_or_default();
            (action, entry["principal"] == "rollout-svc")
        })
        .collect()
}

async fn a_good_version_walks_to_its_completion(mode: Mode) {
    let shares = [1.0, 5.0, 25.0, 50.0, 100.0];
    let course = Course::start(mode, json!({"stages": stages(&shares)})).await;
    let completed = course.report_until(GOOD, "completed").await;
    assert_eq!(completed["stage"]["index"], 4, "{completed}");
    let audit = course.audit().await;
    assert_eq!(
        deeds(&audit),
        [
            ("create", false),
            ("start", false),
            ("promote", true),
            ("promote", true),
            ("promote", true),
            ("promote", true),
            // from the last stage: it is complete once readers have it
            ("promote", true),
            ("complete", true),
        ]
    );
    let set: Vec<_> = audit[1..6]
        .iter()
        .map(|entry| entry["percentage"].as_f64())
        .collect();
    assert_eq!(set, shares.map(Some));
    // nothing goes on by itself on zero measurements
    for entry in &audit[2..7] {
        let gates = entry["evidence"].as_array().expect("evidence");
        assert!(
            gates.iter().all(|gate| gate["verdict"] != "fail"),
            "{entry}"
        );
        assert!(
            gates
                .iter()
                .any(|gate| gate["gate"] == "errors" && gate["verdict"] == "pass"),
            "{entry}"
        );
    }
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v2");
    let splits = course.mesh.get("/api/splits").await.json();
    assert_eq!(splits["splits"], json!([]));
    course.mesh.stop();
}

async fn eight_percent_of_errors_roll_back_and_say_with_which_values(mode: Mode) {
    let course = Course::start(mode, json!({"stages": stages(&[50.0, 100.0])})).await;
    let rolled_back = course.report_until(BAD, "rolled_back").await;
    assert_eq!(
        rolled_back["share_in_force"].as_f64(),
        Some(0.0),
        "{rolled_back}"
    );
    let reason = rolled_back["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("errors") && reason.contains('8'),
        "{reason}"
    );
    let audit = course.audit().await;
    let last = audit.last().expect("an entry");
    assert_eq!(
        (&last["action"], &last["principal"]),
        (&json!("roll_back"), &json!("rollout-svc"))
    );
    let gates = last["evidence"].as_array().expect("evidence");
    let errors = gates
        .iter()
        .find(|gate| gate["gate"] == "errors")
        .unwrap_or_else(|| panic!("{last}"));
    assert_eq!(errors["verdict"], "fail", "{errors}");
    assert_eq!(errors["app"], "orders", "{errors}");
    let number = |name: &str| {
        errors[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name}: {errors}"))
    };
    assert!((number("canary") - 0.08).abs() < 1e-9, "{errors}");
    assert!(number("canary_requests") >= 400.0, "{errors}");
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v1");
    let breaker = course.mesh.get("/api/breaker").await.json();
    assert_eq!(
        breaker["rollbacks"][0]["id"],
        course.id.as_str(),
        "{breaker}"
    );
    assert_eq!(breaker["open"], false);
    course.mesh.stop();
}

async fn three_percent_without_stable_is_inconclusive_and_pauses(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]),
                      "analysis": {"interval": INTERVAL, "inconclusive_limit": 3}});
    let course = Course::start(mode, plan).await;
    let canary_alone = Figures {
        canary: (1000, 30),
        ..NONE
    };
    let paused = course.report_until(canary_alone, "paused").await;
    assert_eq!(paused["stage"]["index"], 0, "{paused}");
    assert_eq!(paused["share_in_force"].as_f64(), Some(50.0), "{paused}");
    let reason = paused["reason"].as_str().expect("a reason").to_lowercase();
    assert!(reason.contains("inconclusive"), "{reason}");
    let audit = course.audit().await;
    let held = [("create", false), ("start", false), ("pause", true)];
    assert_eq!(deeds(&audit), held);
    let slices = course.analysis().await["slices"].take();
    let verdicts = slices.as_array().expect("slices").iter();
    let inconclusive = verdicts.filter(|slice| slice["verdict"] == "inconclusive");
    assert!(inconclusive.count() >= 3, "{slices}");
    course.mesh.stop();
}

async fn without_figures_it_holds_and_pauses(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]),
                      "analysis": {"interval": INTERVAL, "no_data_limit": 2}});
    let course = Course::start(mode, plan).await;
    let paused = course
        .report_while(NONE, |rollout| {
            // it never goes on nor back, whatever it comes to
            assert!(
                ["running", "paused"]
                    .map(Value::from)
                    .contains(&rollout["state"]),
                "{rollout}"
            );
            assert_eq!(rollout["stage"]["index"], 0, "{rollout}");
            (rollout["state"] == "paused").then(|| rollout.clone())
        })
        .await;
    let reason = paused["reason"].as_str().expect("a reason").to_lowercase();
    assert!(
        reason.contains("data") || reason.contains("measured"),
        "{reason}"
    );
    let analysis = course.analysis().await;
    assert_eq!(analysis["slices"][0]["verdict"], "no_data", "{analysis}");
    let resumed = course.command("resume").await;
    assert_eq!(resumed.status, 200, "{}", resumed.text());
    assert_eq!(course.analysis().await["no_data"], 0, "counts begin anew");
    course.report_until(GOOD, "completed").await;
    course.mesh.stop();
}

async fn one_bad_slice_among_good_ones_changes_nothing(mode: Mode) {
    let plan = json!({"stages": stages(&[50.0, 100.0]), "auto_promote": false});
    let course = Course::start(mode, plan).await;
    let judged =
        |analysis: &Value, least: u64| analysis["slices"][0]["number"].as_u64() >= Some(least);
    course.report_passing(3).await;
    // what is reported next stands alone in its slice
    let before = course
        .analysed(|analysis| {
            let open = analysis["open"].as_array()?;
            let empty = open.iter().all(|arm| arm["requests"] == 0);
            empty.then(|| analysis["slices"][0]["number"].as_u64())?
        })
        .await;
    // a chance of 6 in 100 at 5 %: enough to fail a slice, too little against stable for more
    let bad = Figures {
        stable: (100, 0),
        canary: (100, 9),
    };
    course.report(bad).await;
    let failed = course
        .analysed(|analysis| judged(analysis, before + 1).then(|| analysis.clone()))
        .await;
    assert_eq!(failed["slices"][0]["verdict"], "fail", "{failed}");
    assert_eq!(
        (&failed["consecutive_failures"], &failed["failures"]),
        (&json!(1), &json!(1))
    );
    course.report_passing(before + 3).await;
    let after = course.analysis().await;
    assert_eq!(
        (&after["consecutive_failures"], &after["failures"]),
        (&json!(0), &json!(1))
    );
    let rollout = course.rollout().await;
    assert_eq!(
        (&rollout["state"], &rollout["stage"]["index"]),
        (&json!("running"), &json!(0))
    );
    assert_eq!(
        deeds(&course.audit().await),
        [("create", false), ("start", false)]
    );
    course.mesh.stop();
}

impl Course {
    /// Reports good figures until at least `slices` were judged and the newest of them passes.
    async fn report_passing(&self, slices: u64) {
        let reporting = async {
            loop {
                self.report(GOOD).await;
                let analysis = self.analysis().await;
                let newest = &analysis["slices"][0];
                if newest["number"].as_u64() >= Some(slices) && newest["verdict"] == "pass" {
                    return;
                }
                tokio::time::sleep(vortex_tests::GLANCE).await;
            }
        };
        let reported = tokio::time::timeout(vortex_tests::PATIENCE, reporting).await;
        assert!(reported.is_ok(), "{}", self.analysis().await);
    }
}

async fn what_fails_while_it_is_paused_rolls_back(mode: Mode) {
    let course = Course::start(mode, json!({"stages": stages(&[50.0, 100.0])})).await;
    let paused = course.command("pause").await.json();
    assert_eq!(paused["state"], "paused", "{paused}");
    course.report_until(BAD, "rolled_back").await;
    let audit = course.audit().await;
    let held = [
        ("create", false),
        ("start", false),
        ("pause", false),
        ("roll_back", true),
    ];
    assert_eq!(deeds(&audit), held);
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v1");
    course.mesh.stop();
}
