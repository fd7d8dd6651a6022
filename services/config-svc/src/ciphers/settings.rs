//! The settings of encrypted values, by Spring's names of them. Keys are read from files alone, so
//! that no list of processes and no dump of settings shows one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use vortex_cipher::{Algorithm, InvalidKey, Keys, RsaOptions, Salt};
use vortex_tls::is_open_to_others;
use zeroize::Zeroizing;

use super::Ciphers;

/// The longest file with a key, in bytes.
const LONGEST: u64 = 1 << 20;
const SALT: &str = "deadbeef";

/// The keys of encrypted values.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Encrypted values")]
pub struct CipherSettings {
    /// File with the key of values that begin with {cipher}: any text, or an RSA key in PEM
    #[arg(long, value_name = "FILE")]
    pub encrypt_key_file: Option<PathBuf>,

    /// Key store (PKCS12) with RSA keys, in place of --encrypt-key-file
    #[arg(long, value_name = "FILE")]
    pub encrypt_key_store: Option<PathBuf>,

    /// File with the password of the key store
    #[arg(long, value_name = "FILE")]
    pub encrypt_key_store_password_file: Option<PathBuf>,

    /// Alias of the key that is used where a value names none
    #[arg(long, value_name = "ALIAS")]
    pub encrypt_key_alias: Option<String>,

    /// Salt of a key that is a text, in hex
    #[arg(long, value_name = "HEX", default_value = SALT)]
    pub encrypt_salt: Salt,

    /// Padding for RSA: default (PKCS#1 v1.5) or oaep
    #[arg(long, value_name = "ALGORITHM", default_value = "default")]
    pub encrypt_rsa_algorithm: Algorithm,

    /// Encrypt with AES in GCM mode below RSA
    #[arg(long)]
    pub encrypt_rsa_strong: bool,

    /// Salt of the keys below RSA, in hex
    #[arg(long, value_name = "HEX", default_value = SALT)]
    pub encrypt_rsa_salt: Salt,

    /// Serve encrypted values as they are written, for clients that decrypt them themselves
    #[arg(long)]
    pub encrypt_pass_through: bool,
}

/// The keys of encrypted values can't be had.
#[derive(Debug, thiserror::Error)]
pub enum CipherSettingsError {
    /// They are given twice.
    #[error("give either --encrypt-key-file or --encrypt-key-store, not both")]
    Both,
    /// A key store needs more.
    #[error("--encrypt-key-store needs --encrypt-key-store-password-file and --encrypt-key-alias")]
    Incomplete,
    /// Something is given for a key store, and there is none.
    #[error(
        "--encrypt-key-store-password-file and --encrypt-key-alias are for a key store: give \
         --encrypt-key-store"
    )]
    NoStore,
    /// What a file holds is no key.
    #[error("{file}: {why}", file = .file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: InvalidKey,
    },
    /// A file can't be read.
    #[error("{file} can't be read: {cause}", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl CipherSettings {
    /// Reads the keys.
    ///
    /// # Errors
    /// When a file can't be read or holds no key, or the settings contradict each other.
    pub fn open(&self) -> Result<Ciphers, CipherSettingsError> {
        Ok(Ciphers::new(self.keys()?, self.encrypt_pass_through))
    }

    fn keys(&self) -> Result<Option<Keys>, CipherSettingsError> {
        let is_of_store =
            self.encrypt_key_store_password_file.is_some() || self.encrypt_key_alias.is_some();
        match (&self.encrypt_key_file, &self.encrypt_key_store) {
            (Some(_), Some(_)) => Err(CipherSettingsError::Both),
            (Some(file), None) if !is_of_store => self.of_file(file).map(Some),
            (None, Some(store)) => self.of_store(store).map(Some),
            (None, None) if !is_of_store => Ok(None),
            _ => Err(CipherSettingsError::NoStore),
        }
    }

    fn of_file(&self, file: &Path) -> Result<Keys, CipherSettingsError> {
        let text = text(file)?;
        let keys = Keys::from_text(&text, &self.encrypt_salt, self.rsa());
        keys.map_err(|why| invalid(file, why))
    }

    fn of_store(&self, store: &Path) -> Result<Keys, CipherSettingsError> {
        let (Some(password), Some(alias)) = (
            &self.encrypt_key_store_password_file,
            &self.encrypt_key_alias,
        ) else {
            return Err(CipherSettingsError::Incomplete);
        };
        let password = text(password)?;
        let keys = Keys::from_pkcs12(&read(store)?, password.trim_end(), alias, &self.rsa());
        keys.map_err(|why| invalid(store, why))
    }

    fn rsa(&self) -> RsaOptions {
        RsaOptions {
            algorithm: self.encrypt_rsa_algorithm,
            strong: self.encrypt_rsa_strong,
            salt: self.encrypt_rsa_salt.clone(),
        }
    }
}

fn text(file: &Path) -> Result<Zeroizing<String>, CipherSettingsError> {
    match std::str::from_utf8(&read(file)?) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(failed(file, io::Error::other("it is not text in UTF-8"))),
    }
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, CipherSettingsError> {
    let metadata = fs::metadata(file).map_err(|cause| failed(file, cause))?;
    if metadata.len() > LONGEST {
        return Err(failed(file, io::Error::other("it is too long for a key")));
    }
    if is_open_to_others(&metadata) {
        tracing::warn!(file = %file.display(), "others can read this key: chmod 600");
    }
    let bytes = fs::read(file).map_err(|cause| failed(file, cause))?;
    Ok(Zeroizing::new(bytes))
}

fn failed(file: &Path, cause: io::Error) -> CipherSettingsError {
    CipherSettingsError::File {
        file: file.to_owned(),
        cause,
    }
}

fn invalid(file: &Path, why: InvalidKey) -> CipherSettingsError {
    CipherSettingsError::Invalid {
        file: file.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_file(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        fs::write(&file, content).unwrap();
        (folder, file)
    }

    #[test]
    fn a_key_is_read_from_its_file_and_shown_nowhere() {
        let (_folder, file) = key_file("hidden-key\n");
        let settings = CipherSettings {
            encrypt_key_file: Some(file),
            ..CipherSettings::default()
        };
        let ciphers = settings.open().unwrap();
        let encrypted = ciphers.keys().unwrap().encrypt("text").unwrap();
        assert_eq!(ciphers.decrypt(&encrypted).as_deref(), Ok("text"));
        assert!(!format!("{settings:?} {ciphers:?}").contains("hidden-key"));
    }

    #[test]
    fn what_is_missing_or_too_much_is_told() {
        let (_folder, file) = key_file("");
        let with = |change: &dyn Fn(&mut CipherSettings)| {
            let mut settings = CipherSettings::default();
            change(&mut settings);
            settings.open().unwrap_err().to_string()
        };
        let empty = with(&|s| s.encrypt_key_file = Some(file.clone()));
        assert!(empty.ends_with("the key is empty"), "{empty}");
        let alias = with(&|s| s.encrypt_key_alias = Some("first".into()));
        assert!(alias.contains("give --encrypt-key-store"), "{alias}");
        let store = with(&|s| s.encrypt_key_store = Some(file.clone()));
        assert!(
            store.contains("needs --encrypt-key-store-password-file"),
            "{store}"
        );
        let both = with(&|s| {
            s.encrypt_key_store = Some(file.clone());
            s.encrypt_key_file = Some(file.clone());
        });
        assert!(both.contains("not both"), "{both}");
    }
}
