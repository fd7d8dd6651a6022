//! The context of a call, its metrics, and its failures.

use std::time::Duration;

use http_body_util::Full;
use tonic::{Code, Request, Status, body::Body};
use tower::Service;
use vortex_kit::{
    context::{Context, Peer},
    error::{Fault, Reason},
};
use vortex_kit_echo::{Behaviour, CountRequest};

use super::{
    echo::{Fixture, Way, both_ways, say},
    logs::Logs,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn caller() -> Context {
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let headers = [
        ("traceparent".parse().unwrap(), parent.parse().unwrap()),
        ("x-request-id".parse().unwrap(), "order-17".parse().unwrap()),
    ];
    Context::from_headers(&headers.into_iter().collect(), Peer::InProcess)
}

fn handled(fixture: &Fixture, method: &str, code: &str) -> String {
    let prefix = format!(
        "vortex_grpc_server_handled_total{{service=\"kit.echo.v1.EchoService\",\
         method=\"{method}\",code=\"{code}\"}} "
    );
    let text = fixture.runtime.metrics.render();
    let line = text.lines().find_map(|line| line.strip_prefix(&prefix));
    line.unwrap_or("absent").to_owned()
}

both_ways! {
    async fn a_call_brings_id_trace_and_principal(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let call = fixture.client.say(say(Behaviour::Unspecified));
        let reply = caller().scope(call).await.unwrap().into_inner();
        assert_eq!(reply.request_id, "order-17");
        assert_eq!(reply.trace_id, TRACE);
        assert_eq!(reply.principal, "anonymous");
    }

    async fn a_nested_call_passes_id_trace_and_a_shorter_deadline_on_by_itself(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let caller = caller().within(Duration::from_secs(9));
        let call = fixture.client.relay(say(Behaviour::Unspecified));
        let reply = caller.clone().scope(call).await.unwrap().into_inner();
        assert_eq!(reply.server, "last");
        assert_eq!((&*reply.request_id, &*reply.trace_id), ("order-17", TRACE));
        assert_ne!(reply.span_id, caller.trace().span_id().to_string());
        assert!((0..9_000).contains(&reply.remaining_ms), "{reply:?}");
    }

    async fn a_call_without_a_deadline_gets_the_servers(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let reply = fixture.client.say(say(Behaviour::Unspecified)).await.unwrap();
        assert!((0..=30_000).contains(&reply.get_ref().remaining_ms));
    }

    async fn a_late_answer_is_deadline_exceeded_with_details(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let mut request = Request::new(say(Behaviour::Hang));
        request.set_timeout(Duration::from_millis(20));
        let status = fixture.client.say(request).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(Fault::is_in(&status));
        assert_eq!(Fault::from_status(&status).reason(), Reason::DeadlineExceeded);
    }

    async fn a_late_stream_is_deadline_exceeded_with_details(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: 1, behaviour: Behaviour::Hang.into() };
        let mut request = Request::new(count);
        request.set_timeout(Duration::from_millis(20));
        let mut numbers = fixture.client.count(request).await.unwrap().into_inner();
        assert_eq!(numbers.message().await.unwrap().unwrap().number, 0);
        let status = numbers.message().await.unwrap_err();
        assert_eq!(Fault::from_status(&status).reason(), Reason::DeadlineExceeded);
        assert_eq!(handled(&fixture, "Count", "DEADLINE_EXCEEDED"), "1");
    }

    async fn a_call_whose_time_is_up_is_not_begun(way: Way) {
        for timeout in ["0S", "1n", "0n", "0H"] {
            let mut fixture = Fixture::new(way).await;
            // it would answer, and count, at once
            let mut request = Request::new(say(Behaviour::Unspecified));
            request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
            let status = fixture.client.write(request).await.unwrap_err();
            assert_eq!(Fault::from_status(&status).reason(), Reason::DeadlineExceeded);
            let mut request = Request::new(CountRequest { count: 5, behaviour: 0 });
            request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
            let status = fixture.client.count(request).await.map(drop).unwrap_err();
            assert_eq!(Fault::from_status(&status).reason(), Reason::DeadlineExceeded);
            assert_eq!(handled(&fixture, "Write", "OK"), "0", "{timeout}");
        }
    }

    async fn a_stream_that_never_waits_ends_at_its_deadline(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: u32::MAX, behaviour: 0 };
        let mut request = Request::new(count);
        request.set_timeout(Duration::from_millis(20));
        let count = async {
            let mut numbers = fixture.client.count(request).await?.into_inner();
            while numbers.message().await?.is_some() {}
            Ok::<_, Status>(())
        };
        let ended = count.await.unwrap_err();
        assert_eq!(Fault::from_status(&ended).reason(), Reason::DeadlineExceeded);
    }

    async fn an_odd_timeout_is_refused(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let mut request = Request::new(say(Behaviour::Unspecified));
        request.metadata_mut().insert("grpc-timeout", "soon".parse().unwrap());
        let status = fixture.client.say(request).await.unwrap_err();
        let fault = Fault::from_status(&status);
        assert_eq!(fault.reason(), Reason::InvalidArgument);
        assert_eq!(fault.fields()[0].field, "grpc-timeout");
    }

    async fn a_fault_arrives_whole(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let status = fixture.client.say(say(Behaviour::Refuse)).await.unwrap_err();
        let fault = Fault::from_status(&status);
        assert_eq!(status.code(), Code::AlreadyExists);
        assert_eq!(fault.reason(), Reason::VersionExists);
        assert_eq!(fault.message(), "v2 is taken");
        assert_eq!(fault.metadata()["version"], "v2");
        assert_eq!(fault.fields()[0].field, "version");
        assert_eq!(handled(&fixture, "Say", "ALREADY_EXISTS"), "1");
    }

    async fn a_panic_is_an_internal_error_and_the_next_call_is_answered(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let call = fixture.client.say(say(Behaviour::Panic));
        let status = caller().scope(call).await.unwrap_err();
        assert_eq!(status.message(), "internal error");
        let fault = Fault::from_status(&status);
        assert_eq!(fault.reason(), Reason::Internal);
        assert_eq!(fault.metadata()["request_id"], "order-17");
        fixture.client.say(say(Behaviour::Unspecified)).await.unwrap();
        assert_eq!(handled(&fixture, "Say", "INTERNAL"), "1");
        assert_eq!(handled(&fixture, "Say", "OK"), "1");
    }

    async fn a_panic_in_a_stream_ends_it_with_an_internal_error(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: 0, behaviour: Behaviour::Panic.into() };
        let mut numbers = fixture.client.count(count).await.unwrap().into_inner();
        let status = numbers.message().await.unwrap_err();
        assert_eq!(Fault::from_status(&status).reason(), Reason::Internal);
        assert_eq!(handled(&fixture, "Count", "INTERNAL"), "1");
    }

    async fn causes_stay_inside(way: Way) {
        let mut fixture = Fixture::new(way).await;
        for behaviour in [Behaviour::Break, Behaviour::Bare] {
            let status = fixture.client.say(say(behaviour)).await.unwrap_err();
            assert_eq!(status.message(), "internal error");
            assert!(Fault::from_status(&status).metadata().contains_key("request_id"));
        }
        assert_eq!(handled(&fixture, "Say", "INTERNAL"), "2");
    }

    async fn a_bare_status_in_a_stream_is_sealed_too(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: 0, behaviour: Behaviour::Bare.into() };
        let mut numbers = fixture.client.count(count).await.unwrap().into_inner();
        let status = numbers.message().await.unwrap_err();
        assert_eq!(status.message(), "internal error");
        assert!(Fault::is_in(&status));
    }

    async fn a_failure_is_logged_with_its_reason(way: Way) {
        let logs = Logs::capture();
        let mut fixture = Fixture::new(way).await;
        fixture.client.write(say(Behaviour::Break)).await.unwrap_err();
        let lines = logs.lines("call failed");
        assert!(lines[0].contains("code=\"INTERNAL\" reason=\"INTERNAL\""), "{lines:?}");
    }

    async fn refusals_that_repeat_are_logged_once(way: Way) {
        let logs = Logs::capture();
        let mut fixture = Fixture::new(way).await;
        for _ in 0..5 {
            fixture.client.write(say(Behaviour::Decline)).await.unwrap_err();
        }
        let lines = logs.lines("call failed");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("reason=\"UNAVAILABLE\""), "{lines:?}");
        assert_eq!(handled(&fixture, "Write", "UNAVAILABLE"), "5");
    }

    async fn a_stream_counts_when_it_ends(way: Way) {
        let mut fixture = Fixture::new(way).await;
        let count = CountRequest { count: 2, behaviour: 0 };
        let mut numbers = fixture.client.count(count).await.unwrap().into_inner();
        numbers.message().await.unwrap();
        if way == Way::InProcess {
            // a network's server runs ahead of its reader
            assert_eq!(handled(&fixture, "Count", "OK"), "0");
        }
        while numbers.message().await.unwrap().is_some() {}
        assert_eq!(handled(&fixture, "Count", "OK"), "1");
    }

    async fn a_probe_of_an_unknown_service_has_details_too(way: Way) {
        let fixture = Fixture::new(way).await;
        let channel = fixture.channel.clone();
        let mut client = tonic_health::pb::health_client::HealthClient::new(channel);
        let request = tonic_health::pb::HealthCheckRequest { service: "nobody".to_owned() };
        let status = client.check(request).await.unwrap_err();
        assert_eq!(Fault::from_status(&status).reason(), Reason::NotFound);
    }
}

