//! Who sends reports.

use std::{net::IpAddr, sync::Arc};

use quick_cache::sync::Cache;
use vortex_access::{Kind, Name};
use vortex_kit::context::{Context, Peer};

use crate::domain::Bucket;

/// Clients whose reports are counted: those that reported last. Who is forgotten begins anew.
const CLIENTS: usize = 10_000;

/// Who sends reports: by the name that it is known by, else by its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// Of a key, or of a token.
    Named {
        /// Whether it is that of a key.
        is_key: bool,
        /// The name.
        name: Name,
    },
    /// Of somebody whom nobody knows.
    At(IpAddr),
}

/// What clients have left.
pub(super) struct Clients {
    a_second: u32,
    buckets: Cache<Client, Arc<Bucket>>,
}

impl Client {
    /// Who makes a call; none for the services of this cluster, which are not limited.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let principal = context.principal();
        let is_key = match (principal.kind(), context.peer()) {
            (Kind::Key(_), _) => true,
            (Kind::Jwt, _) => false,
            (Kind::Anonymous, Peer::Remote(address)) => return Some(Self::At(address.ip())),
            (Kind::Service, _) | (Kind::Anonymous, Peer::InProcess) => return None,
        };
        Some(Self::Named {
            is_key,
            name: principal.name().clone(),
        })
    }
}

impl Clients {
    pub(super) fn new(a_second: u32) -> Self {
        Self {
            a_second,
            buckets: Cache::new(CLIENTS),
        }
    }

    pub(super) fn bucket(&self, client: &Client) -> Arc<Bucket> {
        let begin = || Ok::<_, std::convert::Infallible>(Arc::new(Bucket::new(self.a_second)));
        let Ok(bucket) = self.buckets.get_or_insert_with(client, begin);
        bucket
    }
}
