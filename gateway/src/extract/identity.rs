//! Identifies the reader of a configuration: its instance and key decide which arm of a split it
//! gets.

mod basic;

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use http::{HeaderMap, HeaderName};
use vortex_kit::{error::Fault, http::PeerAddr};
use vortex_rest::KeyFrom;

use super::forwarded;
use crate::{
    problem::Problem,
    settings::{Network, Settings},
};

const INSTANCE: HeaderName = HeaderName::from_static("x-vortex-instance");
const KEY: HeaderName = HeaderName::from_static("x-vortex-key");

/// Limit of an instance or a key, in bytes.
const MAX_BYTES: usize = 256;

/// How to identify instances that do not send `X-Vortex-Instance`.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdentityRules {
    /// Proxies that are trusted to name their clients' addresses.
    pub(crate) trusted_proxies: Vec<Network>,
    /// Whether the user of Basic credentials identifies the instance. Where a whole team shares one
    /// user, all its instances would be in one arm.
    pub(crate) basic_user: bool,
}

/// Who reads a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reader {
    /// From its header, else from the user of Basic credentials where the settings ask for it, else
    /// the client's address.
    pub(crate) instance: Identity,
    /// The subject that is served, from its header.
    pub(crate) key: Identity,
}

/// An instance or a key, and where it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Empty when it is not known.
    pub(crate) text: String,
    pub(crate) from: KeyFrom,
}

/// Where a reader's instance and key were taken from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TakenFrom {
    pub(crate) instance: KeyFrom,
    pub(crate) key: KeyFrom,
}

impl IdentityRules {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            trusted_proxies: settings.trusted_proxies.clone(),
            basic_user: settings.basic_user_is_instance,
        }
    }
}

impl Reader {
    /// Identifies the reader from a request's connection and headers.
    ///
    /// Fails with `INVALID_ARGUMENT`, naming the header, when the value of one is not valid.
    pub(crate) fn of(request: &Parts, identity_rules: &IdentityRules) -> Result<Self, Fault> {
        Ok(Self {
            instance: instance(request, identity_rules)?,
            key: match one(&request.headers, &KEY, "X-Vortex-Key")? {
                Some(key) => Identity::new(key, KeyFrom::KeyHeader),
                None => Identity::default(),
            },
        })
    }

    /// This reader, with the instance and key that the query gives.
    pub(crate) fn with_query(
        mut self,
        instance: Option<String>,
        key: Option<String>,
    ) -> Result<Self, Fault> {
        if let Some(instance) = from_query("instance", instance)? {
            self.instance = instance;
        }
        self.with_key(key)
    }

    /// This reader, with the key that the query gives.
    pub(crate) fn with_key(mut self, query: Option<String>) -> Result<Self, Fault> {
        if let Some(key) = from_query("key", query)? {
            self.key = key;
        }
        Ok(self)
    }

    pub(crate) fn taken_from(&self) -> TakenFrom {
        TakenFrom {
            instance: self.instance.from.clone(),
            key: self.key.from.clone(),
        }
    }
}

impl Identity {
    fn new(text: impl Into<String>, from: KeyFrom) -> Self {
        Self {
            text: text.into(),
            from,
        }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self::new("", KeyFrom::None)
    }
}

impl Default for TakenFrom {
    fn default() -> Self {
        Self {
            instance: KeyFrom::None,
            key: KeyFrom::None,
        }
    }
}

impl<S> FromRequestParts<S> for Reader
where
    Arc<IdentityRules>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self::of(parts, &Arc::from_ref(state))?)
    }
}

fn instance(request: &Parts, identity_rules: &IdentityRules) -> Result<Identity, Fault> {
    if let Some(instance) = one(&request.headers, &INSTANCE, "X-Vortex-Instance")? {
        return Ok(Identity::new(instance, KeyFrom::Instance));
    }
    if identity_rules.basic_user
        && let Some(user) = basic::user(&request.headers)?
    {
        return Ok(Identity::new(user, KeyFrom::BasicUser));
    }
    Ok(match request.extensions.get::<PeerAddr>() {
        Some(PeerAddr(peer)) => {
            let client =
                forwarded::client(peer.ip(), &request.headers, &identity_rules.trusted_proxies);
            Identity::new(client.to_string(), KeyFrom::Address)
        }
        None => Identity::default(),
    })
}

/// The value of a header that may be given once; errors call it `field`. An empty value counts as
/// absent: templates write one for a variable that is not set.
fn one<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    field: &'static str,
) -> Result<Option<&'h str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Fault::invalid(field, "must be given only once"));
    }
    let text = checked(field, value.as_bytes())?;
    Ok((!text.is_empty()).then_some(text))
}

fn from_query(field: &'static str, query: Option<String>) -> Result<Option<Identity>, Fault> {
    let Some(text) = query.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    checked(field, text.as_bytes())?;
    Ok(Some(Identity::new(text, KeyFrom::Query)))
}

fn checked<'t>(field: &'static str, bytes: &'t [u8]) -> Result<&'t str, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::invalid(field, format!("is over {MAX_BYTES} bytes")));
    }
    std::str::from_utf8(bytes).map_err(|_| Fault::invalid(field, "is not UTF-8"))
}

#[cfg(test)]
mod tests;
