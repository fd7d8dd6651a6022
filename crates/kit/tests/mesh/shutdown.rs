//! The end, with work under way.

use std::{collections::BTreeMap, time::Duration};

use vortex_kit::{
    error::{Fault, Reason},
    process::shut_down,
};
use vortex_kit_echo::{Behaviour, CountRequest};

use super::echo::{Fixture, Way, both_ways, say};

const LONG: Duration = Duration::from_secs(60);

both_ways! {
    async fn an_open_stream_ends_with_the_drain_and_says_why(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: 1, behaviour: Behaviour::Hang.into() };
        let mut numbers = fixture.client.count(count).await.unwrap().into_inner();
        numbers.message().await.unwrap();
        let lifecycle = fixture.runtime.lifecycle.clone();
        let healths = [fixture.runtime.health.clone()];
        let end = shut_down(&healths, &lifecycle, Duration::ZERO, LONG);
        let (stopped, status) = tokio::join!(end, async {
            numbers.message().await.unwrap_err()
        });
        assert_eq!(Fault::from_status(&status).reason(), Reason::Draining);
        assert_eq!(stopped.unfinished, BTreeMap::new());
    }
}

#[tokio::test]
async fn a_call_that_never_ends_is_cut_at_the_deadline_and_named() {
    let fixture = Fixture::new(Way::Network).await;
    let mut client = fixture.client.clone();
    let call = tokio::spawn(async move { client.say(say(Behaviour::Hang)).await });
    fixture.hung.notified().await;
    let lifecycle = &fixture.runtime.lifecycle;
    let stopped = lifecycle.stop(Duration::from_millis(50)).await;
    assert!(
        stopped.unfinished.contains_key("http2 stream"),
        "{stopped:?}"
    );
    assert!(call.await.unwrap().is_err());
}
