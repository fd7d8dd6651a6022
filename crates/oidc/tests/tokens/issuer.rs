//! A provider that signs.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{
        self as with, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};

// made for these tests by openssl (PKCS #1); they open nothing
const RSA: &[u8] = include_bytes!("../keys/issuer-rsa.der");
const FOREIGN_RSA: &[u8] = include_bytes!("../keys/foreign-rsa.der");

/// Keys of each kind, made anew but for RSA, which ring does not make.
pub(crate) struct Issuer {
    random: SystemRandom,
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    /// The one that is believed.
    pub(crate) fn ours() -> Self {
        Self::with_rsa(RSA)
    }

    /// One that nobody asked.
    pub(crate) fn foreign() -> Self {
        Self::with_rsa(FOREIGN_RSA)
    }

    fn with_rsa(rsa: &[u8]) -> Self {
        let random = SystemRandom::new();
        let curve = |algorithm| {
            let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap()
        };
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        Self {
            rsa: RsaKeyPair::from_der(rsa).unwrap(),
            p256: curve(&with::ECDSA_P256_SHA256_FIXED_SIGNING),
            p384: curve(&with::ECDSA_P384_SHA384_FIXED_SIGNING),
            ed25519: Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).unwrap(),
            random,
        }
    }

    /// Its public keys; their ids are the kinds of key.
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": [
            self.rsa_jwk(),
            curve_jwk("p256", "P-256", self.p256.public_key().as_ref()),
            curve_jwk("p384", "P-384", self.p384.public_key().as_ref()),
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(self.ed25519.public_key())},
        ]})
    }

    pub(crate) fn rsa_jwk(&self) -> Value {
        let public: RsaPublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        json!({"kty": "RSA", "kid": "rsa", "use": "sig", "n": base64(&public.n), "e": base64(&public.e)})
    }

    /// The bytes of its RSA key that everybody has, for who would take them for a secret.
    pub(crate) fn public_rsa(&self) -> &[u8] {
        self.rsa.public_key().as_ref()
    }

    /// A token of these claims, by the key of its algorithm.
    pub(crate) fn token(&self, algorithm: &str, claims: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": kid(algorithm)});
        self.sign(algorithm, &header.to_string(), &claims.to_string())
    }

    /// A token with any header and any claims, signed by this algorithm.
    pub(crate) fn sign(&self, algorithm: &str, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", base64(header), base64(claims));
        let signature = self.signature(algorithm, message.as_bytes());
        format!("{message}.{}", base64(signature))
    }

    fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let rsa = |padding: &'static dyn with::RsaEncoding| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa
                .sign(padding, &self.random, message, &mut signature)
                .unwrap();
            signature
        };
        match algorithm {
            "RS256" => rsa(&with::RSA_PKCS1_SHA256),
            "RS384" => rsa(&with::RSA_PKCS1_SHA384),
            "RS512" => rsa(&with::RSA_PKCS1_SHA512),
            "PS256" => rsa(&with::RSA_PSS_SHA256),
            "PS384" => rsa(&with::RSA_PSS_SHA384),
            "PS512" => rsa(&with::RSA_PSS_SHA512),
            "ES256" => self
                .p256
                .sign(&self.random, message)
                .unwrap()
                .as_ref()
                .to_vec(),
            "ES384" => self
                .p384
                .sign(&self.random, message)
                .unwrap()
                .as_ref()
                .to_vec(),
            "EdDSA" => self.ed25519.sign(message).as_ref().to_vec(),
            other => panic!("{other} signs nothing here"),
        }
    }
}

fn kid(algorithm: &str) -> &'static str {
    match algorithm {
        "ES256" => "p256",
        "ES384" => "p384",
        "EdDSA" => "ed",
        _ => "rsa",
    }
}

fn curve_jwk(kid: &str, curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({"kty": "EC", "crv": curve, "kid": kid, "x": base64(x), "y": base64(y)})
}
