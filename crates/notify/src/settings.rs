//! The file that describes sinks.

mod files;
mod sink;
mod url;

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use vortex_kit::{
    settings::{Unreadable, small_file},
    yaml::{self, Content, FieldError, Fields, Node},
};
use vortex_pattern::InvalidPattern;

use crate::InvalidKind;
pub(crate) use sink::Sink;

/// The most sinks of a file: each is a task, and a label of metrics.
const MAX_SINKS: usize = 32;

/// Who is told of what happens.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Notifications")]
pub struct NotifySettings {
    /// Tell the webhooks and chats that this YAML file describes what happens
    #[arg(long, value_name = "FILE")]
    pub notify: Option<Sinks>,
}

/// Sinks, as a file describes them. A clone is a pointer.
#[derive(Clone, Debug)]
pub struct Sinks(Arc<[Sink]>);

/// A file that describes no sinks.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct InvalidSinks {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// It can't be read.
    #[error(transparent)]
    File(#[from] Unreadable),
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// A field that it does not know, or that is not what it should be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Something in it can't be meant.
    #[error("line {line}: {what}")]
    Line {
        /// Where it stands.
        line: usize,
        /// What is wrong there.
        what: Wrong,
    },
}

/// What is wrong in a line of a file.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// There is something else, or nothing.
    #[error("a list of sinks is expected, as in `sinks: [{{name: chat, url: https://…}}]`")]
    NoSinks,
    /// There are more than can be served.
    #[error("more than {MAX_SINKS} sinks")]
    TooMany,
    /// A field that each sink has.
    #[error("the sink that begins here has no `{0}`")]
    Missing(&'static str),
    /// A list without anything in it takes nothing.
    #[error("`{0}` is empty, so that the sink would be told of nothing: leave it out to take all")]
    Empty(&'static str),
    /// A name of two sinks.
    #[error("there is another sink of this name")]
    NameTwice,
    /// Two places, or none.
    #[error("give one of `url` and `url_file`: where the sink is")]
    Places,
    /// A place that is not told of anything.
    #[error("the URL must begin with https://, without a user in it; http:// only to this machine")]
    Url,
    /// A format that there is not.
    #[error("there is no format {given:?}: `webhook` and `slack` are known")]
    Format {
        /// The format as written.
        given: String,
    },
    /// A secret that is none.
    #[error("a secret has 16 to 1024 bytes in one line")]
    Secret,
    /// Messages to chats have no signature.
    #[error("`secret_file` is for the format `webhook`: chats know a message by its URL")]
    NeedlessSecret,
    /// An authority for a place that needs none.
    #[error("`ca` is for a URL that begins with https://")]
    NeedlessCa,
    /// A pattern of events.
    #[error(transparent)]
    Kind(#[from] InvalidKind),
    /// A pattern of applications.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// A file that it names.
    #[error(transparent)]
    File(#[from] Unreadable),
    /// Nobody to trust.
    #[error(transparent)]
    Trust(#[from] vortex_tls::Error),
    /// No client can be made.
    #[error("it can't be called: {0}")]
    Client(reqwest::Error),
}

impl Wrong {
    fn at(self, line: usize) -> Why {
        Why::Line { line, what: self }
    }
}

impl NotifySettings {
    pub(crate) fn sinks(&self) -> &[Sink] {
        self.notify.as_ref().map_or(&[], |sinks| &sinks.0)
    }
}

impl FromStr for Sinks {
    type Err = InvalidSinks;

    /// Reads the file of this path, as a parser for clap: what is wrong with the file is a wrong
    /// setting.
    fn from_str(path: &str) -> Result<Self, InvalidSinks> {
        let file = PathBuf::from(path);
        match read(&file) {
            Ok(sinks) => Ok(Self(sinks.into())),
            Err(why) => Err(InvalidSinks { file, why }),
        }
    }
}

fn read(file: &Path) -> Result<Vec<Sink>, Why> {
    let text = small_file(file)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    parse(&text, folder)
}

/// The sinks of a file's text, which names other files from `folder`.
fn parse(text: &str, folder: &Path) -> Result<Vec<Sink>, Why> {
    let mut sinks: Vec<Sink> = Vec::new();
    for mut fields in described(text)? {
        let (name_line, line) = (fields.line_of("name"), fields.line());
        let sink = Sink::new(&mut fields, folder)?;
        if sinks.iter().any(|other| other.name == sink.name) {
            return Err(Wrong::NameTwice.at(name_line));
        }
        if sinks.len() == MAX_SINKS {
            return Err(Wrong::TooMany.at(line));
        }
        sinks.push(sink);
    }
    Ok(sinks)
}

/// The fields of each sink.
fn described(text: &str) -> Result<Vec<Fields>, Why> {
    let mut top = mapping(yaml::parse(text)?, &["sinks"])?;
    let line = top.line();
    let Some(Node { line, content }) = top.take("sinks") else {
        return Err(Wrong::NoSinks.at(line));
    };
    match content {
        Content::List(nodes) if !nodes.is_empty() => {
            let sinks = nodes.into_iter().map(|node| mapping(node, sink::FIELDS));
            sinks.collect()
        }
        _ => Err(Wrong::NoSinks.at(line)),
    }
}

fn mapping(node: Node, known: &[&str]) -> Result<Fields, Why> {
    let line = node.line;
    Fields::of(node, known)?.ok_or_else(|| Wrong::NoSinks.at(line))
}

#[cfg(test)]
mod tests;
