//! `/api/keys`: who may call, and what each may do.

use axum::{Json as JsonAnswer, extract::State};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::error::Fault;
use vortex_proto::access::v1::{
    CreateKeyRequest, GetKeyRequest, ListKeysRequest, RevokeKeyRequest, RotateKeyRequest,
};
use vortex_rest::{KeyAnswer, KeyCreated, KeyRevoked, KeyRotated, Keys, NewKey, Span};

use super::{state::ApiState, until::Until};
use crate::{
    answer,
    clients::KeyClient,
    extract::{Command, IdempotencyKey, Json, Path, Query, command_parameters},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(revoke))
        .routes(routes!(rotate))
}

/// Which keys are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Listed {
    /// Only keys of this name.
    #[param(max_length = 128)]
    name: Option<String>,
    /// The maximum number of items on the page, 1 to 1,000; 100 by default.
    page_size: Option<u32>,
    /// The `next_page_token` of the page before.
    page_token: Option<String>,
}

command_parameters! {
    /// What a key is replaced by, and when it ends.
    struct Rotation {
        /// How long the old key stays valid, 30 days at most. It ends at once when left out.
        #[schema(example = "24h")]
        overlap: Option<Span>,
        /// The id of the new key that the caller made. With `sha256`; the server makes the key when
        /// both are left out.
        #[schema(min_length = 16, max_length = 16, pattern = "^[0-9a-hjkmnp-tv-z]{16}$")]
        new_id: Option<String>,
        /// The SHA-256 of the whole text of the key that the caller made, in hex.
        #[schema(min_length = 64, max_length = 64, pattern = "^[0-9A-Fa-f]{64}$")]
        sha256: Option<String>,
    }
}

/// List the keys
///
/// Those that are in use, and those that ended within 30 days.
#[utoipa::path(
    get,
    path = "/api/keys",
    operation_id = "listKeys",
    tag = "keys",
    params(Listed),
    responses((status = 200, description = "A page, oldest first", body = Keys)),
)]
async fn list(
    State(mut keys): State<KeyClient>,
    Query(listed): Query<Listed>,
) -> Result<JsonAnswer<Keys>, Problem> {
    let request = ListKeysRequest {
        page_size: listed.page_size.unwrap_or_default(),
        page_token: listed.page_token.unwrap_or_default(),
        name: listed.name.unwrap_or_default(),
    };
    answer::json(keys.list_keys(request)).await
}

/// Create a key
///
/// Whoever sends `id` and `sha256` has made the key, and keeps its secret. Without them the server
/// makes one, and this answer is the only one that shows it: a repeat does not.
#[utoipa::path(
    post,
    path = "/api/keys",
    operation_id = "createKey",
    tag = "keys",
    params(IdempotencyKey),
    request_body = NewKey,
    responses((status = 201, description = "The key", body = KeyCreated)),
)]
async fn create(
    State(mut keys): State<KeyClient>,
    key: IdempotencyKey,
    Json(new): Json<NewKey, LIMIT>,
) -> Result<(StatusCode, JsonAnswer<KeyCreated>), Problem> {
    let expires = new.expires.as_deref();
    let expires = expires
        .map(|expires| Until::parse("expires", expires))
        .transpose()?;
    let (expires_at, lasts) = expires.map_or((None, None), Until::to_proto);
    let request = CreateKeyRequest {
        name: new.name.unwrap_or_default(),
        grants: new.grants.into_iter().map(Into::into).collect(),
        expires_at,
        lasts,
        id: new.id.unwrap_or_default(),
        sha256: hash(new.sha256.as_deref())?.into(),
        request_id: key.or(new.request_id)?,
    };
    let created = answer::json(keys.create_key(request)).await?;
    Ok((StatusCode::CREATED, created))
}

/// Describe a key
#[utoipa::path(
    get,
    path = "/api/keys/{id}",
    operation_id = "getKey",
    tag = "keys",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The key, without its secret", body = KeyAnswer)),
)]
async fn get(
    State(mut keys): State<KeyClient>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<KeyAnswer>, Problem> {
    answer::json(keys.get_key(GetKeyRequest { id })).await
}

/// Take a key back
///
/// At once and for good. That of a key that is revoked already changes nothing.
#[utoipa::path(
    post,
    path = "/api/keys/{id}/revoke",
    operation_id = "revokeKey",
    tag = "keys",
    params(("id" = String, Path, description = "Its id"), IdempotencyKey),
    responses((status = 200, description = "It is revoked", body = KeyRevoked)),
)]
async fn revoke(
    State(mut keys): State<KeyClient>,
    Path(id): Path<String>,
    IdempotencyKey(request_id): IdempotencyKey,
) -> Result<JsonAnswer<KeyRevoked>, Problem> {
    answer::json(keys.revoke_key(RevokeKeyRequest { id, request_id })).await
}

/// Replace a key by a new one
///
/// The new one has the same name, grants and lifetime. Both are valid until the overlap is over.
#[utoipa::path(
    post,
    path = "/api/keys/{id}/rotate",
    operation_id = "rotateKey",
    tag = "keys",
    params(("id" = String, Path, description = "Its id"), Rotation, IdempotencyKey),
    request_body = Option<Rotation>,
    responses((status = 201, description = "The new key", body = KeyRotated)),
)]
async fn rotate(
    State(mut keys): State<KeyClient>,
    Path(id): Path<String>,
    Command { given, request_id }: Command<Rotation>,
) -> Result<(StatusCode, JsonAnswer<KeyRotated>), Problem> {
    let request = RotateKeyRequest {
        id,
        overlap: given.overlap.map(Span::to_proto),
        new_id: given.new_id.unwrap_or_default(),
        sha256: hash(given.sha256.as_deref())?.into(),
        request_id,
    };
    let rotated = answer::json(keys.rotate_key(request)).await?;
    Ok((StatusCode::CREATED, rotated))
}

/// The bytes of a hash that is given in hex; none where none is.
fn hash(given: Option<&str>) -> Result<Vec<u8>, Fault> {
    let bytes = hex::decode(given.unwrap_or_default());
    bytes.map_err(|_| {
        let why = "it must be the key's SHA-256 in hex: 64 digits, as `sha256sum` prints them";
        Fault::invalid("sha256", why)
    })
}
