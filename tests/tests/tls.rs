//! Services in processes of their own that call each other by TLS, and show who they are.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::path::Path;

use vortex_tests::{GLANCE, PATIENCE, Process, Ran, run};

fn listening(process: &mut Process, what: &str) -> String {
    process.wait_for(what, |json| {
        let said = json["message"].as_str()? == what;
        let address = json["address"].as_str()?;
        said.then(|| address.to_owned())
    })
}

/// The options of a server that asks its callers for certificates, and of a caller with a name.
fn options(certs: &Path, name: &str) -> (Vec<String>, Vec<String>) {
    let file = |name: &str| certs.join(name).display().to_string();
    let serve = [
        ("--tls-cert", file("server.crt")),
        ("--tls-key", file("server.key")),
        ("--tls-client-ca", file("ca.crt")),
    ];
    let call = [
        ("--ca", file("ca.crt")),
        ("--client-cert", file(&format!("{name}.crt"))),
        ("--client-key", file(&format!("{name}.key"))),
    ];
    let flat = |options: [(&str, String); 3]| {
        let each = options.into_iter();
        each.flat_map(|(option, value)| [option.to_owned(), value])
            .collect()
    };
    (flat(serve), flat(call))
}

fn start(name: &str, arguments: &[&str], more: &[Vec<String>]) -> Process {
    let more = more.iter().flatten().map(String::as_str);
    let all: Vec<&str> = arguments.iter().copied().chain(more).collect();
    Process::start(name, &all)
}

#[test]
fn a_certificate_without_its_key_is_a_wrong_setting() {
    for (program, option) in [
        ("config-svc", "--tls-cert"),
        ("rollout-svc", "--tls-key"),
        ("rollout-svc", "--client-cert"),
        ("gateway", "--tls-client-ca"),
        ("gateway", "--client-key"),
    ] {
        let ran = run(program, &[option, "/nowhere"]);
        assert_eq!(ran.code, 2, "{program} {option}: {ran:?}");
        let told = format!("{option} is given, and --");
        assert!(ran.err.contains(&told), "{program}: {}", ran.err);
    }
}

/// Services in processes of their own, with certificates, and what the command is given to call
/// them.
struct Services {
    folder: tempfile::TempDir,
    config_at: String,
    known: Vec<String>,
    processes: [Process; 3],
}

impl Services {
    /// Starts them, each with these options, too.
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        let out = certs.display().to_string();
        let made = run("vortex", &["certs", "dev", "--out", &out]);
        assert_eq!(made.code, 0, "{made:?}");
        let store = |name: &str| format!("embedded:{}", folder.path().join(name).display());
        let any = "127.0.0.1:0";
        let more: Vec<String> = more.iter().map(|&option| option.to_owned()).collect();

        let (serve, _) = options(&certs, "config-svc");
        let arguments = ["--grpc", any, "--admin", any, "--log-format", "json"];
        let kept = vec!["--store".to_owned(), store("config")];
        let all = [serve.clone(), kept, more.clone()];
        let mut config = start("config-svc", &arguments, &all);
        let config_at = listening(&mut config, "serving gRPC");

        let (_, call) = options(&certs, "rollout-svc");
        let kept = [
            ["--store".to_owned(), store("rollout")],
            ["--config-svc".to_owned(), format!("https://{config_at}")],
        ];
        let all = [serve.clone(), call, kept.concat(), more.clone()];
        let mut rollout = start("rollout-svc", &arguments, &all);
        let rollout_at = listening(&mut rollout, "serving gRPC");

        let (_, call) = options(&certs, "gateway");
        let reach = vec![
            "--config-svc".to_owned(),
            format!("https://{config_at}"),
            "--rollout-svc".to_owned(),
            format!("https://{rollout_at}"),
        ];
        let arguments = ["--http", any, "--log-format", "json"];
        let all = [serve, call.clone(), reach, more];
        let mut gateway = start("gateway", &arguments, &all);
        let http = listening(&mut gateway, "serving REST");
        let mut known = vec!["--server".to_owned(), format!("https://{http}")];
        known.extend(call);
        Self {
            folder,
            config_at,
            known,
            processes: [config, rollout, gateway],
        }
    }

    /// Runs the command, with the gateway's certificate.
    fn ask(&self, arguments: &[&str]) -> Ran {
        let known = self.known.iter().map(String::as_str);
        let all: Vec<&str> = known.chain(arguments.iter().copied()).collect();
        run("vortex", &all)
    }

    fn document(&self, text: &str) -> String {
        let document = self.folder.path().join("orders.yml");
        std::fs::write(&document, text).unwrap();
        document.display().to_string()
    }
}

