//! API keys: create, get, list, revoke, rotate.

use std::{mem, sync::Arc};

use futures::stream::BoxStream;
use jiff::Timestamp;
use tonic::{Request, Response, Status};
use vortex_access::{ApiKey, Grant, KeyId, Name, Role, Sealed};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::{Fault, Reason},
    grpc::{bounds, page},
};
use vortex_proto::access::v1 as pb;
use vortex_proto::access::v1::key_service_server::KeyService;
use vortex_service::mutation::complete;

use super::{Grpc, Reply, access, convert, freezes::record, parse, watch_keys};
use crate::{
    domain::{
        Body, Command, CreateKey, Expires, Key, KeyGrants, MAX_OVERLAP, Outcome, RotateKey, State,
    },
    error::write_error,
};

#[tonic::async_trait]
impl KeyService for Grpc {
    type WatchKeysStream = BoxStream<'static, Result<pb::WatchKeysResponse, Status>>;

    async fn create_key(
        &self,
        request: Request<pb::CreateKeyRequest>,
    ) -> Reply<pb::CreateKeyResponse> {
        complete(&self.lifecycle, create(self.clone(), request)).await
    }

    async fn get_key(&self, request: Request<pb::GetKeyRequest>) -> Reply<pb::GetKeyResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(get(self, &access, &request.into_inner())?))
    }

    async fn list_keys(
        &self,
        request: Request<pb::ListKeysRequest>,
    ) -> Reply<pb::ListKeysResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(list(self, &access, &request.into_inner())?))
    }

    async fn revoke_key(
        &self,
        request: Request<pb::RevokeKeyRequest>,
    ) -> Reply<pb::RevokeKeyResponse> {
        complete(&self.lifecycle, revoke(self.clone(), request)).await
    }

    async fn rotate_key(
        &self,
        request: Request<pb::RotateKeyRequest>,
    ) -> Reply<pb::RotateKeyResponse> {
        complete(&self.lifecycle, rotate(self.clone(), request)).await
    }

    async fn watch_keys(
        &self,
        request: Request<pb::WatchKeysRequest>,
    ) -> Reply<Self::WatchKeysStream> {
        Ok(Response::new(watch_keys::watch(self, &request)))
    }
}

