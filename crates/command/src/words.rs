//! Knows what the words of other tools are called here.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words of other tools, and the commands that do here what they do there.
const WORDS: [(&[&str], &str); 18] = [
    (
        &["history", "log", "changelog", "events", "timeline"],
        "`vortex log APP` tells what happened, `vortex config versions APP PROFILE` lists what a \
         document was",
    ),
    (
        &["rollback", "revert", "undo", "restore", "reset"],
        "`vortex config undo APP PROFILE` takes a release back, `vortex rollout rollback ID` ends a \
         rollout",
    ),
    (
        &["apply", "import", "load", "sync", "deploy", "push"],
        "`vortex config apply -f FOLDER` writes many documents at once",
    ),
    (
        &[
            "set", "put", "write", "edit", "update", "create", "add", "patch",
        ],
        "`vortex config put APP PROFILE -f FILE` writes a document",
    ),
    (
        &["get", "show", "read", "cat", "view", "describe"],
        "`vortex config get APP PROFILE` reads a document, `--effective` what the application gets",
    ),
    (&["list", "ls"], "`vortex config list` lists documents"),
    (
        &["versions"],
        "`vortex config versions APP PROFILE` lists them",
    ),
    (
        &["delete", "rm", "remove", "unset"],
        "`vortex config delete APP PROFILE` deletes a document",
    ),
    (
        &["diff", "compare"],
        "`vortex config diff APP PROFILE --to VERSION` compares",
    ),
    (
        &["release", "publish", "promote", "activate"],
        "`vortex config release APP PROFILE --version VERSION` releases to everybody, `vortex \
         rollout create` step by step",
    ),
    (
        &["watch", "follow", "tail"],
        "`vortex config watch APP PROFILE` follows what it gets",
    ),
    (
        &["explain", "why", "trace"],
        "`vortex config explain APP PROFILE` says where each value comes from",
    ),
    (
        &["canary", "rollouts", "release-gradually"],
        "`vortex rollout create` begins one",
    ),
    (
        &["serve", "server", "start", "run", "dev"],
        "`vortex up` runs everything",
    ),
    (
        &["configs", "documents", "document"],
        "`vortex config` has the commands for documents",
    ),
    (
        &["source", "git", "repo"],
        "`vortex sources` has the commands for repositories",
    ),
    (
        &[
            "instances",
            "fleet",
            "fleets",
            "heartbeats",
            "alerts",
            "pods",
        ],
        "`vortex drift status` shows the fleets, `vortex drift instances APP PROFILE` lists one",
    ),
    (
        &["stop", "abort", "cancel"],
        "`vortex rollout rollback ID` ends a rollout",
    ),
];

/// What to say to somebody whose command is not known, but whose word is.
pub(crate) fn hint(error: &clap::Error) -> Option<&'static str> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) => meaning(&word.to_lowercase()),
        _ => None,
    }
}

fn meaning(word: &str) -> Option<&'static str> {
    let mut known = WORDS.iter();
    let found = known.find(|(words, _)| words.contains(&word));
    found.map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn words_of_other_tools_are_known() {
        for word in [
            "history", "rollback", "apply", "set", "undo", "ls", "Revert",
        ] {
            let error = Cli::command()
                .try_get_matches_from(["vortex", word])
                .unwrap_err();
            assert!(hint(&error).is_some(), "{word}");
        }
        let error = Cli::command()
            .try_get_matches_from(["vortex", "config", "history"])
            .unwrap_err();
        assert!(hint(&error).unwrap().contains("config versions"));
        let error = Cli::command()
            .try_get_matches_from(["vortex", "xyzzy"])
            .unwrap_err();
        assert_eq!(hint(&error), None);
    }

    /// Each command that is named has to be there.
    #[test]
    fn what_they_are_called_here_is_there() {
        for (_, meaning) in WORDS {
            for named in meaning.split('`').skip(1).step_by(2) {
                let words = named.split_whitespace().skip(1);
                let mut command = Cli::command();
                for word in words.take_while(|word| word.chars().all(|c| c.is_ascii_lowercase())) {
                    let found = command.find_subcommand(word).cloned();
                    command = found.unwrap_or_else(|| panic!("{named}: {word}"));
                }
            }
        }
    }
}
