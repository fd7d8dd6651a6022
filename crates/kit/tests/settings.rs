//! Settings from all layers at once, as a process loads them.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::{ffi::OsString, io::Write, time::Duration};

use tempfile::NamedTempFile;
use vortex_kit::{
    http::Address,
    settings::{About, DumpFormat, Error, Listens, Loaded, Secret, load},
};

const ABOUT: About = About {
    name: "config-svc",
    version: "1.2.3",
    summary: "Keeps configuration",
    admin: Some("127.0.0.1:18091"),
    log: "info",
    aliases: &[("federation-role", "FEDERATION_ROLE")],
};

/// A comment on a struct, which no help may show.
#[derive(Debug, clap::Args)]
struct Settings {
    /// Address to serve gRPC on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9091")]
    grpc: Address,
    /// Where state is kept
    #[arg(long)]
    store: String,
    /// Repositories to read
    #[arg(long)]
    git: Vec<String>,
    /// Pause between two polls
    #[arg(long, default_value = "10s", value_parser = humantime::parse_duration)]
    git_poll: Duration,
    /// What this cluster is
    #[arg(long)]
    federation_role: Option<String>,
    /// Key to show to peers
    #[arg(long)]
    peer_key: Option<Secret>,
}

impl Listens for Settings {
    fn addresses(&self) -> Vec<&Address> {
        vec![&self.grpc]
    }
}

fn settings(
    arguments: &[&str],
    variables: &[(&str, &str)],
    file: Option<&NamedTempFile>,
) -> Result<Loaded<Settings>, Error> {
    let mut line = vec![OsString::from("config-svc")];
    line.extend(arguments.iter().map(OsString::from));
    if let Some(file) = file {
        line.extend(["--config".into(), file.path().into()]);
    }
    let variable = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    load(&ABOUT, line, &variable)
}

fn yaml(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::with_suffix(".yaml").unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn origin(loaded: &Loaded<Settings>, key: &str) -> String {
    let row = loaded.dump.rows().iter().find(|row| row.key == key);
    row.unwrap().origin.clone()
}

#[test]
fn each_layer_beats_the_one_below_and_is_named() {
    let file = yaml("store: from-file\ngit: [a, b]\ngit-poll: 1m\ninsecure: true\n");
    let variables = [("VORTEX_GIT_POLL", "2m"), ("FEDERATION_ROLE", "primary")];
    let loaded = settings(&["--git-poll", "3m"], &variables, Some(&file)).unwrap();
    assert_eq!(loaded.settings.store, "from-file");
    assert_eq!(loaded.settings.git, ["a", "b"]);
    assert_eq!(loaded.settings.git_poll, Duration::from_secs(180));
    assert_eq!(loaded.settings.federation_role.as_deref(), Some("primary"));
    assert_eq!(loaded.settings.grpc, "127.0.0.1:9091".parse().unwrap());
    assert_eq!(loaded.common.admin, "127.0.0.1:18091".parse().ok());
    assert!(loaded.common.insecure);
    assert_eq!(origin(&loaded, "git-poll"), "argument");
    assert_eq!(
        origin(&loaded, "federation-role"),
        "environment FEDERATION_ROLE"
    );
    assert_eq!(origin(&loaded, "grpc"), "default");
    assert_eq!(
        origin(&loaded, "store"),
        format!("file {}", file.path().display())
    );
}

#[test]
fn our_own_variable_beats_its_alias_and_an_empty_one_is_unset() {
    let variables = [
        ("VORTEX_STORE", "s"),
        ("VORTEX_FEDERATION_ROLE", "secondary"),
        ("FEDERATION_ROLE", "primary"),
        ("VORTEX_GIT_POLL", ""),
    ];
    let loaded = settings(&[], &variables, None).unwrap();
    assert_eq!(
        loaded.settings.federation_role.as_deref(),
        Some("secondary")
    );
    assert_eq!(origin(&loaded, "git-poll"), "default");
}

#[test]
fn a_flag_of_the_file_can_be_taken_back_by_the_environment() {
    let file = yaml("store: s\ninsecure: true\n");
    let loaded = settings(&[], &[("VORTEX_INSECURE", "false")], Some(&file)).unwrap();
    assert!(!loaded.common.insecure);
}

#[test]
fn a_bad_value_is_named_with_its_setting_and_origin() {
    let variables = [("VORTEX_STORE", "s"), ("VORTEX_GRPC", "nowhere")];
    let message = settings(&[], &variables, None).unwrap_err().to_string();
    assert!(
        message.contains("'nowhere' for '--grpc <ADDR>'"),
        "{message}"
    );
    assert!(
        message.ends_with("(from environment VORTEX_GRPC)"),
        "{message}"
    );
    let message = settings(
        &[],
        &[("VORTEX_STORE", "s"), ("VORTEX_INSECURE", "maybe")],
        None,
    );
    assert!(message.unwrap_err().to_string().contains("VORTEX_INSECURE"));
}

#[test]
fn an_unknown_key_of_the_file_is_named_with_the_file() {
    let file = yaml("stor: s\n");
    let message = settings(&[], &[], Some(&file)).unwrap_err().to_string();
    assert!(
        message.contains(&*file.path().to_string_lossy()),
        "{message}"
    );
    assert!(
        message.contains("\"stor\" (line 1); is \"store\" meant?"),
        "{message}"
    );
}

#[test]
fn a_required_setting_may_come_from_any_layer_but_must_come() {
    assert!(settings(&[], &[("VORTEX_STORE", "s")], None).is_ok());
    let message = settings(&[], &[], None).unwrap_err().to_string();
    assert!(message.contains("--store"), "{message}");
}

#[test]
fn a_missing_file_is_named() {
    let message = settings(&["--config", "/nowhere.yaml"], &[], None).unwrap_err();
    assert!(
        message
            .to_string()
            .starts_with("/nowhere.yaml: cannot be read")
    );
}

#[test]
fn a_dump_hides_secrets_in_every_format() {
    let variables = [("VORTEX_STORE", "s"), ("VORTEX_PEER_KEY", "hunter2")];
    let loaded = settings(&["--dump-config=json"], &variables, None).unwrap();
    assert_eq!(loaded.common.dump_config, Some(DumpFormat::Json));
    for format in [DumpFormat::Table, DumpFormat::Json] {
        let text = loaded.dump.render(format);
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("environment VORTEX_PEER_KEY"), "{text}");
    }
    assert_eq!(loaded.settings.peer_key.unwrap().reveal(), "hunter2");
}

