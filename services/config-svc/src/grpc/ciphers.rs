//! Encrypts and decrypts for operators.

use tonic::{Request, Response};
use vortex_cipher::{CannotDecrypt, CannotEncrypt, Keys, MARKER};
use vortex_kit::{
    access::Asked,
    compute::Compute,
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::cipher_service_server::CipherService;

use super::Reply;
use crate::ciphers::Ciphers;

/// Bytes of a text that is encrypted at most.
const MAX_TEXT: usize = 256 << 10;
/// Bytes of a cipher text at most: in hex it is twice as long as what was encrypted.
const MAX_CIPHER_TEXT: usize = 1 << 20;

/// Serves the keys of encrypted values.
#[derive(Clone)]
pub(crate) struct OfCiphers {
    ciphers: Ciphers,
    compute: Compute,
}

impl OfCiphers {
    pub(crate) fn new(ciphers: Ciphers, compute: Compute) -> Self {
        Self { ciphers, compute }
    }

    /// Works with the keys on a compute thread: RSA takes its time.
    async fn with_keys<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Keys) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let ciphers = self.ciphers.clone();
        let done = self.compute.run(move |_| match ciphers.keys() {
            Some(keys) => work(keys),
            None => Err(no_key("no key is configured for encrypted values")),
        });
        done.await?
    }
}

#[tonic::async_trait]
impl CipherService for OfCiphers {
    async fn encrypt(&self, request: Request<pb::EncryptRequest>) -> Reply<pb::EncryptResponse> {
        Context::access_of(&request).require(Asked::Filtered)?;
        let text = request.into_inner().text;
        check_length("text", &text, MAX_TEXT)?;
        let encrypted = self.with_keys(move |keys| keys.encrypt(&text).map_err(cannot_encrypt));
        Ok(Response::new(pb::EncryptResponse {
            cipher_text: encrypted.await?,
        }))
    }

    async fn decrypt(&self, request: Request<pb::DecryptRequest>) -> Reply<pb::DecryptResponse> {
        let text = request.into_inner().cipher_text;
        check_length("cipher_text", &text, MAX_CIPHER_TEXT)?;
        let decrypted = self.with_keys(move |keys| {
            let text = text.trim();
            let text = text.strip_prefix(MARKER).unwrap_or(text);
            keys.decrypt(text).map_err(|error| cannot_decrypt(&error))
        });
        Ok(Response::new(pb::DecryptResponse {
            text: decrypted.await?,
        }))
    }

    async fn get_public_key(
        &self,
        request: Request<pb::GetPublicKeyRequest>,
    ) -> Reply<pb::GetPublicKeyResponse> {
        Context::access_of(&request).require(Asked::Filtered)?;
        let public = self.with_keys(|keys| {
            keys.public()
                .ok_or_else(|| no_key("the key is a text, which has no public key"))
        });
        Ok(Response::new(pb::GetPublicKeyResponse {
            public_key: public.await?,
        }))
    }
}

fn check_length(field: &str, text: &str, limit: usize) -> Result<(), Fault> {
    match text.len() > limit {
        true => Err(Fault::invalid(
            field,
            format!("has {} bytes, at most {limit} are allowed", text.len()),
        )),
        false => Ok(()),
    }
}

fn no_key(message: &str) -> Fault {
    Fault::new(Reason::CipherKeyNotFound, message)
}

fn cannot_encrypt(error: CannotEncrypt) -> Fault {
    match error {
        CannotEncrypt::NoSuchKey(_) => no_key(&error.to_string()),
        other => Fault::internal(&other),
    }
}

fn cannot_decrypt(error: &CannotDecrypt) -> Fault {
    match error {
        CannotDecrypt::NoKey | CannotDecrypt::NoSuchKey(_) => no_key(&error.to_string()),
        _ => Fault::new(Reason::CipherInvalid, error.to_string()),
    }
}
