//! The program itself, killed while it is called over the network.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

use vortex_config_svc::parts::Sha256;
use vortex_kit::{channel::Channel, clock::System, process::Runtime};
use vortex_proto::config::v1::{self as pb, config_service_client::ConfigServiceClient};

use crate::{
    grpc::{change, connect, put, written},
    random::{rounds, seed},
};

/// Callers at once, each with a document and a change set of its own.
const CALLERS: u32 = 4;

/// The program, serving.
pub(super) struct Program {
    child: Child,
    /// Kept open, so that it can go on to log.
    log: BufReader<ChildStderr>,
    pub(super) channel: Channel,
    client: ConfigServiceClient<Channel>,
    runtime: Runtime,
}

impl Program {
    fn start(folder: &Path) -> Self {
        Self::start_logging(folder, "info")
    }

    /// Starts one that logs so much.
    pub(super) fn start_logging(folder: &Path, log: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_config-svc"))
            .arg(format!("--store=embedded:{}", folder.display()))
            .args(["--grpc=127.0.0.1:0", "--admin=127.0.0.1:0"])
            .arg(format!("--log={log}"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("its log is piped"));
        let address = address(&mut log).expect("it says where it serves");
        let runtime = Runtime::new("caller", "0.1.0", System::shared());
        let channel = connect(address.parse().unwrap(), &runtime);
        Self {
            child,
            log,
            client: ConfigServiceClient::new(channel.clone()),
            channel,
            runtime,
        }
    }

    /// Kills it. Answers what it logged since it served.
    pub(super) async fn kill(mut self) -> String {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        self.runtime.lifecycle.stop(Duration::from_secs(5)).await;
        let mut logged = String::new();
        self.log.read_to_string(&mut logged).expect("it is text");
        logged
    }
}

/// The address in the log's line about it.
fn address(log: &mut impl BufRead) -> Option<String> {
    let mut lines = log.lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("serving gRPC"))?;
    let (_, address) = line.rsplit_once("address=")?;
    Some(address.trim().to_owned())
}

/// What a caller has got done, and asks next.
#[derive(Clone, Default)]
struct Caller {
    step: u32,
    /// By path, the digest that the last acknowledged write gave.
    digests: BTreeMap<String, String>,
}

impl Caller {
    /// The next write, told by its number, so that it can be asked again.
    async fn write(
        &mut self,
        client: &mut ConfigServiceClient<Channel>,
        caller: u32,
    ) -> Result<(), tonic::Status> {
        let text = format!("caller: {caller}\nstep: {}", self.step);
        let id = format!("{caller}-{}", self.step);
        let paths = if self.step.is_multiple_of(2) {
            let mut request = put(&format!("single-{caller}"), &id, &text);
            request.request_id = id;
            client.put_document(request).await?;
            vec![format!("single-{caller}.yml")]
        } else {
            let paths: Vec<String> = (0..3).map(|n| format!("group-{caller}-{n}.yml")).collect();
            let mut request = change(&id, paths.iter().map(|p| written(p, &text)).collect());
            request.request_id = id;
            client.apply_change(request).await?;
            paths
        };
        let digest = Sha256::of(text.as_bytes()).to_string();
        self.digests
            .extend(paths.into_iter().map(|path| (path, digest.clone())));
        self.step += 1;
        Ok(())
    }
}

/// Writes until the program is gone.
async fn call(mut client: ConfigServiceClient<Channel>, number: u32, mut caller: Caller) -> Caller {
    while caller.write(&mut client, number).await.is_ok() {}
    caller
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_killed_while_it_is_called_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(seed("served"));
    let mut callers = vec![Caller::default(); CALLERS as usize];
    for _ in 0..rounds(8) {
        let mut program = Program::start(folder.path());
        let calls: Vec<_> = (0..)
            .zip(callers.clone())
            .map(|(number, caller)| tokio::spawn(call(program.client.clone(), number, caller)))
            .collect();
        // where it is killed is left to chance, not waited for
        tokio::time::sleep(Duration::from_millis(random.u64(1..200))).await;
        program.kill().await;
        callers.clear();
        for call in calls {
            callers.push(call.await.unwrap());
        }
        program = Program::start(folder.path());
        for (number, caller) in (0..).zip(&mut callers) {
            // what was not acknowledged is asked again, and done once
            caller.write(&mut program.client, number).await.unwrap();
        }
        check(&mut program.client, &callers).await;
        program.kill().await;
    }
    let done: u32 = callers.iter().map(|caller| caller.step).sum();
    println!("{done} calls");
}

/// All that was acknowledged is what is served, and each request is one record.
async fn check(client: &mut ConfigServiceClient<Channel>, callers: &[Caller]) {
    let request = pb::ListDocumentsRequest::default();
    let listed = client.list_documents(request).await.unwrap().into_inner();
    let served: BTreeMap<String, String> = listed
        .documents
        .into_iter()
        .map(|document| (document.path, document.digest))
        .collect();
    let acknowledged: BTreeMap<String, String> = callers
        .iter()
        .flat_map(|caller| caller.digests.clone())
        .collect();
    assert_eq!(served, acknowledged);
    let done: u32 = callers.iter().map(|caller| caller.step).sum();
    let (_, head) = listed.token.split_once(':').unwrap();
    assert_eq!(head, done.to_string(), "each was done once");
}
