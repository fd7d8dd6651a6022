//! Keys that have their arm whatever the share, and who is in which arm.

use serde_json::{Value, json};
use vortex_bucket::Seed;
use vortex_tests::{Mesh, Mode, Options};

use crate::{
    command::vortex,
    course::{arm, refusal, stage},
};

crate::in_both_modes! {
    forced_keys_have_their_arm_by_every_route_and_over_a_restart
}

async fn forced_keys_have_their_arm_by_every_route_and_over_a_restart(mode: Mode) {
    let data = tempfile::tempdir().expect("a folder");
    let options = Options {
        data: Some(data.path().to_owned()),
        ..Options::default()
    };
    let mesh = Mesh::start(mode, &options);
    stage(&mesh, "orders").await;
    let create = "rollout create orders --from v1 --to v2 --stage 0.01% --stage 50% --stage 100% \
                  --no-auto-promote --no-auto-rollback --interval 1h --include i-in \
                  --exclude i-out --start -o json";
    let created = vortex(&mesh, create).await;
    assert_eq!(created.code, 0, "{created:?}");
    let created: Value = serde_json::from_str(&created.out).expect("the rollout");
    let id = created["id"].as_str().expect("an id").to_owned();
    let rollout = format!("/api/rollouts/{id}");
    let confirmed = |answer: &vortex_tests::Answer| answer.json()["effect"] == "confirmed";
    let shown = mesh.get_until(&rollout, confirmed).await.json();
    assert_eq!(
        (&shown["include"], &shown["exclude"]),
        (&json!(["i-in"]), &json!(["i-out"]))
    );

    for share in [1, 5_000, 10_000] {
        readers_are_placed(&mesh, &id, share).await;
        if share < 10_000 {
            let promoted = mesh.post(&format!("{rollout}/promote"), &json!({})).await;
            assert_eq!(promoted.status, 200, "{}", promoted.text());
            mesh.get_until(&rollout, confirmed).await;
        }
    }
    mesh.stop();
    let mesh = Mesh::start(mode, &options);
    readers_are_placed(&mesh, &id, 10_000).await;

    let who = vortex(&mesh, &format!("rollout who {id} i-out i-1 i-in")).await;
    assert_eq!(who.code, 0, "{who:?}");
    let rows: Vec<Vec<&str>> = who
        .out
        .lines()
        .map(|row| row.split_whitespace().collect())
        .collect();
    assert_eq!((rows[1][1], rows[1][3]), ("stable", "excluded"), "{who:?}");
    assert_eq!((rows[2][1], rows[2][3]), ("canary", "in"), "{who:?}");
    assert_eq!((rows[3][1], rows[3][3]), ("canary", "included"), "{who:?}");
    let canary = vortex(
        &mesh,
        &format!("rollout who {id} i-out i-in --arm canary -o json"),
    )
    .await;
    let canary: Value = serde_json::from_str(&canary.out).expect("the arms");
    assert_eq!(canary["arms"].as_array().map(Vec::len), Some(1), "{canary}");
    assert_eq!(canary["arms"][0]["key"], "i-in");

    let explained = vortex(&mesh, "config explain orders --instance i-out").await;
    let why = format!("rollout {id} of v2 gives stable: this instance is forced into it");
    assert!(explained.err.contains(&why), "{explained:?}");

    let rolled_back = vortex(&mesh, &format!("rollout rollback {id} --wait")).await;
    assert_eq!(rolled_back.code, 0, "{rolled_back:?}");
    assert_eq!(arm(&mesh, "orders", "i-in").await, "v1");
    let late = mesh
        .post(&format!("{rollout}/arms"), &json!({"keys": ["i-in"]}))
        .await;
    assert_eq!(refusal(&late), (409, "SPLIT_ENDED".into()));
    mesh.stop();
}

/// Whether instances have the arms that their buckets say, but for those that are forced; by the
/// effective configuration, Spring's, and what the split says itself.
async fn readers_are_placed(mesh: &Mesh, id: &str, share: u16) {
    let seed = Seed::of(id);
    let others = (0..20).map(|number| format!("i-{number}"));
    let instances: Vec<String> = ["i-in", "i-out"]
        .map(str::to_owned)
        .into_iter()
        .chain(others)
        .collect();
    let asked = mesh
        .post(
            &format!("/api/rollouts/{id}/arms"),
            &json!({"keys": instances}),
        )
        .await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let resolved = asked.json();
    for (instance, resolved) in instances
        .iter()
        .zip(resolved["arms"].as_array().expect("arms"))
    {
        let (expected, forced) = match &**instance {
            "i-in" => ("v2", true),
            "i-out" => ("v1", true),
            other if seed.bucket(other).number() < share => ("v2", false),
            _ => ("v1", false),
        };
        assert_eq!(
            arm(mesh, "orders", instance).await,
            expected,
            "{instance} at {share}"
        );
        let spring = mesh
            .request("GET", "/orders/default")
            .header("x-vortex-instance", instance);
        let spring = mesh.send(spring).await.json();
        assert_eq!(
            spring["propertySources"][0]["source"]["arm"], expected,
            "{spring}"
        );
        let told = (resolved["arm"] == "canary", &resolved["forced"]);
        assert_eq!(told, (expected == "v2", &json!(forced)), "{resolved}");
    }
}
