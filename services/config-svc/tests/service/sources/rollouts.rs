//! Commits beside rollouts: they wait for those that hold their documents, and await
//! their own where that is the policy.

use std::time::Duration;

use serde_json::json;
use vortex_config_svc::ReleasePolicy;
use vortex_proto::config::v1 as pb;

use super::{
    Fed, Work,
    freezes::{freeze, thaw},
    label,
};

/// How long something may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

impl Fed {
    /// With one commit imported, and what becomes of the others.
    async fn under(policy: ReleasePolicy) -> Self {
        let work = Work::new();
        work.write("orders.yml", "n: 1");
        work.commit_file("billing.yml", "n: 1");
        let node = match policy {
            ReleasePolicy::Auto => work.serve(|s| s.git_release = ReleasePolicy::Auto).await,
            ReleasePolicy::Stage => work.serve(|s| s.git_release = ReleasePolicy::Stage).await,
            ReleasePolicy::Rollout => work.serve(|s| s.git_release = ReleasePolicy::Rollout).await,
        };
        let fed = Self { work, node };
        fed.look().await;
        fed
    }

    /// The change sets that await a rollout.
    async fn awaiting(&self) -> Vec<pb::Change> {
        let request = pb::ListChangesRequest {
            awaits_rollout: true,
            ..Default::default()
        };
        let listed = self.node.config.clone().list_changes(request).await;
        listed.unwrap().into_inner().changes
    }

    async fn begin(&self, id: &str, change: u64) {
        let request = pb::SetSplitRequest {
            id: id.to_owned(),
            label: "main".to_owned(),
            change_sequence: change,
            percentage: 10.0,
            unit: pb::SplitUnit::Instance.into(),
            generation: 1,
            ..Default::default()
        };
        self.node.splits.clone().set_split(request).await.unwrap();
    }

    async fn end(&self, id: &str, release: bool) {
        let request = pb::EndSplitRequest {
            id: id.to_owned(),
            generation: 2,
            release,
            ..Default::default()
        };
        self.node.splits.clone().end_split(request).await.unwrap();
    }

    /// Its label, as it was found by the last look.
    async fn main(&self) -> pb::SourceLabel {
        let request = pb::GetSourceRequest {
            name: "git".to_owned(),
        };
        let got = self.node.sources.clone().get_source(request).await;
        label(&got.unwrap().into_inner().source.unwrap(), "main").clone()
    }

    /// Waits for a value to be served, without a look being asked for.
    async fn until_served(&self, app: &str, n: u32) {
        let served = async {
            while self.read(app, "").await.unwrap()["n"] != n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, served)
            .await
            .expect("it is served");
    }
}

#[tokio::test]
async fn a_commit_that_is_to_be_rolled_out_waits_for_that() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    let commit = fed.work.commit_file("orders.yml", "n: 2");
    let source = fed.look().await;
    let main = label(&source, "main");
    assert_eq!(
        (&*main.commit, main.awaits_rollout, &*main.pending_commit),
        (&*commit, true, "")
    );
    assert_ne!(main.served_commit, commit);
    assert_eq!(fed.complaint(), None, "it is as it should be");
    let awaiting = fed.awaiting().await;
    assert_eq!(awaiting.len(), 1);
    assert_eq!(awaiting[0].name, commit);
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n": 1}));
    fed.begin("r1", awaiting[0].sequence).await;
    assert!(fed.awaiting().await.is_empty(), "a rollout took it up");
    fed.end("r1", true).await;
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n": 2}));
    let source = fed.look().await;
    assert_eq!(label(&source, "main").served_commit, commit);
    fed.stop().await;
}

