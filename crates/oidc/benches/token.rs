//! Measures what a token costs a call: `cargo bench -p vortex-oidc`.

#[path = "../tests/tokens/issuer.rs"]
#[allow(dead_code, clippy::unwrap_used)] // test code, of which this needs a part
mod issuer;

use std::hint::black_box;

use criterion::Criterion;
use issuer::Issuer;
use jiff::Timestamp;
use serde_json::json;
use vortex_oidc::{KeySet, Settings, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = Issuer::ours();
    let keys = KeySet::parse(issuer.jwks().to_string().as_bytes())?;
    let settings: Settings = serde_json::from_value(json!({
        "issuer": "i",
        "audience": ["vortex"],
        "algorithms": ["RS256", "ES256", "EdDSA"],
        "grants": [{"claim": "groups", "value": "a", "role": "reader", "scopes": ["a"]}],
    }))?;
    let verifier = Verifier::new(&settings)?;
    let claims = json!({"iss": "i", "aud": "vortex", "sub": "s", "exp": 60, "groups": ["b", "a"]});
    let mut criterion = Criterion::default().configure_from_args();
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let token = issuer.token(algorithm, &claims);
        verifier.verify(&token, &keys, Timestamp::UNIX_EPOCH)?;
        criterion.bench_function(&format!("verify a token by {algorithm}"), |bencher| {
            bencher.iter(|| verifier.verify(black_box(&token), &keys, Timestamp::UNIX_EPOCH));
        });
    }
    criterion.final_summary();
    Ok(())
}
