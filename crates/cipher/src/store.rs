//! Keys of a key store in PKCS12, which is what `keytool` makes.

use std::collections::BTreeMap;

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};

use crate::{InvalidKey, RsaOptions, rsa::RsaKey};

/// What files of Java's older format begin with.
const JKS: [&[u8]; 2] = [&[0xfe, 0xed, 0xfe, 0xed], &[0xce, 0xce, 0xce, 0xce]];

/// The RSA keys of a store by alias. An alias is in lower case, as Java compares it.
pub(crate) fn keys(
    bytes: &[u8],
    password: &str,
    options: &RsaOptions,
) -> Result<BTreeMap<String, RsaKey>, InvalidKey> {
    if JKS.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(InvalidKey::Jks);
    }
    let store = KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Relaxed)
        .map_err(|error| InvalidKey::Store(error.to_string()))?;
    let keys = store.entries().filter_map(|(alias, entry)| match entry {
        KeyStoreEntry::PrivateKeyChain(chain) => {
            let key = RsaKey::from_pkcs8(chain.key().as_der(), options.clone())?;
            Some((alias.to_lowercase(), key))
        }
        _ => None,
    });
    Ok(keys.collect())
}
