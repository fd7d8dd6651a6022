//! A service that can't have a port says which, and which option chooses another.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::net::TcpListener;

use vortex_tests::run;

#[test]
fn each_service_names_the_option_that_chooses_another_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let any = "127.0.0.1:0";
    let health = "health and metrics";
    for (program, option, purpose, others) in [
        ("config-svc", "--grpc", "gRPC", &["--admin", any][..]),
        ("config-svc", "--admin", health, &["--grpc", any]),
        ("rollout-svc", "--grpc", "gRPC", &["--admin", any]),
        ("rollout-svc", "--admin", health, &["--grpc", any]),
        ("gateway", "--http", "REST", &[]),
        ("gateway", "--admin", health, &["--http", any]),
    ] {
        let mut arguments = vec![option, &taken];
        arguments.extend(others);
        let ran = run(program, &arguments);
        assert_eq!(ran.code, 1, "{program} {option}: {ran:?}");
        let last = ran.err.lines().last().unwrap_or_default();
        let listen = format!("cannot listen on {taken} for {purpose}: ");
        let choose = format!("choose another with {option}");
        assert!(
            last.contains(&listen) && last.contains(&choose),
            "{program}: {last}"
        );
    }
}

#[test]
fn each_service_takes_names_and_refuses_those_it_does_not_know() {
    for (program, option) in [
        ("config-svc", "--grpc"),
        ("rollout-svc", "--grpc"),
        ("gateway", "--http"),
    ] {
        let known = run(program, &[option, "localhost:0", "--dump-config"]);
        assert_eq!(known.code, 0, "{known:?}");
        assert!(known.out.contains("localhost:0"), "{known:?}");
        let unknown = run(program, &[option, "nowhere.invalid:0"]);
        assert_eq!(unknown.code, 2, "{unknown:?}");
        let told = "cannot resolve \"nowhere.invalid\"";
        assert!(unknown.err.contains(told), "{unknown:?}");
    }
}
