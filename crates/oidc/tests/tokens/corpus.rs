//! Known troublemakers among tokens and sets of keys, and what a seeded mutator makes of them.

use jiff::Timestamp;
use vortex_oidc::KeySet;

use super::{ISSUER, KEYS, NOW, claims, settings, verifier_by};

/// A JSON string a line.
const TOKENS: &str = include_str!("../corpus/tokens.jsonl");
const SETS: &str = include_str!("../corpus/jwks.jsonl");
const MUTATIONS: usize = 100;

fn lines(corpus: &str) -> impl Iterator<Item = String> {
    corpus
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
}

fn mutated(given: &str, random: &mut fastrand::Rng) -> String {
    let mut chars: Vec<char> = given.chars().collect();
    let at = random.usize(..=chars.len());
    let end = random.usize(at..=chars.len());
    match random.u8(..4) {
        0 => chars.insert(
            at,
            *random
                .choice(&['.', 'A', '=', '{', '"', '\0', 'é'])
                .unwrap(),
        ),
        1 => drop(chars.drain(at..end)),
        2 => chars.extend_from_within(at..end),
        _ => chars.truncate(at),
    }
    chars.into_iter().take(20_000).collect()
}

/// Each line, and what comes of changing it again and again.
#[allow(clippy::print_stdout)] // the seed, in a test
fn each(corpus: impl Iterator<Item = String>, check: impl Fn(&str)) {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for original in corpus {
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

#[test]
fn no_token_of_the_corpus_is_taken_and_no_mutation_either() {
    let now = Timestamp::from_second(NOW).unwrap();
    let verifier = verifier_by(&settings());
    let good = ISSUER.token("ES256", &claims());
    let all = lines(TOKENS).chain([good.clone()]);
    each(all, |token| {
        if token != good {
            assert!(verifier.verify(token, &KEYS, now).is_err(), "{token}");
        }
    });
}

#[test]
fn no_set_of_keys_is_a_panic() {
    let all = lines(SETS).chain([ISSUER.jwks().to_string()]);
    each(all, |set| match KeySet::parse(set.as_bytes()) {
        Ok(keys) => drop(keys),
        Err(error) => assert!(error.to_string().len() < 300),
    });
}
