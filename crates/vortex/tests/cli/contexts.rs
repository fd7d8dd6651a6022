//! Named servers, and which of several words about the server counts.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    command::{Ran, vortex},
    gateway::{Gateway, Reply},
};

fn run(home: &Path, variables: &[(&str, &str)], arguments: &str) -> Ran {
    let variables = variables.iter().copied();
    Ran::of(
        vortex(home)
            .envs(variables)
            .args(arguments.split_whitespace()),
    )
}

fn empty() -> Gateway {
    Gateway::always(|| Reply::json(200, &json!({"documents": [], "next_page_token": ""})))
}

#[test]
fn contexts_are_set_listed_used_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let vortex = |arguments: &str| run(home.path(), &[], arguments);
    vortex("context current").failed(3);
    vortex("context set dev --server http://dev.example --label next -o json").done();
    vortex("context set prod --server http://prod.example").done();
    vortex("context set dev --label later").done();
    vortex("context use dev").done();
    assert_eq!(vortex("context current").done(), "dev\n");
    assert_eq!(
        vortex("context list").done(),
        "CURRENT  NAME  SERVER               LABEL  OUTPUT  KEY\n\
         *        dev   http://dev.example   later  json    -\n\
         -        prod  http://prod.example  -      -       -\n"
    );
    let list: Value = serde_json::from_str(&vortex("context list -o json").done()).unwrap();
    assert_eq!(list["current"], "dev");
    assert_eq!(list["contexts"][1]["server"], "http://prod.example");
    vortex("context delete dev").done();
    vortex("context current").failed(3);
    let err = vortex("context use dev").failed(3);
    assert_eq!(
        err,
        "error: there is no context \"dev\"\nhint: `vortex context list` shows all contexts\n"
    );
    vortex("context delete dev").failed(3);
    vortex("context set a/b --server http://a").failed(2);
    vortex("context set a --server nonsense").failed(2);
}

#[test]
fn the_command_line_beats_the_environment_beats_the_context() {
    let home = tempfile::tempdir().unwrap();
    let servers = [empty(), empty(), empty(), empty()];
    let [flag, environment, current, named] = &servers;
    let set = |name: &str, server: &Gateway| {
        let arguments = format!(
            "context set {name} --server {} --label of-{name}",
            server.url
        );
        run(home.path(), &[], &arguments).done();
    };
    set("current", current);
    set("named", named);
    run(home.path(), &[], "context use current").done();
    let variables = [
        ("VORTEX_SERVER", &*environment.url),
        ("VORTEX_LABEL", "of-env"),
    ];
    run(home.path(), &[], "config list").done();
    run(home.path(), &[("VORTEX_CONTEXT", "named")], "config list").done();
    run(home.path(), &variables, "config list").done();
    run(home.path(), &variables, "config list --context named").done();
    let flags = format!(
        "config list --context named --label of-flag --server {}",
        flag.url
    );
    run(home.path(), &variables, &flags).done();
    let line = |label: &str| format!("GET /api/configs?label={label}&page_size=1000");
    assert_eq!(current.lines(), [line("of-current")]);
    assert_eq!(named.lines(), [line("of-named"), line("of-named")]);
    assert_eq!(environment.lines(), [line("of-env")]);
    assert_eq!(flag.lines(), [line("of-flag")]);
}

#[test]
fn the_output_of_a_context_holds_unless_another_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let gateway = empty();
    let set = format!("context set here --server {} -o json", gateway.url);
    run(home.path(), &[], &set).done();
    run(home.path(), &[], "context use here").done();
    assert!(run(home.path(), &[], "config list").done().starts_with('{'));
    assert!(
        run(home.path(), &[], "config list -o table")
            .done()
            .starts_with("LABEL")
    );
    let yaml = run(home.path(), &[("VORTEX_OUTPUT", "yaml")], "config list").done();
    assert_eq!(yaml, "documents: []\nnext_page_token: \"\"\n");
    run(home.path(), &[("VORTEX_OUTPUT", "xml")], "config list").failed(2);
}

#[test]
fn a_context_that_is_not_there_is_an_error_and_not_the_default() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &[], "config list --context nowhere").failed(3);
    run(home.path(), &[("VORTEX_CONTEXT", "nowhere")], "config list").failed(3);
}