#[tokio::test]
async fn an_unknown_method_is_said_to_be_unknown() {
    let mut fixture = Fixture::new(Way::InProcess).await;
    let request = http::Request::post("/nobody.Service/Nothing").body(Body::empty());
    let response = fixture.channel.call(request.unwrap()).await.unwrap();
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(Fault::from_status(&status).reason(), Reason::MethodUnknown);
}

/// What a call with these bytes for a body comes to.
async fn send(fixture: &mut Fixture, method: &str, body: &'static [u8]) -> Status {
    let request = http::Request::post(format!("/kit.echo.v1.EchoService/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(body.into())));
    let response = fixture.channel.call(request.unwrap()).await.unwrap();
    Status::from_header_map(response.headers()).unwrap()
}

#[tokio::test]
async fn a_message_that_does_not_decode_is_the_callers_fault() {
    let logs = Logs::capture();
    let mut fixture = Fixture::new(Way::Network).await;
    let bodies: [&[u8]; 6] = [
        b"\0\0\0\0\x02\x0a\x05",
        b"\0\0\0\0\x03\x0a\x01\xff",
        b"\0\0\0\0\x09\x0a",
        b"\x01\0\0\0\0",
        b"\x07\0\0\0\0",
        b"",
    ];
    for method in ["Say", "Write", "Count"] {
        for body in bodies {
            let status = send(&mut fixture, method, body).await;
            assert!(Fault::is_in(&status), "{status}");
            let fault = Fault::from_status(&status);
            assert_eq!(
                fault.reason(),
                Reason::InvalidArgument,
                "{method} {body:?} {fault}"
            );
            assert_eq!(fault.fields()[0].field, "request");
        }
        assert_eq!(handled(&fixture, method, "INVALID_ARGUMENT"), "6");
    }
    assert_eq!(logs.lines("ERROR"), [""; 0]);
    assert_eq!(logs.lines("WARN"), [""; 0]);
}

#[tokio::test]
async fn methods_show_at_zero_before_their_first_call() {
    let fixture = Fixture::new(Way::InProcess).await;
    for method in ["Say", "Write", "Relay", "Count"] {
        assert_eq!(handled(&fixture, method, "OK"), "0");
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_is_counted_as_cancelled() {
    let mut fixture = Fixture::new(Way::InProcess).await;
    let call = Box::pin(fixture.client.say(say(Behaviour::Hang)));
    assert!(futures::poll!(call).is_pending());
    assert_eq!(handled(&fixture, "Say", "CANCELLED"), "1");
}
