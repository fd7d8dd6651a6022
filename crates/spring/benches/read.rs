//! Measures reading: a file, a view of parsed files, a flat form.
//!
//! The files are those of the test repository, unpacked by `git`.

#![allow(clippy::expect_used)] // what cannot be set up fails the bench

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use vortex_spring::flat::{self, FlatSource};
use vortex_spring::{Budget, File, Format, Found, Limits, candidates, compose, effective, parse};

const APPLICATIONS: [&str; 1] = ["vets-service"];
const PROFILES: [&str; 2] = ["docker", "mysql"];

/// The files of petclinic's `main`, by name.
fn petclinic() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::TempDir::new().expect("a folder");
    let bundle =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/petclinic-config.bundle");
    let status = Command::new("git")
        .args(["clone", "--quiet", "--branch", "main"])
        .args([bundle.as_path(), folder.path()])
        .status();
    assert!(status.expect("git runs").success(), "git clones");
    let entries = std::fs::read_dir(folder.path()).expect("a folder");
    let files = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().into_string().ok()?;
        Some((name, std::fs::read(entry.path()).ok()?))
    });
    files.collect()
}

/// The files of the view, highest precedence first.
fn parsed(files: &[(String, Vec<u8>)]) -> Vec<(String, File)> {
    let candidates = candidates(&APPLICATIONS, &PROFILES);
    let names = candidates
        .iter()
        .flat_map(|candidate| candidate.file_names());
    let found = names.filter_map(|name| {
        let (_, bytes) = files.iter().find(|(file, _)| *file == name)?;
        let format = Format::from_path(&name)?;
        Some((name, parse(format, bytes).expect("a valid file")))
    });
    found.collect()
}

fn read(criterion: &mut Criterion) {
    let files = petclinic();
    let (_, application) = files
        .iter()
        .find(|(name, _)| name == "application.yml")
        .expect("the file");
    criterion.bench_function("parse application.yml", |bencher| {
        bencher.iter(|| parse(Format::Yaml, black_box(application)));
    });

    let parsed = parsed(&files);
    let found = || parsed.iter().map(|(path, file)| Found { path, file });
    criterion.bench_function("candidates", |bencher| {
        bencher.iter(|| candidates(black_box(&APPLICATIONS), &PROFILES));
    });
    criterion.bench_function("compose", |bencher| {
        bencher.iter(|| compose(black_box(found()), &PROFILES));
    });
    criterion.bench_function("compose and effective", |bencher| {
        bencher.iter(|| {
            let sources = compose(black_box(found()), &PROFILES);
            effective(sources.iter().map(|source| source.tree()))
        });
    });

    let sources = compose(found(), &PROFILES);
    let flat: Vec<FlatSource<'_>> = sources
        .iter()
        .map(|source| source.document.into())
        .collect();
    criterion.bench_function("flat yaml", |bencher| {
        bencher.iter(|| {
            let mut budget = Budget::new(Limits::ANSWER, &|| false);
            flat::yaml(black_box(&flat), true, &mut budget)
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50);
    targets = read
}
criterion_main!(benches);
