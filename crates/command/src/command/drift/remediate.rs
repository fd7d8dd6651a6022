//! `vortex drift remediate`.

use std::io::{self, IsTerminal as _};

use vortex_rest::{FleetDrift, Remediated, Remediation};

use super::{Target, fleet, told};
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Ask instances that don't run what they should to fetch it again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
They are asked with the answer to their next report, each once in five minutes for the same version.
Without --instance all are asked that drifted, refused their version, or run an unknown one; it says
how many these are, and asks before it does it.

Examples:
  vortex drift remediate orders prod --instance pod-7 --instance pod-9
  vortex drift remediate orders prod --yes")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Only this instance, and others given in the same way, 1,000 at most
    #[arg(long, value_name = "ID")]
    instance: Vec<String>,
    /// Asks all of them without a question, as programs have to
    #[arg(short, long)]
    yes: bool,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        if self.instance.is_empty() && !self.yes {
            self.confirm(session).await?;
        }
        let whom = Remediation {
            instances: (!self.instance.is_empty()).then_some(self.instance),
        };
        let body = serde_json::to_value(whom).map_err(|error| Error::Usage(error.to_string()))?;
        let Target { app, profile } = &self.target;
        let call = Call::post(["api", "drift", app, profile, "remediate"]).json(&body);
        let reply = session.client.send(session.labelled(call)).await?.json()?;
        let server = session.client.server();
        let on = told::on(session.label.as_deref().unwrap_or_default());
        session.console.told(&reply, |reply| {
            let done: Remediated = client::read(reply, server)?;
            let next = format!("next: `vortex drift status {app} {profile}{on}`");
            Ok(format!("{}; {next}", sentence(&done)))
        })
    }

    async fn confirm(&self, session: &mut Session) -> Result<(), Error> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let message = "there is no terminal to ask on; --yes does it without asking, and \
                           --instance names whom";
            return Err(Error::Usage(message.to_owned()));
        }
        let reply = fleet::read(session, &self.target).await?;
        let fleet: FleetDrift = client::read(&reply, session.client.server())?;
        let question = format!(
            "ask {} of {} to fetch again?",
            told::instances(told::wrong(&fleet.states)),
            told::named(&fleet.app, &fleet.profile, &fleet.label)
        );
        match session.console.confirm(&question)? {
            Some(true) => Ok(()),
            Some(false) | None => Err(Error::Declined),
        }
    }
}

/// `50 instances are asked with their next report; 2 were asked before, 1 skipped`
fn sentence(done: &Remediated) -> String {
    let asked = match done.asked {
        1 => "1 instance is".to_owned(),
        asked => format!("{asked} instances are"),
    };
    let rest = [
        (done.asked_before, "asked less than five minutes ago"),
        (done.skipped, "not known or as they should be"),
    ];
    let rest = rest.into_iter().filter(|(number, _)| *number > 0);
    let rest: String = rest
        .map(|(number, what)| format!(", {number} {what}"))
        .collect();
    format!("{asked} asked with the next report{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_asked_is_told() {
        let done = Remediated {
            asked: 50,
            asked_before: 2,
            skipped: 1,
        };
        assert_eq!(
            sentence(&done),
            "50 instances are asked with the next report, 2 asked less than five minutes ago, 1 \
             not known or as they should be"
        );
        let one = Remediated {
            asked: 1,
            ..Remediated::default()
        };
        assert_eq!(sentence(&one), "1 instance is asked with the next report");
    }
}
