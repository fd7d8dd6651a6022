//! What can go wrong, without a word of what was encrypted.

/// A text that is no salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a salt is an even number of hexadecimal digits, at least two")]
pub struct InvalidSalt;

/// What is given holds no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// There is nothing.
    #[error("the key is empty")]
    Empty,
    /// A public key or a certificate, which can't decrypt.
    #[error("this is a public key; the private key is needed")]
    Public,
    /// PEM that holds no RSA key, or an encrypted one.
    #[error("the PEM is not a plain RSA private key (PKCS#1 or PKCS#8): {0}")]
    Pem(String),
    /// The key store can't be opened with the password, or is none.
    #[error("the key store is not PKCS12, or the password is another one: {0}")]
    Store(String),
    /// A key store of Java's own format.
    #[error(
        "the key store is of Java's format JKS; convert it: keytool -importkeystore \
         -srckeystore OLD -destkeystore NEW -deststoretype PKCS12"
    )]
    Jks,
    /// The key store has no RSA key of this alias.
    #[error("the key store has no RSA key of the alias {0:?}")]
    Alias(String),
}

/// A text could not be encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotEncrypt {
    /// Its prefix asks for a key that there is not.
    #[error("there is no key of the alias {0:?}")]
    NoSuchKey(String),
    /// The system gives no random bytes, or the key can't be used.
    #[error("the key can't encrypt: {0}")]
    Failed(String),
}

/// A text could not be decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotDecrypt {
    /// There is no key at all.
    #[error("no key is configured")]
    NoKey,
    /// Its prefix asks for a key that there is not.
    #[error("there is no key of the alias {0:?}")]
    NoSuchKey(String),
    /// It is not what encryption gives: not hex or base64, or too short.
    #[error("it is no cipher text")]
    NotCipherText,
    /// It was encrypted with another key, other options, or was changed since.
    #[error("it was not encrypted with this key")]
    OtherKey,
}
