//! The file that says whom queries and webhooks of rollouts may ask.

mod provider;
mod secret;
mod webhooks;
mod wrong;

pub(super) use provider::{Credentials, Provider};
pub(super) use webhooks::WebhookSettings;
pub use wrong::InvalidGates;
use wrong::{Why, Wrong};

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, LazyLock},
};

use secret::Secrets;
use vortex_kit::{
    settings::small_file,
    yaml::{self, Fields},
};

/// The fields at the top.
const TOP: &[&str] = &["providers", "webhooks"];
/// The most providers of a file: each is a label of metrics.
const MAX_PROVIDERS: usize = 16;

/// Whom queries and webhooks of rollouts may ask.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rollouts")]
pub struct GateSettings {
    /// Let rollouts be judged by the providers and webhooks that this YAML file allows
    #[arg(long, value_name = "FILE")]
    pub gates: Option<GatesFile>,
}

/// What a file allows. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct GatesFile(Arc<Known>);

/// Whom rollouts may ask.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(super) providers: Vec<Provider>,
    pub(super) webhooks: Option<WebhookSettings>,
    secrets: Secrets,
}

impl GateSettings {
    pub(crate) fn gates(&self) -> &Known {
        static NOBODY: LazyLock<Known> = LazyLock::new(Known::default);
        self.gates.as_ref().map_or(&NOBODY, |file| &file.0)
    }
}

impl FromStr for GatesFile {
    type Err = InvalidGates;

    /// Reads the file of this path, as a parser for clap: what is wrong with the file is a wrong
    /// setting.
    fn from_str(path: &str) -> Result<Self, InvalidGates> {
        let file = PathBuf::from(path);
        match Known::read(&file) {
            Ok(known) => Ok(Self(known.into())),
            Err(why) => Err(InvalidGates { file, why }),
        }
    }
}

impl Known {
    fn read(file: &Path) -> Result<Self, Why> {
        let text = small_file(file)?;
        Self::parse(&text, file.parent().unwrap_or(Path::new("")))
    }

    /// What a file's text says, which names other files from `folder`.
    fn parse(text: &str, folder: &Path) -> Result<Self, Why> {
        let root = yaml::parse(text)?;
        let line = root.line;
        let mut top = Fields::of(root, TOP)?.ok_or_else(|| Wrong::Nothing.at(line))?;
        let mut secrets = Secrets::new(folder);
        let mut providers: Vec<Provider> = Vec::new();
        for mut fields in top.mappings("providers", provider::FIELDS)? {
            let line = fields.line_of("name");
            let provider = Provider::new(&mut fields, &mut secrets)?;
            if providers.iter().any(|other| other.name == provider.name) {
                return Err(Wrong::NameTwice.at(line));
            }
            if providers.len() == MAX_PROVIDERS {
                return Err(Wrong::TooMany.at(fields.line()));
            }
            providers.push(provider);
        }
        let webhooks = match top.mapping("webhooks", webhooks::FIELDS)? {
            Some(mut fields) => Some(WebhookSettings::new(&mut fields, &mut secrets)?),
            None => None,
        };
        if providers.is_empty() && webhooks.is_none() {
            return Err(Wrong::Nothing.at(top.line()));
        }
        Ok(Self {
            providers,
            webhooks,
            secrets,
        })
    }

    /// Warns if others can read its secrets.
    pub(super) fn warn_of_readers(&self) {
        for file in self.secrets.open_to_others() {
            let file = file.display();
            tracing::warn!(%file, "others can read this secret: chmod 600");
        }
    }
}

#[cfg(test)]
mod tests;
