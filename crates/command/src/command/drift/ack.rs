//! `vortex drift ack`.

use serde_json::{Map, Value};
use vortex_rest::Alert;

use super::told;
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Note that you have seen an alert; the first note stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex drift ack ID
  vortex drift ack ID --comment 'the registry is away, see 4711'")]
pub(crate) struct Args {
    /// The alert's id, as `vortex drift alerts` shows it
    id: String,
    /// What there is to say, for people
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// Who has seen it; the server knows who called in any case
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let given = [("comment", self.comment), ("author", self.author)];
        let given = given
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)));
        let body: Map<_, _> = given
            .map(|(name, text)| (name.to_owned(), Value::from(text)))
            .collect();
        let call = Call::post(["api", "drift", "alerts", &self.id, "ack"]).json(&body.into());
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let alert: Alert = client::read(reply, server)?;
            Ok(sentence(&alert))
        })
    }
}

fn sentence(alert: &Alert) -> String {
    let (id, by, state) = (&alert.id, &alert.acknowledged_by, &alert.state);
    let (app, profile, on) = (&alert.app, &alert.profile, told::on(&alert.label));
    format!(
        "{id} is acknowledged by {by} and {state}; next: `vortex drift status {app} {profile}{on}`"
    )
}
