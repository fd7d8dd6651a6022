//! Files that say whom rollouts may ask.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::*;

fn parse(text: &str) -> Result<Known, String> {
    Known::parse(text, Path::new("/nowhere")).map_err(|why| why.to_string())
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text)
}

#[test]
fn a_file_names_providers_and_hosts() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "sixteen bytes or more\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = folder.path().join("gates.yml");
    let text = "\
providers:
  - name: main
    url: https://prometheus.example.com/prom/
    token_file: secret
    timeout: 2s
  - name: plain
    url: http://prometheus:9090
webhooks:
  hosts: [gate.example.com, 'http://inside:8080']
  secret_file: secret
";
    fs::write(&file, text).unwrap();
    let known = file.to_str().unwrap().parse::<GatesFile>();
    let known = match known {
        Ok(known) => known.0,
        // a machine without certificates trusts nobody
        Err(error) => panic!("{error}"),
    };
    let [main, plain] = &known.providers[..] else {
        panic!("{known:?}");
    };
    assert_eq!(
        main.query_url.as_str(),
        "https://prometheus.example.com/prom/api/v1/query"
    );
    assert_eq!(
        plain.query_url.as_str(),
        "http://prometheus:9090/api/v1/query"
    );
    assert_eq!(main.timeout.as_secs(), 2);
    assert_eq!(plain.timeout.as_secs(), 5);
    assert!(plain.credentials.is_none());
    assert_eq!(known.secrets.open_to_others().count(), 0);
    let shown = format!("{known:?}");
    assert!(!shown.contains("sixteen"), "{shown}");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    assert_ne!(known.secrets.open_to_others().count(), 0);
}

#[test]
fn what_can_not_be_meant_is_refused_with_its_line() {
    for (text, why) in [
        ("", "line 1: `providers` or `webhooks` is expected"),
        ("[]", "line 1: `providers` or `webhooks` is expected"),
        (
            "providers: []",
            "line 1: `providers` or `webhooks` is expected",
        ),
        (
            "provider: []",
            "line 1: unknown field \"provider\"; is \"providers\" meant?",
        ),
        (
            "providers: main",
            "line 1: `providers` takes a list, each item with its fields",
        ),
        (
            "providers:\n- url: http://x",
            "line 2: what begins here has no `name`",
        ),
        (
            "providers:\n- name: Main\n  url: http://x",
            "line 2: a name has 1 to 32 of a-z, 0-9 and -, and begins with a letter",
        ),
        (
            "providers:\n- name: main\n  url: prometheus:9090",
            "line 3: the URL must begin with https:// or http://, without a user or a query in it",
        ),
        (
            "providers:\n- name: main\n  url: http://me:pw@x",
            "line 3: the URL must begin with https:// or http://, without a user or a query in it",
        ),
        (
            "providers:\n- name: main\n  url: http://x\n  ca: ca.pem",
            "line 4: `ca` is for a URL that begins with https://",
        ),
        (
            "providers:\n- name: main\n  url: http://x\n  username: me",
            "line 4: give `token_file`, or `username` and `password_file`, or neither",
        ),
        (
            "providers:\n- name: main\n  url: http://x\n  timeout: 2m",
            "line 4: a timeout is from 100ms to 60s",
        ),
        (
            "providers:\n- name: main\n  url: http://x\n- name: main\n  url: http://y",
            "line 4: there is another provider of this name",
        ),
        (
            "webhooks: {hosts: []}",
            "line 1: `hosts` names 1 to 64 hosts",
        ),
        (
            "webhooks: {hosts: gate}",
            "line 1: `hosts` takes a list of values",
        ),
        ("webhooks: [gate]", "line 1: `webhooks` takes fields"),
        (
            "webhooks:\n  hosts:\n  - a\n  - a/b",
            "line 4: a host is `NAME`, `NAME:PORT` or, to call it without TLS, `http://NAME:PORT`",
        ),
    ] {
        assert_eq!(refused(text), why, "{text}");
    }
}

#[test]
fn credentials_are_not_sent_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "secret").unwrap();
    let parse = |url: &str| {
        let text = format!("providers:\n- name: main\n  url: {url}\n  token_file: token\n");
        Known::parse(&text, folder.path()).map_err(|why| why.to_string())
    };
    let refused = parse("http://prometheus:9090").unwrap_err();
    assert_eq!(
        refused,
        "line 3: credentials are sent over https only, or within this machine"
    );
    assert!(parse("http://127.0.0.1:9090").is_ok());
}
