//! Spring's encrypted values, as a Spring Cloud Config Server 5 reads and writes them.
//!
//! [`Keys`] are what the server's `encrypt.*` settings give: a text, an RSA key in PEM, or a key
//! store. They turn a text into a cipher text and back, with the prefixes (`{key:alias}`) that
//! choose among several keys. Nothing here reads a file, logs, or shows a key: `Debug` leaves them
//! out, and memory that held one is wiped.
//!
//! A text key is Spring Security's `Encryptors.text`: AES-256 in CBC mode under a key that PBKDF2
//! makes of the text and a salt, in hex. An RSA key is its `RsaSecretEncryptor`: a secret of 16
//! random bytes, encrypted by RSA, from which the key of the same AES is made (of AES in GCM mode
//! where it is `strong`), in base64.

mod aes;
mod error;
mod keys;
mod prefix;
mod rsa;
mod store;

pub use aes::Salt;
pub use error::{CannotDecrypt, CannotEncrypt, InvalidKey, InvalidSalt};
pub use keys::Keys;
pub use rsa::{Algorithm, RsaOptions};

/// What a value begins with that is encrypted.
pub const MARKER: &str = "{cipher}";
