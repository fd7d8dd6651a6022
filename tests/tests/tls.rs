//! Services in processes of their own that call each other by TLS, and show who they are.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::path::Path;

use vortex_tests::{PATIENCE, Process, run};

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

#[test]
fn separate_services_call_each_other_by_tls_and_none_is_called_without_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    let out = certs.display().to_string();
    let made = run("vortex", &["certs", "dev", "--out", &out]);
    assert_eq!(made.code, 0, "{made:?}");
    let store = |name: &str| format!("embedded:{}", folder.path().join(name).display());
    let any = "127.0.0.1:0";

    let (serve, _) = options(&certs, "config-svc");
    let arguments = ["--grpc", any, "--admin", any, "--log-format", "json"];
    let more = vec!["--store".to_owned(), store("config")];
    let mut config = start("config-svc", &arguments, &[serve.clone(), more]);
    let config_at = listening(&mut config, "serving gRPC");

    let (_, call) = options(&certs, "rollout-svc");
    let more = [
        ["--store".to_owned(), store("rollout")],
        ["--config-svc".to_owned(), format!("https://{config_at}")],
    ];
    let more = more.concat();
    let mut rollout = start("rollout-svc", &arguments, &[serve.clone(), call, more]);
    let rollout_at = listening(&mut rollout, "serving gRPC");

    let (_, call) = options(&certs, "gateway");
    let reach = vec![
        "--config-svc".to_owned(),
        format!("https://{config_at}"),
        "--rollout-svc".to_owned(),
        format!("https://{rollout_at}"),
    ];
    let arguments = ["--http", any, "--log-format", "json"];
    let mut gateway = start("gateway", &arguments, &[serve, call.clone(), reach]);
    let http = listening(&mut gateway, "serving REST");

    let server = format!("https://{http}");
    let mut known = vec!["--server", &*server];
    known.extend(call.iter().map(String::as_str));
    let document = folder.path().join("orders.yml");
    std::fs::write(&document, "a: 1\n").unwrap();
    let document = document.display().to_string();
    let ask = |arguments: &[&str]| run("vortex", &[&known[..], arguments].concat());
    let put = ask(&["config", "put", "orders", "prod", "-f", &document]);
    assert_eq!(put.code, 0, "{put:?}");
    let rollouts = ask(&["rollout", "list"]);
    assert_eq!(rollouts.code, 0, "{rollouts:?}");

    // a gateway that shows nothing gets nothing, and says why
    let reach = vec![
        "--config-svc".to_owned(),
        format!("https://{config_at}"),
        "--ca".to_owned(),
        certs.join("ca.crt").display().to_string(),
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
    for mut process in [gateway, rollout, config] {
        let ended = process.terminate();
        assert!(
            ended.success(),
            "{} within {PATIENCE:?}: {ended:?}",
            process.name()
        );
    }
}
