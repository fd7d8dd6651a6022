//! A month of writes: what is kept, and what it takes.

use std::time::Duration;

use futures::future::try_join_all;
use vortex_config_svc::parts::{MAX_VERSIONS, Seq, Sha256};
use vortex_kit::clock::Manual;

use crate::{
    commands::{Job, anonymous, put, repeatable, staged, write},
    service::Service,
};

const DOCUMENTS: usize = 1_000;
const WRITES: usize = 100_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

fn path(document: usize) -> String {
    format!("app-{document}.yml")
}

/// A few hundred bytes that no other write has.
fn text(round: usize, document: usize) -> String {
    let noise = Sha256::of(format!("{round} {document}").as_bytes());
    format!(
        "round: {round}\nnoise: {noise}\nfiller: {}\n",
        "-".repeat(200)
    )
}

fn job(round: usize, document: usize) -> Job {
    put(
        &format!("v{round}"),
        &path(document),
        &text(round, document),
    )
}

/// Writes every document once, many at a time.
async fn write_round(service: &Service, round: usize) {
    for some in (0..DOCUMENTS).collect::<Vec<_>>().chunks(500) {
        let writes = some
            .iter()
            .map(|document| service.run(job(round, *document)));
        try_join_all(writes).await.unwrap();
    }
}

fn versions(service: &Service, document: usize) -> Option<Vec<String>> {
    let state = service.state();
    let versions = &state.document("main", &path(document))?.versions;
    Some(
        versions
            .iter()
            .map(|version| version.name.to_string())
            .collect(),
    )
}

#[tokio::test]
async fn after_a_month_only_what_is_served_is_kept_and_the_folder_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let service = Service::open_at(folder.path(), &clock).await;
    let rounds = WRITES / DOCUMENTS;
    for round in 0..rounds {
        write_round(&service, round).await;
        clock.advance(Duration::from_secs(3600));
    }
    for document in 0..DOCUMENTS {
        assert_eq!(versions(&service, document).unwrap().len(), MAX_VERSIONS);
    }
    service
        .run_as(repeatable("r1"), staged(put("staged", &path(0), "a: 1")))
        .await
        .unwrap();
    let deleted = path(1);
    service
        .run(write("deleted", [(deleted.as_str(), None)]))
        .await
        .unwrap();
    assert_eq!(service.state().requests.iter().count(), 1);

    clock.advance(31 * DAY);
    service.run(put("late", &path(2), "a: 1")).await.unwrap();
    service.let_go().await;
    let crowded = service.store().bytes();
    service.store().maintain().await.unwrap();
    let roomy = service.store().bytes();
    assert!(roomy < crowded / 2, "{crowded} bytes became {roomy}");

    let last = format!("v{}", rounds - 1);
    assert_eq!(
        versions(&service, 0),
        Some(vec![last.clone()]),
        "what is staged went"
    );
    assert_eq!(versions(&service, 1), None, "what is deleted went");
    assert_eq!(
        versions(&service, 2),
        Some(vec![last.clone(), "late".to_owned()]),
        "what was replaced lately can be gone back to"
    );
    for document in 3..DOCUMENTS {
        assert_eq!(versions(&service, document), Some(vec![last.clone()]));
    }
    assert_eq!(service.state().requests.iter().count(), 0);
    assert_eq!(service.state().changes.len(), DOCUMENTS);
    service.read_all().await;
    let gone = Sha256::of(text(rounds - 2, 7).as_bytes());
    service.store().content(&gone).await.unwrap_err();
    let oldest = service.store().oldest_record().await.unwrap();
    assert_eq!(
        oldest,
        Some(Seq(5)),
        "the last 100,000 records are kept for watches"
    );

    let before = service.state();
    service.close().await;
    let again = Service::open_at(folder.path(), &clock).await;
    assert_eq!(again.state(), before);
    let next = again.run_as(anonymous(), job(rounds, 1)).await.unwrap();
    assert_eq!(next.at, before.head.next());
    again.close().await;
}
