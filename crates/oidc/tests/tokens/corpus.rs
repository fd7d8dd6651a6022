//! Tokens and sets of keys that parsers had trouble with, and their mutations.

use jiff::Timestamp;
use vortex_corpus::{Mutator, each, texts};
use vortex_oidc::KeySet;

use super::{ISSUER, KEYS, NOW, claims, settings, verifier_by};

/// A JSON string a line.
const TOKENS: &str = include_str!("../corpus/tokens.jsonl");
const SETS: &str = include_str!("../corpus/jwks.jsonl");
const MUTATOR: Mutator = Mutator {
    inserted: &['.', 'A', '=', '{', '"', '\0', 'é'],
    longest: 20_000,
};

#[test]
fn no_token_of_the_corpus_is_taken_and_no_mutation_either() {
    let now = Timestamp::from_second(NOW).unwrap();
    let verifier = verifier_by(&settings());
    let good = ISSUER.token("ES256", &claims());
    let all = texts(TOKENS).chain([good.clone()]);
    each(all, MUTATOR, |token| {
        if token != good {
            assert!(verifier.verify(token, &KEYS, now).is_err(), "{token}");
        }
    });
}

#[test]
fn no_set_of_keys_is_a_panic() {
    let all = texts(SETS).chain([ISSUER.jwks().to_string()]);
    each(all, MUTATOR, |set| match KeySet::parse(set.as_bytes()) {
        Ok(keys) => drop(keys),
        Err(error) => assert!(error.to_string().len() < 300),
    });
}
