//! A configuration as an application holds it.

use std::{ops::Deref, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;
use vortex_rest::Assignment;

use crate::{error::Error, served::Served};

/// A configuration: a value of the application's own type, and where it is from.
///
/// It is used like the value itself: `config.timeout`.
#[derive(Clone, Debug)]
pub struct Config<T> {
    value: T,
    pub(crate) served: Arc<Served>,
    stale: Option<Stale>,
}

/// Says that a configuration is not the newest, but the last that was in use before the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// How long ago it was kept.
    pub age: Duration,
    /// Why there is none that is newer.
    pub because: Error,
}

impl<T> Config<T> {
    /// The value, without where it is from.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The effective version, as `vortex config get --effective` shows it.
    pub fn version(&self) -> &str {
        &self.served.version
    }

    /// SHA-256 of the configuration, in hex.
    pub fn digest(&self) -> &str {
        &self.served.digest
    }

    /// The position of the log that it was served at.
    pub fn token(&self) -> &str {
        &self.served.token
    }

    /// The splits that concern it, with the arm that each gave. A rollout in which this instance
    /// has the stable arm may be missing until the reply to a heartbeat tells of it.
    pub fn assignments(&self) -> &[Assignment] {
        &self.served.assignments
    }

    /// The whole configuration as JSON, members that the type has no field for included.
    pub fn json(&self) -> &str {
        &self.served.text
    }

    /// Says so if it is from disk.
    pub fn stale(&self) -> Option<&Stale> {
        self.stale.as_ref()
    }

    pub(crate) fn since(mut self, age: Duration, because: Error) -> Self {
        self.stale = Some(Stale { age, because });
        self
    }
}

impl<T: DeserializeOwned> Config<T> {
    /// Reads the value; what does not fit is said with its path.
    pub(crate) fn read(served: Arc<Served>) -> Result<Self, Error> {
        let unfit = |cause: String| Error::Unfit {
            version: served.version.clone(),
            cause,
        };
        // by way of a value: read from text, numbers don't get through `flatten` and untagged enums
        let tree: Value =
            serde_json::from_str(&served.text).map_err(|error| unfit(error.to_string()))?;
        let value =
            serde_path_to_error::deserialize(tree).map_err(|error| unfit(error.to_string()))?;
        Ok(Self {
            value,
            served,
            stale: None,
        })
    }
}

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;
    use crate::served::digest;

    #[derive(Debug, Deserialize)]
    struct Settings {
        server: Server,
        #[serde(flatten)]
        rest: HashMap<String, f64>,
    }

    #[derive(Debug, Deserialize)]
    struct Server {
        port: u16,
    }

    fn read(text: &str) -> Result<Config<Settings>, Error> {
        Config::read(Arc::new(Served {
            version: "v1".to_owned(),
            digest: digest(text),
            token: "s:1".to_owned(),
            assignments: Vec::new(),
            text: text.into(),
        }))
    }

    #[test]
    fn it_is_used_like_its_value() {
        let config = read(r#"{"server":{"port":8081,"host":"a"},"ratio":0.25}"#).unwrap();
        assert_eq!((config.server.port, config.rest["ratio"]), (8081, 0.25));
        assert_eq!((config.version(), config.stale()), ("v1", None));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_path() {
        let error = read(r#"{"server":{"port":"no"}}"#).unwrap_err();
        let told = error.to_string();
        assert!(
            told.starts_with("version v1 does not fit: server.port: "),
            "{told}"
        );
    }
}
