//! The process that writes, and is killed: this test program again, told so by its environment.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use futures::executor::block_on;
use vortex_store::{Embedded, Error, Options, Store};

use crate::history::{self, Values};

const FOLDER: &str = "VORTEX_TEST_FOLDER";
const SEED: &str = "VORTEX_TEST_SEED";
/// Set where a journal is to be filled soon.
pub(crate) const VALUES: &str = "VORTEX_TEST_VALUES";
/// Set where a transaction that was turned away is to be submitted again before the next one.
pub(crate) const ALONE: &str = "VORTEX_TEST_ALONE";
/// Most transactions that are submitted and not yet awaited.
const WINDOW: usize = 24;
const KILL: i32 = 9;
/// Commits that are tried after one has failed: some of them cannot be of its group.
const AFTER_FAILURE: usize = WINDOW + 5;

/// What a writer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// It has opened the store and found this head.
    Opened(u64),
    Acknowledged(u64),
    SyncFailed(u64),
    Poisoned(u64),
    /// Nothing happened, and it is tried again.
    TurnedAway(u64),
    /// What a read finds as the head after a failure.
    Head(u64),
}

/// A writing process.
pub(crate) struct Writer {
    child: Child,
    reports: BufReader<ChildStdout>,
}

impl Writer {
    pub(crate) fn start(folder: &Path, seed: u64, environment: &[(&str, &str)]) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .args([
                "--exact",
                "writer::a_writer_writes_when_it_is_told_to",
                "--nocapture",
            ])
            .env(FOLDER, folder)
            .env(SEED, seed.to_string())
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started again");
        let reports = BufReader::new(child.stdout.take().expect("its output is piped"));
        Self { child, reports }
    }

    /// The next report; nothing when it has ended.
    pub(crate) fn report(&mut self) -> Option<Report> {
        let mut line = String::new();
        while self
            .reports
            .read_line(&mut line)
            .expect("its output is text")
            > 0
        {
            if let Some(report) = line.strip_suffix('\n').and_then(Report::parse) {
                return Some(report);
            }
            line.clear();
        }
        None
    }

    /// Kills it, and answers the last transaction it had acknowledged; 0 if it told none.
    pub(crate) fn kill(&mut self) -> u64 {
        self.child.kill().expect("it can be killed");
        self.killed()
    }

    /// Waits until it is killed, and answers the last transaction it had acknowledged.
    pub(crate) fn killed(&mut self) -> u64 {
        let (reports, status) = self.finish();
        assert_eq!(status.signal(), Some(KILL), "it ended by itself");
        reports.into_iter().map(Report::durable).max().unwrap_or(0)
    }

    /// All that it still tells until its end.
    pub(crate) fn finish(&mut self) -> (Vec<Report>, ExitStatus) {
        let reports = std::iter::from_fn(|| self.report()).collect();
        (reports, self.child.wait().expect("it ends"))
    }
}

impl Report {
    /// The last transaction that it says is durable.
    pub(crate) fn durable(self) -> u64 {
        match self {
            Self::Opened(head) | Self::Acknowledged(head) => head,
            Self::SyncFailed(_) | Self::Poisoned(_) | Self::TurnedAway(_) | Self::Head(_) => 0,
        }
    }

    fn print(self) {
        match self {
            // The test harness has begun a line.
            Self::Opened(n) => println!("\nopened {n}"),
            Self::Acknowledged(n) => println!("acknowledged {n}"),
            Self::SyncFailed(n) => println!("sync-failed {n}"),
            Self::Poisoned(n) => println!("poisoned {n}"),
            Self::TurnedAway(n) => println!("turned-away {n}"),
            Self::Head(n) => println!("head {n}"),
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let (kind, n) = line.split_once(' ')?;
        let n = n.parse().ok()?;
        match kind {
            "opened" => Some(Self::Opened(n)),
            "acknowledged" => Some(Self::Acknowledged(n)),
            "sync-failed" => Some(Self::SyncFailed(n)),
            "poisoned" => Some(Self::Poisoned(n)),
            "turned-away" => Some(Self::TurnedAway(n)),
            "head" => Some(Self::Head(n)),
            _ => None,
        }
    }
}

/// Not a test by itself: the body of the writing process. Without its environment it does nothing.
#[test]
fn a_writer_writes_when_it_is_told_to() {
    let (Ok(folder), Ok(seed)) = (std::env::var(FOLDER), std::env::var(SEED)) else {
        return;
    };
    let store = Embedded::open(folder, Options::default()).expect("the folder opens");
    let random = fastrand::Rng::with_seed(seed.parse().expect("a number"));
    let values = match std::env::var(VALUES) {
        Ok(_) => Values::Large,
        Err(_) => Values::Mixed,
    };
    match std::env::var(ALONE) {
        Ok(_) => write_alone(&store, values),
        Err(_) => write(&store, random, values),
    }
}

/// Writes the history on, one transaction after the other, until it is killed.
fn write_alone(store: &Embedded, values: Values) {
    let mut n = history::head(store);
    Report::Opened(n).print();
    loop {
        match block_on(store.commit(history::transaction(n + 1, values))) {
            Ok(_) => {
                n += 1;
                Report::Acknowledged(n).print();
            }
            Err(error) if error.is_passing() => {
                assert_eq!(history::head(store), n, "a read sees what was turned away");
                Report::TurnedAway(n + 1).print();
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Writes the history on, until it is killed or commits have failed.
fn write(store: &Embedded, mut random: fastrand::Rng, values: Values) {
    let mut next = history::head(store);
    Report::Opened(next).print();
    let mut submitted = VecDeque::new();
    let mut failures = 0;
    while failures <= AFTER_FAILURE {
        while submitted.len() < random.usize(1..=WINDOW) {
            next += 1;
            submitted.push_back((next, store.commit(history::transaction(next, values))));
        }
        // It empties the journal, which then takes long to fill.
        if random.u8(..100) == 0 && values == Values::Mixed {
            drop(store.maintain());
        }
        let Some((n, commit)) = submitted.pop_front() else {
            continue;
        };
        failures += usize::from(!tell(store, n, block_on(commit)));
    }
}

/// Tells how a commit ended, and whether it was taken.
fn tell<T>(store: &Embedded, n: u64, outcome: Result<T, Error>) -> bool {
    let report = match outcome {
        Ok(_) => Report::Acknowledged(n),
        Err(Error::SyncFailed { .. }) => Report::SyncFailed(n),
        Err(Error::Poisoned) => Report::Poisoned(n),
        Err(error) => panic!("{error}"),
    };
    report.print();
    let taken = matches!(report, Report::Acknowledged(_));
    if !taken {
        Report::Head(history::head(store)).print();
    }
    taken
}
