//! The vectors in `docs/bucketing.md` are what the code computes.

#![allow(clippy::expect_used)] // all of this is test code

use vortex_bucket::Seed;

const DOCUMENT: &str = include_str!("../../../docs/bucketing.md");

/// A row of the table: rollout, key, seed, bucket.
fn row(line: &str) -> Option<[String; 4]> {
    let cells: Vec<&str> = line.strip_prefix("| `\"")?.split(" | ").collect();
    let [rollout, key, seed, bucket] = cells.try_into().expect("a row has four cells");
    Some([
        text(&format!("`\"{rollout}")),
        text(key),
        seed.trim_matches('`').to_owned(),
        bucket.trim_end_matches(" |").to_owned(),
    ])
}

/// What a JSON string between backticks says.
fn text(cell: &str) -> String {
    serde_json::from_str(cell.trim_matches('`')).expect("ids and keys are JSON strings")
}

#[test]
fn the_documented_vectors_hold() {
    let rows: Vec<[String; 4]> = DOCUMENT.lines().filter_map(row).collect();
    for [rollout, key, seed, bucket] in &rows {
        assert_eq!(&Seed::of(rollout).to_string(), seed, "{rollout:?}");
        let computed = Seed::of(rollout).bucket(key).to_string();
        assert_eq!(&computed, bucket, "{key:?} in {rollout:?}");
    }
    assert_eq!(rows.len(), 15);
}
