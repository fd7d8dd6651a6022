//! `/encrypt`, `/decrypt` and `/key`, as Spring's server has them: text in, text out. An application
//! and profiles in the path are taken and change nothing, since one set of keys is for all.

mod form;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{DecryptRequest, EncryptRequest, GetPublicKeyRequest};

use super::state::ApiState;
use crate::{
    clients::CipherClient,
    extract::{Path, read},
    problem::Problem,
};

const LIMIT: usize = 1 << 20;
const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(encrypt))
        .routes(routes!(encrypt_for))
        .routes(routes!(status))
        .routes(routes!(decrypt))
        .routes(routes!(decrypt_for))
        .routes(routes!(key))
        .routes(routes!(key_for))
}

/// A text, and whether it came as what it is or perhaps as a form.
struct Sent {
    text: String,
    is_form: bool,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_form = !is_plain(request.headers());
        let bytes = read(request.into_body(), LIMIT).await?;
        let text = String::from_utf8(bytes.into());
        let text = text.map_err(|_| Fault::invalid("body", "is not text in UTF-8"))?;
        Ok(Self { text, is_form })
    }
}

fn is_plain(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE);
    let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/plain")
}

/// An answer that is text, and for nobody to keep.
fn text(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, TEXT),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    (headers, text).into_response()
}

/// Encrypt a text
///
/// The answer, with `{cipher}` before it, is a value that is decrypted when it is served.
/// `{key:ALIAS}` before the text names a key of the key store.
#[utoipa::path(
    post,
    path = "/encrypt",
    operation_id = "encrypt",
    tag = "spring",
    request_body(content = String, description = "The text", content_type = "text/plain"),
    responses((status = 200, description = "Encrypted", body = String, content_type = "text/plain")),
)]
async fn encrypt(State(ciphers): State<CipherClient>, sent: Sent) -> Result<Response, Problem> {
    encrypted(ciphers, sent).await
}

/// Encrypt a text of an application
///
/// As `/encrypt`.
#[utoipa::path(
    post,
    path = "/encrypt/{app}/{profiles}",
    operation_id = "encryptFor",
    tag = "spring",
    params(("app" = String, Path, description = "An application"), ("profiles" = String, Path, description = "Its profiles")),
    request_body(content = String, description = "The text", content_type = "text/plain"),
    responses((status = 200, description = "Encrypted", body = String, content_type = "text/plain")),
    extensions(("x-vortex-rpc" = json!(["Encrypt"]))),
)]
async fn encrypt_for(
    State(ciphers): State<CipherClient>,
    Path((_app, _profiles)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Problem> {
    encrypted(ciphers, sent).await
}

async fn encrypted(mut ciphers: CipherClient, sent: Sent) -> Result<Response, Problem> {
    let text = match sent.is_form {
        true => form::plain(sent.text)?,
        false => sent.text,
    };
    let reply = ciphers.encrypt(EncryptRequest { text }).await?;
    Ok(self::text(reply.into_inner().cipher_text))
}

/// Decrypt a text
///
/// The text may have `{cipher}` before it.
#[utoipa::path(
    post,
    path = "/decrypt",
    operation_id = "decrypt",
    tag = "spring",
    request_body(content = String, description = "The cipher text", content_type = "text/plain"),
    responses((status = 200, description = "Decrypted", body = String, content_type = "text/plain")),
)]
async fn decrypt(State(ciphers): State<CipherClient>, sent: Sent) -> Result<Response, Problem> {
    decrypted(ciphers, sent).await
}

/// Decrypt a text of an application
///
/// As `/decrypt`.
#[utoipa::path(
    post,
    path = "/decrypt/{app}/{profiles}",
    operation_id = "decryptFor",
    tag = "spring",
    params(("app" = String, Path, description = "An application"), ("profiles" = String, Path, description = "Its profiles")),
    request_body(content = String, description = "The cipher text", content_type = "text/plain"),
    responses((status = 200, description = "Decrypted", body = String, content_type = "text/plain")),
    extensions(("x-vortex-rpc" = json!(["Decrypt"]))),
)]
async fn decrypt_for(
    State(ciphers): State<CipherClient>,
    Path((_app, _profiles)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Problem> {
    decrypted(ciphers, sent).await
}

async fn decrypted(mut ciphers: CipherClient, sent: Sent) -> Result<Response, Problem> {
    let cipher_text = match sent.is_form {
        true => form::cipher(sent.text)?,
        false => sent.text,
    };
    let reply = ciphers.decrypt(DecryptRequest { cipher_text }).await?;
    Ok(self::text(reply.into_inner().text))
}

/// Read the public key
///
/// In the format of SSH. 404 if the key is a text, which has none.
#[utoipa::path(
    get,
    path = "/key",
    operation_id = "getPublicKey",
    tag = "spring",
    responses((status = 200, description = "The key", body = String, content_type = "text/plain")),
)]
async fn key(State(ciphers): State<CipherClient>) -> Result<Response, Problem> {
    public(ciphers).await
}

/// Read the public key of an application
///
/// As `/key`.
#[utoipa::path(
    get,
    path = "/key/{app}/{profiles}",
    operation_id = "getPublicKeyFor",
    tag = "spring",
    params(("app" = String, Path, description = "An application"), ("profiles" = String, Path, description = "Its profiles")),
    responses((status = 200, description = "The key", body = String, content_type = "text/plain")),
    extensions(("x-vortex-rpc" = json!(["GetPublicKey"]))),
)]
async fn key_for(
    State(ciphers): State<CipherClient>,
    Path((_app, _profiles)): Path<(String, String)>,
) -> Result<Response, Problem> {
    public(ciphers).await
}

async fn public(mut ciphers: CipherClient) -> Result<Response, Problem> {
    let reply = ciphers.get_public_key(GetPublicKeyRequest {}).await?;
    Ok(text(reply.into_inner().public_key))
}

/// Whether texts can be encrypted.
#[derive(Debug, Serialize, ToSchema)]
struct EncryptStatus {
    /// `OK`.
    status: &'static str,
}

/// Ask whether texts can be encrypted
///
/// 404 if there is no key.
#[utoipa::path(
    get,
    path = "/encrypt/status",
    operation_id = "encryptStatus",
    tag = "spring",
    responses((status = 200, description = "They can", body = EncryptStatus)),
    extensions(("x-vortex-rpc" = json!(["Encrypt"]))),
)]
async fn status(State(mut ciphers): State<CipherClient>) -> Result<Json<EncryptStatus>, Problem> {
    let text = "status".to_owned();
    ciphers.encrypt(EncryptRequest { text }).await?;
    Ok(Json(EncryptStatus { status: "OK" }))
}
