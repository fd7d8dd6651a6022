//! Texts for every parser of what comes from outside, and their mutations.

use vortex_access::{ApiKey, KeyId, MAX_CREDENTIAL, Name, Presented, Role, credential, scope};
use vortex_corpus::{Mutator, each, texts};

/// A JSON string a line.
const CORPUS: &str = include_str!("corpus/credentials.jsonl");

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

#[test]
fn the_corpus_and_its_mutations_are_read_or_refused() {
    let mutator = Mutator {
        inserted: &['_', '.', ' ', ',', '=', '\0', 'é', 'v', '0'],
        longest: 2 * MAX_CREDENTIAL,
    };
    each(texts(CORPUS), mutator, check);
}
