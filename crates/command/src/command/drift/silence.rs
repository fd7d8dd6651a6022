//! `vortex drift silence`.

use std::time::Duration;

use vortex_rest::{NewSilence, SilenceAnswer};

use super::{Target, told};
use crate::{
    client::{self, Call},
    console::moment,
    error::Error,
    session::Session,
};

/// Keep a fleet's alerts from being sent for some time. They are listed all the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The last silence of a fleet counts.

Examples:
  vortex drift silence orders prod --for 2h --reason 'the cluster is moved'
  vortex drift silence orders prod --end")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// For how long, 30 days at most
    #[arg(
        long = "for",
        value_name = "TIME",
        value_parser = lasting,
        required_unless_present = "end"
    )]
    lasts: Option<Duration>,
    /// End the silence that there is
    #[arg(long, conflicts_with = "lasts")]
    end: bool,
    /// Why: whoever meets the silence reads it
    #[arg(long, value_name = "TEXT", required_unless_present = "end")]
    reason: Option<String>,
    /// Who does it; the server knows who called in any case
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let new = NewSilence {
            // nothing ends it
            duration: self.lasts.unwrap_or_default().into(),
            reason: self.reason,
            author: self.author,
        };
        let body = serde_json::to_value(new).map_err(|error| Error::Usage(error.to_string()))?;
        let Target { app, profile } = &self.target;
        let call = Call::post(["api", "drift", app, profile, "silence"]).json(&body);
        let call = session.labelled(call);
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        let fleet = told::named(app, profile, session.label.as_deref().unwrap_or("main"));
        let end = format!(
            "vortex drift silence {app} {profile} --end{}",
            told::on(session.label.as_deref().unwrap_or_default())
        );
        session.console.told(&reply, |reply| {
            let answer: SilenceAnswer = client::read(reply, server)?;
            Ok(match answer.silence {
                Some(silence) => {
                    let until = moment(silence.until.as_deref());
                    format!("alerts of {fleet} are not sent until {until}; next: `{end}` ends that")
                }
                None => format!("alerts of {fleet} are sent"),
            })
        })
    }
}

fn lasting(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("must be longer than zero; --end ends it".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; such as 30m, 2h or 3days")),
    }
}
