//! The cluster's keys, as config-svc tells them to the other services.

use std::{sync::Arc, time::Duration};

use tonic::{Status, Streaming};
use vortex_access::{Grant, InvalidGrant, KeyHash, KeyId, Kind, Name, Principal, Role, StoredKey};
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::{
    access::HeldKeys,
    channel::Channel,
    clock::Clock,
    context::Context,
    error::{Fault, Reason},
    health::Health,
    process::Runtime,
};
use vortex_proto::{
    access::v1::{self as pb, key_service_client::KeyServiceClient, watch_keys_response::Event},
    time::from_timestamp,
};

use crate::Limited as _;

/// How long the watch may take to open.
const OPENING: Duration = Duration::from_secs(5);
/// The longest silence of the watch, which sends progress each second.
const SILENCE: Duration = Duration::from_secs(5);
/// The pauses between attempts: short enough that many fit into the time for which keys are
/// believed that nobody confirms.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(50),
    Duration::from_secs(2),
    Jitter::Quarter,
);
/// What `/health` calls it.
const CHECK: &str = "keys";

/// Lets the runtime's gate know callers by the keys of the config-svc behind `config`, which are
/// followed for as long as the process runs. While config-svc is away, keys are believed for
/// [`vortex_access::CUT_OFF`].
pub fn follow_keys(config: &Channel, runtime: &Runtime) {
    let keys = Arc::<HeldKeys>::default();
    runtime.gate.know(keys.clone());
    let follower = Follower {
        client: KeyServiceClient::limited(config.clone()),
        keys,
        clock: runtime.clock.clone(),
        health: runtime.health.clone(),
    };
    runtime.lifecycle.spawn("keys", follower.run());
}

struct Follower {
    client: KeyServiceClient<Channel>,
    keys: Arc<HeldKeys>,
    clock: Arc<dyn Clock>,
    health: Health,
}

/// A key that config-svc told can't be understood.
#[derive(Debug, thiserror::Error)]
enum InvalidKey {
    #[error("its {0} is not valid")]
    Field(&'static str),
    #[error(transparent)]
    Grant(#[from] InvalidGrant),
}

impl Follower {
    async fn run(self) {
        let mut backoff = BACKOFF;
        let mut told = None;
        loop {
            let ended = self.follow(&mut backoff).await;
            self.tell(&ended, &mut told);
            tokio::time::sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    /// Follows one watch to its end, and says why it ended.
    async fn follow(&self, backoff: &mut Backoff) -> Fault {
        let mut events = match self.open().await {
            Ok(events) => events,
            Err(fault) => return fault,
        };
        loop {
            // what comes next confirms the keys of some moment after this one
            let since = self.clock.monotonic();
            match next(&mut events).await {
                Ok(event) => self.take(event, since),
                Err(fault) => return fault,
            }
            backoff.reset();
            self.health.recover(CHECK);
        }
    }

    async fn open(&self) -> Result<Streaming<pb::WatchKeysResponse>, Fault> {
        let mut client = self.client.clone();
        let opening = Context::root().scope(client.watch_keys(pb::WatchKeysRequest {}));
        let opened = tokio::time::timeout(OPENING, opening).await;
        let opened = opened.map_err(|_elapsed| silent())?;
        opened
            .map(tonic::Response::into_inner)
            .map_err(|status| Fault::from_status(&status))
    }

    fn take(&self, event: Event, since: Duration) {
        match event {
            Event::Snapshot(all) => {
                let keys = all.keys.into_iter().filter_map(read_or_warn);
                self.keys.replace(keys, since);
            }
            Event::Key(key) => match read(&key) {
                Ok(key) => self.keys.put(key),
                Err(error) => {
                    warn(&key.id, &error);
                    // what it was before is not what it is
                    if let Ok(id) = key.id.parse::<KeyId>() {
                        self.keys.remove(id);
                    }
                }
            },
            Event::Removed(id) => {
                if let Ok(id) = id.parse::<KeyId>() {
                    self.keys.remove(id);
                }
            }
            Event::Progress(_) => self.keys.confirm(since),
        }
    }

    /// Tells why keys are not followed, once for each reason.
    fn tell(&self, fault: &Fault, told: &mut Option<Reason>) {
        let reason = fault.reason();
        let why = match reason {
            Reason::Unauthenticated | Reason::PermissionDenied => format!(
                "config-svc does not let this service read keys: its own key needs the role \
                 reader of everything (`vortex key create --role reader --scope '**'`): {fault}"
            ),
            _ => format!("config-svc does not confirm keys: {fault}"),
        };
        if *told != Some(reason) {
            tracing::warn!("{why}");
            *told = Some(reason);
        }
        self.health.degrade(CHECK, why);
    }
}

async fn next(events: &mut Streaming<pb::WatchKeysResponse>) -> Result<Event, Fault> {
    loop {
        let message = tokio::time::timeout(SILENCE, events.message()).await;
        let message = message.map_err(|_elapsed| silent())?;
        let message = message.map_err(|status: Status| Fault::from_status(&status))?;
        let ended = || Fault::new(Reason::Unavailable, "the watch of keys ended");
        // one without an event is from a newer config-svc
        if let Some(event) = message.ok_or_else(ended)?.event {
            return Ok(event);
        }
    }
}

fn silent() -> Fault {
    Fault::new(Reason::Unavailable, "config-svc sent nothing for too long")
}

fn read_or_warn(key: pb::Key) -> Option<StoredKey> {
    match read(&key) {
        Ok(stored) => Some(stored),
        Err(error) => {
            warn(&key.id, &error);
            None
        }
    }
}

fn warn(id: &str, error: &InvalidKey) {
    tracing::warn!(key = id, %error, "config-svc told a key that can't be read: it is refused");
}

fn read(key: &pb::Key) -> Result<StoredKey, InvalidKey> {
    let id: KeyId = key.id.parse().map_err(|_| InvalidKey::Field("id"))?;
    let name: Name = key.name.parse().map_err(|_| InvalidKey::Field("name"))?;
    let hash: [u8; 32] = key.sha256[..]
        .try_into()
        .map_err(|_| InvalidKey::Field("sha256"))?;
    let grants = key.grants.iter().map(grant);
    let grants: Vec<Grant> = grants.collect::<Result<_, _>>()?;
    let time = |given: Option<prost_types::Timestamp>, field| match given.map(from_timestamp) {
        None => Ok(None),
        Some(Some(time)) => Ok(Some(time)),
        // never that it does not end
        Some(None) => Err(InvalidKey::Field(field)),
    };
    let rotated_from = match key.rotated_from.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| InvalidKey::Field("rotated_from"))?),
    };
    Ok(StoredKey {
        id,
        hash: KeyHash::from_bytes(hash),
        principal: Principal::new(Kind::Key(id), name, grants),
        created: time(key.created_at, "created_at")?.ok_or(InvalidKey::Field("created_at"))?,
        expires: time(key.expires_at, "expires_at")?,
        revoked: time(key.revoked_at, "revoked_at")?,
        rotated_from,
    })
}

fn grant(grant: &pb::Grant) -> Result<Grant, InvalidKey> {
    let role: Role = grant.role.parse().map_err(|_| InvalidKey::Field("role"))?;
    let scopes = grant.scopes.iter().map(String::as_str);
    Ok(Grant::parse(role, scopes)?)
}
