//! How keys come, and what holds while they don't.

use std::{fs, time::Duration};

use serde_json::json;
use vortex_kit::error::Reason;

use super::{
    guarded::{Guarded, eventually},
    issuer::Issuer,
    server::{Answer, Server},
};

const FETCHED: &str = "vortex_oidc_fetches_total{result=\"ok\"}";
const FAILED: &str = "vortex_oidc_fetches_total{result=\"failed\"}";

fn keys(issuer: &Issuer) -> Answer {
    Answer::Body(issuer.jwks().to_string())
}

fn at(server: &Server) -> String {
    format!("jwks_url: {}", server.url())
}

/// A clock that a test moves stands still between two tries.
async fn tick_until(guarded: &Guarded, what: &str, is_so: impl Fn() -> bool) {
    eventually(what, || {
        guarded.clock.advance(Duration::from_millis(100));
        is_so()
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_away_at_the_start_is_waited_for() {
    let ours = Issuer::ours();
    let server = Server::start(keys(&ours));
    let (address, places) = (server.address(), at(&server));
    drop(server);
    let guarded = Guarded::by(&places).await;
    let token = guarded.token(&ours);
    let fault = guarded.admit(&token).unwrap_err();
    assert_eq!(fault.reason(), Reason::Unavailable);
    assert!(fault.message().contains("can't be verified now"), "{fault}");
    let told = guarded.degradation().unwrap();
    assert!(
        told.contains("keys of https://id.example.com") && told.contains("refused"),
        "{told}"
    );
    assert_eq!(
        guarded.metric("vortex_oidc_last_success_timestamp_seconds"),
        0.0
    );
    let _server = Server::start_at(address, keys(&ours));
    tick_until(&guarded, "the keys come", || guarded.admit(&token).is_ok()).await;
    eventually("it is told", || guarded.degradation().is_none()).await;
    assert!(guarded.metric("vortex_oidc_last_success_timestamp_seconds") > 0.0);
    assert!(guarded.metric(FAILED) >= 1.0);
}

#[tokio::test]
async fn an_answer_that_gives_no_keys_is_not_taken_and_the_last_ones_hold() {
    let ours = Issuer::ours();
    let elsewhere = Server::start(keys(&ours));
    let away = elsewhere.url().replacen("127.0.0.1", "0.0.0.0", 1);
    for bad in [
        Answer::Status(500),
        Answer::Status(204),
        Answer::Body("<html>".to_owned()),
        Answer::Body(json!({"keys": []}).to_string()),
        Answer::Huge,
        Answer::Redirect("file:///etc/passwd".to_owned()),
        // to another host without TLS
        Answer::Redirect(away),
        Answer::Redirect("/keys".to_owned()),
    ] {
        let server = Server::start(bad.clone());
        let guarded = Guarded::by(&at(&server)).await;
        let token = guarded.token(&ours);
        assert_eq!(
            guarded.refusal(&token),
            Some(Reason::Unavailable),
            "{bad:?}"
        );
        assert!(guarded.degradation().is_some(), "{bad:?}");
        server.answer(keys(&ours));
        tick_until(&guarded, "good keys come", || guarded.admit(&token).is_ok()).await;
        server.answer(bad.clone());
        let failed = guarded.metric(FAILED);
        guarded.clock.advance(Duration::from_secs(300));
        // who looks for an unknown key hastens the fetch
        let unknown = ours.sign("ES256", r#"{"alg":"ES256","kid":"?"}"#, "{}");
        assert!(guarded.admit(&unknown).is_err());
        eventually("the fetch fails", || guarded.metric(FAILED) > failed).await;
        guarded.admit(&token).unwrap();
    }
    assert_eq!(elsewhere.asked(), 0);
}

#[tokio::test]
async fn a_redirect_of_the_same_kind_is_followed() {
    let ours = Issuer::ours();
    let server = Server::start(keys(&ours));
    let first = Server::start(Answer::Redirect(server.url()));
    let guarded = Guarded::by(&at(&first)).await;
    guarded.admit(&guarded.token(&ours)).unwrap();
}

/// The one test that waits for a fetch to be given up.
#[tokio::test]
async fn an_answer_without_an_end_is_given_up() {
    let ours = Issuer::ours();
    let server = Server::start(Answer::Slowly);
    let guarded = Guarded::by(&at(&server)).await;
    let token = guarded.token(&ours);
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
    server.answer(keys(&ours));
    eventually("it is given up", || guarded.metric(FAILED) > 0.0).await;
    let told = guarded.degradation().unwrap();
    assert!(told.contains("no whole answer within 10 s"), "{told}");
    tick_until(&guarded, "the keys come", || guarded.admit(&token).is_ok()).await;
}

#[tokio::test]
async fn a_key_that_was_rotated_in_is_known_within_a_fetch_and_the_old_one_no_longer() {
    let (old, new) = (Issuer::ours(), Issuer::foreign());
    let server = Server::start(keys(&old));
    let guarded = Guarded::by(&at(&server)).await;
    let old_token = guarded.token(&old);
    guarded.admit(&old_token).unwrap();
    let mut rotated = new.jwks();
    for key in rotated["keys"].as_array_mut().unwrap() {
        key["kid"] = json!("new");
    }
    server.answer(Answer::Body(rotated.to_string()));
    let header = json!({"alg": "ES256", "kid": "new"}).to_string();
    let token = new.sign("ES256", &header, &guarded.claims().to_string());
    // not twice in ten seconds
    for _ in 0..100 {
        assert_eq!(guarded.refusal(&token), Some(Reason::Unauthenticated));
    }
    assert_eq!(server.asked(), 1);
    guarded.clock.advance(Duration::from_secs(10));
    guarded.takes(&token).await;
    assert_eq!(server.asked(), 2);
    // what was remembered was verified by keys that are no more
    assert_eq!(guarded.refusal(&old_token), Some(Reason::Unauthenticated));
}

#[tokio::test]
async fn a_file_of_keys_is_read_again_when_it_changes() {
    let (old, new) = (Issuer::ours(), Issuer::foreign());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    fs::write(&file, old.jwks().to_string()).unwrap();
    let guarded = Guarded::by(&format!("jwks_file: {}", file.display())).await;
    let (old_token, new_token) = (guarded.token(&old), guarded.token(&new));
    guarded.admit(&old_token).unwrap();
    assert!(guarded.admit(&new_token).is_err());
    // what can't be read is no reason to forget
    fs::write(&file, "{").unwrap();
    eventually("it is read", || guarded.metric(FAILED) > 0.0).await;
    guarded.admit(&old_token).unwrap();
    fs::remove_file(&file).unwrap();
    let failed = guarded.metric(FAILED);
    eventually("it is missed", || guarded.metric(FAILED) > failed).await;
    guarded.admit(&old_token).unwrap();
    fs::write(&file, new.jwks().to_string()).unwrap();
    guarded.takes(&new_token).await;
    assert_eq!(guarded.refusal(&old_token), Some(Reason::Unauthenticated));
    assert!(guarded.metric(FETCHED) >= 2.0);
}
