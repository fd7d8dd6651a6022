//! What follows the receiver's answers.

use std::time::Duration;

use vortex_kit::process::shut_down;

use crate::{
    diary::{id, write},
    receiver::{PATIENCE, Receiver, Reply},
    service::{Home, sink},
};

#[tokio::test]
async fn an_event_that_is_refused_again_and_again_is_given_up_and_the_next_ones_are_sent() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.reply([410, 400, 404].map(Reply::Status));
    write(&service.store, 0..1).await;
    service
        .until(|service| service.counted("pager", "refused") == 1)
        .await;
    let told = service.complaint("pager").unwrap();
    assert_eq!(
        told,
        "it has refused the event diary/0, which is lost to it: the answer was 404 Not Found"
    );
    write(&service.store, 1..3).await;
    receiver.takes(&id(2)).await;
    service
        .until(|service| service.complaint("pager").is_none())
        .await;
    assert_eq!(receiver.taken(), [id(1), id(2)]);
    service
        .until(|service| service.counted("pager", "delivered") == 2)
        .await;
    assert_eq!(service.counted("pager", "failed"), 2);
    service.stop().await;
}

#[tokio::test]
async fn a_sink_that_takes_nothing_holds_up_no_other() {
    let home = Home::new();
    let (away, receiver) = (Receiver::away().await, Receiver::listening().await);
    let sinks = sink("away", &away) + &sink("pager", &receiver);
    let service = home.start(&sinks).await;
    write(&service.store, 0..3).await;
    receiver.takes(&id(2)).await;
    assert_eq!(service.counted("away", "delivered"), 0);
    service.stop().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_is_asked_again_after_the_deadline() {
    let (mut home, receiver) = (Home::new(), Receiver::listening().await);
    home.pace.deadline = Duration::from_millis(20);
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.reply([Reply::Hang, Reply::Hang]);
    write(&service.store, 0..2).await;
    receiver.takes(&id(1)).await;
    assert!(service.counted("pager", "failed") >= 2);
    assert_eq!(receiver.taken(), [id(0), id(1)]);
    service.stop().await;
}

#[tokio::test]
async fn a_request_that_has_no_answer_holds_up_no_shutdown() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.reply([Reply::Hang]);
    write(&service.store, 0..1).await;
    receiver.requests(1).await;
    // the deadline of the request is as long: nothing is left unfinished, so it was not waited for
    let lifecycle = &service.runtime.lifecycle;
    let healths = [service.runtime.health.clone()];
    let stopped = shut_down(&healths, lifecycle, Duration::ZERO, PATIENCE / 2).await;
    assert!(stopped.unfinished.is_empty(), "{stopped:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.reply([301, 302, 307, 308].map(|status| Reply::With(status, "location", "/other")));
    write(&service.store, 0..1).await;
    receiver.takes(&id(0)).await;
    let got = receiver.got();
    assert_eq!(got.len(), 5);
    assert!(got.iter().all(|got| got.path == "/hook"));
    service.stop().await;
}

#[tokio::test]
async fn a_sink_that_takes_nothing_for_too_long_is_in_health_and_its_lag_in_the_metrics() {
    let (mut home, receiver) = (Home::new(), Receiver::away().await);
    home.pace.late = Duration::from_millis(10);
    let service = home.start(&sink("pager", &receiver)).await;
    let lag = |text: &str| {
        let series = "vortex_webhook_lag_seconds{sink=\"pager\"} ";
        let found = text.lines().find_map(|line| line.strip_prefix(series));
        found.unwrap().parse::<f64>().unwrap()
    };
    assert_eq!(lag(&service.runtime.metrics.render()), 0.0);
    write(&service.store, 0..1).await;
    service
        .until(|service| service.complaint("pager").is_some())
        .await;
    let told = service.complaint("pager").unwrap();
    assert!(
        told.contains("events since 1970-01-01T00:00:00Z wait: Connection refused"),
        "{told}"
    );
    assert!(lag(&service.runtime.metrics.render()) > 1e9);
    receiver.listen().await;
    receiver.takes(&id(0)).await;
    service
        .until(|service| service.complaint("pager").is_none())
        .await;
    service
        .until(|service| lag(&service.runtime.metrics.render()) == 0.0)
        .await;
    service.stop().await;
}

/// A receiver that asks for a day is asked again after the longest pause that is allowed.
#[tokio::test]
async fn the_pause_that_a_receiver_asks_for_is_bounded() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.reply([
        Reply::With(429, "retry-after", "86400"),
        Reply::With(503, "retry-after", "Fri, 31 Dec 2999 23:59:59 GMT"),
    ]);
    write(&service.store, 0..1).await;
    receiver.takes(&id(0)).await;
    service.stop().await;
}
