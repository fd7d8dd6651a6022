//! The last good copy of keys, over a restart.

use std::time::Duration;

use vortex_kit::error::Reason;

use super::{
    guarded::Guarded,
    issuer::Issuer,
    server::{Answer, Server},
};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn while_the_provider_is_away_the_keys_of_a_day_hold_over_a_restart() {
    let ours = Issuer::ours();
    let server = Server::start(Answer::Body(ours.jwks().to_string()));
    let places = format!("jwks_url: {}", server.url());
    let guarded = Guarded::by(&places).await;
    guarded.admit(&guarded.token(&ours)).unwrap();
    server.answer(Answer::Status(503));
    let guarded = guarded.again(&places, 20 * HOUR).await;
    guarded.admit(&guarded.token(&ours)).unwrap();
    assert!(
        guarded.degradation().is_none(),
        "one failure may be by chance"
    );
    guarded.clock.advance(4 * HOUR);
    let token = guarded.token(&ours);
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
    let guarded = guarded.again(&places, Duration::ZERO).await;
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
    assert!(guarded.degradation().is_some());
}

#[tokio::test]
async fn what_another_url_answered_is_not_believed() {
    let ours = Issuer::ours();
    let server = Server::start(Answer::Body(ours.jwks().to_string()));
    let guarded = Guarded::by(&format!("jwks_url: {}", server.url())).await;
    let token = guarded.token(&ours);
    guarded.admit(&token).unwrap();
    let other = Server::start(Answer::Status(503));
    let places = format!("jwks_url: {}", other.url());
    let guarded = guarded.again(&places, Duration::ZERO).await;
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
}
