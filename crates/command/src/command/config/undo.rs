//! `vortex config undo`.

use std::io::{self, IsTerminal};

use serde_json::{Value, json};
use uuid::Uuid;
use vortex_rest::{Undone, UndoneDocument};

use super::Target;
use crate::{
    client::{self, Call},
    console::Format,
    difference,
    error::Error,
    session::Session,
};

/// Take back what made a document's version stable.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
All documents of the same change set that are still stable with it go back to what each replaced,
together. It shows what differs and how many applications read it, and asks before it does it.
To undo an undo is to redo.

Examples:
  vortex config undo orders prod
  vortex config undo --change release-7
  vortex config undo orders prod --yes --reason 'errors since 9:30'")]
pub(crate) struct Args {
    #[command(flatten)]
    what: What,
    /// Does it without asking, as programs have to
    #[arg(short, long)]
    yes: bool,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

/// What is taken back.
#[derive(Debug, clap::Args)]
struct What {
    /// The application
    #[arg(required_unless_present = "change")]
    app: Option<String>,
    /// The profile
    profile: Option<String>,
    /// The change set, in place of a document
    #[arg(long, value_name = "NAME", conflicts_with_all = ["app", "profile"])]
    change: Option<String>,
}

impl What {
    fn call(&self) -> Call {
        match (&self.change, &self.app) {
            (Some(change), _) => Call::post(["api", "changes", change, "undo"]),
            (None, app) => {
                let target = Target {
                    app: app.clone().unwrap_or_default(),
                    profile: self.profile.clone().unwrap_or_else(|| "default".to_owned()),
                };
                Call::post(target.path(&["undo"]))
            }
        }
    }
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        if !self.yes && !can_ask {
            let message = "there is no terminal to ask on; --yes does it without asking";
            return Err(Error::Usage(message.to_owned()));
        }
        let sequence = match self.yes {
            true => None,
            false => Some(self.confirm(session).await?),
        };
        let call = self.command(session, json!({ "change_sequence": sequence }));
        let reply = session.client.send(call).await?.json()?;
        if session.console.format() != Format::Table {
            return session.console.data(&reply);
        }
        let undone: Undone = client::read(&reply, session.client.server())?;
        let name = undone.change.map(|change| change.change);
        let text = match name {
            Some(name) if undone.document_count > 0 => {
                let documents = count(undone.document_count, "document");
                format!(
                    "{} is undone: {name} is stable, {documents} moved\n",
                    undone.undone.change
                )
            }
            Some(name) => format!("it was undone before: {name} is stable\n"),
            None => "it is undone\n".to_owned(),
        };
        session.console.write(text.as_bytes())
    }

    /// Shows what would happen, and asks. Answers which change set was meant.
    async fn confirm(&self, session: &mut Session) -> Result<u64, Error> {
        let call = self.command(session, json!({ "validate_only": true }));
        // it is another request than the one that follows
        let call = call.under(Uuid::new_v4().to_string());
        let reply = session.client.send(call).await?.json()?;
        let undone: Undone = client::read(&reply, session.client.server())?;
        self.show(session, &undone)?;
        let documents = count(undone.document_count, "document");
        let readers = match undone.app_count {
            0 => "no application that is known reads it".to_owned(),
            1 => format!("1 application reads it: {}", undone.apps.join(", ")),
            apps => format!("{apps} applications read it: {}", some(&undone.apps)),
        };
        session.console.note(format_args!("{readers}"))?;
        let question = format!("undo {} of {}?", undone.undone.change, documents);
        match session.console.confirm(&question)? {
            Some(true) => Ok(undone.undone.sequence),
            Some(false) | None => Err(Error::Declined),
        }
    }

    fn show(&self, session: &mut Session, undone: &Undone) -> Result<(), Error> {
        for document in &undone.documents {
            let text = difference_of(document, session);
            // the answer alone is on standard output for programs
            match session.console.format() {
                Format::Table => session.console.write(text.as_bytes())?,
                Format::Json | Format::Yaml => {
                    session.console.note(format_args!("{}", text.trim_end()))?;
                }
            }
        }
        let (shown, all) = (undone.documents.len(), undone.document_count);
        if shown < all as usize {
            session
                .console
                .note(format_args!("{shown} of {all} documents are shown"))?;
        }
        session.console.flush()
    }

    fn command(&self, session: &Session, mut body: Value) -> Call {
        let texts = [("reason", &self.reason), ("author", &self.author)];
        for (name, text) in texts {
            if let Some(text) = text {
                body[name] = text.as_str().into();
            }
        }
        session.labelled(self.what.call()).json(&body)
    }
}

fn difference_of(document: &UndoneDocument, session: &Session) -> String {
    let path = &document.path;
    let to = match document.to.as_str() {
        "" => "deleted",
        to => to,
    };
    if document.content_left_out {
        return format!("{path}: {} -> {to}, too large to be shown\n", document.from);
    }
    let from = format!("{path} {}", document.from);
    difference::unified(
        (&from, &document.from_content),
        (&format!("{path} {to}"), &document.to_content),
        session.console.palette(),
    )
}

/// A number of things.
fn count(number: u32, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// The first few names.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    match names.len() > SHOWN {
        true => format!("{}, …", shown.join(", ")),
        false => shown.join(", "),
    }
}