async fn create(
    grpc: Grpc,
    request: Request<pb::CreateKeyRequest>,
) -> Result<pb::CreateKeyResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let fresh = Fresh::of("id", &request.id, &request.sha256)?;
    let grants = grants(&request.grants)?;
    access::require_grants(&access, grants.as_slice())?;
    let create = CreateKey {
        key: fresh.sealed(),
        name: name(&request.name, fresh.sealed().id)?,
        grants,
        expires: expires(request.expires_at, request.lasts)?,
    };
    let written = grpc
        .configuration
        .write(requester, Command::CreateKey(create), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let made = Made::of(&grpc, fresh, &outcome).await;
    Ok(pb::CreateKeyResponse {
        description: made.described(&grpc),
        key: made.text,
        shown_before: made.shown_before,
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

async fn rotate(
    grpc: Grpc,
    request: Request<pb::RotateKeyRequest>,
) -> Result<pb::RotateKeyResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let fresh = Fresh::of("new_id", &request.new_id, &request.sha256)?;
    let overlap = request.overlap.unwrap_or_default();
    let overlap = vortex_service::parse::duration("overlap", overlap)?;
    if overlap > MAX_OVERLAP {
        return Err(Fault::invalid("overlap", "30 days is the longest"));
    }
    let id = id("id", &request.id)?;
    access::require_key(&access, &grpc.configuration.state(), id)?;
    let rotate = RotateKey {
        id,
        fresh: fresh.sealed(),
        overlap,
    };
    let written = grpc
        .configuration
        .write(requester, Command::RotateKey(rotate), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let made = Made::of(&grpc, fresh, &outcome).await;
    let now = grpc.configuration.now();
    let old = grpc.configuration.state().keys.get(&id).cloned();
    Ok(pb::RotateKeyResponse {
        description: made.described(&grpc),
        key: made.text,
        shown_before: made.shown_before,
        old: old.map(|old| convert::key(&old, now)),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

async fn revoke(
    grpc: Grpc,
    request: Request<pb::RevokeKeyRequest>,
) -> Result<pb::RevokeKeyResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) = parse::mutation(request, |r| mem::take(&mut r.request_id))?;
    let id = id("id", &request.id)?;
    access::require_key(&access, &grpc.configuration.state(), id)?;
    let written = grpc
        .configuration
        .write(requester, Command::RevokeKey(id), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    let now = grpc.configuration.now();
    let key = grpc.configuration.state().keys.get(&id).cloned();
    Ok(pb::RevokeKeyResponse {
        description: key.map(|key| convert::key(&key, now)),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

fn get(
    grpc: &Grpc,
    access: &Access,
    request: &pb::GetKeyRequest,
) -> Result<pb::GetKeyResponse, Fault> {
    let id = id("id", &request.id)?;
    let (state, now) = (grpc.configuration.state(), grpc.configuration.now());
    access::require_key(access, &state, id)?;
    let key = state.kept_key(id, now).ok_or_else(|| {
        Fault::new(Reason::KeyNotFound, format!("there is no key {id}")).with("key", id)
    })?;
    Ok(pb::GetKeyResponse {
        description: Some(convert::key(key, now)),
        token: convert::token(&grpc.configuration, state.head),
    })
}

fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListKeysRequest,
) -> Result<pb::ListKeysResponse, Fault> {
    access.require(Asked::Filtered)?;
    let size = page::size(request.page_size)?;
    let after = page::after::<2>(&request.page_token)?;
    let after = after.map(|[created, id]| position(&created, &id));
    let after = after.transpose()?;
    let name = match request.name.as_str() {
        "" => None,
        given => Some(parsed_name(given)?),
    };
    let (state, now) = (grpc.configuration.state(), grpc.configuration.now());
    let found = by_age(&state, now).into_iter().filter(|key| {
        after.is_none_or(|after| age(key) > after)
            && name.as_ref().is_none_or(|name| key.name() == name)
            && access::sees_key(access, key)
    });
    let (page, next_page_token) = page::first(found, size, |key| {
        let created = key.stored.created.as_microsecond();
        page::token(&[&created.to_string(), key.stored.id.as_str()])
    });
    Ok(pb::ListKeysResponse {
        keys: page.into_iter().map(|key| convert::key(key, now)).collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

/// The keys that are kept, oldest first.
fn by_age(state: &State, now: Timestamp) -> Vec<&Arc<Key>> {
    let mut keys: Vec<&Arc<Key>> = state.kept_keys(now).collect();
    keys.sort_unstable_by_key(|key| age(key));
    keys
}

fn age(key: &Key) -> (i64, KeyId) {
    (key.stored.created.as_microsecond(), key.stored.id)
}

fn position(created: &str, id: &str) -> Result<(i64, KeyId), Fault> {
    match (created.parse(), id.parse()) {
        (Ok(created), Ok(id)) => Ok((created, id)),
        _ => Err(page::invalid()),
    }
}

/// A key that is to be kept.
enum Fresh {
    /// The caller has made it.
    Theirs(Sealed),
    /// It was made here, for the answer alone.
    Ours(ApiKey),
}

impl Fresh {
    fn of(field: &'static str, given: &str, sha256: &[u8]) -> Result<Self, Fault> {
        if given.is_empty() && sha256.is_empty() {
            let made = ApiKey::generate().map_err(|error| Fault::internal(&error))?;
            return Ok(Self::Ours(made));
        }
        let hash: [u8; 32] = sha256.try_into().map_err(|_| {
            Fault::invalid("sha256", "it must be the 32 bytes of the key's SHA-256")
        })?;
        Ok(Self::Theirs(Sealed {
            id: id(field, given)?,
            hash: vortex_access::KeyHash::from_bytes(hash),
        }))
    }

    fn sealed(&self) -> Sealed {
        match self {
            Self::Theirs(sealed) => *sealed,
            Self::Ours(key) => key.into(),
        }
    }

    /// The key itself, where nobody has it yet.
    fn text(&self) -> String {
        match self {
            Self::Theirs(_) => String::new(),
            Self::Ours(key) => key.expose().to_owned(),
        }
    }
}

/// A key that is kept now.
struct Made {
    key: Option<Arc<Key>>,
    text: String,
    shown_before: bool,
}

impl Made {
    /// Which key a command has left: the fresh one, or, where the command was carried out before
    /// with one that was made here, that one.
    async fn of(grpc: &Grpc, fresh: Fresh, outcome: &Outcome) -> Self {
        let kept = grpc
            .configuration
            .state()
            .keys
            .get(&fresh.sealed().id)
            .cloned();
        if let Some(key) = kept {
            return Self {
                key: Some(key),
                text: fresh.text(),
                shown_before: false,
            };
        }
        let key = match record(grpc, outcome).await.map(|record| record.body) {
            Some(Body::KeyCreated(key)) => Some(key),
            Some(Body::KeyRotated(rotation)) => Some(rotation.key),
            _ => None,
        };
        // as it is now, if it is kept
        let now = key.as_ref().map(|key| key.stored.id);
        let now = now.and_then(|id| grpc.configuration.state().keys.get(&id).cloned());
        Self {
            key: now.or(key),
            text: String::new(),
            shown_before: matches!(fresh, Fresh::Ours(_)),
        }
    }

    fn described(&self, grpc: &Grpc) -> Option<pb::Key> {
        let now = grpc.configuration.now();
        self.key.as_ref().map(|key| convert::key(key, now))
    }
}

fn id(field: &'static str, given: &str) -> Result<KeyId, Fault> {
    let id = given.parse::<KeyId>();
    id.map_err(|error| Fault::invalid(field, error.to_string()))
}

/// What a key is called: as its caller says, or else by its id.
fn name(given: &str, id: KeyId) -> Result<Name, Fault> {
    match given {
        "" => parsed_name(id.as_str()),
        given => parsed_name(given),
    }
}

fn parsed_name(given: &str) -> Result<Name, Fault> {
    let name = given.parse::<Name>();
    name.map_err(|error| Fault::invalid("name", error.to_string()))
}

fn grants(given: &[pb::Grant]) -> Result<KeyGrants, Fault> {
    bounds::items("grants", given.len(), vortex_access::MAX_SCOPES)?;
    let grants = given.iter().enumerate().map(|(at, given)| grant(at, given));
    let grants: Vec<Grant> = grants.collect::<Result<_, _>>()?;
    KeyGrants::try_from(grants).map_err(|error| Fault::invalid("grants", error.to_string()))
}

fn grant(at: usize, given: &pb::Grant) -> Result<Grant, Fault> {
    let role = given.role.parse::<Role>();
    let role =
        role.map_err(|error| Fault::invalid(format!("grants[{at}].role"), error.to_string()))?;
    let scopes = format!("grants[{at}].scopes");
    bounds::items(&*scopes, given.scopes.len(), vortex_access::MAX_SCOPES)?;
    let grant = Grant::parse(role, given.scopes.iter().map(String::as_str));
    grant.map_err(|error| Fault::invalid(scopes, error.to_string()))
}

fn expires(
    at: Option<prost_types::Timestamp>,
    lasts: Option<prost_types::Duration>,
) -> Result<Option<Expires>, Fault> {
    match (at, lasts) {
        (None, None) => Ok(None),
        (Some(at), None) => {
            let at = vortex_service::parse::timestamp("expires_at", at)?;
            Ok(Some(Expires::At(at)))
        }
        (None, Some(lasts)) => {
            let span = vortex_service::parse::duration("lasts", lasts)?;
            Ok(Some(Expires::After(span)))
        }
        (Some(_), Some(_)) => Err(Fault::invalid(
            "lasts",
            "it can't be given together with expires_at",
        )),
    }
}
