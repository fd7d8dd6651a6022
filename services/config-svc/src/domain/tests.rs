//! The domain against a model simple enough to be seen right, and its rules one
//! by one.

mod by_rollout;
mod documents;
mod freeze_model;
mod freezes;
mod history;
mod imports;
mod key_model;
mod keys;
mod model;
mod names;
mod overrides;
mod ownership;
mod reading;
mod retention;
mod rules;
mod served;
mod split_model;
mod splits;
mod undo;

use jiff::Timestamp;

use super::*;

/// A clock for tests: seconds since 2026-01-01.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

fn content(text: &str) -> Content {
    Content::present(Sha256::of(text.as_bytes()), text.len() as u32)
}

fn path(path: &str) -> Path {
    path.parse().unwrap()
}

fn name(name: &str) -> VersionName {
    name.parse().unwrap()
}

fn document(at: &str, text: Option<&str>) -> DocumentWrite {
    DocumentWrite {
        path: path(at),
        content: text.map_or(Content::Absent, content),
        written_for: None,
    }
}

fn write(version: Option<&str>, documents: Vec<DocumentWrite>) -> WriteChange {
    WriteChange {
        label: Label::main(),
        name: version.map(name),
        message: String::new(),
        author: String::new(),
        documents,
        stage_only: false,
        precondition: None,
    }
}

fn put(version: &str, at: &str, text: &str) -> Command {
    Command::Write(write(Some(version), vec![document(at, Some(text))]))
}

fn stage(version: &str, at: &str, text: &str) -> Command {
    let mut change = write(Some(version), vec![document(at, Some(text))]);
    change.stage_only = true;
    Command::Write(change)
}

fn selector(version: &str) -> Selector {
    Selector {
        label: Label::main(),
        name: name(version),
        holding: Holding::Anything,
    }
}

fn release(version: &str) -> Command {
    Command::Release(Release {
        selector: selector(version),
        precondition: None,
        force: false,
        reason: String::new(),
        author: String::new(),
        message: String::new(),
    })
}

/// What is left when what is old is let go of at this time.
fn retain(state: &State, now: Timestamp) -> State {
    let mut left = state.clone();
    left.let_go(super::retain::oldest_kept(now), &ClusterId::default());
    left
}

/// A cluster and its store.
fn own(cluster: &ClusterId) -> Own {
    Own {
        cluster: cluster.clone(),
        store: StoreId::nil(),
    }
}

/// A log and the state folded from it.
#[derive(Default)]
struct History {
    /// The cluster that it is of.
    own: ClusterId,
    state: State,
    records: Vec<Record>,
    now: i64,
}

impl History {
    fn run(&mut self, command: Command) -> Result<Outcome, Refused> {
        self.run_as(None, command)
    }

    fn run_as(&mut self, key: Option<RequestKey>, command: Command) -> Result<Outcome, Refused> {
        let request = Request {
            principal: "anonymous".into(),
            key,
        };
        self.now += 1;
        let now = at(self.now);
        match decide(&self.state, &own(&self.own), &request, command, now)? {
            Decided::Unchanged(outcome) => Ok(outcome),
            Decided::Append(body, outcome) => {
                let seq = self.state.head.next();
                let mut record = Record {
                    seq,
                    time: self.state.time.next(now),
                    origin: Origin {
                        epoch: self.state.epoch_of(&body),
                        cluster: self.own.clone(),
                        store: StoreId::nil(),
                        sequence: self.state.own_sequence + 1,
                    },
                    principal: request.principal,
                    request: request.key,
                    about: body.about(&outcome),
                    body,
                    moves: Moves::default(),
                };
                let next = fold(&self.state, &record).unwrap();
                record.moves = Moves::between(&self.state, &next, &outcome);
                self.state = next;
                self.records.push(record);
                Ok(outcome)
            }
        }
    }

    fn served(&self, path: &str) -> Option<Sha256> {
        let document = self.state.document(Label::MAIN, path)?;
        Some(document.served()?.content.stored()?.sha256)
    }
}
