//! Known troublemakers, and what a seeded mutator makes of them.

#![allow(clippy::unwrap_used)] // all of this is test code

use vortex_pattern::{MAX_PATTERN, Pattern};

/// A JSON string a line.
const CORPUS: &str = include_str!("corpus/patterns.jsonl");
const MUTATIONS: usize = 200;

fn check(given: &str) {
    match given.parse::<Pattern>() {
        Ok(pattern) => {
            assert!(given.len() <= MAX_PATTERN);
            assert_eq!(
                pattern.to_string().parse::<Pattern>(),
                Ok(pattern),
                "{given:?}"
            );
        }
        Err(error) => assert!(error.to_string().len() < 1_000, "{given:?}: {error}"),
    }
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
                .choice(&['*', '/', ':', '.', '\0', 'é', 'a'])
                .unwrap(),
        ),
        1 => drop(chars.drain(at..end)),
        2 => chars.extend_from_within(at..end),
        _ => chars.truncate(at),
    }
    chars.into_iter().take(4_000).collect()
}

#[test]
fn the_corpus_and_its_mutations_are_read_or_refused() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for line in CORPUS.lines() {
        let mut given: String = serde_json::from_str(line).unwrap();
        check(&given);
        for _ in 0..MUTATIONS {
            given = mutated(&given, &mut random);
            check(&given);
        }
    }
}
