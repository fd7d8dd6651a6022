//! The distinct keys that read under a rollout, and arms whose parts of them differ from the
//! shares.

use std::collections::HashSet;

use vortex_bucket::{Arm, Seed, Share, arm};
use vortex_proto::{config::v1 as config, rollout::v1 as pb};

use crate::mesh::{Mesh, by_hand};

/// Names of instances in one arm of a rollout at 10 %, so far apart that config-svc can tell them
/// all from each other.
fn instances(id: &str, of: Arm) -> impl Iterator<Item = String> {
    let (seed, share) = (Seed::of(id), Share::from_hundredths(1_000).unwrap());
    let names = (0..).map(|number| format!("pod-{number}"));
    let mut cells = HashSet::new();
    names.filter(move |name| {
        let (bucket, part) = seed.cell::<32>(name);
        arm(seed, share, name) == of && cells.insert((bucket.number(), part))
    })
}

async fn read(mesh: &Mesh, instances: impl IntoIterator<Item = String>) {
    for instance in instances {
        let request = config::GetConfigRequest {
            app: "orders".to_owned(),
            instance,
            ..Default::default()
        };
        mesh.config.clone().get_config(request).await.unwrap();
    }
}

#[tokio::test]
async fn keys_are_counted_by_arm_and_parts_beyond_chance_are_warned_of() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let id = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&id).await;
    assert_eq!(mesh.get(&id).await.keys, None, "nobody has read");
    // as many of each as the share asks for, read twice: a key counts once
    for _ in 0..2 {
        read(&mesh, instances(&id, Arm::Canary).take(4)).await;
        read(&mesh, instances(&id, Arm::Stable).take(36)).await;
    }
    let keys = mesh.get(&id).await.keys.unwrap();
    assert_eq!((keys.canary, keys.stable), (4, 36), "{keys:?}");
    assert_eq!(keys.canary_percentage, Some(10.0));
    assert!(keys.p_value.unwrap() > 0.5 && keys.warning.is_empty());
    assert_eq!(mesh.analysis(&id).await.keys, Some(keys));

    read(&mesh, instances(&id, Arm::Canary).take(20)).await;
    let keys = mesh.get(&id).await.keys.unwrap();
    assert_eq!((keys.canary, keys.stable), (20, 36), "{keys:?}");
    let warning = &keys.warning;
    assert!(
        warning.contains("35.7 % of 56 distinct keys at a share of 10 %"),
        "{warning}"
    );
    mesh.wait(&id, |seen| {
        let analysis = seen.analysis.as_ref().and_then(|seen| seen.keys.as_ref());
        let rollout = seen.rollout.as_ref().and_then(|seen| seen.keys.as_ref());
        rollout == Some(&keys) && analysis == Some(&keys)
    })
    .await;
    for told in [
        format!(r#"vortex_rollout_keys{{id="{id}",arm="canary"}} 20"#),
        format!(r#"vortex_rollout_keys{{id="{id}",arm="stable"}} 36"#),
        format!(r#"vortex_rollout_sample_ratio_mismatch{{id="{id}"}} 1"#),
    ] {
        assert!(mesh.metrics().contains(&told), "{}", mesh.metrics());
    }
    mesh.stop().await;
}

#[tokio::test]
async fn keys_stay_counted_when_the_share_rises_and_after_the_end() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let id = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&id).await;
    read(&mesh, instances(&id, Arm::Canary).take(3)).await;
    read(&mesh, instances(&id, Arm::Stable).take(27)).await;
    let promote = pb::PromoteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .promote_rollout(promote)
        .await
        .unwrap();
    mesh.wait(&id, |seen| {
        seen.rollout.as_ref().unwrap().share_in_force == 100.0
    })
    .await;
    let keys = mesh.get(&id).await.keys.unwrap();
    assert_eq!((keys.canary, keys.stable), (30, 0), "{keys:?}");
    assert_eq!((keys.p_value, keys.warning.as_str()), (None, ""));
    let complete = pb::CompleteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .complete_rollout(complete)
        .await
        .unwrap();
    mesh.wait_for(&id, pb::RolloutState::Completed).await;
    assert_eq!(mesh.get(&id).await.keys, Some(keys));
    assert!(!mesh.metrics().contains(&id), "{}", mesh.metrics());
    mesh.stop().await;
}
