//! Splits: planned, moved, read under, ended, taken back; and what is refused.

mod forced;

use std::collections::BTreeMap;

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{change, document, put, settings, written},
};

/// A service with `v1` of `orders` stable and `v2` staged; answers where.
async fn node(way: Way) -> (tempfile::TempDir, Node, u64) {
    let (folder, mut node) = Node::new(way).await;
    let both = |n: u32| {
        vec![
            written("application.yml", &format!("shared: {n}")),
            written("orders.yml", &format!("n: {n}\ntext: ${{shared}}")),
        ]
    };
    node.config
        .apply_change(change("v1", both(1)))
        .await
        .unwrap();
    let stage = pb::ApplyChangeRequest {
        stage_only: true,
        ..change("v2", both(2))
    };
    node.config.apply_change(stage).await.unwrap();
    let planned = node
        .splits
        .plan_split(plan("v2"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(planned.paths, ["application.yml", "orders.yml"]);
    assert_eq!(planned.from_versions, ["v1", "v1"]);
    let seq = planned.change_sequence;
    (folder, node, seq)
}

fn plan(name: &str) -> pb::PlanSplitRequest {
    pb::PlanSplitRequest {
        target: Some(pb::plan_split_request::Target::Change(pb::ChangeTarget {
            name: name.to_owned(),
            label: String::new(),
        })),
        ..Default::default()
    }
}

fn set(id: &str, change: u64, percentage: f64, generation: u64) -> pb::SetSplitRequest {
    pb::SetSplitRequest {
        id: id.to_owned(),
        label: "main".to_owned(),
        change_sequence: change,
        percentage,
        unit: pb::SplitUnit::Instance.into(),
        generation,
        ..Default::default()
    }
}

fn end(id: &str, generation: u64, release: bool) -> pb::EndSplitRequest {
    pb::EndSplitRequest {
        id: id.to_owned(),
        generation,
        release,
        change_sequence: 0,
        reason: "enough".to_owned(),
    }
}

fn config(instance: &str) -> pb::GetConfigRequest {
    pb::GetConfigRequest {
        app: "orders".to_owned(),
        instance: instance.to_owned(),
        ..Default::default()
    }
}

/// The names of two instances, one of the stable arm and one of the canary.
async fn arms(node: &mut Node) -> [String; 2] {
    let mut found = BTreeMap::new();
    for n in 0..1_000 {
        let name = format!("pod-{n}");
        let reply = node
            .config
            .get_config(config(&name))
            .await
            .unwrap()
            .into_inner();
        found.entry(reply.assignments[0].arm).or_insert(name);
        if found.len() == 2 {
            break;
        }
    }
    let arm = |arm: pb::Arm| found[&i32::from(arm)].clone();
    [arm(pb::Arm::Stable), arm(pb::Arm::Canary)]
}

both_ways! {
    async fn every_reply_says_what_decided_it(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        let moved = node.splits.set_split(set("r1", v2, 50.0, 1)).await.unwrap().into_inner();
        let split = moved.split.unwrap();
        assert_eq!((split.percentage, split.generation, &*split.change), (50.0, 1, "v2"));
        assert_eq!(split.state(), pb::SplitState::Active);
        for (instance, n) in arms(&mut node).await.iter().zip([1, 2]) {
            let reply = node.config.get_config(config(instance)).await.unwrap().into_inner();
            let json: serde_json::Value = serde_json::from_slice(&reply.config).unwrap();
            assert_eq!((&json["n"], &json["shared"]), (&n.into(), &n.into()));
            let assignment = pb::Assignment {
                split: "r1".to_owned(),
                change: "v2".to_owned(),
                generation: 1,
                arm: n,
                unit: pb::SplitUnit::Instance.into(),
                forced: false,
            };
            assert_eq!(reply.assignments, std::slice::from_ref(&assignment));
            let explain = pb::ExplainConfigRequest {
                app: "orders".to_owned(),
                instance: instance.clone(),
                ..Default::default()
            };
            let explained = node.config.explain_config(explain).await.unwrap().into_inner();
            let [why] = &*explained.assignments else { panic!("{explained:?}") };
            assert_eq!(why.assignment.as_ref(), Some(&assignment));
            assert_eq!(f64::from(why.bucket.unwrap()) < 100.0 * why.percentage, n == 2);
            let file = pb::GetFileRequest {
                app: "orders".to_owned(),
                path: "orders.yml".to_owned(),
                resolve_placeholders: true,
                instance: instance.clone(),
                ..Default::default()
            };
            let file = node.config.get_file(file).await.unwrap().into_inner();
            assert_eq!(file.content, format!("n: {n}\ntext: {n}"));
            assert_eq!(file.assignments, [assignment]);
        }
        let nobody = node.config.get_config(config("")).await.unwrap().into_inner();
        assert_eq!(nobody.assignments[0].arm(), pb::Arm::Stable);
        let metrics = node.runtime.metrics.render();
        assert!(metrics.contains(r#"vortex_reads_without_key_total{unit="instance"} 1"#), "{metrics}");
        let get = pb::GetSplitRequest { id: "r1".to_owned() };
        let split = node.splits.get_split(get).await.unwrap().into_inner().split.unwrap();
        assert_eq!(split.reads_without_key, 1, "{split:?}");
        assert!(split.reads > 2, "{split:?}");
        let keys = split.keys.unwrap();
        assert_eq!((keys.canary_cells, keys.stable_cells), (160_000, 160_000));
        assert!(keys.canary_seen > 0 && keys.stable_seen > 0, "{keys:?}");
        let list = pb::ListSplitsRequest::default();
        let listed = node.splits.list_splits(list).await.unwrap().into_inner().splits;
        assert_eq!(listed[0].keys, Some(keys));
        node.stop().await;
    }

    async fn a_key_counts_once_and_for_the_arm_of_the_present_share(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        node.splits.set_split(set("r1", v2, 50.0, 1)).await.unwrap();
        let get = || pb::GetSplitRequest { id: "r1".to_owned() };
        let before = node.splits.get_split(get()).await.unwrap().into_inner().split.unwrap();
        assert_eq!(before.keys, None, "nobody has read");
        let mut canary = 0;
        for n in (0..20).chain(0..20) {
            let read = config(&format!("pod-{n}"));
            let reply = node.config.get_config(read).await.unwrap().into_inner();
            canary += u32::from(reply.assignments[0].arm() == pb::Arm::Canary);
        }
        let seen = |split: pb::Split| {
            let keys = split.keys.unwrap();
            (keys.canary_seen, keys.stable_seen)
        };
        let half = node.splits.get_split(get()).await.unwrap().into_inner().split.unwrap();
        assert_eq!(seen(half), (canary / 2, 20 - canary / 2));
        // before anybody has read again
        node.splits.set_split(set("r1", v2, 100.0, 2)).await.unwrap();
        let all = node.splits.get_split(get()).await.unwrap().into_inner().split.unwrap();
        assert_eq!(seen(all), (20, 0));
        node.stop().await;
    }

    async fn a_plan_says_what_was_ever_stable_of_its_documents(way: Way) {
        let (_folder, mut node, _) = node(way).await;
        let write = |name: &str, path: &str| change(name, vec![written(path, "n: 9")]);
        node.config.apply_change(write("v3", "orders.yml")).await.unwrap();
        node.config.apply_change(write("v4", "stock.yml")).await.unwrap();
        for (name, path) in [("v5", "orders.yml"), ("v6", "orders.yml")] {
            let stage = pb::ApplyChangeRequest { stage_only: true, ..write(name, path) };
            node.config.apply_change(stage).await.unwrap();
        }
        let planned = node.splits.plan_split(plan("v6")).await.unwrap().into_inner();
        assert_eq!(planned.stable_versions, ["v3", "v1"]);
        node.stop().await;
    }

    async fn an_environment_is_named_for_its_arm_and_not_for_the_move(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        node.splits.set_split(set("r1", v2, 50.0, 1)).await.unwrap();
        let [stable, canary] = arms(&mut node).await;
        let environment = |instance: &str, held: &[String]| pb::GetEnvironmentRequest {
            view: Some(pb::View { apps: vec!["orders".to_owned()], ..Default::default() }),
            instance: instance.to_owned(),
            if_none_match: "nothing".to_owned(),
            also_held: held.to_vec(),
            ..Default::default()
        };
        let mut etags = Vec::new();
        for instance in [&stable, &canary] {
            let reply = node.config.get_environment(environment(instance, &[])).await;
            etags.push(reply.unwrap().into_inner().etag);
        }
        assert_ne!(etags[0], etags[1]);
        node.splits.set_split(set("r1", v2, 50.01, 2)).await.unwrap();
        for (instance, etag) in [stable, canary].iter().zip(&etags) {
            let reply = node.config.get_environment(environment(instance, &etags)).await;
            let reply = reply.unwrap().into_inner();
            assert!(reply.not_modified);
            assert_eq!((&reply.etag, reply.assignments[0].generation), (etag, 2));
        }
        let many = vec![String::new(); 9];
        let fault = node.refused(node.config.clone().get_environment(environment("a", &many))).await;
        assert_eq!(fault.reason(), Reason::InvalidArgument);
        node.stop().await;
    }

    async fn a_split_is_found_until_long_after_its_end(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        node.splits.set_split(set("r1", v2, 1.0, 1)).await.unwrap();
        let listed = node.splits.list_splits(pb::ListSplitsRequest::default()).await.unwrap();
        let [listed] = &*listed.into_inner().splits else { panic!() };
        let get = pb::GetSplitRequest { id: "r1".to_owned() };
        let got = node.splits.get_split(get.clone()).await.unwrap().into_inner();
        assert_eq!(got.split.as_ref(), Some(listed));
        let ended = node.splits.end_split(end("r1", 2, true)).await.unwrap().into_inner();
        let split = ended.split.unwrap();
        assert_eq!((split.state(), split.generation), (pb::SplitState::Released, 2));
        assert_eq!(split.paths, ["application.yml", "orders.yml"]);
        let again = node.splits.end_split(end("r1", 2, true)).await.unwrap().into_inner();
        assert_eq!((again.split, again.token), (Some(split.clone()), ended.token));
        let got = node.splits.get_split(get).await.unwrap().into_inner();
        assert_eq!(got.split, Some(split));
        let listed = node.splits.list_splits(pb::ListSplitsRequest::default()).await.unwrap();
        assert!(listed.into_inner().splits.is_empty());
        let revert = pb::StageRevertRequest { id: "r1".to_owned() };
        let revert = node.splits.stage_revert(revert).await.unwrap().into_inner();
        let planned = node.splits.plan_split(plan(&revert.change)).await.unwrap().into_inner();
        assert_eq!(planned.change_sequence, revert.change_sequence);
        assert_eq!(planned.from_versions, ["v2", "v2"]);
        node.stop().await;
    }

    async fn splits_are_listed_by_page(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        for n in 0..5 {
            let (app, stage) = (format!("app{n}"), pb::PutDocumentRequest {
                stage_only: true,
                ..put(&format!("app{n}"), "v2", "a: 2")
            });
            node.config.put_document(put(&app, "v1", "a: 1")).await.unwrap();
            let staged = node.config.put_document(stage).await.unwrap().into_inner();
            let (_, seq) = staged.token.split_once(':').unwrap();
            let begin = set(&format!("r{n}"), seq.parse().unwrap(), 1.0, 1);
            node.splits.set_split(begin).await.unwrap();
        }
        let mut ids = Vec::new();
        let mut request = pb::ListSplitsRequest { page_size: 2, ..Default::default() };
        loop {
            let page = node.splits.list_splits(request.clone()).await.unwrap().into_inner();
            ids.extend(page.splits.into_iter().map(|split| split.id));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(ids, ["r0", "r1", "r2", "r3", "r4"]);
        node.stop().await;
    }

    async fn what_is_wrong_with_a_move_is_said_and_nothing_changes(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        node.splits.set_split(set("r1", v2, 10.0, 2)).await.unwrap();
        let cases = [
            (set("r1", v2, 20.0, 1), Reason::SplitOutdated),
            (set("r1", v2, 20.0, 2), Reason::SplitOutdated),
            (set("r1", v2, 9.99, 3), Reason::InvalidArgument),
            (set("r1", 1, 20.0, 3), Reason::InvalidArgument),
            (set("r2", v2, 10.0, 1), Reason::RolloutConflict),
            (set("r2", 99, 10.0, 1), Reason::ChangeNotFound),
            (set("r2", v2, 0.0, 1), Reason::InvalidArgument),
            (set("r2", v2, 100.01, 1), Reason::InvalidArgument),
            (set("r2", v2, 0.005, 1), Reason::InvalidArgument),
            (set("r2", v2, 33.333, 1), Reason::InvalidArgument),
            (set("r2", v2, f64::NAN, 1), Reason::InvalidArgument),
            (set("r2", v2, -1.0, 1), Reason::InvalidArgument),
            (set("r2", v2, 10.0, 0), Reason::InvalidArgument),
            (set("", v2, 10.0, 1), Reason::InvalidName),
            (set(&"r".repeat(65), v2, 10.0, 1), Reason::InvalidName),
            (pb::SetSplitRequest { unit: 0, ..set("r2", v2, 10.0, 1) }, Reason::InvalidArgument),
        ];
        for (request, reason) in cases {
            let fault = node.refused(node.splits.clone().set_split(request.clone())).await;
            assert_eq!(fault.reason(), reason, "{request:?}: {fault:?}");
        }
        let fault = node.refused(node.splits.clone().end_split(end("r1", 2, false))).await;
        assert_eq!(fault.reason(), Reason::SplitOutdated);
        let fault = node.refused(node.splits.clone().end_split(end("r9", 1, true))).await;
        assert_eq!(fault.reason(), Reason::ChangeNotFound);
        let revert = pb::StageRevertRequest { id: "r9".to_owned() };
        let fault = node.refused(node.splits.clone().stage_revert(revert)).await;
        assert_eq!(fault.reason(), Reason::SplitNotFound);
        node.stop().await;
    }

    async fn what_cannot_be_split_is_said(way: Way) {
        let (_folder, mut node, _) = node(way).await;
        let stage = pb::PutDocumentRequest { stage_only: true, ..put("new", "v1", "a: 1") };
        node.config.put_document(stage).await.unwrap();
        let cases = [
            (plan("v1"), Reason::NoBaseline),
            (plan("v9"), Reason::ChangeNotFound),
            (pb::PlanSplitRequest::default(), Reason::InvalidArgument),
            (document_plan("orders", "v1", "v1"), Reason::VersionIsBaseline),
            (document_plan("orders", "v2", "v2"), Reason::PreconditionFailed),
            (document_plan("orders", "v1", "v9"), Reason::VersionNotFound),
            (document_plan("nobody", "v1", "v2"), Reason::DocumentNotFound),
        ];
        for (request, reason) in cases {
            let fault = node.refused(node.splits.clone().plan_split(request.clone())).await;
            assert_eq!(fault.reason(), reason, "{request:?}: {fault:?}");
        }
        node.stop().await;
    }

    async fn a_held_document_says_which_rollout_holds_it(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        node.splits.set_split(set("r1", v2, 1.0, 1)).await.unwrap();
        let release = pb::ReleaseChangeRequest { name: "v2".to_owned(), ..Default::default() };
        let deleted = pb::DeleteDocumentRequest {
            document: document("orders", ""),
            ..Default::default()
        };
        let discard = pb::DiscardChangeRequest { name: "v2".to_owned(), ..Default::default() };
        let faults = [
            node.refused(node.config.clone().put_document(put("orders", "v3", "n: 3"))).await,
            node.refused(node.config.clone().delete_document(deleted)).await,
            node.refused(node.config.clone().release_change(release.clone())).await,
            node.refused(node.config.clone().discard_change(discard)).await,
        ];
        for fault in faults {
            assert_eq!(fault.reason(), Reason::RolloutConflict);
            assert_eq!(fault.metadata()["rollout"], "r1");
        }
        let forced = pb::ReleaseChangeRequest {
            name: "v1".to_owned(),
            force: true,
            reason: "it is down".to_owned(),
            ..release
        };
        let forced = node.config.release_change(forced).await.unwrap().into_inner();
        assert!(forced.moved, "part of all readers got another version");
        let late = node.splits.set_split(set("r1", v2, 2.0, 2)).await.unwrap_err();
        let fault = Fault::from_status(&late);
        assert_eq!((fault.reason(), &*fault.metadata()["how"]), (Reason::SplitEnded, "detached"));
        let request = pb::GetSplitRequest { id: "r1".to_owned() };
        let ended = node.splits.get_split(request).await.unwrap().into_inner().split.unwrap();
        assert_eq!(
            (&*ended.ended_by, &*ended.end_reason),
            ("anonymous", "v1 was released by force: it is down")
        );
        node.stop().await;
    }

    async fn a_split_begins_only_on_what_it_was_planned_on(way: Way) {
        let (_folder, mut node, v2) = node(way).await;
        let planned = node.splits.plan_split(plan("v2")).await.unwrap().into_inner();
        let begin = pb::SetSplitRequest { baseline: planned.baseline, ..set("r1", v2, 1.0, 1) };
        let ask = pb::SetSplitRequest { validate_only: true, ..begin.clone() };
        let asked = node.splits.set_split(ask.clone()).await.unwrap().into_inner();
        assert_eq!(asked.split, None, "it began");
        let hotfix = change("h1", vec![written("orders.yml", "n: 9")]);
        node.config.apply_change(hotfix).await.unwrap();
        for request in [ask, begin.clone()] {
            let fault = node.refused(node.splits.clone().set_split(request)).await;
            assert_eq!(fault.reason(), Reason::BaselineMoved);
            assert_eq!(fault.reason().code(), tonic::Code::FailedPrecondition);
            assert_eq!((&*fault.metadata()["path"], &*fault.metadata()["stable"]), ("orders.yml", "h1"));
            assert_eq!(fault.preconditions()[0].subject, "orders.yml");
        }
        let release = pb::ReleaseChangeRequest { name: "v1".to_owned(), ..Default::default() };
        node.config.release_change(release).await.unwrap();
        node.splits.set_split(begin).await.unwrap();
        node.stop().await;
    }

    async fn a_known_configuration_is_split_three_times_and_no_more(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let profiles: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let mut staged = Vec::new();
        for profile in &profiles {
            let stable = pb::PutDocumentRequest {
                document: document("orders", profile),
                ..put("orders", "v1", "a: 1")
            };
            node.config.put_document(stable.clone()).await.unwrap();
            let stage = pb::PutDocumentRequest {
                version: "v2".to_owned(),
                content: "a: 2".into(),
                stage_only: true,
                ..stable
            };
            let reply = node.config.put_document(stage).await.unwrap().into_inner();
            let (_, seq) = reply.token.split_once(':').unwrap();
            staged.push(seq.parse().unwrap());
        }
        let view = pb::GetConfigRequest { profiles, ..config("pod-1") };
        node.config.get_config(view.clone()).await.unwrap();
        for (n, seq) in staged[..3].iter().enumerate() {
            node.splits.set_split(set(&format!("r{n}"), *seq, 50.0, 1)).await.unwrap();
        }
        let fault = node.refused(node.splits.clone().set_split(set("r3", staged[3], 50.0, 1))).await;
        assert_eq!(fault.reason(), Reason::RolloutConflict);
        assert_eq!(fault.metadata()["rollout"], "r0,r1,r2");
        node.splits.set_split(set("r0", staged[0], 60.0, 2)).await.unwrap();
        let reply = node.config.get_config(view).await.unwrap().into_inner();
        let ids: Vec<&str> = reply.assignments.iter().map(|a| &*a.split).collect();
        assert_eq!(ids, ["r0", "r1", "r2"]);
        node.stop().await;
    }

    async fn a_reader_of_absurd_length_is_refused(way: Way) {
        let (_folder, mut node, _) = node(way).await;
        node.config.get_config(config(&"\u{1f980}".repeat(64))).await.unwrap();
        let long = node.refused(node.config.clone().get_config(config(&"i".repeat(257)))).await;
        assert_eq!(long.reason(), Reason::InvalidArgument);
        let key = pb::GetConfigRequest { key: "k".repeat(257), ..config("") };
        let long = node.refused(node.config.clone().get_config(key)).await;
        assert_eq!(long.reason(), Reason::InvalidArgument);
        node.stop().await;
    }
}

fn document_plan(app: &str, from: &str, to: &str) -> pb::PlanSplitRequest {
    pb::PlanSplitRequest {
        target: Some(pb::plan_split_request::Target::Document(
            pb::DocumentTarget {
                document: document(app, ""),
                from_version: from.to_owned(),
                to_version: to.to_owned(),
            },
        )),
        ..Default::default()
    }
}
