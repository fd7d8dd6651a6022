//! `vortex up --secure --oidc FILE`: callers are known by the tokens of a provider.

#[path = "../../../oidc/tests/tokens/issuer.rs"]
#[allow(dead_code)] // a part is enough here
mod issuer;
#[path = "../../../service/tests/tokens/server.rs"]
#[allow(dead_code)]
mod server;

use std::{fs, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    command::{Ran, vortex},
    secure::{Secure, bearer, bootstrap_key},
};
use issuer::Issuer;
use server::{Answer, Server};

const FIELDS: &str = "\
issuer: https://id.example.com
audience: vortex
algorithms: [RS256, ES256]
name: email
grants:
  - {claim: groups, value: payments, role: writer, scopes: 'payments/**'}
  - {claim: groups, value: everybody, role: reader, scopes: '**'}
";

/// The file of a provider whose keys are there.
fn file(home: &Path, url: &str) -> String {
    let file = home.join("oidc.yaml");
    fs::write(&file, format!("{FIELDS}jwks_url: {url}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

fn keys(issuer: &Issuer) -> Answer {
    Answer::Body(issuer.jwks().to_string())
}

/// Claims of a member of a group, which hold for so many seconds.
fn claims(group: &str, seconds: i64) -> Value {
    json!({
        "iss": "https://id.example.com",
        "aud": "vortex",
        "email": format!("{group}@example.com"),
        "groups": [group],
        "exp": Timestamp::now().as_second() + seconds,
    })
}

#[test]
fn a_token_opens_what_its_claims_grant() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (ours, foreign) = (Issuer::ours(), Issuer::foreign());
    let provider = Server::start(keys(&ours));
    let mesh = Secure::with(home, &["--oidc", &file(home, &provider.url())]);
    let writer = ours.token("RS256", &claims("payments", 600));
    let reader = ours.token("ES256", &claims("everybody", 600));
    let nobody = ours.token("ES256", &claims("others", 600));
    let document = home.join("p.yml");
    fs::write(&document, "pool: 5\n").unwrap();
    let put = |app: &str, key: &str| {
        let put = format!("config put {app} prod -f {}", document.display());
        mesh.run(home, Some(key), &put)
    };
    put("payments", &writer).done();
    for (app, key) in [
        ("orders", &writer),
        ("payments", &reader),
        ("payments", &nobody),
    ] {
        let denied = put(app, key);
        assert!(denied.err.contains("needs the role `writer`"), "{denied:?}");
    }
    let (_, told) = mesh.ask("GET", "/api/timeline", &bearer(&reader));
    assert!(told.contains("jwt:payments@example.com"), "{told}");
    let mut mine = claims("payments", 600);
    mine["aud"] = json!("another");
    for (token, path, expected) in [
        (&writer, "/payments/prod", 200),
        (&writer, "/orders/prod", 403),
        (&reader, "/orders/prod", 200),
        (&nobody, "/orders/prod", 403),
        (&bootstrap_key(home), "/orders/prod", 200),
        (
            &foreign.token("RS256", &claims("payments", 600)),
            "/payments/prod",
            401,
        ),
        (
            &ours.token("RS256", &claims("payments", -61)),
            "/payments/prod",
            401,
        ),
        (&ours.token("RS256", &mine), "/payments/prod", 401),
    ] {
        let (status, answer) = mesh.ask("GET", path, &bearer(token));
        assert_eq!(status, expected, "{path}: {answer}");
    }
    assert!(home.join("data/jwks-last-good.json").exists());
}

#[test]
fn a_watch_ends_with_the_token_that_opened_it() {
    let home = tempfile::tempdir().unwrap();
    let ours = Issuer::ours();
    let provider = Server::start(keys(&ours));
    let mesh = Secure::with(
        home.path(),
        &["--oidc", &file(home.path(), &provider.url())],
    );
    // it holds for a minute after its end
    let token = ours.token("ES256", &claims("everybody", -55));
    let mut lines = mesh.watch("/api/watch/orders/prod", &bearer(&token));
    assert!(lines.any(|line| line.starts_with("event: snapshot")));
    assert!(lines.any(|line| line.contains("UNAUTHENTICATED")));
    assert_eq!(mesh.ask("GET", "/orders/prod", &bearer(&token)).0, 401);
}

#[test]
fn a_provider_that_is_away_keeps_no_service_from_its_start() {
    let home = tempfile::tempdir().unwrap();
    let ours = Issuer::ours();
    let provider = Server::start(Answer::Status(500));
    let mesh = Secure::with(
        home.path(),
        &["--oidc", &file(home.path(), &provider.url())],
    );
    let token = ours.token("ES256", &claims("everybody", 600));
    let (status, answer) = mesh.ask("GET", "/orders/prod", &bearer(&token));
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("can't be verified now"), "{answer}");
    let key = bearer(&bootstrap_key(home.path()));
    assert_eq!(mesh.ask("GET", "/orders/prod", &key).0, 200);
    let (_, health) = mesh.ask("GET", "/health", "");
    assert!(health.contains("config-svc/tokens"), "{health}");
    provider.answer(keys(&ours));
    while mesh.ask("GET", "/orders/prod", &bearer(&token)).0 == 503 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(mesh.ask("GET", "/orders/prod", &bearer(&token)).0, 200);
}

#[test]
fn a_file_that_can_not_be_meant_ends_the_start_before_anything_is_made() {
    let home = tempfile::tempdir().unwrap();
    let (home, data) = (home.path(), home.path().join("data"));
    let file = home.join("oidc.yaml");
    for (more, expected) in [
        ("", "`jwks_url` and `jwks_file`"),
        ("jwks_url: http://id.example.com/keys", "https://"),
        (
            "jwks_url: https://id.example.com/keys\nrealm: x",
            "unknown field \"realm\"",
        ),
    ] {
        fs::write(&file, format!("{FIELDS}{more}\n")).unwrap();
        let mut command = vortex(home);
        command
            .args(["up", "--oidc"])
            .arg(&file)
            .arg("--data")
            .arg(&data);
        let told = Ran::of(&mut command).failed(2);
        assert!(
            told.contains(expected) && told.contains("oidc.yaml"),
            "{told}"
        );
    }
    let mut command = vortex(home);
    command
        .args(["up", "--data"])
        .arg(&data)
        .env("VORTEX_OIDC", home.join("none.yaml"));
    let told = Ran::of(&mut command).failed(2);
    assert!(
        told.contains("cannot be read") && told.contains("VORTEX_OIDC"),
        "{told}"
    );
    assert!(!data.exists());
}
