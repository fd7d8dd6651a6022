//! Domain code knows nothing of transports, runtimes and clocks.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use std::path::{Path, PathBuf};

/// What domain code may not name, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("tonic", "the transport is the adapter's"),
    ("tokio", "the runtime is the wiring's"),
    ("vortex_proto", "generated code is the adapter's"),
    ("vortex_kit", "what processes share is the wiring's"),
    ("vortex_service", "what services share is the adapter's"),
    ("SystemTime", "time comes in as a value"),
    ("Instant", "time comes in as a value"),
    ("Timestamp::now", "time comes in as a value"),
    ("std::fs", "files are the store's"),
    ("std::net", "sockets are the wiring's"),
];

#[test]
fn no_domain_file_names_the_outside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = domain_files(&root.join("services"));
    assert!(files.len() > 10, "the domain was not found: {files:?}");
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| faults(file, &std::fs::read_to_string(file).unwrap()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_domain_file_that_names_the_outside_is_found() {
    let file = Path::new("domain/rollout.rs");
    for bad in [
        "use tonic::Status;",
        "    tokio::spawn(async {});",
        "let now = std::time::SystemTime::now();",
        "let now = jiff::Timestamp::now();",
        "use vortex_proto::config::v1 as pb;",
    ] {
        assert_eq!(faults(file, bad).len(), 1, "{bad}");
    }
    for good in [
        "// tonic is not named here",
        "/// A clock's `Instant` would be wrong here.",
        "use jiff::Timestamp;",
        "let atonic = 1;",
    ] {
        assert_eq!(faults(file, good), Vec::<String>::new(), "{good}");
    }
}

/// What a file names that it may not. Comments may speak of anything.
fn faults(file: &Path, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let fault = FORBIDDEN.iter().find(|(name, _)| names(code, name));
        if let Some((name, why)) = fault {
            let place = format!("{}:{}", file.display(), index + 1);
            faults.push(format!("{place} names {name}: {why}"));
        }
    }
    faults
}

fn names(code: &str, name: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(name).any(|(at, _)| {
        !is_part(code[..at].chars().next_back()) && !is_part(code[at + name.len()..].chars().next())
    })
}

/// `domain.rs` and everything below `domain/`, of every service.
fn domain_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(domain_files(&path));
        } else if is_domain(&path) {
            files.push(path);
        }
    }
    files
}

fn is_domain(path: &Path) -> bool {
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    rust && path
        .components()
        .any(|part| matches!(part.as_os_str().to_str(), Some("domain" | "domain.rs")))
}
