//! The walk by the real command, as a script would take it.

use serde_json::{Value, json};
use vortex_tests::{Mesh, Mode, Options, Ran};

use crate::course::{BAD, Course, Figures, GOOD, NONE, arm};

crate::in_both_modes! {
    a_script_waits_for_the_end_and_branches_on_its_exit_code
    a_watch_follows_to_the_end
    a_hotfix_goes_ahead_of_a_rollout_and_says_so
    a_bench_measures_promotions_and_leaves_nothing
}

/// Runs the command against a mesh; `arguments` are split at blanks.
pub(crate) async fn vortex(mesh: &Mesh, arguments: &str) -> Ran {
    let server = format!("http://{}", mesh.http);
    let arguments: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
    let running = tokio::task::spawn_blocking(move || {
        let mut all = vec!["--server", &*server];
        all.extend(arguments.iter().map(String::as_str));
        vortex_tests::run("vortex", &all)
    });
    running.await.expect("it ran")
}

/// A JSON answer of the command.
async fn json_of(mesh: &Mesh, arguments: &str) -> Value {
    let ran = vortex(mesh, &format!("{arguments} -o json")).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// Stages a version of `app`, and rolls it out by the command while `figures` are reported.
async fn rolled_out(mesh: Mesh, app: &str, options: &str, figures: Figures) -> (Course, Ran) {
    crate::course::stage(&mesh, app).await;
    let create = format!(
        "rollout create {app} --from v1 --to v2 --stage 50% --stage 100% --interval 100ms \
         --start --wait {options}"
    );
    let mut course = Course {
        mesh,
        id: String::new(),
    };
    let ran = tokio::select! {
        ran = vortex(&course.mesh, &create) => ran,
        never = reported(&course.mesh, app, figures) => never,
    };
    let path = format!("/api/rollouts?app={app}");
    let rollout = course.mesh.get(&path).await.json()["rollouts"][0].take();
    course.id = rollout["id"].as_str().expect("an id").to_owned();
    (course, ran)
}

/// Reports figures of the rollout of `app`, for ever.
async fn reported<T>(mesh: &Mesh, app: &str, figures: Figures) -> T {
    let path = format!("/api/rollouts?app={app}");
    loop {
        let listed = mesh.get(&path).await.json();
        let rollout = listed["rollouts"].get(0);
        if let Some(id) = rollout.and_then(|rollout| rollout["id"].as_str()) {
            crate::course::report(mesh, id, figures).await;
        }
        tokio::time::sleep(vortex_tests::GLANCE).await;
    }
}

async fn a_script_waits_for_the_end_and_branches_on_its_exit_code(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let (course, ran) = rolled_out(mesh, "good", "", GOOD).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("completed"), "{ran:?}");
    assert_eq!(arm(&course.mesh, "good", "anybody").await, "v2");

    let (course, ran) = rolled_out(course.mesh, "bad", "-o json", BAD).await;
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.err.contains("was rolled back: "), "{ran:?}");
    let rollout: Value = serde_json::from_str(&ran.out).expect("the rollout");
    assert_eq!(rollout["state"], "rolled_back");
    let audit = vortex(&course.mesh, &format!("rollout audit {}", course.id)).await;
    assert!(audit.out.contains("running -> rolled_back"), "{audit:?}");
    assert!(audit.out.contains("fail"), "{audit:?}");

    let (course, ran) = rolled_out(course.mesh, "silent", "--no-data-limit 1", NONE).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert!(ran.err.contains("is paused: "), "{ran:?}");
    let got = vortex(&course.mesh, &format!("rollout get {}", course.id)).await;
    assert!(got.out.contains("vortex rollout resume"), "{got:?}");

    let all = json_of(&course.mesh, "rollout list").await;
    let states: Vec<_> = all["rollouts"]
        .as_array()
        .expect("rollouts")
        .iter()
        .map(|rollout| rollout["state"].clone())
        .collect();
    assert_eq!(
        states,
        ["paused", "rolled_back", "completed"].map(Value::from)
    );
    let breaker = json_of(&course.mesh, "breaker").await;
    assert_eq!(
        breaker["rollbacks"].as_array().map(Vec::len),
        Some(1),
        "{breaker}"
    );
    assert_eq!(
        json_of(&course.mesh, "breaker reset --reason done").await["open"],
        false
    );
    course.mesh.stop();
}

