//! API keys as text: `vx_<id>_<secret><checksum>`.
//!
//! - `id`, 16 characters: 80 random bits, by which the key is found. It is not secret and stands in
//!   lists, logs and the audit.
//! - `secret`, 52 characters: 256 random bits.
//! - `checksum`, 7 characters: CRC-32 (IEEE) of all that stands before it. It proves nothing; it
//!   tells a key that was typed or cut wrongly from one that is tried out, and lets scanners of
//!   repositories know a real key without asking anybody.
//!
//! All are Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`, and nothing that a shell, an
//! URL or a double click treats in its own way. One key has exactly one text: upper case is not
//! read, since what is hashed is the text.

mod base32;
#[cfg(feature = "generate")]
mod generate;
mod id;

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use base32::{encode, is_base32};

#[cfg(feature = "generate")]
pub use generate::NoRandomness;
pub use id::{InvalidKeyId, KeyId};

const PREFIX: &str = "vx_";
/// Where the underscore between id and secret is.
const SEPARATOR: usize = PREFIX.len() + KeyId::LENGTH;
/// Characters of a secret of 256 bits.
const SECRET: usize = 52;
/// Characters of a checksum of 32 bits.
const CHECKSUM: usize = 7;
const BEFORE_CHECKSUM: usize = SEPARATOR + 1 + SECRET;
const LENGTH: usize = BEFORE_CHECKSUM + CHECKSUM;

/// An API key, the secret itself. Cleared from memory when it is dropped.
#[derive(Clone)]
pub struct ApiKey {
    id: KeyId,
    text: Zeroizing<String>,
}

/// A text that is not an API key. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum InvalidKey {
    /// It does not begin as keys do: somebody else's credential, or a guess.
    #[error("this is not an API key: keys begin with `{PREFIX}`")]
    Shape,
    /// It begins as a key, but it is cut, has other characters, or its checksum is another.
    #[error("the API key is mistyped or cut short: its checksum does not match")]
    Typo,
}

/// The SHA-256 of a key's text, which is what is stored. A secret of 256 random bits needs no slow
/// hash. Compared in constant time.
#[derive(Clone, Copy, Eq)]
pub struct KeyHash([u8; 32]);

impl ApiKey {
    /// Makes a key of random bytes, which have to come from the operating system's generator.
    pub fn from_random(id: [u8; KeyId::BYTES], mut secret: [u8; 32]) -> Self {
        let id = KeyId::from_bytes(id);
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        text.push_str(id.as_str());
        text.push('_');
        encode(&secret, &mut text);
        let checksum = crc32fast::hash(text.as_bytes());
        encode(&checksum.to_be_bytes(), &mut text);
        secret.zeroize();
        Self { id, text }
    }

    /// The part that is not secret.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The hash that is stored in its stead: `printf %s "$KEY" | sha256sum` gives the same.
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.text.as_bytes()).into())
    }

    /// Whether a text is this key. Takes as long for every text of a key's length.
    pub fn is(&self, text: &[u8]) -> bool {
        are_same(self.text.as_bytes(), text)
    }

    /// A number for a text that may be a key, by its id alone: what is remembered of keys is found by
    /// it. None for what is no key at all.
    pub fn place(text: &[u8]) -> Option<usize> {
        let last_of_id = text.get(SEPARATOR - 1)?;
        (text.len() == LENGTH).then_some(usize::from(*last_of_id))
    }

    /// The key itself, to be shown once to who made it or sent to who asks for it.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl FromStr for ApiKey {
    type Err = InvalidKey;

    fn from_str(given: &str) -> Result<Self, InvalidKey> {
        if !given.starts_with(PREFIX) {
            return Err(InvalidKey::Shape);
        }
        let id = check(given).ok_or(InvalidKey::Typo)?;
        let text = Zeroizing::new(given.to_owned());
        Ok(Self { id, text })
    }
}

/// The id of a text that is a key, to the last character.
fn check(given: &str) -> Option<KeyId> {
    if given.len() != LENGTH || !given.is_ascii() {
        return None;
    }
    let (body, checksum) = given.split_at(BEFORE_CHECKSUM);
    let (head, secret) = body.split_at(SEPARATOR + 1);
    let id = head.strip_prefix(PREFIX)?.strip_suffix('_')?.parse().ok()?;
    let mut expected = String::with_capacity(CHECKSUM);
    encode(
        &crc32fast::hash(body.as_bytes()).to_be_bytes(),
        &mut expected,
    );
    (is_base32(secret) && checksum == expected).then_some(id)
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_…", self.id)
    }
}

impl KeyHash {
    /// A hash that was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, to be stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        are_same(&self.0, &other.0)
    }
}

/// Whether bytes are the same, in a time that depends on how many they are alone. Eight at a time:
/// every call with a key comes by here.
fn are_same(ours: &[u8], theirs: &[u8]) -> bool {
    let ((our_words, our_rest), (their_words, their_rest)) =
        (ours.as_chunks::<8>(), theirs.as_chunks::<8>());
    let pairs = our_words.iter().zip(their_words);
    let same = pairs.fold(our_rest.ct_eq(their_rest), |same, (ours, theirs)| {
        same & u64::from_ne_bytes(*ours).ct_eq(&u64::from_ne_bytes(*theirs))
    });
    ours.len() == theirs.len() && same.into()
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // enough to tell two apart, not enough to find one in a leaked list
        write!(f, "sha256:{}…", hex::encode(&self.0[..4]))
    }
}
