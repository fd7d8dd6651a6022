//! The secret that a Git host signs its notifications with.

use std::{fmt, fs, path::PathBuf, str::FromStr};

use vortex_kit::settings::Secret;

/// The longest file, in bytes.
const LONGEST: u64 = 4 << 10;

/// A secret that is read from a file, which is what dumps and errors show.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    file: PathBuf,
    secret: Secret,
}

/// The file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{file} can't be used as the webhooks' secret: {why}", file = .file.display())]
pub struct InvalidSecret {
    file: PathBuf,
    why: String,
}

impl WebhookSecret {
    /// The secret, without blanks around it.
    pub(crate) fn reveal(&self) -> &str {
        self.secret.reveal()
    }
}

impl FromStr for WebhookSecret {
    type Err = InvalidSecret;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let file = PathBuf::from(given);
        let invalid = |why: String| InvalidSecret {
            file: given.into(),
            why,
        };
        let metadata = fs::metadata(&file).map_err(|error| invalid(error.to_string()))?;
        if metadata.len() > LONGEST {
            return Err(invalid("it is too long".to_owned()));
        }
        let text = fs::read_to_string(&file).map_err(|error| invalid(error.to_string()))?;
        match text.trim() {
            "" => Err(invalid("it is empty".to_owned())),
            text => Ok(Self {
                file,
                secret: text
                    .parse()
                    .unwrap_or_else(|never: std::convert::Infallible| match never {}),
            }),
        }
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WebhookSecret").field(&self.file).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_read_from_its_file_and_not_shown() {
        let folder = std::env::temp_dir().join(format!("vortex-webhook-{}", std::process::id()));
        fs::write(&folder, " hidden \n").unwrap();
        let secret: WebhookSecret = folder.to_str().unwrap().parse().unwrap();
        assert_eq!(secret.reveal(), "hidden");
        assert!(!format!("{secret:?}").contains("hidden"));
        fs::write(&folder, "\n").unwrap();
        let empty = folder.to_str().unwrap().parse::<WebhookSecret>();
        assert!(empty.unwrap_err().to_string().contains("it is empty"));
        fs::remove_file(&folder).unwrap();
        assert!(folder.to_str().unwrap().parse::<WebhookSecret>().is_err());
    }
}
