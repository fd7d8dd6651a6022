//! Measures what access costs a call: `cargo bench -p vortex-access`.

use std::{hint::black_box, time::Duration};

use criterion::Criterion;
use jiff::Timestamp;
use vortex_access::{
    ApiKey, Asked, Grant, KeyRing, Now, Presented, Role, StoredKey, credential, decide,
};

const NOW: Now = Now {
    wall: Timestamp::UNIX_EPOCH,
    monotonic: Duration::ZERO,
};
const ASKED: Asked<'_> = Asked::Documents {
    labels: &["main"],
    apps: &["payments"],
    profiles: &["default", "prod"],
};

fn key(number: u32) -> ApiKey {
    let mut id = [0; 10];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let mut secret = [7; 32];
    secret[..4].copy_from_slice(&number.to_be_bytes());
    ApiKey::from_random(id, secret)
}

/// A thousand keys, each with a few scopes.
fn ring() -> Result<KeyRing, Box<dyn std::error::Error>> {
    let mut ring = KeyRing::default();
    ring.confirm(Duration::ZERO);
    for number in 0..1_000 {
        let scopes = [
            "orders/**",
            "main:billing/**",
            "feature/**:payments/**",
            "payments/**",
        ];
        let grants = vec![Grant::parse(Role::Reader, scopes)?];
        let name = format!("key-{number}").parse()?;
        ring.put(StoredKey::issue(
            &key(number),
            name,
            grants,
            NOW.wall,
            None,
        )?);
    }
    Ok(ring)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ring = ring()?;
    let presented = key(500);
    let text = presented.expose().to_owned();
    let principal = ring.verify(&presented, NOW)?;
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("read a key from its header", |bencher| {
        bencher.iter(|| credential(header(&[black_box(text.as_bytes())])));
    });
    criterion.bench_function("verify a key among 1,000", |bencher| {
        bencher.iter(|| ring.verify(black_box(&presented), NOW));
    });
    criterion.bench_function("decide over four scopes, two profiles", |bencher| {
        bencher.iter(|| decide(black_box(&principal), Role::Reader, black_box(ASKED)));
    });
    criterion.bench_function("all three", |bencher| {
        bencher.iter(|| {
            let found = credential(header(&[black_box(text.as_bytes())]));
            let Ok(Some(vortex_access::Credential::Key(key))) = found else {
                return false;
            };
            let principal = ring.verify(&key, NOW);
            principal.is_ok_and(|who| decide(&who, Role::Reader, ASKED).is_allowed())
        });
    });
    criterion.final_summary();
    Ok(())
}

fn header<'a>(api_key: &'a [&'a [u8]]) -> Presented<'a> {
    Presented {
        api_key,
        ..Presented::default()
    }
}
