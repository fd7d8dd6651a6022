//! Patterns that parsers had trouble with, and their mutations.

use vortex_corpus::{Mutator, each, texts};
use vortex_pattern::{MAX_PATTERN, Pattern};

/// A JSON string a line.
const CORPUS: &str = include_str!("corpus/patterns.jsonl");

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

#[test]
fn the_corpus_and_its_mutations_are_read_or_refused() {
    let mutator = Mutator {
        inserted: &['*', '/', ':', '.', '\0', 'é', 'a'],
        longest: 4_000,
    };
    each(texts(CORPUS), mutator, check);
}