#[test]
fn an_address_beyond_this_machine_needs_leave() {
    let check = |arguments: &[&str]| {
        let loaded = settings(arguments, &[("VORTEX_STORE", "s")], None).unwrap();
        loaded.common.check(&loaded.settings)
    };
    for option in ["--grpc", "--admin"] {
        let refused = check(&[option, "0.0.0.0:9091"]).unwrap_err();
        assert_eq!(refused.open, "0.0.0.0:9091".parse().unwrap());
        let said = refused.to_string();
        assert!(
            said.starts_with("refusing to listen on 0.0.0.0:9091: "),
            "{said}"
        );
        assert!(said.contains("--insecure"), "{said}");
    }
    assert_eq!(check(&["--grpc", "0.0.0.0:9091", "--insecure"]), Ok(()));
    assert_eq!(check(&["--grpc", "0.0.0.0:9091", "--require-keys"]), Ok(()));
    assert_eq!(check(&["--grpc", "0.0.0.0:9091", "--secure"]), Ok(()));
    assert_eq!(check(&["--grpc", "[::1]:9091"]), Ok(()));
    assert_eq!(check(&["--grpc", "localhost:9091"]), Ok(()));
}

#[test]
fn credentials_are_in_clear_at_ports_that_other_machines_reach() {
    let in_clear = |arguments: &[&str]| {
        let loaded = settings(arguments, &[("VORTEX_STORE", "s")], None).unwrap();
        let port = loaded.common.in_clear(&loaded.settings);
        port.map(|port| port.given.to_string())
    };
    for option in ["--grpc", "--admin"] {
        let port = in_clear(&[option, "0.0.0.0:9091", "--require-keys"]);
        assert_eq!(port.as_deref(), Some("0.0.0.0:9091"));
        assert_eq!(
            in_clear(&[option, "127.0.0.1:9091", "--require-keys"]),
            None
        );
        let tls = ["--tls-cert", "c.pem", "--tls-key", "k.pem"];
        let encrypted = [&[option, "0.0.0.0:9091", "--require-keys"][..], &tls].concat();
        assert_eq!(in_clear(&encrypted), None);
        // nobody has to show any
        assert_eq!(in_clear(&[option, "0.0.0.0:9091", "--insecure"]), None);
    }
}

#[test]
fn a_name_that_does_not_resolve_is_named_with_its_layer() {
    let variables = [
        ("VORTEX_STORE", "s"),
        ("VORTEX_GRPC", "nowhere.invalid:9091"),
    ];
    let message = settings(&[], &variables, None).unwrap_err().to_string();
    assert!(
        message.contains("cannot resolve \"nowhere.invalid\""),
        "{message}"
    );
    assert!(
        message.ends_with("(from environment VORTEX_GRPC)"),
        "{message}"
    );
}

#[test]
fn a_variable_that_has_no_effect_is_told_of_at_the_start() {
    let loaded = settings(&[], &[("VORTEX_STORE", "s")], None).unwrap();
    let variables = [
        ("VORTEX_STORE", "s"),
        ("VORTEX_STROE", "s"),
        ("VORTEX_SERVER", "http://127.0.0.1:8080"),
        ("PATH", "/bin"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    assert_eq!(
        loaded.strangers(variables).lines(),
        ["not settings of config-svc, and without effect: VORTEX_STROE (is VORTEX_STORE meant?)"]
    );
}

#[test]
fn help_names_the_port_for_health_and_every_layer() {
    let help = settings(&["--help"], &[], None).unwrap_err().to_string();
    assert!(help.contains("Address to serve health and metrics on"));
    assert!(help.contains("[default: 127.0.0.1:18091]"), "{help}");
    assert!(help.contains("VORTEX_DRAIN_DELAY"), "{help}");
}

#[test]
fn help_says_what_the_program_is_and_not_what_its_structs_are() {
    for argument in ["-h", "--help"] {
        let help = settings(&[argument], &[], None).unwrap_err().to_string();
        assert!(help.starts_with("Keeps configuration\n\nUsage:"), "{help}");
    }
}

#[test]
fn a_program_without_an_admin_port_of_its_own_opens_one_only_when_told_to() {
    let about = About {
        admin: None,
        ..ABOUT
    };
    let admin = |line: &[&str]| {
        let line = line.iter().map(OsString::from);
        let loaded = load::<Settings>(&about, line, &|_| None).unwrap();
        loaded.common.admin
    };
    assert_eq!(admin(&["gateway", "--store", "s"]), None);
    let told = admin(&["gateway", "--store", "s", "--admin", "[::1]:7"]);
    assert_eq!(told, "[::1]:7".parse().ok());
}
