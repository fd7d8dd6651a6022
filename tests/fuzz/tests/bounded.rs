//! A bounded run over every parser, and that the table and the corpus are of each other.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // all of this is test code

use std::{collections::BTreeSet, env, fs, path::PathBuf, str::FromStr, time::Duration};

use vortex_fuzz::{Bounds, Failure, PARSERS, Parser, Tally, folder, inputs, keep, run};

/// Mutations for each parser, unless the environment says otherwise.
const ROUNDS: u64 = 3_000;

fn variable<T: FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}

/// Seconds for each parser, where tests that only take long take longer.
const SOAK: u64 = 20;

/// `VORTEX_FUZZ_SECONDS` for each parser, else `VORTEX_FUZZ_ROUNDS`.
fn bounds() -> Bounds {
    let soak = env::var_os("VORTEX_SOAK").map(|_| SOAK);
    match variable("VORTEX_FUZZ_SECONDS").or(soak) {
        Some(seconds) => Bounds::Time(Duration::from_secs(seconds)),
        None => Bounds::Rounds(variable("VORTEX_FUZZ_ROUNDS").unwrap_or(ROUNDS)),
    }
}

/// Runs one parser, tells of it, and keeps what failed if `VORTEX_FUZZ_KEEP` is set.
fn fuzz(parser: &Parser, seed: u64) -> Result<(), Box<Failure>> {
    let corpus = inputs(parser).unwrap();
    match run(parser, &corpus, seed, bounds()) {
        Ok(Tally {
            checked,
            accepted,
            slowest,
        }) => {
            println!(
                "{}: {checked} checked, {accepted} accepted, slowest {slowest:?}",
                parser.name
            );
            Ok(())
        }
        Err(failure) => {
            println!("{failure:?}");
            if env::var_os("VORTEX_FUZZ_KEEP").is_some() {
                println!(
                    "  kept as {}",
                    keep(parser, &failure.input).unwrap().display()
                );
            }
            Err(failure)
        }
    }
}

#[test]
fn every_parser_takes_or_refuses_whatever_comes() {
    let seed = variable("VORTEX_FUZZ_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("VORTEX_FUZZ_SEED={seed}");
    let only: Option<String> = variable("VORTEX_FUZZ_ONLY");
    let chosen = PARSERS
        .iter()
        .filter(|parser| only.as_deref().is_none_or(|only| only == parser.name));
    let failed: Vec<_> = chosen
        .filter_map(|parser| fuzz(parser, seed).err())
        .collect();
    assert!(
        failed.is_empty(),
        "with VORTEX_FUZZ_SEED={seed}: {failed:#?}"
    );
}

#[test]
fn every_parser_has_inputs_that_it_accepts_and_every_folder_has_a_parser() {
    let names: BTreeSet<&str> = PARSERS.iter().map(|parser| parser.name).collect();
    assert_eq!(names.len(), PARSERS.len(), "two parsers have one name");
    let folders: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let folders = folders
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap());
    assert_eq!(folders.collect::<BTreeSet<_>>(), names);
    for parser in PARSERS {
        let corpus = inputs(parser).unwrap();
        let accepted = corpus.iter().any(|input| (parser.check)(input));
        assert!(accepted, "{} accepts none of its inputs", parser.name);
    }
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let parser = &PARSERS[0];
    let corpus = inputs(parser).unwrap();
    let run = || {
        let tally = run(parser, &corpus, 7, Bounds::Rounds(200)).unwrap();
        (tally.checked, tally.accepted)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_failure_is_told_by_a_short_input() {
    let parser = Parser {
        name: "none",
        tokens: &[b"ab"],
        check: |input| {
            assert!(!input.windows(2).any(|pair| pair == b"ab"), "it has ab");
            true
        },
    };
    let failure = run(&parser, &[vec![b'x'; 40]], 1, Bounds::Rounds(1_000)).unwrap_err();
    assert_eq!((&*failure.input, &*failure.why), (&b"ab"[..], "it has ab"));
}
