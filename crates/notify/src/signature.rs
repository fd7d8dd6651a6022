//! The signature by which a receiver knows that an event is from here, and is not old.

use ring::hmac::{self, Key};

/// The header with the signature: `v1=` and hexadecimal digits.
pub const SIGNATURE: &str = "x-vortex-signature";
/// The header with the time of the request, in seconds since 1970.
pub const TIMESTAMP: &str = "x-vortex-timestamp";

/// The signature of a body that is sent at `timestamp`: HMAC-SHA256 over `timestamp.body`. The
/// time is part of it, so that who has heard a request can't send it again much later.
pub fn signature(secret: &[u8], timestamp: i64, body: &[u8]) -> String {
    signed(&key(secret), timestamp, body)
}

pub(crate) fn key(secret: &[u8]) -> Key {
    Key::new(hmac::HMAC_SHA256, secret)
}

pub(crate) fn signed(key: &Key, timestamp: i64, body: &[u8]) -> String {
    let mut signed = hmac::Context::with_key(key);
    signed.update(timestamp.to_string().as_bytes());
    signed.update(b".");
    signed.update(body);
    format!("v1={}", hex::encode(signed.sign()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of twenty b'`.
    #[test]
    fn a_signature_is_what_openssl_computes() {
        let signature = signature(b"a secret of twenty b", 1_700_000_000, b"{\"a\":1}");
        assert_eq!(
            signature,
            "v1=952855e0fa4ebbd89b66a15645ce0a53903903d9512b1188e4dfb7e2abefd4a9"
        );
    }
}
