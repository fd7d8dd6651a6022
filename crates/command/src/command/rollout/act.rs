//! Commands to a rollout: each is one call, after which the rollout is printed.

use serde_json::{Map, Value};
use vortex_rest::Rollout;

use super::{
    show,
    wait::{self, Wait},
};
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// A command.
#[derive(Debug, clap::Args)]
pub(crate) struct Act {
    /// The rollout's id
    id: String,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Act {
    pub(super) async fn run(self, session: &mut Session, deed: &str) -> Result<(), Error> {
        let reply = self.send(session, deed, Map::new()).await?;
        show::print(session, &reply)
    }

    async fn send(
        &self,
        session: &Session,
        deed: &str,
        mut body: Map<String, Value>,
    ) -> Result<Value, Error> {
        let reason = self.reason.clone();
        body.extend(reason.map(|reason| ("reason".to_owned(), reason.into())));
        let call = Call::post(["api", "rollouts", &self.id, deed]).json(&body.into());
        session.client.send(call).await?.json()
    }
}

/// A start.
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    #[command(flatten)]
    act: Act,
    #[command(flatten)]
    wait: Wait,
}

impl Start {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let reply = self.act.send(session, "start", Map::new()).await?;
        let rollout: Rollout = client::read(&reply, session.client.server())?;
        match self.wait.is_asked() {
            true => self.wait.for_end(session, &rollout.id).await,
            false => show::print(session, &reply),
        }
    }
}

/// A rollback.
#[derive(Debug, clap::Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    act: Act,
    /// Wait until all readers have stable again, --timeout at most
    #[arg(long)]
    wait: bool,
}

impl Rollback {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let reply = self.act.send(session, "rollback", Map::new()).await?;
        let rollout: Rollout = client::read(&reply, session.client.server())?;
        match self.wait {
            true => wait::for_rollback(session, &rollout.id).await,
            false => show::print(session, &reply),
        }
    }
}

/// A promotion.
#[derive(Debug, clap::Args)]
pub(crate) struct Promote {
    #[command(flatten)]
    act: Act,
    /// Only if it is at this stage, counted from 1 as `get` shows them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    expected_stage: Option<u32>,
}

impl Promote {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        // people count from 1, the API from 0
        let stage = self.expected_stage.map(|stage| stage.saturating_sub(1));
        let stage = stage.map(|stage| ("expected_stage".to_owned(), stage.into()));
        let reply = self
            .act
            .send(session, "promote", stage.into_iter().collect())
            .await?;
        show::print(session, &reply)
    }
}

/// A revert.
#[derive(Debug, clap::Args)]
pub(crate) struct Revert {
    #[command(flatten)]
    act: Act,
    /// By which stages [server's default: immediate]
    #[arg(long, value_name = "NAME", value_parser = ["conservative", "aggressive", "immediate"])]
    strategy: Option<String>,
}

impl Revert {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let strategy = self
            .strategy
            .map(|name| ("strategy".to_owned(), name.into()));
        let reply = self
            .act
            .send(session, "revert", strategy.into_iter().collect())
            .await?;
        show::print(session, &reply)
    }
}

/// A deletion.
#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// The rollout's id
    id: String,
}

impl Delete {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::delete(["api", "rollouts", &self.id]);
        session.client.send(call).await?;
        session.console.note(format_args!("{} is deleted", self.id))
    }
}
