//! Splits over a store: what readers get while shares move, and after a restart.

use crate::{
    commands::{Job, end_split, set_split, staged, write},
    random,
    service::Service,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use vortex_config_svc::parts::{Arm, Label, Seq, Subject, ViewKey};

fn view() -> ViewKey {
    ViewKey {
        apps: vec!["orders".parse().unwrap()],
        profiles: vec!["dev".parse().unwrap()],
        labels: vec![Label::main()],
    }
}

fn instance(name: &str) -> Subject<'_> {
    Subject {
        instance: Some(name),
        key: None,
    }
}

/// A change set of the three documents that the view is made of, each with its name.
fn change(version: &str) -> Job {
    let text = |key: &str| format!("{key}: {version}");
    let texts = [text("shared"), text("orders"), text("dev")];
    let paths = ["application.yml", "orders.yml", "orders-dev.yml"];
    write(
        version,
        paths
            .into_iter()
            .zip(texts.iter().map(|t| Some(t.as_str()))),
    )
}

/// A reader's configuration, and its arms.
async fn read(service: &Service, subject: &Subject<'_>) -> (BTreeMap<String, String>, Vec<Arm>) {
    let configuration = &service.configuration;
    let state = configuration.state().clone();
    let reading = configuration.read(&state, &view(), subject).await.unwrap();
    let json = &reading.view.rendered.effective().json;
    let arms = reading.assigned().map(|(_, arm)| arm).collect();
    (serde_json::from_slice(json).unwrap(), arms)
}

/// S7, with the views that are kept: a reader never gets parts of two change sets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_in_a_loop_see_no_mixture_while_shares_move() {
    const READERS: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    let service = Arc::new(Service::open(folder.path()).await);
    service.run(change("v0")).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let (service, done) = (service.clone(), done.clone());
            tokio::spawn(async move {
                let (mut reads, mut canaries) = (0_u32, 0_u32);
                while !done.load(Ordering::Relaxed) || reads == 0 {
                    let name = format!("pod-{reader}-{}", reads % 50);
                    let (config, arms) = read(&service, &instance(&name)).await;
                    let versions: std::collections::BTreeSet<_> = config.values().collect();
                    assert_eq!(versions.len(), 1, "{config:?}");
                    canaries += u32::from(arms.contains(&Arm::Canary));
                    reads += 1;
                    tokio::task::yield_now().await;
                }
                canaries
            })
        })
        .collect();
    for round in 1..=random::rounds(20) {
        let split = format!("r{round}");
        let job = staged(change(&format!("v{round}")));
        let written = service.run(job).await.unwrap();
        for (generation, share) in [(1, 100), (2, 2_500), (3, 5_000), (4, 10_000)] {
            let moved = set_split(&split, written.change, share, generation);
            service.run(moved).await.unwrap();
            tokio::task::yield_now().await;
        }
        service
            .run(end_split(&split, 5, round % 2 == 0))
            .await
            .unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let mut canaries = 0;
    for reader in readers {
        canaries += reader.await.unwrap();
    }
    assert!(canaries > 0, "nobody read a canary");
    Arc::into_inner(service).unwrap().close().await;
}

/// What every reader gets, to the byte.
async fn answers(service: &Service) -> Vec<(String, String, Vec<Arm>)> {
    let mut answers = Vec::new();
    for n in 0..100 {
        let name = format!("pod-{n}");
        let state = service.state();
        let configuration = &service.configuration;
        let reading = configuration.read(&state, &view(), &instance(&name)).await;
        let reading = reading.unwrap();
        let rendered = &reading.view.rendered;
        let arms = reading.assigned().map(|(_, arm)| arm).collect();
        answers.push((
            rendered.effective().digest.clone(),
            reading.view.environment_etag(false).to_owned(),
            arms,
        ));
    }
    answers
}

#[tokio::test]
async fn a_restart_keeps_splits_and_every_answer() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    service.run(change("v1")).await.unwrap();
    let staged = service.run(staged(change("v2"))).await.unwrap();
    service
        .run(set_split("r1", staged.change, 3_000, 1))
        .await
        .unwrap();
    service.run(end_split("never", 1, false)).await.unwrap();
    let before = answers(&service).await;
    assert!(before.iter().any(|(.., arms)| arms == &[Arm::Canary]));
    assert!(before.iter().any(|(.., arms)| arms == &[Arm::Stable]));
    let state = service.state();
    service.close().await;
    // from the log alone, and from a checkpoint alone
    for checkpointed in [false, true] {
        let service = Service::open(folder.path()).await;
        assert_eq!(service.state(), state, "checkpointed: {checkpointed}");
        assert_eq!(answers(&service).await, before);
        let state = (*service.state()).clone();
        service.store().save_checkpoint(state).await.unwrap();
        service.close().await;
    }
    let service = Service::open(folder.path()).await;
    service
        .run(set_split("r1", staged.change, 4_000, 2))
        .await
        .unwrap();
    service.run(end_split("r1", 3, true)).await.unwrap();
    let (config, arms) = read(&service, &instance("pod-1")).await;
    assert_eq!(config["orders"], "v2");
    assert_eq!(arms, []);
    service.close().await;
}

/// A share that moves makes nothing again: each arm's form is the one before.
#[tokio::test]
async fn what_was_made_for_an_arm_is_used_while_shares_move() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    service.run(change("v1")).await.unwrap();
    let staged = service.run(staged(change("v2"))).await.unwrap();
    let forms = async || {
        let mut forms = Vec::new();
        for name in ["pod-1", "pod-2", "pod-3", "pod-4", "pod-5", "pod-6"] {
            let state = service.state();
            let configuration = &service.configuration;
            let reading = configuration.read(&state, &view(), &instance(name)).await;
            let reading = reading.unwrap();
            let (_, arm) = reading.assigned().next().unwrap();
            let made: Arc<_> = reading.view.rendered.clone();
            if !forms
                .iter()
                .any(|(known, form)| *known == arm && Arc::ptr_eq(form, &made))
            {
                forms.push((arm, made));
            }
        }
        forms
    };
    service
        .run(set_split("r1", staged.change, 5_000, 1))
        .await
        .unwrap();
    let before = forms().await;
    assert_eq!(before.len(), 2, "both arms were read");
    service
        .run(set_split("r1", staged.change, 5_001, 2))
        .await
        .unwrap();
    service
        .run(crate::commands::put("v9", "other.yml", "o: 1"))
        .await
        .unwrap();
    let after = forms().await;
    assert_eq!(after.len(), 2);
    for (arm, form) in before {
        assert!(
            after
                .iter()
                .any(|(a, f)| *a == arm && Arc::ptr_eq(f, &form))
        );
    }
    drop(after);
    assert_eq!(service.state().head, Seq(5));
    service.close().await;
}
