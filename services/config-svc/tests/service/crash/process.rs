//! The process that writes, and is killed: this test program again, told so by its
//! environment.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use super::operations::{CLIENTS, Operation};
use crate::service::Service;

const FOLDER: &str = "VORTEX_TEST_FOLDER";
const LIFE: &str = "VORTEX_TEST_LIFE";
const KILL: i32 = 9;

/// A writing process.
pub(super) struct Writing {
    child: Child,
    reports: BufReader<ChildStdout>,
    life: u32,
    acknowledged: BTreeMap<u32, (Operation, u64)>,
    all: Vec<(Operation, u64)>,
}

/// What a process had done when it died.
pub(super) struct Done {
    /// What it acknowledged, with the position it named.
    pub(super) acknowledged: Vec<(Operation, u64)>,
    /// What it may have been asked and did not acknowledge, one of each client.
    pub(super) open: Vec<Operation>,
}

impl Writing {
    pub(super) fn start(folder: &Path, life: u32, environment: &[(&str, String)]) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .args([
                "--exact",
                "crash::process::a_process_writes_when_it_is_told_to",
                "--nocapture",
            ])
            .env(FOLDER, folder)
            .env(LIFE, life.to_string())
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started again");
        let reports = BufReader::new(child.stdout.take().expect("its output is piped"));
        Self {
            child,
            reports,
            life,
            acknowledged: BTreeMap::new(),
            all: Vec::new(),
        }
    }

    /// Waits for an acknowledgement. Whether there was one before it ended.
    pub(super) fn hear(&mut self) -> bool {
        let mut line = String::new();
        while self.reports.read_line(&mut line).expect("it is text") > 0 {
            if let Some((operation, at)) = line.strip_suffix('\n').and_then(parse) {
                self.acknowledged.insert(operation.client, (operation, at));
                self.all.push((operation, at));
                return true;
            }
            line.clear();
        }
        false
    }

    /// Kills it.
    pub(super) fn kill(mut self) -> Done {
        self.child.kill().expect("it can be killed");
        self.killed()
    }

    /// Waits until it is killed.
    pub(super) fn killed(mut self) -> Done {
        while self.hear() {}
        let status = self.child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(KILL), "it ended by itself");
        let open = (0..CLIENTS).map(|client| match self.acknowledged.get(&client) {
            Some((last, _)) => last.next(),
            None => first(self.life, client),
        });
        Done {
            open: open.collect(),
            acknowledged: self.all,
        }
    }
}

fn first(life: u32, client: u32) -> Operation {
    Operation {
        life,
        client,
        step: 0,
    }
}

fn parse(line: &str) -> Option<(Operation, u64)> {
    let (name, at) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
    Some((name.parse().ok()?, at.parse().ok()?))
}

/// Not a test by itself: the body of the writing process. Without its environment
/// it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_writes_when_it_is_told_to() {
    let (Ok(folder), Ok(life)) = (std::env::var(FOLDER), std::env::var(LIFE)) else {
        return;
    };
    let life = life.parse().expect("a number");
    // the test harness has begun a line
    println!();
    let service = Arc::new(Service::open(Path::new(&folder)).await);
    for client in 0..CLIENTS {
        tokio::spawn(write(service.clone(), first(life, client)));
    }
    // retention, checkpoints and sweeps, as often as can be, until the process dies
    loop {
        service.let_go().await;
    }
}

async fn write(service: Arc<Service>, mut operation: Operation) {
    loop {
        let done = service.run_as(operation.request(), operation.job()).await;
        println!(
            "acknowledged {operation} {}",
            done.expect("it is done").at.0
        );
        operation = operation.next();
    }
}