/// With keys required, a service is known by its certificate in its own work, and in that alone.
#[test]
fn services_are_known_by_their_certificates_where_they_have_no_keys() {
    let services = Services::start(&["--require-keys"]);
    let key = services.folder.path().join("bootstrap-key");
    let key = key.display().to_string();
    let with_key = |arguments: &[&str]| {
        let ran = services.ask(&[&["--api-key-file", &key], arguments].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    };
    let document = services.document("a: 1\n");
    let put = ["config", "put", "orders", "default", "-f", &document];
    with_key(&[&put[..], &["--version", "v1"]].concat());
    services.document("a: 2\n");
    with_key(&[&put[..], &["--version", "v2", "--stage"]].concat());
    let create = ["rollout", "create", "orders", "--from", "v1", "--to", "v2"];
    let created = with_key(&[&create[..], &["--start", "-o", "json"]].concat());
    let created: serde_json::Value = serde_json::from_str(&created.out).unwrap();
    let id = created["id"].as_str().unwrap().to_owned();
    let looks = PATIENCE.as_millis() / GLANCE.as_millis();
    let confirmed = (0..looks).any(|_| {
        std::thread::sleep(GLANCE);
        let rollout = with_key(&["rollout", "get", &id, "-o", "json"]);
        rollout.out.contains("\"confirmed\"")
    });
    assert!(confirmed, "{:?}", with_key(&["rollout", "get", &id]));
    // who shows nothing but the gateway's certificate is not the gateway
    let refused = services.ask(&["config", "list"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(refused.err.contains("UNAUTHENTICATED"), "{refused:?}");
}

#[test]
fn separate_services_call_each_other_by_tls_and_none_is_called_without_a_certificate() {
    let services = Services::start(&[]);
    let document = services.document("a: 1\n");
    let put = services.ask(&["config", "put", "orders", "prod", "-f", &document]);
    assert_eq!(put.code, 0, "{put:?}");
    let rollouts = services.ask(&["rollout", "list"]);
    assert_eq!(rollouts.code, 0, "{rollouts:?}");

    // a gateway that shows nothing gets nothing, and says why
    let Services {
        folder, config_at, ..
    } = &services;
    let arguments = ["--http", "127.0.0.1:0", "--log-format", "json"];
    let ca = folder.path().join("certs/ca.crt");
    let reach = vec![
        "--config-svc".to_owned(),
        format!("https://{config_at}"),
        "--ca".to_owned(),
        ca.display().to_string(),
    ];
    let mut bare = start("gateway", &arguments, &[reach]);
    let http = listening(&mut bare, "serving REST");
    let server = format!("http://{http}");
    let refused = run(
        "vortex",
        &["--server", &server, "--timeout", "3s", "config", "list"],
    );
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(
        refused.err.contains("--client-cert and --client-key"),
        "{refused:?}"
    );
    // and one that was told of no TLS is told of it
    let reach = vec!["--config-svc".to_owned(), format!("http://{config_at}")];
    let mut plain = start("gateway", &arguments, &[reach]);
    let http = listening(&mut plain, "serving REST");
    let server = format!("http://{http}");
    let refused = run(
        "vortex",
        &["--server", &server, "--timeout", "3s", "config", "list"],
    );
    assert!(
        refused.err.contains("does it speak TLS (https://)?"),
        "{refused:?}"
    );
    let [config, rollout, gateway] = services.processes;
    for mut process in [gateway, rollout, config] {
        let ended = process.terminate();
        assert!(
            ended.success(),
            "{} within {PATIENCE:?}: {ended:?}",
            process.name()
        );
    }
}
