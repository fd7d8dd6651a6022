//! A program of ours, running.

use std::{
    io::{BufRead as _, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use serde_json::Value;

/// How long anything may take before the test gives up on it. Nothing waits this
/// long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at what can only be looked at.
pub const GLANCE: Duration = Duration::from_millis(20);

/// What a program that ended printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said beside that.
    pub err: String,
}

/// Runs a program of ours to its end, in an environment without settings of ours.
pub fn run(name: &str, arguments: &[&str]) -> Ran {
    run_in(name, arguments, &[])
}

/// Runs a program of ours to its end, in an environment of these variables alone.
pub fn run_in(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new(program(name))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .env("XDG_CONFIG_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A program of ours, running. It is killed when the test lets go of it.
pub struct Process {
    name: String,
    arguments: Vec<String>,
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

/// Where a program of ours was built: in the folder `VORTEX_PROGRAMS`, or beside
/// the tests.
fn program(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("VORTEX_PROGRAMS") {
        return std::path::absolute(folder)
            .expect("there is a current folder")
            .join(name);
    }
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests are built into target/PROFILE/deps");
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{} is not built: run `cargo build --workspace --bins`",
        program.display()
    );
    program
}

impl Process {
    /// Starts a program with its logs as JSON.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program(name))
            .args(arguments)
            .env_remove("VORTEX_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let (sender, lines) = channel();
        let outputs: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("it is piped")),
            Box::new(child.stderr.take().expect("it is piped")),
        ];
        for output in outputs {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let lines = BufReader::new(output).lines().map_while(Result::ok);
                // ends when the program does, or the test
                lines
                    .map(|line| sender.send(line))
                    .take_while(Result::is_ok)
                    .count();
            });
        }
        Self {
            name: name.to_owned(),
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Starts the program again after it ended, with the value of each option in
    /// `instead` put in place of what it was.
    pub fn start_again(&mut self, instead: &[(&str, &str)]) {
        for (option, value) in instead {
            let at = self.arguments.iter().position(|a| a == option);
            self.arguments[at.expect("it has the option") + 1] = (*value).to_owned();
        }
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        *self = Self::start(&self.name, &arguments);
    }

    /// Which program it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line it prints that is JSON and of which `find` makes something.
    pub fn wait_for<T>(&mut self, what: &str, find: impl Fn(&Value) -> Option<T>) -> T {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let found = serde_json::from_str(&line)
                        .ok()
                        .and_then(|json| find(&json));
                    self.seen.push(line);
                    if let Some(found) = found {
                        return found;
                    }
                }
                Err(reason) => panic!("{}", self.silence(what, reason)),
            }
        }
    }

    /// Asks it to end, as an orchestrator would, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.wait()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        self.signal(rustix::process::Signal::KILL);
        self.wait();
    }

    /// Sends a signal to it, and to nothing else.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).expect("process ids are small");
        let id = rustix::process::Pid::from_raw(id).expect("process ids are not 0");
        rustix::process::kill_process(id, signal).expect("it is still ours");
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it is ours to wait for")
    }

    /// All that it printed. It has to have ended.
    pub fn said(&mut self) -> String {
        self.seen.extend(self.lines.iter());
        self.seen.join("\n")
    }

    fn silence(&self, what: &str, reason: RecvTimeoutError) -> String {
        format!(
            "{} did not say {what} ({reason}):\n{}",
            self.name,
            self.seen.join("\n")
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may have ended already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