#[test]
fn a_file_that_holds_no_contexts_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("vortex/contexts.yaml");
    fs::create_dir(path.parent().unwrap()).unwrap();
    for text in ["contexts: [", "contexts: {a: {sever: x}}", "7"] {
        fs::write(&path, text).unwrap();
        let err = run(home.path(), &[], "context set a --server http://a").failed(2);
        assert!(
            err.contains("contexts.yaml is not a valid file of contexts"),
            "{err}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn without_a_home_nothing_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let mut command = vortex(home.path());
    command
        .env_remove("XDG_CONFIG_HOME")
        .args(["context", "set", "a"]);
    let err = Ran::of(&mut command).failed(2);
    assert!(err.contains("neither XDG_CONFIG_HOME nor HOME"), "{err}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A file with a fresh key, and the key.
fn fresh_key(home: &Path) -> (String, String) {
    let key = run(home, &[], "key generate").done();
    let file = home.join("fresh-key");
    fs::write(&file, &key).unwrap();
    (file.to_str().unwrap().to_owned(), key.trim().to_owned())
}

#[test]
fn a_key_is_kept_for_its_owner_alone_and_shown_by_its_id() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("vortex");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let (file, key) = fresh_key(home.path());
    let vortex = |arguments: &str| run(home.path(), &[], arguments);
    let told = vortex(&format!("context set prod --api-key-file {file}")).failed(2);
    assert!(told.contains("--server"), "{told}");
    let set = format!("context set prod --server http://a.example --api-key-file {file}");
    let ran = vortex(&set);
    assert_eq!((ran.code, &*ran.out), (0, ""));
    assert!(!ran.err.contains(&key), "{ran:?}");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("contexts.yaml")), 0o600);
    let shown = format!("vx_{}_…", &key[3..19]);
    for arguments in [
        "context list",
        "context list -o json",
        "context list -o yaml",
    ] {
        let listed = vortex(arguments).done();
        assert!(listed.contains(&shown), "{listed}");
        assert!(!listed.contains(&key[20..]), "{listed}");
    }
    let moved = vortex("context set prod --server http://b.example");
    assert!(moved.err.contains(&shown), "{moved:?}");
    assert!(!vortex("context list").done().contains("vx_"));
    vortex(&set).done();
    vortex("context set prod --forget-key").done();
    assert!(!vortex("context list").done().contains("vx_"));
    vortex(&format!("{set} --forget-key")).failed(2);
    fs::write(&file, &key[..70]).unwrap();
    let cut = vortex(&set).failed(2);
    assert!(
        cut.contains("checksum") && !cut.contains(&key[20..70]),
        "{cut}"
    );
}

#[test]
fn a_file_with_a_key_that_others_may_read_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let gateway = empty();
    let (file, key) = fresh_key(home.path());
    let set = format!(
        "context set a --server {} --api-key-file {file}",
        gateway.url
    );
    run(home.path(), &[], &set).done();
    run(home.path(), &[], "context use a").done();
    let kept = home.path().join("vortex/contexts.yaml");
    for open in [0o644, 0o640, 0o620] {
        fs::set_permissions(&kept, Permissions::from_mode(open)).unwrap();
        for arguments in ["config list", "context list", "context set a --label b"] {
            let told = run(home.path(), &[], arguments).failed(2);
            assert!(told.contains("chmod 600"), "{told}");
        }
        assert_eq!(mode(&kept), open);
    }
    assert!(gateway.asked().is_empty());
    fs::set_permissions(&kept, Permissions::from_mode(0o600)).unwrap();
    run(home.path(), &[], "config list").done();
    let asked = gateway.asked_once();
    assert_eq!(asked.header("authorization"), format!("Bearer {key}"));
    // without a key there is nothing to hide
    run(home.path(), &[], "context set a --forget-key").done();
    fs::set_permissions(&kept, Permissions::from_mode(0o644)).unwrap();
    run(home.path(), &[], "config list").done();
    // what is wrong with a file is told without what is secret in it
    fs::write(&kept, format!("contexts: {{api_key: {key}}}")).unwrap();
    let told = run(home.path(), &[], "config list").failed(2);
    assert!(!told.contains(&key[20..]), "{told}");
}

#[test]
fn the_key_of_a_context_goes_to_its_own_server_alone() {
    let home = tempfile::tempdir().unwrap();
    let other = Gateway::always(|| Reply::problem(401, "UNAUTHENTICATED", "show a key"));
    let own = empty();
    let redirect = Gateway::always({
        let to = other.url.clone();
        move || Reply::Answer(307, vec![("location", to.clone())], Vec::new())
    });
    let (file, key) = fresh_key(home.path());
    let set = |server: &Gateway| {
        let set = format!(
            "context set a --server {} --api-key-file {file}",
            server.url
        );
        run(home.path(), &[], &set).done();
    };
    set(&own);
    run(home.path(), &[], "context use a").done();
    let server = format!("config list --server {}", other.url);
    let told = run(home.path(), &[], &server).failed(7);
    assert!(told.contains(&format!("key is for {}", own.url)), "{told}");
    let variables = [("VORTEX_SERVER", &*other.url)];
    run(home.path(), &variables, "config list").failed(7);
    assert!(
        other
            .asked()
            .iter()
            .all(|asked| asked.header("authorization").is_empty())
    );
    let variables = [("VORTEX_SERVER", &*other.url), ("VORTEX_KEY", "of-env")];
    run(home.path(), &variables, "config list").failed(7);
    let last = other.asked().last().unwrap().clone();
    assert_eq!(last.header("authorization"), "Bearer of-env");
    // a server that points elsewhere takes no key along
    let before = other.asked().len();
    set(&redirect);
    run(home.path(), &[], "config list").failed(1);
    let asked = redirect.asked_once();
    assert_eq!(asked.header("authorization"), format!("Bearer {key}"));
    assert_eq!(other.asked().len(), before);
}

#[test]
fn who_shows_no_key_is_told_how() {
    let home = tempfile::tempdir().unwrap();
    let gateway = Gateway::always(|| Reply::problem(401, "UNAUTHENTICATED", "show a key"));
    let told = run(
        home.path(),
        &[],
        &format!("config list --server {}", gateway.url),
    );
    assert!(told.failed(7).contains("--api-key-file FILE, VORTEX_KEY"));
    let variables = [("VORTEX_KEY", "of-env")];
    let server = format!("config list --server {}", gateway.url);
    let told = run(home.path(), &variables, &server).failed(7);
    assert!(!told.contains("no key was shown"), "{told}");
}
