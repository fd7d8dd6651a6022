//! Keeps environments ready, so that config-svc need not send again what has not changed, and none
//! is written twice. Which one is right says a view or config-svc; nothing is answered from here
//! alone.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use quick_cache::{Weighter, sync::Cache};
use vortex_proto::config::v1::{GetEnvironmentRequest, GetEnvironmentResponse};

use super::{environment, path::View};
use crate::answer::headers;

/// Size of all prepared environments, in bytes, roughly.
const BYTES: u64 = 32 << 20;
/// Number of environments to size the table for.
const EXPECTED: usize = 1024;
/// Size of an environment without its body, in bytes, roughly.
const OVERHEAD: usize = 512;
/// Answers that are kept for a path: those of three splits with two arms each.
const MAX_ARMS: usize = 8;

/// An environment, ready to be sent.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Its tag at config-svc.
    pub(super) etag: String,
    /// The tag as a header, in quotes.
    pub(super) tag: Option<HeaderValue>,
    /// Its version as a header.
    pub(super) version: Option<HeaderValue>,
    pub(super) body: Bytes,
}

impl Prepared {
    pub(super) fn new(view: &View<'_>, reply: &GetEnvironmentResponse) -> Self {
        Self {
            tag: headers::quoted(&reply.etag),
            version: headers::value(reply.version.clone()),
            body: environment::body(view, reply),
            etag: reply.etag.clone(),
        }
    }
}

/// The answers for one path, the newest first and at least one. Readers on different arms get
/// different ones; config-svc decides which.
#[derive(Clone, Debug)]
pub(super) struct Arms(Arc<[Arc<Prepared>]>);

impl Arms {
    /// Adds the tags that are held to a request.
    pub(super) fn tell(&self, request: &mut GetEnvironmentRequest) {
        let mut tags = self.0.iter().map(|arm| arm.etag.clone());
        request.if_none_match = tags.next().unwrap_or_default();
        request.also_held = tags.collect();
    }

    /// The answer with the tag that config-svc gave. The tag may be empty where only one is held.
    pub(super) fn still(&self, etag: &str) -> Option<Arc<Prepared>> {
        let found = match &*self.0 {
            [only] if etag.is_empty() => Some(only),
            arms => arms.iter().find(|arm| arm.etag == etag),
        };
        found.cloned()
    }

    /// These and one more; the oldest makes room for it.
    fn with(&self, newest: Arc<Prepared>) -> Self {
        let others = self.0.iter().filter(|arm| arm.etag != newest.etag);
        let others = others.take(MAX_ARMS - 1).cloned().collect::<Vec<_>>();
        Self(std::iter::once(newest).chain(others).collect())
    }
}

/// Prepared environments by the path they were asked for. A clone is a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Environments {
    plain: Arc<ByPath>,
    with_origins: Arc<ByPath>,
}

type ByPath = Cache<String, Arms, Weight>;

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<String, Arms> for Weight {
    fn weight(&self, path: &String, arms: &Arms) -> u64 {
        let arms = arms.0.iter().map(|arm| arm.body.len() + OVERHEAD);
        (path.len() + arms.sum::<usize>()) as u64
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
    pub(super) fn get(&self, path: &str, origins: bool) -> Option<Arms> {
        self.of(origins).get(path)
    }

    /// Keeps an answer: beside those of other arms if splits take part, else alone.
    pub(super) fn keep(&self, path: &str, origins: bool, prepared: Arc<Prepared>, split: bool) {
        let cache = self.of(origins);
        let arms = match cache.get(path).filter(|_| split) {
            Some(arms) => arms.with(prepared),
            None => Arms([prepared].into()),
        };
        cache.insert(path.to_owned(), arms);
    }

    /// Drops the answers for a path.
    pub(super) fn forget(&self, path: &str, origins: bool) {
        self.of(origins).remove(path);
    }

    fn of(&self, origins: bool) -> &ByPath {
        if origins {
            &self.with_origins
        } else {
            &self.plain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(etag: &str) -> Arc<Prepared> {
        Arc::new(Prepared {
            etag: etag.to_owned(),
            tag: None,
            version: None,
            body: Bytes::new(),
        })
    }

    fn held(environments: &Environments) -> Vec<String> {
        let mut request = GetEnvironmentRequest::default();
        environments
            .get("/orders/dev", false)
            .unwrap()
            .tell(&mut request);
        [vec![request.if_none_match], request.also_held].concat()
    }

    #[test]
    fn the_newest_answers_of_a_split_path_are_held_and_told() {
        let environments = Environments::default();
        let keep = |etag: &str, split| {
            environments.keep("/orders/dev", false, prepared(etag), split);
        };
        for etag in ["a", "b", "a"] {
            keep(etag, true);
        }
        assert_eq!(held(&environments), ["a", "b"]);
        for etag in ["1", "2", "3", "4", "5", "6", "7"] {
            keep(etag, true);
        }
        let newest = ["7", "6", "5", "4", "3", "2", "1", "a"];
        assert_eq!(held(&environments), newest);
        keep("alone", false);
        assert_eq!(held(&environments), ["alone"]);
        assert!(environments.get("/orders/dev", true).is_none());
    }

    #[test]
    fn only_the_answer_that_is_named_is_given() {
        let arms = Arms([prepared("a"), prepared("b")].into());
        let etag = |still: Option<Arc<Prepared>>| still.map(|arm| arm.etag.clone());
        assert_eq!(etag(arms.still("b")).as_deref(), Some("b"));
        assert_eq!(etag(arms.still("c")), None);
        assert_eq!(etag(arms.still("")), None);
        let only = Arms([prepared("a")].into());
        assert_eq!(etag(only.still("")).as_deref(), Some("a"));
    }
}
