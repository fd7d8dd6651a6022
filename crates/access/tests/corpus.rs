//! Known troublemakers in every place that takes text from outside, and what a seeded mutator
//! makes of them.

#![allow(clippy::unwrap_used)] // all of this is test code

use vortex_access::{ApiKey, KeyId, MAX_CREDENTIAL, Name, Presented, Role, credential, scope};

/// A JSON string a line.
const CORPUS: &str = include_str!("corpus/credentials.jsonl");
const MUTATIONS: usize = 200;

/// Nothing panics, what is accepted is bounded, and no error is long or repeats what was given.
fn check(given: &str) {
    let bytes = given.as_bytes();
    for presented in [
        Presented {
            api_key: &[bytes],
            ..Presented::default()
        },
        Presented {
            authorization: &[bytes],
            ..Presented::default()
        },
        Presented {
            token: &[given],
            ..Presented::default()
        },
        Presented {
            subprotocols: &[bytes],
            ..Presented::default()
        },
    ] {
        match credential(presented) {
            Ok(None) => {}
            Ok(Some(_)) => assert!(given.len() <= MAX_CREDENTIAL, "{given:?}"),
            Err(error) => is_short(given, &error.to_string()),
        }
    }
    let errors = [
        given.parse::<ApiKey>().err().map(|error| error.to_string()),
        given.parse::<KeyId>().err().map(|error| error.to_string()),
        given.parse::<Name>().err().map(|error| error.to_string()),
    ];
    for error in errors.into_iter().flatten() {
        is_short(given, &error);
    }
    for error in [
        given.parse::<Role>().err().map(|e| e.to_string()),
        scope(given).err().map(|e| e.to_string()),
    ] {
        assert!(error.is_none_or(|error| error.len() < 1_000), "{given:?}");
    }
}

fn is_short(given: &str, error: &str) {
    assert!(error.len() < 300, "{given:?}: {error}");
    assert!(
        given.len() < 12 || !error.contains(given),
        "{given:?}: {error}"
    );
}

/// A text with one piece of it changed, taken out or written twice.
fn mutated(given: &str, random: &mut fastrand::Rng) -> String {
    let mut chars: Vec<char> = given.chars().collect();
    let at = random.usize(..=chars.len());
    let end = random.usize(at..=chars.len());
    match random.u8(..4) {
        0 => chars.insert(
            at,
            *random
                .choice(&['_', '.', ' ', ',', '=', '\0', 'é', 'v', '0'])
                .unwrap(),
        ),
        1 => drop(chars.drain(at..end)),
        2 => chars.extend_from_within(at..end),
        _ => chars.truncate(at),
    }
    chars.into_iter().take(2 * MAX_CREDENTIAL).collect()
}

#[test]
fn the_corpus_and_its_mutations_are_read_or_refused() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for line in CORPUS.lines() {
        let original: String = serde_json::from_str(line).unwrap();
        check(&original);
        let mut given = original.clone();
        for _ in 0..MUTATIONS {
            given = mutated(&given, &mut random);
            check(&given);
            if given.is_empty() {
                given.clone_from(&original);
            }
        }
    }
}
