//! Rollouts of commits that sources import.

use std::sync::atomic::Ordering;

use vortex_proto::{
    config::v1 as config,
    rollout::v1::{self as pb, RolloutState},
};
use vortex_rollout_svc::Settings;
use vortex_tests::Repository;

use crate::mesh::{Mesh, rollout};

#[tokio::test]
async fn what_is_replaced_before_it_began_makes_room_for_what_replaced_it() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    mesh.link.deafen(true);
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let replaced = mesh.rollout_of(&second).await;
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let waits = mesh.complaint("sources").await;
    assert!(
        waits.contains(&third) && waits.contains(&replaced.id),
        "{waits}"
    );
    mesh.link.deafen(false);
    let began = mesh.rollout_of(&third).await;
    let began = mesh.confirmed(&began.id).await;
    assert_eq!((began.share_in_force, &*began.source), (1.0, "git"));
    let ended = mesh.wait_for(&replaced.id, RolloutState::RolledBack).await;
    assert!(ended.reason.contains("was discarded"), "{}", ended.reason);
    assert_eq!(
        mesh.actions(&replaced.id).await,
        ["create", "start", "detach"]
    );
    mesh.stop().await;
}

/// A commit whose rollout could not begin gets another one.
#[tokio::test]
async fn a_commit_whose_rollout_could_not_begin_gets_another() {
    let repository = Repository::empty();
    let first = repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let completed = mesh.rollout_of(&second).await;
    mesh.confirmed(&completed.id).await;
    let complete = pb::CompleteRolloutRequest {
        id: completed.id.clone(),
        ..Default::default()
    };
    let mut rollouts = mesh.rollouts.clone();
    rollouts.complete_rollout(complete).await.unwrap();
    mesh.wait_for(&completed.id, RolloutState::Completed).await;
    mesh.link.deafen(true);
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let refused = mesh.rollout_of(&third).await;
    // somebody reverts the commit before config-svc has heard of the first share
    mesh.release(&first, false, "").await.unwrap();
    mesh.link.deafen(false);
    let refused = mesh.wait_for(&refused.id, RolloutState::RolledBack).await;
    assert!(refused.reason.contains(&first), "{}", refused.reason);
    let another = mesh
        .rollout_where(|rollout| rollout.change == third && rollout.id != refused.id)
        .await;
    let began = mesh.confirmed(&another.id).await;
    assert_eq!((began.share_in_force, began.from_version), (1.0, first));
    mesh.stop().await;
}

#[tokio::test]
async fn an_open_breaker_lets_no_commit_out_until_it_is_reset() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |settings| settings.breaker_max_rollbacks = 0).await;
    open_breaker(&mesh).await;
    let commit = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let waits = mesh.complaint("sources").await;
    assert!(
        waits.contains(&commit) && waits.contains("breaker"),
        "{waits}"
    );
    let reset = pb::ResetBreakerRequest::default();
    mesh.rollouts.clone().reset_breaker(reset).await.unwrap();
    let began = mesh.rollout_of(&commit).await;
    mesh.confirmed(&began.id).await;
    mesh.stop().await;
}

#[tokio::test]
async fn a_newer_commit_takes_the_place_of_the_one_that_runs() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, superseding).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let first = mesh.rollout_of(&second).await;
    mesh.confirmed(&first.id).await;
    // neither an operator's pause nor an edit makes it another's
    mesh.pause(&first.id).await;
    mesh.edit(&first.id).await;
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let next = mesh.rollout_of(&third).await;
    mesh.confirmed(&next.id).await;
    let ended = mesh.wait_for(&first.id, RolloutState::RolledBack).await;
    assert_eq!(ended.reason, format!("superseded by {third}"));
    let last = mesh.audit(&first.id).await.pop().unwrap();
    assert_eq!(
        (&*last.action, &*last.principal, last.reason),
        ("roll_back", "source:git", ended.reason)
    );
    let split = mesh.split(&first.id).await;
    assert_eq!(split.end_reason, format!("superseded by {third}"));
    let breaker = pb::GetBreakerRequest::default();
    let breaker = mesh.rollouts.clone().get_breaker(breaker).await.unwrap();
    assert!(breaker.into_inner().breaker.unwrap().rollbacks.is_empty());
    mesh.stop().await;
}

