//! ring, as `jsonwebtoken` takes its cryptography. It verifies only: nothing is signed here.

use std::sync::OnceLock;

use jsonwebtoken::{
    self as jwt, DecodingKey, DecodingKeyKind,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result, new_error},
};
use ring::signature::{
    self as with, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use crate::Algorithm;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory: verifier,
    // for making JWKs out of private keys, of which we have none
    key_utils: KeyUtils::new_unimplemented(),
};

/// Sets the provider for this process, once. False when somebody has set another one before.
pub(crate) fn install() -> bool {
    static OURS: OnceLock<bool> = OnceLock::new();
    *OURS.get_or_init(|| PROVIDER.install_default().is_ok())
}

struct Verifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

fn verifier(algorithm: &jwt::Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    match Algorithm::from_jwt(*algorithm) {
        Some(ours) if key.family() == algorithm.family() => Ok(Box::new(Verifier {
            algorithm: ours,
            key: key.clone(),
        })),
        _ => Err(new_error(ErrorKind::InvalidAlgorithm)),
    }
}

impl JwtVerifier for Verifier {
    fn algorithm(&self) -> jwt::Algorithm {
        self.algorithm.as_jwt()
    }
}

impl signature::Verifier<Vec<u8>> for Verifier {
    fn verify(&self, message: &[u8], given: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let checked = match (how(self.algorithm), self.key.kind()) {
            (How::Rsa(how), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(how, message, given)
            }
            (How::Curve(how), DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(how, point).verify(message, given)
            }
            _ => return Err(signature::Error::new()),
        };
        checked.map_err(|_| signature::Error::new())
    }
}

enum How {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

fn how(algorithm: Algorithm) -> How {
    match algorithm {
        Algorithm::RS256 => How::Rsa(&with::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => How::Rsa(&with::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => How::Rsa(&with::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => How::Rsa(&with::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => How::Rsa(&with::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => How::Rsa(&with::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => How::Curve(&with::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => How::Curve(&with::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => How::Curve(&with::ED25519),
    }
}