async fn a_watch_follows_to_the_end(mode: Mode) {
    let course = Course::start(
        mode,
        json!({"stages": crate::course::stages(&[50.0, 100.0])}),
    )
    .await;
    let watch = format!("rollout watch {} -o json", course.id);
    let ran = tokio::select! {
        ran = vortex(&course.mesh, &watch) => ran,
        never = reported(&course.mesh, "orders", GOOD) => never,
    };
    assert_eq!(ran.code, 0, "{ran:?}");
    let events: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    let last = events.last().expect("an event");
    assert_eq!(last["rollout"]["state"], "completed", "{last}");
    let mut shares: Vec<_> = events
        .iter()
        .filter_map(|event| event["rollout"]["share_in_force"].as_f64())
        .collect();
    assert!(shares.is_sorted(), "{shares:?}");
    shares.dedup();
    assert_eq!(shares.last(), Some(&100.0));
    course.mesh.stop();
}

async fn a_hotfix_goes_ahead_of_a_rollout_and_says_so(mode: Mode) {
    let plan = json!({"stages": crate::course::stages(&[50.0, 100.0]), "auto_promote": false});
    let course = Course::start(mode, plan).await;
    let hotfix = "/api/configs/orders/default?version=hotfix&stage_only=true";
    let staged = course.mesh.put(hotfix, "arm: hotfix\n").await;
    assert_eq!(staged.status, 201, "{}", staged.text());
    let release = "config release orders --version hotfix";
    let without = vortex(&course.mesh, release).await;
    assert_eq!(without.code, 4, "{without:?}");
    let unexplained = vortex(&course.mesh, &format!("{release} --hotfix")).await;
    assert_eq!(unexplained.code, 2, "{unexplained:?}");
    let released = vortex(&course.mesh, &format!("{release} --hotfix --reason lost")).await;
    assert_eq!(released.code, 0, "{released:?}");
    let ended = format!(
        "rollout {} has ended: v2 was made without hotfix",
        course.id
    );
    assert!(released.err.contains(&ended), "{released:?}");
    assert_eq!(arm(&course.mesh, "orders", "anybody").await, "hotfix");
    // as it says
    let again = vortex(&course.mesh, "rollout create --change v2 --start").await;
    assert_eq!(again.code, 0, "{again:?}");
    course.mesh.stop();
}

async fn a_bench_measures_promotions_and_leaves_nothing(mode: Mode) {
    let mesh = Mesh::start(mode, &Options::default());
    let measured = json_of(&mesh, "bench rollout --promotions 21 --clients 2").await;
    assert_eq!(
        (&measured["promotions"], &measured["clients"]),
        (&json!(21), &json!(2))
    );
    let millis = |what: &str, figure: &str| measured[what][figure].as_f64().expect("a time");
    for what in ["first_read", "every_client", "answer"] {
        let [p50, p99, max] = ["p50_ms", "p99_ms", "max_ms"].map(|figure| millis(what, figure));
        assert!(0.0 < p50 && p50 <= p99 && p99 <= max, "{measured}");
    }
    assert!(
        millis("first_read", "max_ms") <= millis("every_client", "max_ms"),
        "{measured}"
    );
    assert_eq!(mesh.get("/api/splits").await.json()["splits"], json!([]));
    let documents = mesh.get("/api/configs").await.json();
    let documents = documents["documents"].as_array().expect("documents");
    let served = documents
        .iter()
        .filter(|document| document["version"] != "");
    assert_eq!(served.count(), 0, "{documents:?}");
    mesh.stop();
}