/// A push back to what was superseded is a wish like any other.
#[tokio::test]
async fn a_push_back_takes_the_place_too_and_one_to_what_is_stable_only_ends_the_rollout() {
    let repository = Repository::empty();
    let first = repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, superseding).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let superseded = mesh.rollout_of(&second).await;
    mesh.confirmed(&superseded.id).await;
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let between = mesh.rollout_of(&third).await;
    mesh.confirmed(&between.id).await;
    repository.git(&["reset", "--quiet", "--hard", &second]);
    mesh.look().await;
    let again = mesh
        .rollout_where(|rollout| rollout.change == second && rollout.id != superseded.id)
        .await;
    mesh.confirmed(&again.id).await;
    let ended = mesh.get(&between.id).await;
    assert_eq!(ended.reason, format!("superseded by {second}"));
    repository.git(&["reset", "--quiet", "--hard", &first]);
    mesh.look().await;
    mesh.wait_for(&again.id, RolloutState::RolledBack).await;
    mesh.until(async || mesh.label().await.pending_commit.is_empty())
        .await;
    let main = mesh.label().await;
    assert_eq!((main.served_commit, main.awaits_rollout), (first, false));
    assert_eq!(mesh.list().await.len(), 3, "there is nothing to roll out");
    mesh.stop().await;
}

#[tokio::test]
async fn nothing_is_superseded_for_a_commit_that_would_wait_all_the_same() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, |settings| {
        superseding(settings);
        settings.breaker_max_rollbacks = 0;
    })
    .await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let running = mesh.rollout_of(&second).await;
    mesh.confirmed(&running.id).await;
    let freeze = mesh.freeze("billing").await;
    let third = repository.commit(&[("orders.yml", "n: 2"), ("billing.yml", "n: 3")]);
    mesh.look().await;
    let main = mesh.label().await;
    assert_eq!(
        (
            &main.pending_commit,
            &main.pending_rollout,
            &main.pending_freeze
        ),
        (&third, &running.id, &freeze)
    );
    mesh.looks_twice().await;
    assert_eq!(mesh.get(&running.id).await.state(), RolloutState::Running);
    open_breaker(&mesh).await;
    mesh.thaw(freeze).await;
    mesh.looks_twice().await;
    assert_eq!(mesh.get(&running.id).await.state(), RolloutState::Running);
    // after a restart as well, which forgets nothing of it
    let mesh = mesh.restart().await;
    mesh.looks_twice().await;
    assert_eq!(mesh.get(&running.id).await.state(), RolloutState::Running);
    let reset = pb::ResetBreakerRequest::default();
    mesh.rollouts.clone().reset_breaker(reset).await.unwrap();
    let next = mesh.rollout_of(&third).await;
    mesh.confirmed(&next.id).await;
    mesh.wait_for(&running.id, RolloutState::RolledBack).await;
    mesh.stop().await;
}

#[tokio::test]
async fn the_newest_commit_follows_even_if_it_comes_while_the_rollback_is_on_its_way() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    let mesh = Mesh::fed(&repository, superseding).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let running = mesh.rollout_of(&second).await;
    mesh.confirmed(&running.id).await;
    mesh.link.deafen(true);
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    mesh.until(async || mesh.get(&running.id).await.state() == RolloutState::RolledBack)
        .await;
    let fourth = repository.commit(&[("orders.yml", "n: 4")]);
    mesh.look().await;
    // and if it ends meanwhile
    let mesh = mesh.restart().await;
    mesh.link.deafen(false);
    let next = mesh.rollout_of(&fourth).await;
    mesh.confirmed(&next.id).await;
    let ended = mesh.get(&running.id).await;
    assert_eq!(ended.reason, format!("superseded by {third}"));
    assert!(
        mesh.list()
            .await
            .iter()
            .all(|rollout| rollout.change != third)
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_rollout_by_hand_is_never_superseded() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    repository.git(&["branch", "dev"]);
    let mesh = Mesh::fed(&repository, superseding).await;
    let second = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let completed = mesh.rollout_of(&second).await;
    mesh.confirmed(&completed.id).await;
    let complete = pb::CompleteRolloutRequest {
        id: completed.id.clone(),
        ..Default::default()
    };
    let mut rollouts = mesh.rollouts.clone();
    rollouts.complete_rollout(complete).await.unwrap();
    mesh.wait_for(&completed.id, RolloutState::Completed).await;
    let revert = pb::RevertRolloutRequest {
        id: completed.id.clone(),
        ..Default::default()
    };
    let reverts = rollouts.revert_rollout(revert).await.unwrap().into_inner();
    let reverts = reverts.rollout.unwrap();
    mesh.confirmed(&reverts.id).await;
    let third = repository.commit(&[("orders.yml", "n: 3")]);
    mesh.look().await;
    let labels = mesh.source().await.labels;
    let main = labels.iter().find(|label| label.label == "main").unwrap();
    assert_eq!(main.pending_rollout, reverts.id);
    // sources are looked at while a commit is rolled out, on whatever label
    repository.git(&["checkout", "--quiet", "dev"]);
    let other = repository.commit(&[("orders.yml", "n: 4")]);
    mesh.look().await;
    mesh.confirmed(&mesh.rollout_of(&other).await.id).await;
    mesh.looks_twice().await;
    assert_eq!(mesh.get(&reverts.id).await.state(), RolloutState::Running);
    mesh.roll_back(&reverts.id).await;
    mesh.confirmed(&mesh.rollout_of(&third).await.id).await;
    mesh.stop().await;
}

