//! Spring Security's `RsaSecretEncryptor`: RSA for a secret, and AES under it for the text.

use std::{fmt, str::FromStr};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use rsa::{
    PrivateKey, pkcs1::DecodeRsaPrivateKey, pkcs8::DecodePrivateKey, traits::PublicKeyParts,
};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::{
    CannotDecrypt, CannotEncrypt, InvalidKey, Salt,
    aes::{self, Aes, Mode},
};

/// As Java's basic decoder, which doesn't ask for padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How the secret is padded for RSA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// PKCS#1 v1.5, Spring's default.
    #[default]
    Default,
    /// OAEP with SHA-1, which Java means by `OAEPPadding`.
    Oaep,
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        match given.to_ascii_lowercase().as_str() {
            "default" => Ok(Self::Default),
            "oaep" => Ok(Self::Oaep),
            _ => Err("expected default or oaep".to_owned()),
        }
    }
}

/// Spring's `encrypt.rsa.*`. What encrypts and what decrypts must have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RsaOptions {
    /// How the secret is padded.
    pub algorithm: Algorithm,
    /// Whether AES runs in GCM mode.
    pub strong: bool,
    /// The salt of the key that is made of the secret.
    pub salt: Salt,
}

/// An RSA key with its options.
pub(crate) struct RsaKey {
    key: PrivateKey,
    options: RsaOptions,
}

impl RsaKey {
    /// Whether a text is meant as PEM.
    pub(crate) fn is_pem(text: &str) -> bool {
        text.contains("-----BEGIN ")
    }

    pub(crate) fn from_pem(text: &str, options: RsaOptions) -> Result<Self, InvalidKey> {
        if text.contains("PUBLIC KEY") || text.contains("CERTIFICATE") {
            return Err(InvalidKey::Public);
        }
        let text = text.trim();
        let key = match text.contains("BEGIN RSA PRIVATE KEY") {
            true => PrivateKey::from_pkcs1_pem(text).map_err(|error| error.to_string()),
            false => PrivateKey::from_pkcs8_pem(text).map_err(|error| error.to_string()),
        };
        let key = key.map_err(InvalidKey::Pem)?;
        Ok(Self { key, options })
    }

    /// From PKCS#8; none if the key is not of RSA.
    pub(crate) fn from_pkcs8(der: &[u8], options: RsaOptions) -> Option<Self> {
        let key = PrivateKey::from_pkcs8_der(der).ok()?;
        Some(Self { key, options })
    }

    /// The public key in the format of SSH, as Spring shows it.
    pub(crate) fn public(&self) -> String {
        let key = self.key.as_public_key();
        let mut blob = Vec::new();
        push_field(&mut blob, b"ssh-rsa");
        push_number(&mut blob, &key.e().to_be_bytes());
        push_number(&mut blob, &key.n().to_be_bytes());
        format!("ssh-rsa {} application", BASE64.encode(blob))
    }

    pub(crate) fn encrypt(&self, text: &[u8]) -> Result<String, CannotEncrypt> {
        let secret = Zeroizing::new(aes::random()?);
        let key = self.key.as_public_key();
        let encrypted = match self.options.algorithm {
            Algorithm::Default => key.pkcs1v15_encrypt(&*secret),
            Algorithm::Oaep => key.oaep_encrypt::<Sha1>(&*secret),
        };
        let encrypted = encrypted.map_err(|error| CannotEncrypt::Failed(error.to_string()))?;
        // a key of RSA has some kilobits
        let length = u16::try_from(encrypted.len()).unwrap_or(u16::MAX);
        let text = self.aes(&*secret).encrypt(text)?;
        let bytes = [length.to_be_bytes().as_slice(), &encrypted, &text].concat();
        Ok(BASE64.encode(bytes))
    }

    pub(crate) fn decrypt(&self, text: &str) -> Result<Vec<u8>, CannotDecrypt> {
        let no_cipher = || CannotDecrypt::NotCipherText;
        let bytes = BASE64.decode(text).map_err(|_| no_cipher())?;
        let (length, rest) = bytes.split_first_chunk().ok_or_else(no_cipher)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (secret, encrypted) = rest.split_at_checked(length).ok_or_else(no_cipher)?;
        let secret = match self.options.algorithm {
            Algorithm::Default => self.key.pkcs1v15_decrypt(secret),
            Algorithm::Oaep => self.key.oaep_decrypt::<Sha1>(secret),
        };
        let secret = Zeroizing::new(secret.map_err(|_| CannotDecrypt::OtherKey)?);
        self.aes(&secret).decrypt(encrypted)
    }

    fn aes(&self, secret: &[u8]) -> Aes {
        let mode = match self.options.strong {
            true => Mode::Gcm,
            false => Mode::Cbc,
        };
        let password = Zeroizing::new(hex::encode(secret));
        Aes::new(password.as_bytes(), &self.options.salt, mode)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A number as SSH writes it: without leading zeros, but for one where its first bit is set.
fn push_number(blob: &mut Vec<u8>, bytes: &[u8]) {
    let start = bytes.iter().position(|byte| *byte != 0);
    let bytes = &bytes[start.unwrap_or(bytes.len())..];
    match bytes.first() {
        Some(first) if first & 0x80 != 0 => push_field(blob, &[&[0], bytes].concat()),
        _ => push_field(blob, bytes),
    }
}

fn push_field(blob: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    blob.extend_from_slice(&length.to_be_bytes());
    blob.extend_from_slice(bytes);
}
