//! A query with placeholders.

use std::str::FromStr;

use vortex_bucket::Arm;

/// The length of a query in bytes.
const MAX_QUERY: usize = 4_096;

/// A query in PromQL with placeholders. These stand only in texts between quotation marks, and
/// what takes their place is escaped there, so that no name can become a part of the query itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    App,
    Profile,
    Label,
    Rollout,
    Arm,
    Version,
    CanaryVersion,
    StableVersion,
}

/// What a query is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// The application.
    pub app: &'a str,
    /// The profile of the documents that it reads; empty where that is not one.
    pub profile: &'a str,
    /// The label.
    pub label: &'a str,
    /// The rollout's id.
    pub rollout: &'a str,
    /// The arm.
    pub arm: Arm,
    /// The canary's version.
    pub canary: &'a str,
    /// Stable's version.
    pub stable: &'a str,
}

/// A query that can't be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidTemplate {
    /// There is nothing in it.
    #[error("a query is needed")]
    Empty,
    /// It is too long.
    #[error("it has {0} bytes, at most {MAX_QUERY} are allowed")]
    TooLong(usize),
    /// A placeholder that there is not.
    #[error("there is no placeholder {{{{{0}}}}}: {known} are known", known = Placeholder::known())]
    Unknown(String),
    /// A placeholder without an end.
    #[error("a placeholder that begins with {{{{ does not end with }}}}")]
    Open,
    /// A placeholder that would become a part of the query.
    #[error("{{{{{0}}}}} must stand in a text between \" or ', as in {{arm=\"{{{{arm}}}}\"}}")]
    Bare(String),
    /// A text without an end.
    #[error("a text does not end with {0}")]
    Quote(char),
}

impl Placeholder {
    const ALL: [(&'static str, Self); 8] = [
        ("app", Self::App),
        ("profile", Self::Profile),
        ("label", Self::Label),
        ("rollout", Self::Rollout),
        ("arm", Self::Arm),
        ("version", Self::Version),
        ("canary_version", Self::CanaryVersion),
        ("stable_version", Self::StableVersion),
    ];

    fn known() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(known, placeholder)| (known == name).then_some(placeholder))
    }

    fn value<'a>(self, of: &Placed<'a>) -> &'a str {
        match (self, of.arm) {
            (Self::App, _) => of.app,
            (Self::Profile, _) => of.profile,
            (Self::Label, _) => of.label,
            (Self::Rollout, _) => of.rollout,
            (Self::Arm, Arm::Canary) => "canary",
            (Self::Arm, Arm::Stable) => "stable",
            (Self::Version, Arm::Canary) | (Self::CanaryVersion, _) => of.canary,
            (Self::Version, Arm::Stable) | (Self::StableVersion, _) => of.stable,
        }
    }
}

impl Template {
    /// The query with its placeholders, as it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the query of one arm is another than that of the other.
    pub(crate) fn tells_arms_apart(&self) -> bool {
        self.names(Placeholder::Arm) || self.names(Placeholder::Version)
    }

    /// Whether it names the application that is asked about.
    pub(crate) fn names_app(&self) -> bool {
        self.names(Placeholder::App) || self.names_profile()
    }

    /// Whether it names the profile.
    pub(crate) fn names_profile(&self) -> bool {
        self.names(Placeholder::Profile)
    }

    fn names(&self, placeholder: Placeholder) -> bool {
        self.parts.contains(&Part::Placeholder(placeholder))
    }

    /// The query about something.
    pub(crate) fn of(&self, placed: &Placed<'_>) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Placeholder(placeholder) => escaped(placeholder.value(placed)),
        });
        parts.collect()
    }
}

impl FromStr for Template {
    type Err = InvalidTemplate;

    fn from_str(given: &str) -> Result<Self, InvalidTemplate> {
        if given.trim().is_empty() {
            return Err(InvalidTemplate::Empty);
        }
        if given.len() > MAX_QUERY {
            return Err(InvalidTemplate::TooLong(given.len()));
        }
        Ok(Self {
            text: given.to_owned(),
            parts: Reader::new(given).read()?,
        })
    }
}

/// Where a reader of a query is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Query,
    /// A text, up to this mark.
    Text(char),
    /// A comment, up to the end of the line.
    Comment,
}

struct Reader<'a> {
    rest: &'a str,
    within: Within,
    parts: Vec<Part>,
}

impl<'a> Reader<'a> {
    fn new(given: &'a str) -> Self {
        Self {
            rest: given,
            within: Within::Query,
            parts: Vec::new(),
        }
    }

    fn read(mut self) -> Result<Vec<Part>, InvalidTemplate> {
        while let Some(next) = self.rest.chars().next() {
            if self.within != Within::Comment && self.rest.starts_with("{{") {
                self.placeholder()?;
                continue;
            }
            self.take(next.len_utf8());
            self.within = match (self.within, next) {
                (Within::Query, '"' | '\'' | '`') => Within::Text(next),
                (Within::Query, '#') => Within::Comment,
                (Within::Comment, '\n') => Within::Query,
                (Within::Text(mark), _) if mark == next => Within::Query,
                (Within::Text('"' | '\''), '\\') => {
                    let skipped = self.rest.chars().next().map_or(0, char::len_utf8);
                    self.take(skipped);
                    self.within
                }
                (within, _) => within,
            };
        }
        match self.within {
            Within::Text(mark) => Err(InvalidTemplate::Quote(mark)),
            Within::Query | Within::Comment => Ok(self.parts),
        }
    }

    /// Takes so many bytes over as they are.
    fn take(&mut self, bytes: usize) {
        let (text, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        match self.parts.last_mut() {
            Some(Part::Text(before)) => before.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    fn placeholder(&mut self) -> Result<(), InvalidTemplate> {
        let begun = &self.rest[2..];
        let (name, rest) = begun.split_once("}}").ok_or(InvalidTemplate::Open)?;
        let name = name.trim();
        let placeholder =
            Placeholder::named(name).ok_or_else(|| InvalidTemplate::Unknown(shown(name)))?;
        match self.within {
            // there are no escapes between backticks
            Within::Text('"' | '\'') => {}
            Within::Text(_) | Within::Query | Within::Comment => {
                return Err(InvalidTemplate::Bare(name.to_owned()));
            }
        }
        self.parts.push(Part::Placeholder(placeholder));
        self.rest = rest;
        Ok(())
    }
}

/// What an error shows of a placeholder's name.
fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

/// A value within either kind of quotation marks.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '\\' | '"' | '\'' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
