//! What a file may say, and what is said of one that is wrong.

use std::{fs, os::unix::fs::PermissionsExt as _};

use tempfile::TempDir;

use super::*;
use crate::{KINDS, event::tests::event, format::Format};

const SECRET: &str = "a secret of twenty b";
const TOKEN: &str = "T0KEN";

const WHOLE: &str = "\
sinks:
  - name: pager
    url: https://hooks.example.com/vortex
    secret_file: pager.secret
    events: [rollout.rolled_back, alert.*]
    apps: [orders/prod]
  - name: chat
    format: slack
    url_file: chat.url
    events: rollout.*
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("pager.secret", &format!("{SECRET}\n"));
    write("chat.url", &format!("https://hooks.example.com/{TOKEN}\n"));
    write("short.secret", "short");
    write("two.secret", "a secret of two\nlines, each long enough");
    write("plain.url", "http://hooks.example.com/");
    folder
}

fn refused(text: &str) -> String {
    let folder = folder();
    let error = parse(text, folder.path()).unwrap_err().to_string();
    error.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn a_whole_file_is_read() {
    let folder = folder();
    let sinks = parse(WHOLE, folder.path()).unwrap();
    let [pager, chat] = &*sinks else {
        panic!("{sinks:?}")
    };
    assert_eq!((&*pager.name, pager.format), ("pager", Format::Webhook));
    assert_eq!(
        pager.url.reveal().as_str(),
        "https://hooks.example.com/vortex"
    );
    assert!(pager.key.is_some() && chat.key.is_none());
    assert_eq!((&*chat.name, chat.format), ("chat", Format::Slack));
    assert_eq!(chat.url.reveal().path(), format!("/{TOKEN}"));
    let wants = |sink: &Sink, kind| sink.wants(&event("1", kind));
    assert!(wants(pager, "rollout.rolled_back") && wants(pager, "alert.fired"));
    assert!(!wants(pager, "rollout.started") && wants(chat, "rollout.started"));
    assert!(!wants(chat, "alert.fired"));
    let mut elsewhere = event("1", "alert.fired");
    elsewhere.about[0].profile = Some("dev".to_owned());
    assert!(!pager.wants(&elsewhere));
}

#[test]
fn the_example_of_the_documentation_is_whole() {
    let folder = folder();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/notifications.md");
    let docs = fs::read_to_string(docs).unwrap();
    let (_, from) = docs.split_once("```yaml\n").unwrap();
    let (example, _) = from.split_once("```").unwrap();
    assert_eq!(parse(example, folder.path()).unwrap().len(), 2);
    for kind in KINDS {
        let (_, last) = kind.split_once('.').unwrap();
        let named = [format!("`{kind}`"), format!("`{last}`")];
        assert!(named.iter().any(|named| docs.contains(named)), "{kind}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (from, to, expected) in [
        (
            "    url:",
            "    ulr:",
            "line 3: unknown field \"ulr\"; is \"url\" meant?",
        ),
        (
            "sinks:",
            "sink:",
            "line 1: unknown field \"sink\"; is \"sinks\" meant?",
        ),
        ("name: pager", "name: Pager!", "line 2: a name has 1 to 32"),
        ("name: pager", "name: [a]", "line 2: `name` takes one value"),
        (
            "name: pager\n    url",
            "url",
            "line 2: the sink that begins here has no `name`",
        ),
        (
            "name: chat",
            "name: pager",
            "line 7: there is another sink of this name",
        ),
        (
            "https://hooks",
            "http://hooks",
            "line 3: the URL must begin with https://",
        ),
        (
            "chat.url",
            "plain.url",
            "line 9: the URL must begin with https://",
        ),
        (
            "    url_file: chat.url\n",
            "",
            "line 7: give one of `url` and `url_file`",
        ),
        (
            "    url_file: chat.url",
            "    url_file: chat.url\n    url: https://a.example.com",
            "line 9: give one of",
        ),
        ("slack", "teams", "line 8: there is no format \"teams\""),
        (
            "pager.secret",
            "nowhere",
            "line 4: FOLDER/nowhere can't be read: No such file",
        ),
        (
            "pager.secret",
            "short.secret",
            "line 4: a secret has 16 to 1024 bytes",
        ),
        (
            "pager.secret",
            "two.secret",
            "line 4: a secret has 16 to 1024 bytes",
        ),
        (
            "url_file: chat.url",
            "url_file: chat.url\n    secret_file: pager.secret",
            "line 10: `secret_file` is for the format `webhook`",
        ),
        (
            "url: https://hooks.example.com/vortex",
            "url: http://localhost:1\n    ca: ca.pem",
            "line 4: `ca` is for a URL that begins with https://",
        ),
        (
            "alert.*]",
            "alrt.*]",
            "line 5: there are no events \"alrt.*\"; is \"alert.*\" meant?",
        ),
        (
            "[orders/prod]",
            "[orders-*]",
            "line 6: \"orders-*\" is not valid",
        ),
        ("[orders/prod]", "[]", "line 6: `apps` is empty"),
        ("[orders/prod]", "{a: b}", "line 6: `apps` takes a value"),
        (
            "name: pager",
            "name: pager\n    name: x",
            "line 3: \"name\" is given twice",
        ),
    ] {
        let error = refused(&WHOLE.replacen(from, to, 1));
        assert!(error.starts_with(expected), "{from} → {to}: {error}");
    }
    for text in [
        "",
        "sinks:",
        "sinks: []",
        "sinks: pager",
        "- name: a",
        "sinks: [a]",
    ] {
        let error = refused(text);
        assert!(
            error.contains("a list of sinks is expected"),
            "{text}: {error}"
        );
    }
    let many: String = (0..33)
        .map(|number| format!("- {{name: s{number}, url: http://localhost:1}}\n"))
        .collect();
    assert_eq!(
        refused(&format!("sinks:\n{many}")),
        "line 34: more than 32 sinks"
    );
}

#[test]
fn secrets_are_neither_shown_nor_part_of_an_error() {
    let folder = folder();
    let file = folder.path().join("notify.yaml");
    fs::write(&file, WHOLE).unwrap();
    let sinks: Sinks = file.to_str().unwrap().parse().unwrap();
    let shown = format!("{sinks:?}");
    assert!(shown.contains("pager") && shown.contains("hooks.example.com"));
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
    let wrong = format!("https://u:{SECRET}@h/{TOKEN}");
    fs::write(folder.path().join("chat.url"), wrong).unwrap();
    let error = file.to_str().unwrap().parse::<Sinks>().unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
}

#[test]
fn files_that_others_can_read_are_known() {
    let folder = folder();
    let file = folder.path().join("pager.secret");
    for (mode, expected) in [(0o600, false), (0o400, false), (0o640, true), (0o644, true)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(files::is_open(&file), expected, "{mode:o}");
    }
}
