//! Keys that are forced into an arm.

use super::*;

/// Reads as an instance in all ways, and finds it forced into its arm.
async fn reads(node: &mut Node, instance: &str, arm: pb::Arm) {
    let instance = instance.to_owned();
    let n = i32::from(arm);
    let check = |assignments: &[pb::Assignment]| {
        let [assigned] = assignments else {
            panic!("{assignments:?}")
        };
        assert_eq!((assigned.arm(), assigned.forced), (arm, true));
    };
    let reply = node
        .config
        .get_config(config(&instance))
        .await
        .unwrap()
        .into_inner();
    let json: serde_json::Value = serde_json::from_slice(&reply.config).unwrap();
    assert_eq!(json["n"], n);
    check(&reply.assignments);
    let explain = pb::ExplainConfigRequest {
        app: "orders".to_owned(),
        instance: instance.clone(),
        ..Default::default()
    };
    let explained = node
        .config
        .explain_config(explain)
        .await
        .unwrap()
        .into_inner();
    check(&[explained.assignments[0].assignment.clone().unwrap()]);
    let file = pb::GetFileRequest {
        app: "orders".to_owned(),
        path: "orders.yml".to_owned(),
        instance: instance.clone(),
        ..Default::default()
    };
    let file = node.config.get_file(file).await.unwrap().into_inner();
    assert_eq!(file.content, format!("n: {n}\ntext: ${{shared}}"));
    check(&file.assignments);
    let environment = pb::GetEnvironmentRequest {
        view: Some(pb::View {
            apps: vec!["orders".to_owned()],
            ..Default::default()
        }),
        instance: instance.clone(),
        ..Default::default()
    };
    let environment = node
        .config
        .get_environment(environment)
        .await
        .unwrap()
        .into_inner();
    check(&environment.assignments);
    let watch = pb::WatchConfigRequest {
        app: "orders".to_owned(),
        instance,
        ..Default::default()
    };
    let mut events = node.config.watch_config(watch).await.unwrap().into_inner();
    let event = events.message().await.unwrap().unwrap().event.unwrap();
    let pb::watch_config_response::Event::Snapshot(snapshot) = event else {
        panic!("{event:?}")
    };
    assert_eq!(snapshot.config, reply.config);
    check(&snapshot.assignments);
}

both_ways! {
    async fn a_forced_key_has_its_arm_on_every_way_to_read_and_after_a_start(way: Way) {
        let (folder, mut node, v2) = node(way).await;
        let forced = |percentage, generation| pb::SetSplitRequest {
            include: vec!["in".to_owned()],
            exclude: vec!["out".to_owned()],
            ..set("r1", v2, percentage, generation)
        };
        for (percentage, generation) in [(0.01, 1), (99.99, 2), (100.0, 3)] {
            node.splits.set_split(forced(percentage, generation)).await.unwrap();
            for (instance, arm) in [("in", pb::Arm::Canary), ("out", pb::Arm::Stable)] {
                reads(&mut node, instance, arm).await;
            }
            let get = pb::GetSplitRequest { id: "r1".to_owned() };
            let split = node.splits.get_split(get).await.unwrap().into_inner().split.unwrap();
            assert_eq!((split.include, split.exclude), (vec!["in".to_owned()], vec!["out".to_owned()]));
            assert_eq!(split.keys, None, "forced keys are not counted");
            node.stop().await;
            node = Node::start(way, settings(&folder)).await;
        }
        let resolve = |keys: &[&str]| pb::ResolveArmsRequest {
            id: "r1".to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        let asked = ["out", "other", "in"];
        let resolved = node.splits.resolve_arms(resolve(&asked)).await.unwrap().into_inner();
        let arms = resolved.arms.iter().map(|r| (&*r.key, r.arm(), r.forced));
        assert_eq!(arms.collect::<Vec<_>>(), [
            ("out", pb::Arm::Stable, true),
            ("other", pb::Arm::Canary, false),
            ("in", pb::Arm::Canary, true),
        ]);
        assert_eq!((resolved.percentage, resolved.unit()), (100.0, pb::SplitUnit::Instance));
        let many = vec!["key"; 1_001];
        for (request, reason, field) in [
            (resolve(&many), Reason::InvalidArgument, Some("keys")),
            (resolve(&["a", ""]), Reason::InvalidArgument, Some("keys[1]")),
            (pb::ResolveArmsRequest { id: "r2".to_owned(), ..Default::default() }, Reason::SplitNotFound, None),
        ] {
            let fault = node.refused(node.splits.clone().resolve_arms(request)).await;
            assert_eq!(fault.reason(), reason, "{fault:?} {field:?}");
        }
        let other = set("r1", v2, 100.0, 4);
        let fault = node.refused(node.splits.clone().set_split(other)).await;
        assert_eq!(fault.reason(), Reason::InvalidArgument);
        node.splits.end_split(end("r1", 5, true)).await.unwrap();
        let fault = node.refused(node.splits.clone().resolve_arms(resolve(&asked))).await;
        assert_eq!(fault.reason(), Reason::SplitEnded);
        node.stop().await;
    }
}
