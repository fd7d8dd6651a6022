//! Commands of operators, and their effect on readers.

use serde_json::{Value, json};
use vortex_bucket::Seed;
use vortex_tests::{Mesh, Mode, Options};

use crate::course::{self, Course, NONE, arm, refusal, stages};

crate::in_both_modes! {
    readers_are_where_their_buckets_say
    a_rollback_wins_over_a_promotion
    a_rollout_is_promoted_completed_and_reverted_by_hand
    the_same_command_twice_is_done_once
}

/// A plan that does nothing by itself.
fn by_hand(shares: &[f64]) -> Value {
    json!({"stages": stages(shares), "auto_promote": false, "auto_rollback": false,
           "analysis": {"interval": "1h"}})
}

async fn readers_are_where_their_buckets_say(mode: Mode) {
    let course = Course::start(mode, by_hand(&[10.0, 50.0, 100.0])).await;
    let seed = Seed::of(&course.id);
    for (share, deed) in [
        (1_000, None),
        (5_000, Some("promote")),
        (10_000, Some("promote")),
    ] {
        if let Some(deed) = deed {
            let promoted = course.command(deed).await;
            assert_eq!(promoted.status, 200, "{}", promoted.text());
        }
        course.confirmed().await;
        for number in 0..60 {
            let instance = format!("i-{number}");
            let expected = match seed.bucket(&instance).number() < share {
                true => "v2",
                false => "v1",
            };
            assert_eq!(
                arm(&course.mesh, "orders", &instance).await,
                expected,
                "{instance} at {share}"
            );
        }
    }
    let read = course
        .mesh
        .get("/api/effective/orders/default?instance=i-1")
        .await;
    let assignment = &read.json()["assignments"][0];
    assert_eq!(
        (&assignment["change"], &assignment["arm"]),
        (&json!("v2"), &json!("canary"))
    );
    assert_eq!(
        assignment["generation"],
        course.rollout().await["generation"]
    );
    course.mesh.stop();
}

impl Course {
    /// Waits until readers have the share of the last command.
    async fn confirmed(&self) -> Value {
        self.report_while(NONE, |rollout| {
            (rollout["effect"] == "confirmed").then(|| rollout.clone())
        })
        .await
    }
}

async fn a_rollback_wins_over_a_promotion(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    // each a chance for them to come in another order
    for attempt in 0..12 {
        let app = format!("orders{attempt}");
        course::stage(&mesh, &app).await;
        let id = course::create(&mesh, &app, by_hand(&[10.0, 50.0, 100.0])).await;
        let path = |deed: &str| format!("/api/rollouts/{id}/{deed}");
        let body = json!({});
        assert_eq!(mesh.post(&path("start"), &body).await.status, 200);
        let (promote, rollback) = (path("promote"), path("rollback"));
        let (promoted, rolled_back) =
            tokio::join!(mesh.post(&promote, &body), mesh.post(&rollback, &body));
        assert_eq!(rolled_back.status, 200, "{}", rolled_back.text());
        assert!(
            promoted.status == 200 || refusal(&promoted) == (409, "ROLLOUT_WRONG_STATE".into()),
            "{}",
            promoted.text()
        );
        let ended = mesh
            .get_until(&format!("/api/rollouts/{id}"), |answer| {
                answer.json()["effect"] == "confirmed"
            })
            .await
            .json();
        assert_eq!(ended["state"], "rolled_back", "{ended}");
        assert_eq!(ended["share_in_force"].as_f64(), Some(0.0), "{ended}");
        for instance in 0..20 {
            assert_eq!(arm(&mesh, &app, &format!("i-{instance}")).await, "v1");
        }
    }
    assert_eq!(mesh.get("/api/splits").await.json()["splits"], json!([]));
    // what operators roll back does not count
    assert_eq!(
        mesh.get("/api/breaker").await.json()["rollbacks"],
        json!([])
    );
    mesh.stop();
}

async fn a_rollout_is_promoted_completed_and_reverted_by_hand(mode: Mode) {
    let mut course = Course::start(mode, by_hand(&[50.0, 100.0])).await;
    course.confirmed().await;
    assert_eq!(course.command("promote").await.json()["stage"]["index"], 1);
    assert_eq!(course.command("promote").await.status, 200);
    assert_eq!(course.confirmed().await["state"], "completed");
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v2");
    let reverting = course.command("revert").await;
    assert_eq!(reverting.status, 201, "{}", reverting.text());
    let reverting = reverting.json();
    assert_eq!(reverting["reverts"], course.id.as_str(), "{reverting}");
    course.id = reverting["id"].as_str().expect("an id").to_owned();
    course.confirmed().await;
    let completed = course
        .mesh
        .post(&course.path("/complete"), &json!({"reason": "at once"}))
        .await;
    assert_eq!(completed.status, 200, "{}", completed.text());
    assert_eq!(course.confirmed().await["state"], "completed");
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "v1");
    let audit = course.audit().await;
    let wanted = |entry: &&Value| entry["action"] == "complete" && entry["reason"] == "at once";
    assert_eq!(audit.iter().filter(wanted).count(), 1, "{audit:?}");
    course.mesh.stop();
}

async fn the_same_command_twice_is_done_once(mode: Mode) {
    let course = Course::start(mode, by_hand(&[10.0, 50.0, 100.0])).await;
    let promote = |body: Value| {
        let request = course
            .mesh
            .request("POST", &course.path("/promote"))
            .header("idempotency-key", "the-promotion")
            .header("content-type", "application/json");
        course.mesh.send(request.body(body.to_string()))
    };
    let first = promote(json!({"reason": "a"})).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let again = promote(json!({"reason": "a"})).await;
    assert_eq!(
        (again.status, again.json()["stage"]["index"].as_u64()),
        (200, Some(1))
    );
    let reused = promote(json!({"reason": "b"})).await;
    assert_eq!(refusal(&reused), (422, "REQUEST_ID_REUSED".into()));
    assert_eq!(course.rollout().await["stage"]["index"], 1);
    let promotions = course.audit().await;
    let promotions = promotions
        .iter()
        .filter(|entry| entry["action"] == "promote");
    assert_eq!(promotions.count(), 1);
    course.mesh.stop();
}
