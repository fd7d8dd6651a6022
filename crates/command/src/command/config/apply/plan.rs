//! Plans what a change set would do to a label.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vortex_rest::{Document, Documents};

use crate::{
    client::{self, Call, collect},
    console::{Format, Table},
    difference,
    error::Error,
    session::Session,
};

/// More documents than a label is expected to hold; a comparison must not be cut.
const EVERYTHING: usize = 1_000_000;

/// The change of one document.
#[derive(Debug)]
pub(super) enum Deed {
    /// It gets this content.
    Write(String),
    /// It is taken away.
    Delete,
}

/// The change of each document, and the documents there are now.
#[derive(Debug)]
pub(super) struct Plan {
    deeds: BTreeMap<String, Deed>,
    served: BTreeMap<String, Document>,
}

impl Plan {
    /// Fails when a document is to be both written and deleted.
    pub(super) fn new(files: BTreeMap<String, String>, delete: Vec<String>) -> Result<Self, Error> {
        let written = files
            .into_iter()
            .map(|(path, content)| (path, Deed::Write(content)));
        let mut deeds: BTreeMap<_, _> = written.collect();
        for path in delete {
            if matches!(deeds.get(&path), Some(Deed::Write(_))) {
                let message = format!("{path} can't be both written and deleted");
                return Err(Error::Usage(message));
            }
            deeds.insert(path, Deed::Delete);
        }
        Ok(Self {
            deeds,
            served: BTreeMap::new(),
        })
    }

    /// Looks at what is served, and adds the deletion of what is not among the files to `prune`.
    pub(super) async fn compare(&mut self, session: &Session, prune: bool) -> Result<(), Error> {
        let notes = session.console.notes();
        notes.progress(format_args!("looking at label {}", session.label_or_main()));
        let call = Call::get(["api", "configs"]).query("label", Some(session.label_or_main()));
        let list = match collect(&session.client, call, "documents", EVERYTHING).await {
            // a label begins with its first document
            Err(Error::Problem(problem)) if problem.is("LABEL_NOT_FOUND") => return Ok(()),
            list => list?,
        };
        let list: Documents = client::read(&list, session.client.server())?;
        let stable = list
            .documents
            .into_iter()
            .filter(|document| !document.digest.is_empty());
        self.served = stable
            .map(|document| (document.path.clone(), document))
            .collect();
        if prune {
            for path in self.served.keys() {
                self.deeds.entry(path.clone()).or_insert(Deed::Delete);
            }
        }
        Ok(())
    }

    /// Prints what would change and how.
    pub(super) async fn show(&self, session: &mut Session) -> Result<(), Error> {
        if session.console.format() == Format::Table {
            for (path, deed) in &self.deeds {
                let text = self.difference(session, path, deed).await?;
                session.console.write(text.as_bytes())?;
            }
        }
        let actions = self
            .deeds
            .iter()
            .map(|(path, deed)| (path, self.action(path, deed)));
        let documents: Vec<Value> = actions
            .clone()
            .map(|(path, action)| json!({ "path": path, "action": action }))
            .collect();
        session
            .console
            .print(&json!({ "dry_run": true, "documents": documents }), |_| {
                let table = Table::new(["ACTION", "PATH"]);
                Ok(table.with(actions.map(|(path, action)| [action.to_owned(), path.clone()])))
            })
    }

    fn action(&self, path: &str, deed: &Deed) -> &'static str {
        match (deed, self.served.get(path)) {
            (Deed::Write(_), None) => "create",
            (Deed::Write(content), Some(served)) if digest(content) == served.digest => "unchanged",
            (Deed::Write(_), Some(_)) => "update",
            (Deed::Delete, Some(_)) => "delete",
            (Deed::Delete, None) => "absent",
        }
    }

    async fn difference(
        &self,
        session: &Session,
        path: &str,
        deed: &Deed,
    ) -> Result<String, Error> {
        if matches!(self.action(path, deed), "unchanged" | "absent") {
            return Ok(String::new());
        }
        let before = match self.served.get(path) {
            Some(document) => content(session, document).await?,
            None => String::new(),
        };
        let after = match deed {
            Deed::Write(content) => content,
            Deed::Delete => "",
        };
        let names = (format!("served/{path}"), format!("file/{path}"));
        let (from, to) = (
            (names.0.as_str(), before.as_str()),
            (names.1.as_str(), after),
        );
        Ok(difference::unified(from, to, session.console.palette()))
    }

    /// The paths that are taken away.
    pub(super) fn deleted(&self) -> impl Iterator<Item = &str> {
        let deleted = self
            .deeds
            .iter()
            .filter(|(_, deed)| matches!(deed, Deed::Delete));
        deleted.map(|(path, _)| path.as_str())
    }

    /// How many documents are written.
    pub(super) fn written(&self) -> usize {
        self.deeds.len() - self.deleted().count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.deeds.is_empty()
    }

    /// What becomes of each document, by path.
    pub(super) fn into_deeds(self) -> impl Iterator<Item = (String, Deed)> {
        self.deeds.into_iter()
    }
}

/// What is served as a document. One of a change set carries no split into application and
/// profile; its whole stem is the application then.
async fn content(session: &Session, document: &Document) -> Result<String, Error> {
    let stem = document
        .path
        .rsplit_once('.')
        .map_or(document.path.as_str(), |(stem, _)| stem);
    let (app, profile) = match (document.app.as_str(), document.profile.as_str()) {
        ("", _) => (stem, "default"),
        (app, "") => (app, "default"),
        split => split,
    };
    let call = Call::get(["api", "configs", app, profile]).query("label", Some(&document.label));
    let answer = session.client.send(call).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}

fn digest(content: &str) -> String {
    hex::encode(Sha256::digest(content))
}
