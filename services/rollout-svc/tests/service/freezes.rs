//! Freezes: what is held, what goes on, and what becomes of an effect that meets one on its way.

use tonic::Request;
use vortex_kit::error::Reason;
use vortex_proto::{
    config::v1::{self as config, freeze_service_server::FreezeService},
    rollout::v1 as pb,
};

use crate::mesh::{Mesh, by_hand, refusal};

impl Mesh {
    pub(crate) async fn freeze(&self, app: &str) -> String {
        self.set_freeze(vec![app.to_owned()]).await
    }

    async fn freeze_all(&self) -> String {
        self.set_freeze(Vec::new()).await
    }

    async fn set_freeze(&self, apps: Vec<String>) -> String {
        let request = config::SetFreezeRequest {
            all: apps.is_empty(),
            apps,
            reason: "the audit".to_owned(),
            ..Default::default()
        };
        let set = self.freezes.set_freeze(Request::new(request)).await;
        set.unwrap().into_inner().freeze.unwrap().id
    }

    pub(crate) async fn thaw(&self, id: String) {
        let request = config::EndFreezeRequest {
            id,
            ..Default::default()
        };
        let ended = self.freezes.end_freeze(Request::new(request)).await;
        ended.unwrap();
    }

    /// A rollout by hand whose first share is in force.
    async fn begun(&self, app: &str) -> String {
        self.stage(app).await;
        let id = self.create(by_hand(app)).await.id;
        self.confirmed(&id).await;
        id
    }

    async fn is_held(&self, id: &str, freeze: &str) {
        let why = format!("frozen: the audit ({freeze})");
        self.until(async || self.analysis(id).await.holds_because == why)
            .await;
    }

    async fn promote(&self, id: &str) -> pb::Rollout {
        let request = pb::PromoteRolloutRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        let promoted = self.rollouts.clone().promote_rollout(request).await;
        promoted.unwrap().into_inner().rollout.unwrap()
    }

    async fn complete(&self, id: &str) {
        let request = pb::CompleteRolloutRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        let completed = self.rollouts.clone().complete_rollout(request).await;
        completed.unwrap();
    }

