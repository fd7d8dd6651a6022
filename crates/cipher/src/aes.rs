//! Spring Security's `AesBytesEncryptor`: AES-256 under a key made of a password and a salt.

use std::{fmt, str::FromStr};

use aes_gcm::{
    AesGcm, KeyInit,
    aead::{Aead, consts::U16},
};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::{CannotDecrypt, CannotEncrypt, InvalidSalt};

/// How often PBKDF2 iterates; Spring gives no choice.
const ITERATIONS: u32 = 1024;
/// Bytes of the initialization vector, in both modes, before what is encrypted.
const IV: usize = 16;

type Gcm = AesGcm<aes::Aes256, U16>;

/// A salt, given in hex; Spring's default is `deadbeef`.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(Box<[u8]>);

impl Default for Salt {
    fn default() -> Self {
        Self([0xde, 0xad, 0xbe, 0xef].into())
    }
}

impl FromStr for Salt {
    type Err = InvalidSalt;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(given.trim()).map_err(|_| InvalidSalt)?;
        match bytes.is_empty() {
            true => Err(InvalidSalt),
            false => Ok(Self(bytes.into())),
        }
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

/// How blocks are chained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `Encryptors.standard`.
    Cbc,
    /// `Encryptors.stronger`, which knows when a text was changed.
    Gcm,
}

/// A key for texts of any length.
pub(crate) struct Aes {
    mode: Mode,
    key: Zeroizing<[u8; 32]>,
}

impl Aes {
    pub(crate) fn new(password: &[u8], salt: &Salt, mode: Mode) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2_hmac::<Sha1>(password, &salt.0, ITERATIONS, &mut *key);
        Self { mode, key }
    }

    /// The initialization vector, and the text encrypted.
    pub(crate) fn encrypt(&self, text: &[u8]) -> Result<Vec<u8>, CannotEncrypt> {
        let iv = random()?;
        let encrypted = match self.mode {
            Mode::Cbc => cbc::Encryptor::<aes::Aes256>::new((&*self.key).into(), (&iv).into())
                .encrypt_padded_vec::<Pkcs7>(text),
            Mode::Gcm => Gcm::new((&*self.key).into())
                .encrypt((&iv).into(), text)
                .map_err(|error| CannotEncrypt::Failed(error.to_string()))?,
        };
        Ok([iv.as_slice(), &encrypted].concat())
    }

    pub(crate) fn decrypt(&self, bytes: &[u8]) -> Result<Vec<u8>, CannotDecrypt> {
        let (iv, encrypted) = bytes
            .split_first_chunk::<IV>()
            .ok_or(CannotDecrypt::NotCipherText)?;
        match self.mode {
            Mode::Cbc => cbc::Decryptor::<aes::Aes256>::new((&*self.key).into(), iv.into())
                .decrypt_padded_vec::<Pkcs7>(encrypted)
                .map_err(|_| CannotDecrypt::OtherKey),
            Mode::Gcm => Gcm::new((&*self.key).into())
                .decrypt(iv.into(), encrypted)
                .map_err(|_| CannotDecrypt::OtherKey),
        }
    }
}

/// Random bytes of the system.
pub(crate) fn random() -> Result<[u8; 16], CannotEncrypt> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| CannotEncrypt::Failed(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_is_hex() {
        assert_eq!("DeadBeef".parse(), Ok(Salt::default()));
        for given in ["", "abc", "xy"] {
            assert_eq!(given.parse::<Salt>(), Err(InvalidSalt), "{given}");
        }
    }

    #[test]
    fn what_is_too_short_or_changed_is_told_from_a_text() {
        for mode in [Mode::Cbc, Mode::Gcm] {
            let aes = Aes::new(b"password", &Salt::default(), mode);
            let encrypted = aes.encrypt(b"text").expect("encrypts");
            assert_eq!(aes.decrypt(&encrypted).expect("decrypts"), b"text");
            assert_eq!(
                aes.decrypt(&encrypted[..7]),
                Err(CannotDecrypt::NotCipherText)
            );
            assert_eq!(aes.decrypt(&encrypted[..IV]), Err(CannotDecrypt::OtherKey));
        }
        let aes = Aes::new(b"password", &Salt::default(), Mode::Gcm);
        let mut changed = aes.encrypt(b"text").expect("encrypts");
        changed[IV] ^= 1;
        assert_eq!(aes.decrypt(&changed), Err(CannotDecrypt::OtherKey));
    }
}
