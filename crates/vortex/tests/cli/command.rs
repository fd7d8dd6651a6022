//! Runs the command.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::gateway::Gateway;

/// The command in an environment that holds nothing of the machine's.
pub(crate) fn vortex(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vortex"));
    command
        .env_clear()
        .env("XDG_CONFIG_HOME", home)
        .stdin(Stdio::null());
    command
}

/// The output of a run, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Runs to the end.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// The output of a run that succeeded.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The complaint of a run that failed with `code` and printed nothing else.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        self.err
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the command against a server; `arguments` are split at blanks.
pub(crate) fn run(gateway: &Gateway, arguments: &str) -> Ran {
    run_with(gateway, arguments, b"")
}

/// The same with something on standard input.
pub(crate) fn run_with(gateway: &Gateway, arguments: &str, stdin: &[u8]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let mut child = vortex(home.path())
        .args(["--server", &gateway.url])
        .args(arguments.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // a command that does not read its input may be gone by now
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap().into()
}