    pub(crate) async fn roll_back(&self, id: &str) {
        let request = pb::RollBackRolloutRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        self.rollouts
            .clone()
            .roll_back_rollout(request)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_is_frozen_neither_starts_nor_goes_on_by_hand_but_is_rolled_back() {
    let mesh = Mesh::new().await;
    let id = mesh.begun("orders").await;
    let freeze = mesh.freeze("orders").await;
    mesh.is_held(&id, &freeze).await;
    let promote = pb::PromoteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    let fault = refusal(mesh.rollouts.clone().promote_rollout(promote)).await;
    assert_eq!(fault.reason(), Reason::Frozen, "{fault}");
    assert_eq!(fault.metadata()["freeze"], freeze);
    assert_eq!(fault.metadata()["reason"], "the audit");
    let complete = pb::CompleteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    let fault = refusal(mesh.rollouts.clone().complete_rollout(complete)).await;
    assert_eq!(fault.reason(), Reason::Frozen, "{fault}");
    assert_eq!(mesh.actions(&id).await, ["create", "start"]);
    mesh.roll_back(&id).await;
    assert_eq!(
        mesh.confirmed(&id).await.state(),
        pb::RolloutState::RolledBack
    );
    // what is not started is not even created
    mesh.put("orders", "v3", true).await;
    let start = to(by_hand("orders"), "v3");
    let fault = refusal(mesh.rollouts.clone().create_rollout(start.clone())).await;
    assert_eq!(fault.reason(), Reason::Frozen, "{fault}");
    let created = pb::CreateRolloutRequest {
        start: false,
        ..start
    };
    let created = mesh.create(created).await;
    mesh.thaw(freeze).await;
    mesh.until(async || {
        let start = pb::StartRolloutRequest {
            id: created.id.clone(),
            ..Default::default()
        };
        mesh.rollouts.clone().start_rollout(start).await.is_ok()
    })
    .await;
    mesh.confirmed(&created.id).await;
    mesh.stop().await;
}

/// A rollout of another version.
fn to(mut request: pb::CreateRolloutRequest, version: &str) -> pb::CreateRolloutRequest {
    if let Some(pb::create_rollout_request::Target::Document(document)) = &mut request.target {
        document.to_version = version.to_owned();
    }
    request
}

#[tokio::test]
async fn a_promotion_that_meets_a_freeze_leaves_the_rollout_where_readers_are() {
    let mesh = Mesh::new().await;
    mesh.freezes.hide();
    let id = mesh.begun("orders").await;
    let freeze = mesh.freeze("orders").await;
    let promoted = mesh.promote(&id).await;
    assert_eq!(promoted.effect(), pb::EffectState::Pending);
    let stayed = mesh.confirmed(&id).await;
    assert_eq!(stayed.state(), pb::RolloutState::Running);
    assert_eq!((stayed.stage_index, stayed.share_in_force), (Some(0), 10.0));
    let audit = mesh.audit(&id).await;
    let stay = audit.last().unwrap();
    assert_eq!(
        (stay.action.as_str(), stay.percentage),
        ("stay", Some(10.0))
    );
    assert!(stay.reason.contains("frozen: the audit"), "{stay:?}");
    assert!(stay.reason.ends_with("it stays at 10 %"), "{stay:?}");
    // a completion is no different
    mesh.promote(&id).await;
    mesh.confirmed(&id).await;
    mesh.complete(&id).await;
    let stayed = mesh.confirmed(&id).await;
    assert_eq!((stayed.stage_index, stayed.share_in_force), (Some(0), 10.0));
    // and nothing goes out by itself when the freeze is over
    mesh.thaw(freeze).await;
    let there = mesh.get(&id).await;
    assert_eq!((there.stage_index, there.share_in_force), (Some(0), 10.0));
    mesh.promote(&id).await;
    let promoted = mesh.confirmed(&id).await;
    assert_eq!(
        (promoted.stage_index, promoted.share_in_force),
        (Some(1), 100.0)
    );
    let actions = mesh.actions(&id).await;
    let stays = actions.iter().filter(|action| *action == "stay").count();
    assert_eq!(stays, 3, "{actions:?}");
    mesh.stop().await;
}

#[tokio::test]
async fn a_start_that_meets_a_freeze_waits_for_its_end() {
    let mesh = Mesh::new().await;
    mesh.freezes.hide();
    mesh.stage("orders").await;
    let created = pb::CreateRolloutRequest {
        start: false,
        ..by_hand("orders")
    };
    let id = mesh.create(created).await.id;
    mesh.link.deafen(true);
    let start = pb::StartRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts.clone().start_rollout(start).await.unwrap();
    let freeze = mesh.freeze("orders").await;
    mesh.link.deafen(false);
    let waiting = mesh
        .wait(&id, |seen| {
            let rollout = seen.rollout.as_ref().unwrap();
            rollout.effect_error.contains("frozen: the audit")
        })
        .await;
    assert_eq!(waiting.effect(), pb::EffectState::Pending);
    mesh.thaw(freeze).await;
    mesh.confirmed(&id).await;
    assert_eq!(mesh.actions(&id).await, ["create", "start"]);
    mesh.stop().await;
}

#[tokio::test]
async fn a_rollback_overtakes_an_effect_that_waits_for_a_freeze() {
    let mesh = Mesh::new().await;
    mesh.freezes.hide();
    let id = mesh.begun("orders").await;
    mesh.freeze("orders").await;
    mesh.promote(&id).await;
    mesh.roll_back(&id).await;
    let rolled_back = mesh.confirmed(&id).await;
    assert_eq!(rolled_back.state(), pb::RolloutState::RolledBack);
    assert_eq!(mesh.split(&id).await.state(), config::SplitState::Removed);
    mesh.stop().await;
}

#[tokio::test]
async fn a_way_back_that_is_rolled_out_by_hand_is_not_held() {
    let mesh = Mesh::new().await;
    let id = mesh.begun("orders").await;
    mesh.complete(&id).await;
    mesh.wait_for(&id, pb::RolloutState::Completed).await;
    let other = mesh.begun("billing").await;
    let freeze = mesh.freeze_all().await;
    mesh.is_held(&other, &freeze).await;
    let staged = config::StageRevertRequest { id };
    let staged = mesh.splits.clone().stage_revert(staged).await;
    let change = staged.unwrap().into_inner().change;
    let target = pb::ChangeTarget {
        name: change.clone(),
        ..Default::default()
    };
    let back = pb::CreateRolloutRequest {
        target: Some(pb::create_rollout_request::Target::Change(target)),
        ..by_hand("orders")
    };
    let back = mesh.create(back).await;
    assert_eq!(back.reverts, "");
    mesh.confirmed(&back.id).await;
    // what it is outlives the process
    let mesh = mesh.restart().await;
    mesh.is_held(&other, &freeze).await;
    mesh.promote(&back.id).await;
    mesh.confirmed(&back.id).await;
    let holds = mesh.analysis(&back.id).await.holds_because;
    assert!(!holds.contains("frozen"), "{holds}");
    mesh.complete(&back.id).await;
    mesh.wait_for(&back.id, pb::RolloutState::Completed).await;
    assert_eq!(mesh.stable("orders").await, change);
    mesh.stop().await;
}

#[tokio::test]
async fn freezes_are_learnt_again_after_a_restart() {
    let mesh = Mesh::new().await;
    let id = mesh.begun("orders").await;
    let freeze = mesh.freeze("orders").await;
    let mesh = mesh.restart().await;
    mesh.is_held(&id, &freeze).await;
    mesh.stop().await;
}
