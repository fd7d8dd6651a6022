//! Every setting of every service, in every form that a file may give it.

#![allow(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]

use std::{ffi::OsString, fs, path::Path};

use clap::Args;
use vortex_kit::settings::{About, Error, Row, load};

/// Values of which each setting takes one.
const SAMPLES: [&str; 7] = [
    "10s",
    "127.0.0.1:1",
    "http://127.0.0.1:1",
    "/srv/x",
    "127.0.0.0/8",
    "1",
    "true",
];

/// The settings in force with this file.
fn rows<S: Args>(about: &About, file: &Path, text: &str) -> Result<Vec<Row>, Error> {
    fs::write(file, text).unwrap();
    let option = format!("--config={}", file.display());
    let arguments = [about.name.to_owned(), option].map(OsString::from);
    let loaded = load::<S>(about, arguments, &|_| None)?;
    Ok(loaded.dump.rows().to_vec())
}

/// A file that describes an identity provider: it is read with the settings.
fn provider(folder: &Path) -> String {
    let file = folder.join("oidc.yaml");
    let text = "issuer: i\naudience: a\nalgorithms: ES256\njwks_url: http://localhost/keys\n\
                grants: [{claim: c, value: v, role: reader, scopes: a}]\n";
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// A file that describes who is told of what happens: the same.
fn sinks(folder: &Path) -> String {
    let file = folder.join("sinks.yaml");
    let text = "sinks: [{name: pager, url: http://localhost/events}]\n";
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// A file that describes who may judge rollouts: the same.
fn judges(folder: &Path) -> String {
    let file = folder.join("gates.yaml");
    let text = "providers: [{name: main, url: http://localhost:9090}]\n";
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// A file that holds a secret: the same.
fn secret(folder: &Path) -> String {
    let file = folder.join("secret");
    fs::write(&file, "0123456789abcdef0123456789abcdef").unwrap();
    file.display().to_string()
}

/// The key in each way of cutting it into nested keys: `a: {b-c: V}`, `a-b: {c: V}`, …
fn forms(key: &str, value: &str) -> Vec<String> {
    let mut all = vec![format!("{key}: {value}")];
    for (at, _) in key.match_indices('-') {
        let (outer, inner) = (&key[..at], &key[at + 1..]);
        let nested = forms(inner, value).into_iter();
        all.extend(nested.map(|inner| format!("{outer}: {{{inner}}}")));
    }
    all
}

/// Checks all settings of a program, and answers how many forms there were.
fn check<S: Args>(about: &About) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.yaml");
    let files = [provider, sinks, judges, secret].map(|write| write(folder.path()));
    let defaults = rows::<S>(about, &file, "").unwrap();
    let mut checked = 0;
    for row in defaults.iter().filter(|row| row.key != "config") {
        let key = &row.key;
        let samples = SAMPLES.iter().map(|sample| (*sample).to_owned());
        let mut samples = samples.chain(files.clone());
        let mut values = row.value.first().cloned().into_iter().chain(&mut samples);
        let (value, flat) = values
            .find_map(|value| {
                let value = serde_json::to_string(&value).unwrap();
                let flat = rows::<S>(about, &file, &format!("{key}: {value}")).ok()?;
                Some((value, flat))
            })
            .unwrap_or_else(|| panic!("{}: no sample is a value of {key}", about.name));
        let mut all = forms(key, &value);
        all.push(format!("{}: {value}", key.replace('-', ".")));
        all.push(format!("{}: {value}", key.replace('-', "_")));
        for form in all {
            let read = rows::<S>(about, &file, &form);
            let read = read.unwrap_or_else(|error| panic!("{}: {form}: {error}", about.name));
            assert_eq!(read, flat, "{}: {form}", about.name);
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_setting_says_the_same_nested_dotted_and_flat() {
    use vortex_rollout_svc as rollout;
    let checked = [
        check::<vortex_mesh::Settings>(&vortex_mesh::ABOUT),
        check::<vortex_config_svc::ProcessSettings>(&vortex_config_svc::ABOUT),
        check::<vortex_drift_svc::ProcessSettings>(&vortex_drift_svc::ABOUT),
        check::<rollout::ProcessSettings>(&rollout::ABOUT),
        check::<vortex_heartbeat_ingest::ProcessSettings>(&vortex_heartbeat_ingest::ABOUT),
        check::<vortex_gateway::ProcessSettings>(&vortex_gateway::ABOUT),
    ];
    assert!(checked.iter().all(|forms| *forms > 20), "{checked:?}");
}

/// The default ports of a program's settings.
fn ports<S: Args>(about: &About) -> Vec<u16> {
    let loaded = load::<S>(about, [OsString::from(about.name)], &|_| None).unwrap();
    let values = loaded.dump.rows().iter().flat_map(|row| row.value.clone());
    values
        .filter_map(|value| value.rsplit_once(':')?.1.parse().ok())
        .collect()
}

#[test]
fn no_default_port_is_of_those_for_outgoing_connections() {
    use vortex_rollout_svc as rollout;
    let all = [
        ports::<vortex_mesh::Settings>(&vortex_mesh::ABOUT),
        ports::<vortex_config_svc::ProcessSettings>(&vortex_config_svc::ABOUT),
        ports::<vortex_drift_svc::ProcessSettings>(&vortex_drift_svc::ABOUT),
        ports::<rollout::ProcessSettings>(&rollout::ABOUT),
        ports::<vortex_heartbeat_ingest::ProcessSettings>(&vortex_heartbeat_ingest::ABOUT),
        ports::<vortex_gateway::ProcessSettings>(&vortex_gateway::ABOUT),
    ];
    for program in all {
        assert!(!program.is_empty());
        assert!(program.iter().all(|port| *port < 32_768), "{program:?}");
    }
}

#[test]
fn where_a_repository_is_and_how_it_is_polled_may_both_be_under_git() {
    use vortex_config_svc::{ABOUT, ProcessSettings};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.yaml");
    let text = "git.poll: 30s\ngit: {timeout: 2m, release: stage}";
    let read = rows::<ProcessSettings>(&ABOUT, &file, text).unwrap();
    let value = |key: &str| &read.iter().find(|row| row.key == key).unwrap().value;
    assert_eq!(value("git-poll"), &["30s"]);
    assert_eq!(value("git-timeout"), &["2m"]);
    assert_eq!(value("git-release"), &["stage"]);
    assert!(value("git").is_empty());
    let twice = rows::<ProcessSettings>(&ABOUT, &file, "git-poll: 1s\ngit: {poll: 1s}");
    let error = twice.unwrap_err().to_string();
    assert!(
        error.ends_with("\"git-poll\" (line 1) and \"git: poll\" (line 2) are the same setting"),
        "{error}"
    );
}
