//! Contexts: named servers, in a YAML file of the user's settings.

mod error;
mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use error::Error;
pub(crate) use store::Store;

/// One server, and how to speak with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    /// The gateway's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<String>,
    /// The label commands are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// `table`, `json` or `yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
}

/// All contexts, and which is in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contexts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Context>,
}

impl Contexts {
    /// The name of the context in use.
    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// All of them, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Context)> {
        self.contexts.iter()
    }

    /// The context of a name.
    pub(crate) fn get(&self, name: &str) -> Result<&Context, Error> {
        self.contexts
            .get(name)
            .ok_or_else(|| Error::Unknown(name.to_owned()))
    }

    /// Adds a context or changes it; what `context` leaves out stays.
    pub(crate) fn set(&mut self, name: String, context: Context) {
        let held = self.contexts.entry(name).or_default();
        held.server = context.server.or(held.server.take());
        held.label = context.label.or(held.label.take());
        held.output = context.output.or(held.output.take());
    }

    /// Puts the context of a name to use.
    pub(crate) fn select(&mut self, name: &str) -> Result<(), Error> {
        self.get(name)?;
        self.current = Some(name.to_owned());
        Ok(())
    }

    /// Takes a context away; none is in use when it was.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Error> {
        match self.contexts.remove(name) {
            Some(_) => {
                self.current.take_if(|current| current == name);
                Ok(())
            }
            None => Err(Error::Unknown(name.to_owned())),
        }
    }
}
