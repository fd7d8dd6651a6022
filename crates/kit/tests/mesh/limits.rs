//! Full servers.

use vortex_kit::{
    error::{Fault, Reason},
    grpc::Limits,
};
use vortex_kit_echo::{Behaviour, CountRequest};

use super::echo::{Fixture, Way, both_ways, say};

both_ways! {
    async fn a_full_server_turns_calls_away_and_says_when_to_come_back(way: Way) {
        let limits = Limits { calls: 0, ..Limits::default() };
        let mut fixture = Fixture::with(way, limits).await;
        let status = fixture.client.write(say(Behaviour::Unspecified)).await.unwrap_err();
        let fault = Fault::from_status(&status);
        assert_eq!(fault.reason(), Reason::Overloaded);
        assert!(fault.retry_delay().is_some());
    }

    async fn a_full_server_still_answers_probes(way: Way) {
        let limits = Limits { calls: 0, streams: 0, ..Limits::default() };
        let fixture = Fixture::with(way, limits).await;
        let mut health =
            tonic_health::pb::health_client::HealthClient::new(fixture.channel.clone());
        let request = tonic_health::pb::HealthCheckRequest { service: String::new() };
        health.check(request).await.unwrap();
    }

    async fn an_open_stream_holds_its_place_until_it_ends(way: Way) {
        let limits = Limits { streams: 1, ..Limits::default() };
        let mut fixture = Fixture::with(way, limits).await;
        let open = CountRequest { count: 1, behaviour: Behaviour::Hang.into() };
        let first = fixture.client.count(open).await.unwrap();
        let status = fixture.client.count(open).await.unwrap_err();
        assert_eq!(Fault::from_status(&status).reason(), Reason::Overloaded);
        drop(first);
        while fixture.client.count(open).await.is_err() {
            // over a network, the server learns of it a little later
            tokio::task::yield_now().await;
        }
    }

    async fn one_caller_opens_thousands_of_streams_and_calls_on(way: Way) {
        let mut fixture = Fixture::with(way, Limits::default()).await;
        let open = CountRequest { count: 1, behaviour: Behaviour::Hang.into() };
        let mut streams = Vec::new();
        for _ in 0..3_000 {
            streams.push(fixture.client.count(open).await.unwrap());
        }
        fixture.client.say(say(Behaviour::Unspecified)).await.unwrap();
    }
}
