//! Giving space back while others write.

use crate::{
    commands::{put, release, staged, write},
    engine::Watched,
    service::Service,
};
use std::time::Duration;
use vortex_config_svc::parts::{MAX_VERSIONS, Sha256};
use vortex_kit::clock::Manual;

#[tokio::test]
async fn a_sweep_gives_back_what_no_version_names() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    for n in 0..MAX_VERSIONS + 10 {
        let text = format!("a: {n}");
        service
            .run(put(&format!("v{n}"), "a.yml", &text))
            .await
            .unwrap();
    }
    service.let_go().await;
    assert!(service.store().content(&Sha256::of(b"a: 9")).await.is_err());
    assert!(service.store().content(&Sha256::of(b"a: 10")).await.is_ok());
    service.read_all().await;
    let before = service.state();
    service.close().await;
    let again = Service::open(folder.path()).await;
    assert_eq!(again.state(), before);
    again.close().await;
}

#[tokio::test]
async fn a_sweep_that_fails_says_so_and_the_next_one_does_its_work() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Watched::open(folder.path());
    let service = Service::over(engine.clone()).await.unwrap();
    let text = "a: 1";
    service.run(staged(put("v1", "a.yml", text))).await.unwrap();
    for n in 0..MAX_VERSIONS {
        let job = put(&format!("w{n}"), "a.yml", &format!("a: w{n}"));
        service.run(job).await.unwrap();
    }
    let retained = service.configuration.writer().retain().await.unwrap();
    service.store().save_checkpoint(retained).await.unwrap();
    engine.refuse_reads(true);
    let swept = service.configuration.writer().sweep().await;
    assert!(swept.expect("the store works").is_err());
    engine.refuse_reads(false);
    assert!(
        service
            .store()
            .content(&Sha256::of(text.as_bytes()))
            .await
            .is_ok()
    );
    let swept = service.configuration.writer().sweep().await;
    assert_eq!(swept.expect("the store works").unwrap().contents, 1);
    service.close().await;
}

/// Contents that nothing names any more are written again while a sweep takes them away.
#[tokio::test]
async fn a_sweep_keeps_what_is_written_meanwhile() {
    const TEXTS: usize = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let service = Service::open_at(folder.path(), &clock).await;
    let texts: Vec<(String, String)> = (0..TEXTS)
        .map(|n| (format!("a{n}.yml"), format!("a: {n}")))
        .collect();
    let old = texts
        .iter()
        .map(|(path, text)| (path.as_str(), Some(text.as_str())));
    service.run(staged(write("old", old))).await.unwrap();
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    let retained = service.configuration.writer().retain().await.unwrap();
    assert_eq!(retained.contents().count(), 0, "all of it is old");
    service.store().save_checkpoint(retained).await.unwrap();
    let sweep = service.configuration.writer().sweep();
    let writes = async {
        for (n, (path, text)) in texts.iter().enumerate().step_by(30) {
            let version = format!("v{n}");
            service
                .run(staged(put(&version, path, text)))
                .await
                .unwrap();
            service.run(release(&version)).await.unwrap();
        }
    };
    let (swept, ()) = tokio::join!(sweep, writes);
    let swept = swept.expect("the store works").unwrap();
    assert!(swept.contents > 0);
    assert_eq!(service.state().contents().count(), TEXTS / 30);
    service.read_all().await;
    let before = service.state();
    service.close().await;
    let again = Service::open_at(folder.path(), &clock).await;
    assert_eq!(again.state(), before);
    again.read_all().await;
    again.close().await;
}
