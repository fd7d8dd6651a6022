//! `vortex rollout`: staged change sets that go out to a growing share of all readers.

mod act;
mod analysis;
mod argument;
mod audit;
mod create;
mod edit;
mod get;
mod limits;
mod list;
mod narrator;
mod next;
mod outcome;
mod report;
mod show;
mod wait;
mod watch;
mod who;

use clap::Subcommand;

use crate::{error::Error, session::Session};

pub(crate) use outcome::NotCompleted;

/// Staged change sets that go out to a growing share of all readers.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a rollout of a staged change set, and perhaps start it and wait for its end
    // boxed, as it has by far the most options
    Create(Box<create::Args>),
    /// Start a created rollout: its first stage
    #[command(after_help = "\
Examples:
  vortex rollout start ID
  vortex rollout start ID --wait --timeout 45m")]
    Start(act::Start),
    /// Go to the next stage, or complete from the last; ends a pause
    #[command(after_help = "\
Examples:
  vortex rollout promote ID
  vortex rollout promote ID --expected-stage 2   # only if it is at the second")]
    Promote(act::Promote),
    /// Keep the share as it is; what fails still rolls back
    #[command(after_help = "\
Examples:
  vortex rollout pause ID --reason 'not over the weekend'")]
    Pause(act::Act),
    /// Go on after a pause
    #[command(after_help = "\
Examples:
  vortex rollout resume ID")]
    Resume(act::Act),
    /// Give everybody stable again
    #[command(after_help = "\
Examples:
  vortex rollout rollback ID --reason 'customers complain'
  vortex rollout rollback ID --wait --timeout 1m   # until readers have stable again")]
    Rollback(act::Rollback),
    /// Make the change set stable at once, whatever the stage
    #[command(after_help = "\
Examples:
  vortex rollout complete ID")]
    Complete(act::Act),
    /// Take back what a completed rollout changed, by one in the other direction
    #[command(after_help = "\
Examples:
  vortex rollout revert ID                           # at once
  vortex rollout revert ID --strategy conservative   # by stages")]
    Revert(act::Revert),
    /// Change thresholds and other settings of a rollout that has not ended
    // boxed, as it has many options
    Edit(Box<edit::Args>),
    /// Delete a rollout that was never started
    #[command(after_help = "\
Examples:
  vortex rollout delete ID")]
    Delete(act::Delete),
    /// List rollouts, newest first
    List(list::Args),
    /// Show a rollout, how it is judged, and what to do next
    #[command(after_help = "\
Examples:
  vortex rollout get ID
  vortex rollout get ID -o json | jq .thresholds")]
    Get(get::Args),
    /// List what happened to a rollout, by whom and why
    Audit(audit::Args),
    /// Show what was measured, and what each gate said
    #[command(after_help = "\
Examples:
  vortex rollout analysis ID
  vortex rollout analysis ID -o json | jq '.slices[0].gates'")]
    Analysis(analysis::Args),
    /// Ask which arm a rollout gives instances or subjects, and why
    Who(who::Args),
    /// Follow a rollout to its end: stages and both arms as they change
    Watch(watch::Args),
    /// Report what was measured of an arm since the last report
    Report(report::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self {
            Self::Create(args) => args.run(session).await,
            Self::Start(args) => args.run(session).await,
            Self::Promote(args) => args.run(session).await,
            Self::Pause(act) => act.run(session, "pause").await,
            Self::Resume(act) => act.run(session, "resume").await,
            Self::Rollback(args) => args.run(session).await,
            Self::Complete(act) => act.run(session, "complete").await,
            Self::Revert(args) => args.run(session).await,
            Self::Edit(args) => args.run(session).await,
            Self::Delete(args) => args.run(session).await,
            Self::List(args) => args.run(session).await,
            Self::Get(args) => args.run(session).await,
            Self::Audit(args) => args.run(session).await,
            Self::Analysis(args) => args.run(session).await,
            Self::Who(args) => args.run(session).await,
            Self::Watch(args) => args.run(session).await,
            Self::Report(args) => args.run(session).await,
        }
    }
}
