//! Which tokens are taken, and what callers are told of others.

use ring::hmac;
use serde_json::{Value, json};
use vortex_kit::error::Reason;

use super::{
    guarded::Guarded,
    issuer::{Issuer, base64},
    server::{Answer, Server},
};

struct Taking {
    guarded: Guarded,
    issuer: Issuer,
    _server: Server,
}

impl Taking {
    async fn start() -> Self {
        let issuer = Issuer::ours();
        let server = Server::start(Answer::Body(issuer.jwks().to_string()));
        Self {
            guarded: Guarded::by(&format!("jwks_url: {}", server.url())).await,
            issuer,
            _server: server,
        }
    }

    fn admit(&self, claims: &Value) -> String {
        let token = self.issuer.token("RS256", claims);
        self.guarded.admit(&token).unwrap()
    }
}

#[tokio::test]
async fn a_token_is_its_principal_with_what_its_claims_grant() {
    let taking = Taking::start().await;
    let with = |name: &str, value: Value| taking.admit(&taking.guarded.with(name, value));
    let alice = "jwt:alice@example.com";
    assert_eq!(
        with("groups", json!(["developers"])),
        format!("{alice} writer orders/**")
    );
    assert_eq!(
        with("groups", json!("readers")),
        format!("{alice} reader **")
    );
    // known, and granted nothing
    assert_eq!(with("groups", json!([])), alice);
    let mut claims = taking.guarded.with("scope", json!("openid config.read"));
    claims["groups"] = json!(null);
    claims["apps"] = json!(["orders/prod", "payments/**"]);
    assert_eq!(
        taking.admit(&claims),
        format!("{alice} reader orders/prod,payments/**")
    );
    // within the leeway
    let now = taking.guarded.claims()["nbf"].as_i64().unwrap();
    with("exp", json!(now - 59));
    with("nbf", json!(now + 59));
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_without_a_hint_and_counted_by_why() {
    let taking = Taking::start().await;
    let (guarded, ours) = (&taking.guarded, &taking.issuer);
    let foreign = Issuer::foreign();
    let claims = guarded.claims();
    let now = claims["nbf"].as_i64().unwrap();
    let changed = |name: &str, value: Value| ours.token("ES256", &guarded.with(name, value));
    let header = |header: Value| {
        let message = format!(
            "{}.{}",
            base64(header.to_string()),
            base64(claims.to_string())
        );
        move |signature: &[u8]| format!("{message}.{}", base64(signature))
    };
    let unsigned = header(json!({"alg": "none", "typ": "JWT"}))(b"");
    let shared_secret = {
        let header = json!({"alg": "HS256", "kid": "rsa"});
        let message = format!(
            "{}.{}",
            base64(header.to_string()),
            base64(claims.to_string())
        );
        let secret = hmac::Key::new(hmac::HMAC_SHA256, ours.public_rsa());
        let tag = hmac::sign(&secret, message.as_bytes());
        format!("{message}.{}", base64(tag))
    };
    let bomb = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let nested = claims
        .to_string()
        .replacen('{', &format!("{{\"bomb\":{bomb},"), 1);
    let es256 = json!({"alg": "ES256", "kid": "p256"}).to_string();
    let unknown = json!({"alg": "ES256", "kid": "other"}).to_string();
    let last = |token: &str| {
        let (message, signature) = token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        format!("{message}.{first}{}", &signature[1..])
    };
    let cases = [
        ("token_expired", changed("exp", json!(now - 60))),
        ("token_not_yet", changed("nbf", json!(now + 120))),
        (
            "token_issuer",
            changed("iss", json!("https://evil.example")),
        ),
        ("token_audience", changed("aud", json!("other"))),
        ("token_claims", changed("exp", json!("soon"))),
        ("token_claims", changed("email", json!(""))),
        ("token_malformed", unsigned),
        ("token_algorithm", shared_secret),
        ("token_algorithm", ours.token("PS256", &claims)),
        ("token_signature", foreign.token("ES256", &claims)),
        ("token_signature", foreign.token("RS256", &claims)),
        ("token_signature", last(&ours.token("ES256", &claims))),
        (
            "token_unknown_key",
            ours.sign("ES256", &unknown, &claims.to_string()),
        ),
        ("token_malformed", ours.sign("ES256", &es256, &nested)),
        ("token_malformed", "a.b.c".to_owned()),
        ("token_malformed", "..".to_owned()),
        ("malformed", changed("pad", json!("x".repeat(1 << 20)))),
        ("malformed", "vx_0123456789abcdef_".to_owned()),
    ];
    let mut told = Vec::new();
    for (reason, token) in &cases {
        let series = format!("vortex_access_refused_total{{reason=\"{reason}\"}}");
        let before = guarded.metric(&series);
        let fault = guarded.admit(token).unwrap_err();
        assert_eq!(fault.reason(), Reason::Unauthenticated, "{reason}");
        assert_eq!(guarded.metric(&series), before + 1.0, "{reason}: {fault}");
        if *reason != "malformed" {
            told.push(fault.message().to_owned());
        }
    }
    told.dedup();
    assert_eq!(told, ["the credentials are not valid"]);
    // nor does a refusal spoil what is valid
    guarded.admit(&guarded.token(ours)).unwrap();
}

#[tokio::test]
async fn what_was_verified_is_not_taken_for_longer_than_it_holds() {
    let taking = Taking::start().await;
    let guarded = &taking.guarded;
    let token = guarded.token(&taking.issuer);
    for _ in 0..3 {
        guarded.admit(&token).unwrap();
    }
    let minute = std::time::Duration::from_secs(60);
    guarded.clock.advance(60 * minute);
    guarded.admit(&token).unwrap();
    guarded.clock.advance(minute);
    assert_eq!(guarded.refusal(&token), Some(Reason::Unauthenticated));
}
