//! `--dump-config`: prints the settings in force, and where each came from.

use std::any::TypeId;

use clap::{Arg, ArgAction, Command, ValueEnum};
use comfy_table::{Table, presets};
use serde::Serialize;

use super::{Layer, Origin, Secret};

/// How a dump looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DumpFormat {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

/// The settings in force, with their origins, secrets hidden.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Dump {
    rows: Vec<Row>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its key in every layer.
    pub key: String,
    /// Its values as text; none when it is not set.
    pub value: Vec<String>,
    /// Where it came from.
    pub origin: String,
}

impl Dump {
    pub(super) fn new(command: &Command, merged: &Layer) -> Self {
        let rows = command.get_arguments().filter_map(|arg| row(arg, merged));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|one, other| one.key.cmp(&other.key));
        Self { rows }
    }

    /// The settings, by key.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The dump as text, ending in a line break.
    pub fn render(&self, format: DumpFormat) -> String {
        match format {
            DumpFormat::Table => format!("{}\n", self.table()),
            DumpFormat::Json => {
                let rows = serde_json::json!(self.rows);
                format!("{rows:#}\n")
            }
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(["SETTING", "VALUE", "FROM"]);
        for row in &self.rows {
            table.add_row([row.key.clone(), row.value.join(", "), row.origin.clone()]);
        }
        table
    }
}

fn row(arg: &Arg, merged: &Layer) -> Option<Row> {
    let key = arg.get_long().filter(|key| *key != "dump-config")?;
    let (value, origin) = match merged.get(key) {
        Some((values, origin)) => (values.clone(), origin.clone()),
        None => (defaults(arg), Origin::Default),
    };
    Some(Row {
        key: key.to_owned(),
        value: if is_secret(arg) {
            hidden(&value)
        } else {
            value
                .iter()
                .map(|value| without_credentials(value))
                .collect()
        },
        origin: origin.to_string(),
    })
}

fn defaults(arg: &Arg) -> Vec<String> {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return vec!["false".to_owned()];
    }
    let values = arg.get_default_values().iter();
    values.map(|v| v.to_string_lossy().into_owned()).collect()
}

fn is_secret(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == TypeId::of::<Secret>()
}

/// A URL without the user and password in it; any other text as it is.
fn without_credentials(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://(hidden){}", &rest[at..]),
        None => value.to_owned(),
    }
}

fn hidden(values: &[String]) -> Vec<String> {
    values.iter().map(|_| "(hidden)".to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_a_url_are_hidden() {
        let shown = without_credentials("https://user:p@ss@example.org/a@b.git");
        assert_eq!(shown, "https://(hidden)@example.org/a@b.git");
        for plain in [
            "https://example.org/a@b",
            "git@example.org:a.git",
            "/srv/config",
            "",
        ] {
            assert_eq!(without_credentials(plain), plain);
        }
    }
}
