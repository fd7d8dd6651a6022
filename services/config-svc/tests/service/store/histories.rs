//! Random histories: what is loaded is what was held, whatever was kept and let go between.

use crate::{
    commands::{Job, discard, end_split, forced, release, revert, set_split, staged, write},
    service::Service,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};
use vortex_config_svc::parts::Seq;
use vortex_kit::clock::Manual;

type Documents = BTreeMap<usize, Option<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Write(u8, Documents, bool),
    Release(u8, bool),
    Discard(u8),
    /// Begins or moves a split of the change set at a position.
    SetSplit(u8, u64, u16, u64),
    EndSplit(u8, u64, bool),
    Revert(u8),
    Days(u64),
    Checkpoint,
    LetGo,
    /// Lets go, and stops before that is in a checkpoint.
    LetGoHalf,
    Reopen,
}

const PATHS: [&str; 4] = ["a.yml", "b.yml", "c.properties", "d.json"];

fn step() -> impl Strategy<Value = Step> {
    let text = prop::option::weighted(0.8, 0..4_u8);
    let documents = prop::collection::btree_map(0..PATHS.len(), text, 1..=3);
    prop_oneof![
        8 => (0..6_u8, documents, any::<bool>()).prop_map(|(n, d, s)| Step::Write(n, d, s)),
        2 => (0..6_u8, any::<bool>()).prop_map(|(n, force)| Step::Release(n, force)),
        1 => (0..6_u8).prop_map(Step::Discard),
        4 => (0..3_u8, 1..12_u64, 1..=10_000_u16, 1..4_u64)
            .prop_map(|(id, change, share, generation)| {
                Step::SetSplit(id, change, share, generation)
            }),
        2 => (0..3_u8, 4..6_u64, any::<bool>())
            .prop_map(|(id, generation, release)| Step::EndSplit(id, generation, release)),
        1 => (0..3_u8).prop_map(Step::Revert),
        1 => (1..40_u64).prop_map(Step::Days),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::LetGo),
        1 => Just(Step::LetGoHalf),
        2 => Just(Step::Reopen),
    ]
}

fn job(step: &Step) -> Option<Job> {
    Some(match step {
        Step::Write(name, documents, stage) => {
            let texts: Vec<(&str, Option<String>)> = documents
                .iter()
                .map(|(path, text)| (PATHS[*path], text.map(|text| text.to_string())))
                .collect();
            let documents = texts.iter().map(|(path, text)| (*path, text.as_deref()));
            let job = write(&format!("v{name}"), documents);
            if *stage { staged(job) } else { job }
        }
        Step::Release(name, force) => {
            let job = release(&format!("v{name}"));
            if *force { forced(job) } else { job }
        }
        Step::Discard(name) => discard(&format!("v{name}")),
        Step::SetSplit(id, change, share, generation) => {
            set_split(&format!("r{id}"), Seq(*change), *share, *generation)
        }
        Step::EndSplit(id, generation, release) => {
            end_split(&format!("r{id}"), *generation, *release)
        }
        Step::Revert(id) => revert(&format!("r{id}")),
        _ => return None,
    })
}

async fn run(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let mut service = Service::open_at(folder.path(), &clock).await;
    for (index, step) in steps.iter().chain([&Step::Reopen]).enumerate() {
        if let Some(job) = job(step) {
            let request = crate::commands::repeatable(&format!("r{index}"));
            // what is refused is none of this test's business
            drop(service.run_as(request, job).await);
            continue;
        }
        match step {
            Step::Days(days) => clock.advance(Duration::from_secs(days * 24 * 3600)),
            Step::Checkpoint => {
                let state = (*service.state()).clone();
                service.store().save_checkpoint(state).await.unwrap();
            }
            Step::LetGo => service.let_go().await,
            Step::LetGoHalf => {
                service.configuration.writer().retain().await.unwrap();
                let served = PATHS.map(|path| service.served(path));
                service.close().await;
                service = Service::open_at(folder.path(), &clock).await;
                assert_eq!(PATHS.map(|path| service.served(path)), served);
            }
            _ => {
                let before = service.state();
                service.close().await;
                service = Service::open_at(folder.path(), &clock).await;
                assert_eq!(service.state(), before);
            }
        }
        service.read_all().await;
    }
    service.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::random::rounds(24)))]

    #[test]
    fn what_is_loaded_is_what_was_held(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(run(steps));
    }
}
