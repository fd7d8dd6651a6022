//! Reading and following a configuration of the mesh.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vortex_sdk::{Error, Refusal};
use vortex_tests::{Mesh, Mode, Options, ServiceName};

use crate::gateway::{Protocol, Settings, client, mesh, over_each_protocol, put, soon};

over_each_protocol! {
    a_configuration_is_read_as_the_applications_own_type
    what_does_not_fit_is_an_error_with_its_path
    a_watch_begins_with_what_is_and_goes_on_with_what_changes
    a_watch_after_a_fetch_tells_only_what_changes
    a_version_that_is_refused_is_kept_out
    patches_lead_to_what_a_fetch_gets
    a_key_is_shown_where_one_is_needed
    an_instance_gets_its_arm_of_a_rollout_and_a_subject_its_own
}

async fn a_configuration_is_read_as_the_applications_own_type(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4\ngreeting: hello\nunknown: [1, 2]").await;
    let client = by.client(&mesh).build().unwrap();
    let config = client.fetch::<Settings>().await.unwrap();
    assert_eq!((config.workers, config.greeting.as_str()), (4, "hello"));
    assert_eq!((config.version(), client.version().as_str()), ("v1", "v1"));
    assert!(config.stale().is_none() && config.json().contains("unknown"));
    let text = client.prometheus_text();
    assert!(
        text.contains(r#"{app="orders",profile="prod",version="v1",arm="stable"} 1"#),
        "{text}"
    );
}

async fn what_does_not_fit_is_an_error_with_its_path(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: many").await;
    let client = by.client(&mesh).build().unwrap();
    let error = client.fetch::<Settings>().await.unwrap_err();
    let Error::Unfit { version, cause } = &error else {
        panic!("{error:?}");
    };
    assert!(version == "v1" && cause.starts_with("workers: "), "{error}");
    assert_eq!(client.version(), "");
}

async fn a_watch_begins_with_what_is_and_goes_on_with_what_changes(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let client = by.client(&mesh).build().unwrap();
    let mut watch = client.watch::<Settings>();
    let first = soon(watch.next()).await.unwrap().accept();
    assert_eq!((first.workers, first.version()), (4, "v1"));
    put(&mesh, "v2", "workers: 5").await;
    let second = soon(watch.next()).await.unwrap();
    // in use only once it is accepted
    assert_eq!(client.version(), "v1");
    assert_eq!(second.accept().workers, 5);
    assert_eq!(client.version(), "v2");
    client.stop().await.unwrap();
    assert!(watch.next().await.is_none());
    let stopped = client.fetch::<Settings>().await;
    assert_eq!(stopped.unwrap_err(), Error::Stopped);
}

async fn a_watch_after_a_fetch_tells_only_what_changes(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let client = by.client(&mesh).build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let mut watch = client.watch::<Settings>();
    let (next, ()) = tokio::join!(soon(watch.next()), put(&mesh, "v2", "workers: 5"));
    assert_eq!(next.unwrap().config().version(), "v2");
}

async fn a_version_that_is_refused_is_kept_out(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let client = by.client(&mesh).build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let check = {
        let seen = seen.clone();
        move |new: &vortex_sdk::Config<Settings>| {
            seen.lock().unwrap().push(new.version().to_owned());
            match new.workers {
                0 => Err(Refusal::new("no workers")),
                _ => Ok(()),
            }
        }
    };
    let mut following = client.on_change(check).unwrap();
    assert_eq!(soon(following.changed()).await.unwrap().version(), "v1");
    // refused by the application, then by its type, which asks nobody
    put(&mesh, "v2", "workers: 0").await;
    put(&mesh, "v3", "workers: none").await;
    put(&mesh, "v4", "workers: 6").await;
    assert_eq!(soon(following.changed()).await.unwrap().workers, 6);
    assert_eq!(following.newest().unwrap().version(), "v4");
    let seen = seen.lock().unwrap();
    // changes within a moment are joined
    let possible = [&["v1", "v2", "v4"][..], &["v1", "v4"]];
    assert!(
        possible.contains(&&*seen.iter().map(String::as_str).collect::<Vec<_>>()),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_watch_goes_on_after_the_gateway_was_started_again() {
    let mut mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let client = client(&mesh).build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let mut watch = client.watch::<Settings>();
    let (next, ()) = tokio::join!(soon(watch.next()), put(&mesh, "v2", "workers: 5"));
    next.unwrap().accept();
    mesh.kill(ServiceName::Config);
    mesh.start_again(ServiceName::Config);
    put(&mesh, "v3", "workers: 6").await;
    let update = soon(watch.next()).await.unwrap();
    assert_eq!(update.accept().workers, 6);
}

/// Whatever is written, what a watch holds is to the byte what a fetch gets.
async fn patches_lead_to_what_a_fetch_gets(by: Protocol) {
    let mesh = mesh();
    let shared = "a: 1\nz: {y: [1, 2, 3], x: 1.50}\nbig: 123456789012345678901234567890";
    let answer = mesh.put("/api/configs/orders/default", shared).await;
    assert!(answer.status < 300, "{}", answer.text());
    put(&mesh, "v0", "m: {b: 1}").await;
    let (watching, fetching) = (
        by.client(&mesh).build().unwrap(),
        by.client(&mesh).build().unwrap(),
    );
    let mut watch = watching.watch::<Value>();
    soon(watch.next()).await.unwrap().accept();
    for (number, yaml) in [
        "m: {b: 2}",                   // replaced
        "m: {b: 2, c: 3}",             // added at an end
        "m: {a: 0, b: 2, c: 3}\nn: 7", // added before others: the order is the server's to say
        "n: 7",                        // removed
        "z: {y: [1, 4], w: null}\na: 2",
        "z: {y: []}\n\"x/y~\": {\"\": 1}",
    ]
    .into_iter()
    .enumerate()
    {
        put(&mesh, &format!("w{number}"), yaml).await;
        let watched = soon(watch.next()).await.unwrap().accept();
        let fetched = fetching.fetch::<Value>().await.unwrap();
        assert_eq!(watched.json(), fetched.json(), "{yaml}");
        assert_eq!(watched.version(), fetched.version());
    }
}

async fn a_key_is_shown_where_one_is_needed(by: Protocol) {
    let options = Options {
        secure: true,
        ..Options::default()
    };
    let mesh = Mesh::start(Mode::One, &options);
    put(&mesh, "v1", "workers: 4").await;
    let stranger = by.client(&mesh).build().unwrap();
    let Err(Error::Refused(problem)) = stranger.fetch::<Settings>().await else {
        panic!("a stranger was let in");
    };
    assert_eq!(problem.status, 401);
    let known = by.client(&mesh).api_key(mesh.key.as_deref().unwrap());
    let config = known.build().unwrap().fetch::<Settings>().await.unwrap();
    assert_eq!(config.workers, 4);
}

async fn an_instance_gets_its_arm_of_a_rollout_and_a_subject_its_own(by: Protocol) {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let client = by.client(&mesh).build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let mut watch = client.watch::<Settings>();
    let staged = mesh
        .put(
            "/api/configs/orders/prod?version=v2&stage_only=true",
            "workers: 5",
        )
        .await;
    assert!(staged.status < 300, "{}", staged.text());
    let body = json!({
        "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
        "stages": [{"percentage": 1}, {"percentage": 100}], "include": ["orders-1"], "start": true,
    });
    let rollout = mesh.post("/api/rollouts", &body);
    let (update, rollout) = tokio::join!(soon(watch.next()), rollout);
    assert_eq!(rollout.status, 201, "{}", rollout.text());
    let canary = update.unwrap().accept();
    assert_eq!(canary.workers, 5);
    let assignment = &canary.assignments()[0];
    assert!(assignment.forced && assignment.arm == vortex_sdk::Arm::Canary);
    assert!(client.prometheus_text().contains(r#"arm="canary""#));
}
