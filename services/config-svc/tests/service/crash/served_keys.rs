//! The program itself, killed while it creates API keys.

use std::{fs, path::Path, time::Duration};

use vortex_access::ApiKey;
use vortex_proto::access::v1::{
    self as pb, key_service_client::KeyServiceClient, watch_keys_response::Event,
};

use super::served::Program;
use crate::random::{rounds, seed};

/// All that the program itself can say.
const LOG: &str =
    "info,config_svc=trace,vortex_config_svc=trace,vortex_kit=trace,vortex_service=trace";

/// What was asked of a process that was then killed.
struct Asked {
    request: pb::CreateKeyRequest,
    /// The key, where its caller has made it.
    theirs: Option<ApiKey>,
    answer: Option<pb::CreateKeyResponse>,
}

/// A key of the caller's making in odd lives, of the server's in even ones.
fn request(life: u64) -> (pb::CreateKeyRequest, Option<ApiKey>) {
    let theirs = (life % 2 == 1).then(|| ApiKey::generate().unwrap());
    let request = pb::CreateKeyRequest {
        name: format!("key-{life}"),
        grants: vec![pb::Grant {
            role: "reader".to_owned(),
            scopes: vec!["payments/**".to_owned()],
        }],
        id: theirs
            .as_ref()
            .map_or(String::new(), |key| key.id().to_string()),
        sha256: theirs
            .as_ref()
            .map_or_else(Vec::new, |key| key.hash().as_bytes().to_vec())
            .into(),
        request_id: format!("create-{life}"),
        ..Default::default()
    };
    (request, theirs)
}

/// All keys, with their hashes.
async fn kept(program: &Program) -> Vec<pb::Key> {
    let mut keys = KeyServiceClient::new(program.channel.clone());
    let watch = keys.watch_keys(pb::WatchKeysRequest {}).await.unwrap();
    match watch.into_inner().message().await.unwrap().unwrap().event {
        Some(Event::Snapshot(all)) => all.keys,
        other => panic!("no snapshot: {other:?}"),
    }
}

async fn create(program: &Program, request: &pb::CreateKeyRequest) -> pb::CreateKeyResponse {
    let mut keys = KeyServiceClient::new(program.channel.clone());
    let created = keys.create_key(request.clone()).await;
    created.unwrap().into_inner()
}

/// Checks the key that is there, or not there, after the kill; asks again for it, and answers the
/// secret, where somebody has it.
async fn check(program: &Program, asked: &Asked) -> Option<ApiKey> {
    let named = |keys: Vec<pb::Key>| {
        let mut named = keys
            .into_iter()
            .filter(|key| key.name == asked.request.name);
        let first = named.next();
        assert_eq!(named.next(), None, "it was created twice");
        first
    };
    let before = named(kept(program).await);
    let again = create(program, &asked.request).await;
    let described = again.description.as_ref().unwrap();
    if let Some(answer) = &asked.answer {
        let first = answer.description.as_ref().unwrap();
        assert!(before.is_some(), "it was acknowledged");
        assert_eq!((first, &answer.token), (described, &again.token));
    }
    println!(
        "acknowledged {}, there {}",
        asked.answer.is_some(),
        before.is_some()
    );
    if let Some(before) = &before {
        assert_eq!(before.id, described.id);
        assert_eq!(again.key, "", "it can't be shown again");
        assert_eq!(again.shown_before, asked.theirs.is_none());
    }
    let once_more = create(program, &asked.request).await;
    assert_eq!(once_more.description, again.description);
    let after = named(kept(program).await).unwrap();
    let acknowledged = asked.answer.iter().map(|answer| &answer.key);
    let shown = acknowledged.chain([&again.key]).find(|key| !key.is_empty());
    let key = shown.map(|key| key.parse().unwrap());
    let key: Option<ApiKey> = asked.theirs.clone().or(key);
    if let Some(key) = &key {
        assert_eq!(after.sha256[..], key.hash().as_bytes()[..], "it is valid");
        assert_eq!(after.id, key.id().to_string());
    }
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_whose_creation_was_cut_off_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(seed("served keys"));
    let (mut keys, mut log) = (Vec::new(), String::new());
    for life in 0..u64::from(rounds(12)) {
        let program = Program::start_logging(folder.path(), LOG);
        let (request, theirs) = request(life);
        let mut client = KeyServiceClient::new(program.channel.clone());
        let sent = request.clone();
        let call = tokio::spawn(async move { client.create_key(sent).await });
        // where it is killed is left to chance, not waited for
        tokio::time::sleep(Duration::from_micros(random.u64(..6_000))).await;
        log += &program.kill().await;
        let answer = call.await.unwrap().ok();
        let asked = Asked {
            request,
            theirs,
            answer: answer.map(tonic::Response::into_inner),
        };
        let program = Program::start_logging(folder.path(), LOG);
        keys.extend(check(&program, &asked).await);
        log += &program.kill().await;
    }
    assert!(!keys.is_empty());
    for key in &keys {
        // without the id, which is meant to be there
        let secret = &key.expose()[20..];
        assert!(!log.contains(secret), "it is in the log");
        assert!(!is_in(folder.path(), secret), "it is in the folder");
        assert!(is_in(folder.path(), key.id().as_str()));
    }
}

/// Whether a text is in a file below a folder.
fn is_in(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => is_in(&path, text),
            false => {
                let bytes = fs::read(&path).unwrap();
                let mut parts = bytes.windows(text.len());
                parts.any(|part| part == text.as_bytes())
            }
        }
    })
}
