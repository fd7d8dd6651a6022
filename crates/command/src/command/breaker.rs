//! `vortex breaker`: the breaker, which stops automatic progress of rollouts after too many
//! rollbacks.

use clap::Subcommand;
use serde_json::{Map, Value};
use vortex_rest::Breaker;

use crate::{
    client::{self, Call},
    console::{Facts, Format, moment},
    error::Error,
    session::Session,
};

/// The breaker.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
After too many automatic rollbacks within a window nothing starts or promotes by itself until an
operator resets it; what fails is still rolled back.

Examples:
  vortex breaker
  vortex breaker reset --reason 'the gateway was to blame'")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show how it stands
    #[command(after_help = "\
Examples:
  vortex breaker get
  vortex breaker get -o json | jq .open")]
    Get,
    /// Let rollouts go on by themselves again
    #[command(after_help = "\
Examples:
  vortex breaker reset --reason 'the gateway was to blame'")]
    Reset {
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        if let Some(Command::Reset { reason }) = self.command {
            return reset(session, reason).await;
        }
        let call = Call::get(["api", "breaker"]);
        let reply = session.client.send(call).await?.json()?;
        if session.console.format() != Format::Table {
            return session.console.data(&reply);
        }
        let breaker: Breaker = client::read(&reply, session.client.server())?;
        session
            .console
            .write(facts(&breaker).to_string().as_bytes())
    }
}

async fn reset(session: &mut Session, reason: Option<String>) -> Result<(), Error> {
    let reason = reason.map(|reason| ("reason".to_owned(), Value::from(reason)));
    let body: Map<_, _> = reason.into_iter().collect();
    let call = Call::post(["api", "breaker", "reset"]).json(&body.into());
    let reply = session.client.send(call).await?.json()?;
    let server = session.client.server();
    session.console.told(&reply, |reply| {
        let breaker: Breaker = client::read(reply, server)?;
        Ok(match breaker.open {
            true => "the breaker has opened again; `vortex breaker` says why".to_owned(),
            false => "the breaker is closed: rollouts go on by themselves".to_owned(),
        })
    })
}

fn facts(breaker: &Breaker) -> Facts {
    let (state, next) = match breaker.open {
        true => (
            format!("open since {}", moment(breaker.opened_at.as_deref())),
            "`vortex breaker reset` lets rollouts go on by themselves",
        ),
        false => ("closed".to_owned(), ""),
    };
    let rollbacks = breaker.rollbacks.iter();
    let rollbacks = rollbacks
        .map(|rollback| format!("{} at {}", rollback.id, moment(rollback.time.as_deref())));
    let reset = match breaker.reset_by.as_str() {
        "" => String::new(),
        who => format!("{} by {who}", moment(breaker.reset_at.as_deref())),
    };
    Facts::default()
        .with("state", &state)
        .with("opens beyond", &limit(breaker))
        .with("counted", &breaker.rollbacks.len().to_string())
        .with("rollbacks", &rollbacks.collect::<Vec<_>>().join(", "))
        .with("reset", &reset)
        .with("next", next)
}

fn limit(breaker: &Breaker) -> String {
    let window = breaker.window.map(|window| window.to_string());
    let window = window.as_deref().unwrap_or("-");
    format!("{} rollbacks in {window}", breaker.max_rollbacks)
}
