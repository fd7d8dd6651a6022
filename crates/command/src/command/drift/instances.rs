//! `vortex drift instances`.

use vortex_rest::{Instance, Instances};

use super::{Target, told};
use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Facts, Format, Table, moment, short},
    error::Error,
    session::Session,
};

/// List the instances of a fleet, or show one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex drift instances orders prod
  vortex drift instances orders prod --state drifted,failed,unknown_version
  vortex drift instances orders prod --version v2 -o json | jq -r '.instances[].instance_id'
  vortex drift instances orders prod pod-7")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The instance to show
    #[arg(conflicts_with_all = ["state", "version"])]
    instance: Option<String>,
    /// Only those in these states
    #[arg(long, value_delimiter = ',', value_parser = [
        "stale", "failed", "unknown_version", "ahead", "in_sync", "canary", "pending", "drifted",
    ])]
    state: Vec<String>,
    /// Only those that run this version
    #[arg(long)]
    version: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match &self.instance {
            Some(instance) => show(session, &self.target, instance).await,
            None => self.list(session).await,
        }
    }

    async fn list(self, session: &mut Session) -> Result<(), Error> {
        let states = Some(self.state.join(",")).filter(|states| !states.is_empty());
        let Target { app, profile } = &self.target;
        let call = session
            .labelled(Call::get(["api", "instances", app, profile]))
            .query("state", states)
            .query("version", self.version);
        let list = collect(&session.client, call, "instances", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Instances = client::read(list, server)?;
            let heading = [
                "INSTANCE",
                "STATE",
                "RUNS",
                "SHOULD RUN",
                "STATUS",
                "SINCE",
                "LAST SEEN",
                "HOST",
            ];
            Ok(Table::new(heading).with(list.instances.into_iter().map(row)))
        })?;
        note_more(session, &list)
    }
}

fn row(instance: Instance) -> [String; 8] {
    [
        instance.instance_id,
        instance.state.to_string(),
        short(&instance.version),
        short(&instance.expected_version),
        instance.status.to_string(),
        moment(instance.since.as_deref()),
        moment(instance.last_seen.as_deref()),
        instance.metadata.host,
    ]
}

async fn show(session: &mut Session, target: &Target, instance: &str) -> Result<(), Error> {
    let call = Call::get(["api", "instances", &target.app, &target.profile, instance]);
    let reply = session.client.send(session.labelled(call)).await?.json()?;
    if session.console.format() != Format::Table {
        return session.console.data(&reply);
    }
    let instance: Instance = client::read(&reply, session.client.server())?;
    session
        .console
        .write(facts(&instance).to_string().as_bytes())
}

fn facts(instance: &Instance) -> Facts {
    let fleet = told::named(&instance.app, &instance.profile, &instance.label);
    let since = moment(instance.since.as_deref());
    let arms = instance.assignments.iter();
    let arms = arms.map(|of| format!("{} of {}", of.arm, of.split));
    let refused = instance.refused.as_ref();
    let refused = refused.map(|refused| format!("{}: {}", refused.version, refused.error));
    let shared = match instance.shared_id {
        true => "two processes report under this id by turns",
        false => "",
    };
    let metadata = &instance.metadata;
    Facts::default()
        .with("instance", &instance.instance_id)
        .with("fleet", &fleet)
        .with("state", &format!("{} since {since}", instance.state))
        .with("runs", &instance.version)
        .with("should run", &instance.expected_version)
        .with("arms", &arms.collect::<Vec<_>>().join(", "))
        .with("status", &instance.status.to_string())
        .with("refused", &refused.unwrap_or_default())
        .with("warning", shared)
        .with("last seen", &moment(instance.last_seen.as_deref()))
        .with("host", &metadata.host)
        .with("namespace", &metadata.namespace)
        .with("zone", &metadata.zone)
        .with("application", &metadata.app_version)
}
