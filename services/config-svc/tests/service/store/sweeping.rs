//! Giving space back while others write.

use crate::{
    commands::{put, release, staged, write},
    service::Service,
};
use std::time::Duration;
use vortex_config_svc::domain::{MAX_VERSIONS, Sha256};
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

/// Contents that nothing names any more are written anew while a sweep takes them away.
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
    assert!(swept.expect("it ends").contents > 0);
    assert_eq!(service.state().contents().count(), TEXTS / 30);
    service.read_all().await;
    let before = service.state();
    service.close().await;
    let again = Service::open_at(folder.path(), &clock).await;
    assert_eq!(again.state(), before);
    again.read_all().await;
    again.close().await;
}
