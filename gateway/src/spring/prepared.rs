//! Environments kept ready to be sent, so that one that did not change is not sent by config-svc
//! again: it is asked each time whether it did, and nothing here is answered unasked.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use quick_cache::{Weighter, sync::Cache};
use vortex_proto::config::v1::GetEnvironmentResponse;

use super::{environment, path::View};
use crate::stamp;

/// Bytes that prepared environments may take, about.
const BYTES: u64 = 32 << 20;
/// Environments expected, which sizes the cache's table.
const EXPECTED: usize = 1024;
/// What an environment takes beside its body, about.
const OVERHEAD: usize = 512;

/// An environment, ready to be sent.
#[derive(Debug)]
pub(super) struct Prepared {
    /// What config-svc calls it.
    pub(super) etag: String,
    /// The same as a header, in quotes.
    pub(super) tag: Option<HeaderValue>,
    /// Its version as a header.
    pub(super) version: Option<HeaderValue>,
    /// Its body.
    pub(super) body: Bytes,
}

impl Prepared {
    pub(super) fn new(view: &View<'_>, reply: &GetEnvironmentResponse) -> Self {
        Self {
            tag: stamp::quoted(&reply.etag),
            version: stamp::value(reply.version.clone()),
            body: environment::body(view, reply),
            etag: reply.etag.clone(),
        }
    }
}

/// Prepared environments by the path they were asked for. A clone is a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Environments {
    plain: Arc<ByPath>,
    with_origins: Arc<ByPath>,
}

type ByPath = Cache<String, Arc<Prepared>, Weight>;

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<String, Arc<Prepared>> for Weight {
    fn weight(&self, path: &String, prepared: &Arc<Prepared>) -> u64 {
        (path.len() + prepared.body.len() + OVERHEAD) as u64
    }
}

impl Default for Environments {
    fn default() -> Self {
        let cache = || Arc::new(Cache::with_weighter(EXPECTED, BYTES / 2, Weight));
        Self {
            plain: cache(),
            with_origins: cache(),
        }
    }
}

impl Environments {
    pub(super) fn get(&self, path: &str, origins: bool) -> Option<Arc<Prepared>> {
        self.of(origins).get(path)
    }

    pub(super) fn keep(&self, path: &str, origins: bool, prepared: Arc<Prepared>) {
        self.of(origins).insert(path.to_owned(), prepared);
    }

    fn of(&self, origins: bool) -> &ByPath {
        if origins {
            &self.with_origins
        } else {
            &self.plain
        }
    }
}
