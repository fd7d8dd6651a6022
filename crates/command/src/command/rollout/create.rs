//! `vortex rollout create`.

mod forced;
mod gates;
mod plan;

use serde_json::{Map, Value, json};
use vortex_rest::Rollout;

use super::{show, wait::Wait};
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

use forced::Forced;
use gates::Gates;
use plan::Plan;

/// Create a rollout of a staged change set.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A stage is [NAME=]PERCENT[:TIME]: at least so long, so many of all readers get the new version. The
last is 100%. Strategies: conservative is 1%:5m 5%:5m 25%:10m 50%:10m 100%, aggressive 10%:5m
50%:5m 100%, immediate 100%.

With --start --wait the exit code says how it went: 0 completed, 8 rolled back, 9 paused (at once, as
an operator has to decide), or 10 not ended when the time was up.

Keys that are included get the new version from the first stage on, those that are excluded not
before it is released, whatever the share: instances, or subjects with --unit subject.

A file of gates has lists of queries of Prometheus and of webhooks, as `vortex rollout get ID -o yaml`
shows them:
  queries:
    - {name: rate, provider: main, max: 0.05, query: 'errors{arm=\"{{arm}}\"}'}
  webhooks:
    - {name: smoke, url: 'https://gate.example.com/'}

Examples:
  vortex rollout create orders prod --from v1 --to v2
  vortex rollout create --change release-7 --strategy aggressive --start
  vortex rollout create orders --from v1 --to v2 --stage 5%:10m --stage 50%:10m --stage 100%
  vortex rollout create --change release-7 --start --wait --timeout 45m
  vortex rollout create --change release-7 --force --reason 'it was the database'
  vortex rollout create --change release-7 --include pod-1 --exclude-file vip.txt
  vortex rollout create --change release-7 --gates gates.yml --webhook smoke=https://gate.example.com/
  vortex rollout create --change release-7 --no-auto-promote --max-error-rate 2% --interval 10s")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Start it at once
    #[arg(long)]
    start: bool,
    /// Although it was rolled back before
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    wait: Wait,
    #[command(flatten)]
    forced: Forced,
    #[command(flatten)]
    gates: Gates,
    // last, as it ends in groups with headings of their own
    #[command(flatten)]
    plan: Plan,
}

/// What is rolled out.
#[derive(Debug, clap::Args)]
struct Target {
    /// The application whose document was staged
    #[arg(required_unless_present = "change", conflicts_with = "change", requires_all = ["from", "to"])]
    app: Option<String>,
    /// Its profile [server's default: default]
    #[arg(requires = "app")]
    profile: Option<String>,
    /// The version of the document that must be stable
    #[arg(long, value_name = "VERSION", requires = "app")]
    from: Option<String>,
    /// The version that is staged
    #[arg(long, value_name = "VERSION", requires = "app")]
    to: Option<String>,
    /// The staged change set, by its name
    #[arg(long, value_name = "NAME")]
    change: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let body = self.body(session.label.as_deref())?;
        let call = Call::post(["api", "rollouts"]).json(&body);
        let reply = session.client.send(call).await?.json()?;
        if !self.wait.is_asked() {
            return show::print(session, &reply);
        }
        let rollout: Rollout = client::read(&reply, session.client.server())?;
        self.wait.for_end(session, &rollout.id).await
    }

    /// What is posted: only members that say something.
    fn body(&self, label: Option<&str>) -> Result<Value, Error> {
        let mut body = self.plan.body()?;
        body.extend(self.target.members(label));
        body.extend(self.forced.members()?);
        body.extend(self.gates.members()?);
        for (name, given) in [("start", self.start), ("force", self.force)] {
            if given {
                body.insert(name.to_owned(), json!(true));
            }
        }
        let reason = self.reason.as_deref();
        body.extend(reason.map(|reason| ("reason".to_owned(), reason.into())));
        Ok(body.into())
    }
}

impl Target {
    fn members(&self, label: Option<&str>) -> Map<String, Value> {
        let members = [
            ("app", self.app.as_deref()),
            ("profile", self.profile.as_deref()),
            ("label", label),
            ("from_version", self.from.as_deref()),
            ("to_version", self.to.as_deref()),
            ("change", self.change.as_deref()),
        ];
        let members = members.into_iter();
        members
            .filter_map(|(name, text)| Some((name.to_owned(), text?.into())))
            .collect()
    }
}
