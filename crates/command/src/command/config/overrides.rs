//! `vortex config override`: values that stand above all documents for a limited time.

use clap::Subcommand;
use serde_json::{Map, Value, json};
use vortex_rest::{Override, OverrideAnswer, OverrideRemoved, Overrides};

use super::{
    list::{limit, note_more},
    on, target,
};
use crate::{
    client::{self, Call, collect},
    console::{Table, cell, moment},
    error::Error,
    session::Session,
};

/// Put values above all documents for some time.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
The values stand above all documents, for all readers of the application and profile, until they
expire; neither a freeze nor a rollout refuses them. They take the place of the override that there
is. A value that is a JSON number, boolean or string is taken as such, and any other as text. The
profile `default` is read with every profile, the application `application` with every application.

Examples:
  vortex config override orders prod db.pool.max=20 --expires 4h --reason 'incident 4711'
  vortex config override orders default features.export=false 'hosts[0]=a.example' --expires 30m
  vortex config override list
  vortex config override orders prod --remove"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The application
    app: Option<String>,
    /// The profile; `default` for all of them
    profile: Option<String>,
    /// The values, by flat key
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<String>,
    /// When it ends by itself, 30 days at most: how long it lasts, such as 4h, or a time such as
    /// 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME", conflicts_with = "remove")]
    expires: Option<String>,
    /// Why, for people
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who sets or ends it; the server knows who called in any case
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// End the override that there is
    #[arg(long, conflicts_with = "values")]
    remove: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the overrides in force
    #[command(after_help = "\
Examples:
  vortex config override list
  vortex config override list --app orders -o json | jq '.overrides[].values'")]
    List(List),
}

/// Which overrides are listed.
#[derive(Debug, clap::Args)]
struct List {
    /// Only those of this application
    #[arg(long)]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self.command {
            Some(Command::List(list)) => list.run(session).await,
            None if self.remove => self.end(session).await,
            None => self.set(session).await,
        }
    }

    fn path(&self) -> Result<[&str; 4], Error> {
        match (&self.app, &self.profile) {
            (Some(app), Some(profile)) if !profile.contains('=') => {
                Ok(["api", "overrides", app, profile])
            }
            _ => Err(Error::Usage(
                "name the application and the profile (`default` for all profiles); `vortex config \
                 override list` shows what is overridden"
                    .to_owned(),
            )),
        }
    }

    async fn set(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::put(self.path()?);
        if self.values.is_empty() {
            return Err(Error::Usage(
                "give the values as KEY=VALUE, or --remove".to_owned(),
            ));
        }
        let Some(expires) = self.expires else {
            return Err(Error::Usage(
                "--expires is needed: an override ends by itself, after 30 days at most".to_owned(),
            ));
        };
        let mut body = json!({ "values": values(&self.values)?, "expires": expires });
        for (member, given) in [("reason", self.reason), ("author", self.author)] {
            if let Some(given) = given {
                body[member] = given.into();
            }
        }
        let call = session.labelled(call.json(&body));
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let set: OverrideAnswer = client::read(reply, server)?;
            Ok(sentence(&set.r#override))
        })
    }

    async fn end(self, session: &mut Session) -> Result<(), Error> {
        let call = session
            .labelled(Call::delete(self.path()?))
            .query("reason", self.reason.as_deref())
            .query("author", self.author.as_deref());
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let removed: OverrideRemoved = client::read(reply, server)?;
            let id = removed.id;
            Ok(format!(
                "ended: {id}; `vortex config override list` shows what is still overridden"
            ))
        })
    }
}

impl List {
    async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = session
            .labelled(Call::get(["api", "overrides"]))
            .query("app", self.app);
        let list = collect(&session.client, call, "overrides", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Overrides = client::read(list, server)?;
            let table = Table::new(["APP", "PROFILE", "LABEL", "EXPIRES", "BY", "VALUES"]);
            Ok(table.with(list.overrides.into_iter().map(|set| {
                [
                    set.app.clone(),
                    set.profile.clone(),
                    set.label.clone(),
                    moment(set.expires_at.as_deref()),
                    by(&set),
                    shown(&set),
                ]
            })))
        })?;
        note_more(session, &list)
    }
}

/// The values by their keys.
fn values(given: &[String]) -> Result<Map<String, Value>, Error> {
    let mut values = Map::new();
    for pair in given {
        let Some((key, text)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Error::Usage(format!(
                "{pair:?} is not KEY=VALUE, such as db.pool.max=20"
            )));
        };
        if values.insert(key.to_owned(), value(text)).is_some() {
            return Err(Error::Usage(format!("{key} is given twice")));
        }
    }
    Ok(values)
}

/// A JSON scalar, or else the text.
fn value(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => value,
        _ => text.into(),
    }
}

/// What is overridden until when, and what ends that before.
fn sentence(set: &Override) -> String {
    let (target, label) = (target(&set.app, &set.profile), &set.label);
    let (values, id) = (shown(set), &set.id);
    let until = moment(set.expires_at.as_deref());
    // `--remove` takes the profile, also when it is `default`
    let remove = format!(
        "vortex config override {} {} --remove{}",
        set.app,
        set.profile,
        on(label)
    );
    format!("{target} gets {values} on {label} until {until}, as {id}; next: `{remove}` ends it")
}

fn shown(set: &Override) -> String {
    let values = Value::from(&set.values);
    let values = values.as_object().into_iter().flatten();
    let values = values.map(|(key, value)| format!("{key}={}", cell(value)));
    values.collect::<Vec<_>>().join(" ")
}

fn by(set: &Override) -> String {
    match set.author.as_str() {
        "" => set.principal.clone(),
        author => author.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_json_scalar_or_a_text() {
        for (text, expected) in [
            ("20", json!(20)),
            ("1.50", serde_json::from_str("1.50").unwrap()),
            ("true", json!(true)),
            ("\"20\"", json!("20")),
            ("a=b", json!("a=b")),
            ("", json!("")),
            ("null", json!("null")),
            ("[1]", json!("[1]")),
            ("{", json!("{")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