#[tokio::test]
async fn a_commit_behind_a_rollout_is_imported_as_soon_as_that_ends() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    fed.begin("r1", fed.awaiting().await[0].sequence).await;
    let newer = fed.work.commit_file("billing.yml", "n: 3");
    let source = fed.look().await;
    let main = label(&source, "main");
    assert_eq!(
        (&*main.pending_commit, &*main.pending_reason),
        (&*newer, "ROLLOUT_CONFLICT")
    );
    assert!(main.pending_detail.contains("r1"), "{main:?}");
    assert_eq!((&*main.pending_rollout, &*main.pending_freeze), ("r1", ""));
    assert_eq!(fed.complaint(), None, "it is as it should be");
    let report = fed.node.runtime.health.snapshot();
    let waiting = report.checks["source git"]["waiting"].to_string();
    assert!(
        waiting.contains(&newer) && waiting.contains("r1"),
        "{waiting}"
    );
    fed.end("r1", false).await;
    let imported = async {
        loop {
            if let [awaits] = &*fed.awaiting().await {
                break awaits.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let awaits = tokio::time::timeout(PATIENCE, imported).await.unwrap();
    assert_eq!(awaits.name, newer);
    assert_eq!(awaits.document_count, 2, "with what was rolled back");
    fed.stop().await;
}

#[tokio::test]
async fn a_commit_behind_a_rollout_says_which_freeze_it_waits_for_as_well() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    fed.begin("r1", fed.awaiting().await[0].sequence).await;
    fed.work.commit_file("billing.yml", "n: 3");
    fed.look().await;
    freeze(&fed, &["users"]).await;
    assert_eq!(fed.main().await.pending_freeze, "");
    let id = freeze(&fed, &["billing"]).await;
    let main = fed.main().await;
    assert_eq!(main.pending_reason, "ROLLOUT_CONFLICT");
    assert_eq!(
        (&*main.pending_rollout, &*main.pending_freeze),
        ("r1", &*id)
    );
    thaw(&fed, &id).await;
    assert_eq!(fed.main().await.pending_freeze, "");
    // it takes everything back that the rollout brought, which no freeze stops
    freeze(&fed, &[]).await;
    fed.work.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    let source = fed.look().await;
    let main = label(&source, "main");
    assert_eq!((&*main.pending_rollout, &*main.pending_freeze), ("r1", ""));
    fed.end("r1", false).await;
    let released = async {
        while fed.main().await.served_commit != main.pending_commit {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, released).await.unwrap();
    fed.stop().await;
}

#[tokio::test]
async fn commits_that_are_released_at_once_queue_behind_a_rollout() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    let first = fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    fed.begin("r1", fed.awaiting().await[0].sequence).await;
    fed.end("r1", true).await;
    // a rollout that takes it back, of what is released and not of what waits
    let revert = pb::StageRevertRequest {
        id: "r1".to_owned(),
    };
    let staged = fed.node.splits.clone().stage_revert(revert).await.unwrap();
    fed.begin("r2", staged.into_inner().change_sequence).await;
    let work = fed.stop().await;
    let node = work.serve(|s| s.git_release = ReleasePolicy::Auto).await;
    let fed = Fed { work, node };
    let second = fed.work.commit_file("orders.yml", "n: 3");
    let third = fed.work.commit_file("billing.yml", "n: 3");
    let source = fed.look().await;
    let main = label(&source, "main");
    assert_eq!(
        (&*main.commit, &*main.pending_commit, &*main.pending_reason),
        (&*first, &*second, "ROLLOUT_CONFLICT")
    );
    assert_eq!(fed.complaint(), None);
    assert_eq!(
        fed.read("billing", "").await.unwrap(),
        json!({"n": 1}),
        "it waits behind"
    );
    fed.end("r2", false).await;
    fed.until_served("billing", 3).await;
    assert_eq!(fed.read("orders", "").await.unwrap(), json!({"n": 3}));
    let list = pb::ListChangesRequest::default();
    let listed = fed.node.config.clone().list_changes(list).await.unwrap();
    let changes = listed.into_inner().changes;
    assert_eq!(
        [&*changes[0].name, &*changes[1].name],
        [&*third, &*second],
        "each by itself"
    );
    fed.stop().await;
}

#[tokio::test]
async fn a_commit_that_waited_is_looked_for_once_while_the_repository_is_away() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    fed.begin("r1", fed.awaiting().await[0].sequence).await;
    let newer = fed.work.commit_file("orders.yml", "n: 3");
    fed.look().await;
    let (here, away) = (fed.work.path.clone(), fed.work.path.with_extension("away"));
    std::fs::rename(&here, &away).unwrap();
    fed.end("r1", false).await;
    let failed = async {
        while fed.complaint().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, failed).await.unwrap();
    let get = pb::GetSourceRequest {
        name: "git".to_owned(),
    };
    let attempt = || async {
        let got = fed
            .node
            .sources
            .clone()
            .get_source(get.clone())
            .await
            .unwrap();
        got.into_inner().source.unwrap().last_attempt
    };
    let first = attempt().await;
    // any number of turns of a loop without a pause
    for _ in 0..200 {
        tokio::task::yield_now().await;
        assert_eq!(attempt().await, first, "it looks without a pause");
    }
    std::fs::rename(&away, &here).unwrap();
    fed.look().await;
    assert_eq!(fed.awaiting().await[0].name, newer);
    fed.stop().await;
}

#[tokio::test]
async fn what_awaits_a_rollout_does_so_after_a_restart() {
    let fed = Fed::under(ReleasePolicy::Rollout).await;
    let commit = fed.work.commit_file("orders.yml", "n: 2");
    fed.look().await;
    let work = fed.stop().await;
    let node = work.serve(|s| s.git_release = ReleasePolicy::Rollout).await;
    let fed = Fed { work, node };
    let awaiting = fed.awaiting().await;
    assert_eq!(awaiting.len(), 1);
    assert_eq!(awaiting[0].name, commit);
    assert!(awaiting[0].awaits_rollout);
    fed.stop().await;
}