#[tokio::test]
async fn a_label_that_goes_ends_its_rollout() {
    let repository = Repository::empty();
    repository.commit(&[("orders.yml", "n: 1")]);
    repository.git(&["branch", "dev"]);
    let mesh = Mesh::fed(&repository, |_| {}).await;
    repository.git(&["checkout", "--quiet", "dev"]);
    let commit = repository.commit(&[("orders.yml", "n: 2")]);
    mesh.look().await;
    let began = mesh.rollout_of(&commit).await;
    assert_eq!(began.label, "dev");
    mesh.confirmed(&began.id).await;
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["branch", "--quiet", "-D", "dev"]);
    mesh.look().await;
    let ended = mesh.wait_for(&began.id, RolloutState::RolledBack).await;
    assert_eq!(ended.reason, "detached: label dev is gone");
    let last = mesh.audit(&began.id).await.pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.principal.as_str()),
        ("detach", "source:git")
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_split_that_no_rollout_moves_is_told_of() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let plan = config::PlanSplitRequest {
        target: Some(config::plan_split_request::Target::Change(
            config::ChangeTarget {
                name: "v2".to_owned(),
                label: String::new(),
            },
        )),
        ..Default::default()
    };
    let planned = mesh.splits.clone().plan_split(plan).await.unwrap();
    let set = config::SetSplitRequest {
        id: "stranger".to_owned(),
        label: "main".to_owned(),
        change_sequence: planned.into_inner().change_sequence,
        percentage: 10.0,
        unit: config::SplitUnit::Instance.into(),
        generation: 1,
        ..Default::default()
    };
    mesh.splits.clone().set_split(set).await.unwrap();
    let mesh = mesh.restart().await;
    let told = mesh.complaint("splits").await;
    assert!(told.contains("stranger"), "{told}");
    mesh.stop().await;
}

fn superseding(settings: &mut Settings) {
    settings.source_supersede = true;
}

impl Mesh {
    async fn label(&self) -> config::SourceLabel {
        self.source().await.labels.remove(0)
    }

    async fn list(&self) -> Vec<pb::Rollout> {
        let request = pb::ListRolloutsRequest::default();
        let listed = self.rollouts.clone().list_rollouts(request).await;
        listed.unwrap().into_inner().rollouts
    }

    async fn pause(&self, id: &str) {
        let request = pb::PauseRolloutRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        self.rollouts.clone().pause_rollout(request).await.unwrap();
    }

    async fn edit(&self, id: &str) {
        let request = pb::EditRolloutRequest {
            id: id.to_owned(),
            on_failure: pb::OnFailure::Pause.into(),
            ..Default::default()
        };
        self.rollouts.clone().edit_rollout(request).await.unwrap();
    }

    /// Waits until commits that wait were looked for twice from now on.
    async fn looks_twice(&self) {
        let before = self.lists.load(Ordering::SeqCst);
        self.until(async || self.lists.load(Ordering::SeqCst) >= before + 2)
            .await;
    }
}

/// Makes a rollout of another label's document fail.
async fn open_breaker(mesh: &Mesh) {
    let document = |version: &str, stage_only| config::PutDocumentRequest {
        document: Some(config::DocumentRef {
            app: "bad".to_owned(),
            label: "other".to_owned(),
            ..Default::default()
        }),
        content: format!("version: {version}").into(),
        version: version.to_owned(),
        stage_only,
        ..Default::default()
    };
    let mut config = mesh.config.clone();
    config.put_document(document("v1", false)).await.unwrap();
    config.put_document(document("v2", true)).await.unwrap();
    let mut request = rollout("bad");
    request.start = true;
    if let Some(pb::create_rollout_request::Target::Document(target)) = &mut request.target {
        target.label = "other".to_owned();
    }
    let bad = mesh.create(request).await;
    mesh.report_until(&bad.id, 50, RolloutState::RolledBack)
        .await;
}
