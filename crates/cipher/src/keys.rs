//! [`Keys`]: what encrypts and decrypts.

use std::{collections::BTreeMap, fmt};

use crate::{
    CannotDecrypt, CannotEncrypt, InvalidKey, RsaOptions, Salt,
    aes::{Aes, Mode},
    prefix::Prefixed,
    rsa::RsaKey,
    store,
};

/// The prefix that names a key of a store.
const KEY: &str = "key";

/// The keys of a server. `Debug` doesn't show them.
pub struct Keys(Kind);

enum Kind {
    Text(Aes),
    Rsa(Box<RsaKey>),
    Store {
        keys: BTreeMap<String, RsaKey>,
        /// The alias of the key for texts that name none, in lower case.
        default: String,
    },
}

impl Keys {
    /// Of Spring's `encrypt.key`: an RSA key in PEM, or else any text. Blanks around it don't
    /// count. `salt` is for a text, `options` are for RSA.
    ///
    /// # Errors
    /// When it is empty, or looks like PEM and holds no RSA private key.
    pub fn from_text(text: &str, salt: &Salt, options: RsaOptions) -> Result<Self, InvalidKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if text.starts_with("ssh-rsa") {
            return Err(InvalidKey::Public);
        }
        Ok(Self(match RsaKey::is_pem(text) {
            true => Kind::Rsa(Box::new(RsaKey::from_pem(text, options)?)),
            false => Kind::Text(Aes::new(text.as_bytes(), salt, Mode::Cbc)),
        }))
    }

    /// Of a key store in PKCS12: its RSA keys, of which `alias` is for texts that name none.
    ///
    /// # Errors
    /// When the store can't be opened, or has no RSA key of the alias.
    pub fn from_pkcs12(
        bytes: &[u8],
        password: &str,
        alias: &str,
        options: &RsaOptions,
    ) -> Result<Self, InvalidKey> {
        let keys = store::keys(bytes, password, options)?;
        let default = alias.to_lowercase();
        match keys.contains_key(&default) {
            true => Ok(Self(Kind::Store { keys, default })),
            false => Err(InvalidKey::Alias(alias.to_owned())),
        }
    }

    /// Encrypts a text. The result has no `{cipher}` before it, and has the prefixes of the text
    /// that are needed to decrypt it.
    ///
    /// # Errors
    /// When the text names a key that there is not, or the system gives no random bytes.
    pub fn encrypt(&self, text: &str) -> Result<String, CannotEncrypt> {
        let prefixed = Prefixed::parse(text);
        let bytes = prefixed.text.as_bytes();
        let encrypted = match &self.0 {
            Kind::Text(aes) => hex::encode(aes.encrypt(bytes)?),
            Kind::Rsa(key) => key.encrypt(bytes)?,
            Kind::Store { .. } => self
                .named(&prefixed)
                .map_err(CannotEncrypt::NoSuchKey)?
                .encrypt(bytes)?,
        };
        Ok(prefixed.kept() + &encrypted)
    }

    /// Decrypts a text, which has no `{cipher}` before it.
    ///
    /// # Errors
    /// When it is no cipher text, or not of these keys.
    pub fn decrypt(&self, text: &str) -> Result<String, CannotDecrypt> {
        let prefixed = Prefixed::parse(text.trim());
        let bytes = match &self.0 {
            Kind::Text(aes) => {
                let bytes = hex::decode(prefixed.text);
                aes.decrypt(&bytes.map_err(|_| CannotDecrypt::NotCipherText)?)?
            }
            Kind::Rsa(key) => key.decrypt(prefixed.text)?,
            Kind::Store { .. } => self
                .named(&prefixed)
                .map_err(CannotDecrypt::NoSuchKey)?
                .decrypt(prefixed.text)?,
        };
        // a wrong key seldom fails earlier, but hardly ever gives a text
        String::from_utf8(bytes).map_err(|_| CannotDecrypt::OtherKey)
    }

    /// The public key in the format of SSH. None for a text, which has none.
    pub fn public(&self) -> Option<String> {
        match &self.0 {
            Kind::Text(_) => None,
            Kind::Rsa(key) => Some(key.public()),
            Kind::Store { keys, default } => keys.get(default).map(RsaKey::public),
        }
    }

    /// The key of a store that prefixes name, or the name of one that there is not.
    fn named(&self, prefixed: &Prefixed<'_>) -> Result<&RsaKey, String> {
        let Kind::Store { keys, default } = &self.0 else {
            return Err(String::new());
        };
        let alias = prefixed.get(KEY).unwrap_or(default);
        keys.get(&alias.to_lowercase())
            .ok_or_else(|| alias.to_owned())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Text(_) => "Keys(text)",
            Kind::Rsa(_) => "Keys(rsa)",
            Kind::Store { .. } => "Keys(store)",
        })
    }
}
