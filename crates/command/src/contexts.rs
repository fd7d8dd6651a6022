//! Contexts: named servers, in a YAML file of the user's settings.

mod error;
mod key;
mod store;

use std::collections::BTreeMap;

use reqwest::Url;
use serde::{Deserialize, Serialize};

pub(crate) use error::Error;
pub(crate) use key::Key;
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
    /// What is shown to that server, and to no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_key: Option<Key>,
}

impl Context {
    /// The key, if `server` is the one it is for: a key goes to no other origin.
    pub(crate) fn key_for(&self, server: &Url) -> Option<&Key> {
        let own = self.url()?;
        let key = self.api_key.as_ref();
        key.filter(|_| own.origin() == server.origin())
    }

    /// The server; `None` when there is none, or what is written is no address.
    fn url(&self) -> Option<Url> {
        Url::parse(self.server.as_deref()?).ok()
    }
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

    /// Adds a context or changes it; what `context` leaves out stays. The key stays only where the
    /// server does: one that was for another server is given back.
    ///
    /// Fails when there is a key, and no server it is for.
    pub(crate) fn set(&mut self, name: String, context: Context) -> Result<Option<Key>, Error> {
        let held = self.contexts.get(&name).cloned().unwrap_or_default();
        let mut set = Context {
            server: context.server.or(held.server.clone()),
            label: context.label.or(held.label.clone()),
            output: context.output.or(held.output.clone()),
            api_key: context.api_key,
        };
        let mut left = held.api_key.clone().filter(|_| set.api_key.is_none());
        if let Some(server) = set.url()
            && held.key_for(&server).is_some()
        {
            set.api_key = set.api_key.or(left.take());
        }
        if set.api_key.is_some() && set.server.is_none() {
            return Err(Error::KeyWithoutServer(name));
        }
        self.contexts.insert(name, set);
        Ok(left)
    }

    /// Takes the key of a context away.
    pub(crate) fn forget_key(&mut self, name: &str) {
        if let Some(context) = self.contexts.get_mut(name) {
            context.api_key = None;
        }
    }

    /// Whether any holds a key.
    pub(crate) fn hold_keys(&self) -> bool {
        self.contexts
            .values()
            .any(|context| context.api_key.is_some())
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

#[cfg(test)]
mod tests {
    use vortex_access::ApiKey;

    use super::*;

    fn key(byte: u8) -> Key {
        ApiKey::from_random([byte; 10], [byte; 32]).into()
    }

    fn context(server: Option<&str>, key: Option<Key>) -> Context {
        Context {
            server: server.map(str::to_owned),
            api_key: key,
            ..Context::default()
        }
    }

    fn set(contexts: &mut Contexts, given: Context) -> Result<Option<Key>, Error> {
        contexts.set("prod".to_owned(), given)
    }

    #[test]
    fn a_key_is_for_one_origin() {
        let held = context(Some("https://a.example/prefix"), Some(key(1)));
        for (server, is_for_it) in [
            ("https://a.example/", true),
            ("https://a.example:443/other", true),
            ("https://A.example", true),
            ("http://a.example/prefix", false),
            ("https://a.example:8443/prefix", false),
            ("https://a.example.org/prefix", false),
            ("https://b.a.example", false),
        ] {
            let server = Url::parse(server).unwrap();
            assert_eq!(held.key_for(&server).is_some(), is_for_it, "{server}");
        }
        let server = Url::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(context(None, Some(key(1))).key_for(&server), None);
        assert_eq!(
            context(Some("no address"), Some(key(1))).key_for(&server),
            None
        );
    }

    #[test]
    fn a_key_stays_where_the_server_does() {
        let mut contexts = Contexts::default();
        let refused = set(&mut contexts, context(None, Some(key(1))));
        assert!(matches!(refused, Err(Error::KeyWithoutServer(_))));
        assert_eq!(contexts, Contexts::default());
        let first = context(Some("https://a.example"), Some(key(1)));
        assert_eq!(set(&mut contexts, first.clone()).unwrap(), None);
        assert_eq!(set(&mut contexts, Context::default()).unwrap(), None);
        assert_eq!(contexts.get("prod").unwrap(), &first);
        let below = context(Some("https://a.example/below"), None);
        assert_eq!(set(&mut contexts, below).unwrap(), None);
        let held = contexts.get("prod").unwrap();
        assert_eq!(held.api_key, Some(key(1)));
        let newer = context(None, Some(key(2)));
        assert_eq!(set(&mut contexts, newer).unwrap(), None);
        let elsewhere = context(Some("https://b.example"), None);
        assert_eq!(set(&mut contexts, elsewhere).unwrap(), Some(key(2)));
        assert!(!contexts.hold_keys());
        let again = context(Some("https://c.example"), Some(key(3)));
        assert_eq!(set(&mut contexts, again).unwrap(), None);
        contexts.forget_key("prod");
        assert!(!contexts.hold_keys());
    }
}
