//! Named servers, and which of several words about the server counts.

use std::{fs, path::Path};

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
        "CURRENT  NAME  SERVER               LABEL  OUTPUT\n\
         *        dev   http://dev.example   later  json\n\
         -        prod  http://prod.example  -      -\n"
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
