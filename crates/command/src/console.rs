//! Output: results on standard output, notes on standard error.

mod facts;
mod notes;
mod palette;
mod printable;
mod screen;
pub(crate) mod stdout;
mod table;
pub(crate) mod yaml;

use std::{
    fmt,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
};

use serde_json::Value;

use crate::{error::Error, settings::Environment};

pub(crate) use facts::Facts;
pub(crate) use notes::Notes;
pub(crate) use palette::Palette;
pub(crate) use printable::{cell, moment, printable, recent, short, shortened};
pub(crate) use screen::Screen;
pub(crate) use table::Table;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// The server's own shapes, for programs
    Json,
    /// The same as YAML
    Yaml,
}

impl Format {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

/// Standard output, and how to write to it.
#[derive(Debug)]
pub(crate) struct Console {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    palette: Palette,
    notes: Notes,
    /// The terminal's width; none where the output goes elsewhere.
    width: Option<usize>,
}

impl Console {
    /// Writes in `format`, with colours only to a terminal.
    pub(crate) fn new(format: Format, environment: &Environment, quiet: bool) -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            format,
            palette: Palette::of_stdout(environment.no_colour),
            notes: Notes::new(quiet),
            width: width(),
        }
    }

    /// The format results are printed in.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether what is written is drawn on a terminal, so that it can be drawn over.
    pub(crate) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// The colours of standard output.
    pub(crate) fn palette(&self) -> Palette {
        self.palette
    }

    /// Standard error.
    pub(crate) fn notes(&self) -> Notes {
        self.notes
    }

    /// Prints a result: the table that `table` makes of it, or the whole as it is.
    pub(crate) fn print(
        &mut self,
        value: &Value,
        table: impl FnOnce(&Value) -> Result<Table, Error>,
    ) -> Result<(), Error> {
        match self.format {
            Format::Table => {
                let table = table(value)?;
                self.tables([table])
            }
            Format::Json | Format::Yaml => self.data(value),
        }
    }

    /// Prints tables for people, one below the other; each fits a terminal.
    pub(crate) fn tables(&mut self, tables: impl IntoIterator<Item = Table>) -> Result<(), Error> {
        for (place, table) in tables.into_iter().enumerate() {
            if place > 0 {
                self.write(b"\n")?;
            }
            let table = table.fit(self.width).to_string();
            self.write(table.as_bytes())?;
        }
        Ok(())
    }

    /// Prints what a write did: a sentence for people, or the whole answer.
    pub(crate) fn told(
        &mut self,
        value: &Value,
        sentence: impl FnOnce(&Value) -> Result<String, Error>,
    ) -> Result<(), Error> {
        match self.format {
            Format::Table => {
                let sentence = printable(&sentence(value)?);
                self.write(format!("{sentence}\n").as_bytes())
            }
            Format::Json | Format::Yaml => self.data(value),
        }
    }

    /// Prints a value for programs: YAML when that is asked for, JSON else.
    pub(crate) fn data(&mut self, value: &Value) -> Result<(), Error> {
        match self.format {
            Format::Yaml => self.yaml(value),
            Format::Table | Format::Json => {
                let mut text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
                text.push('\n');
                self.write(text.as_bytes())
            }
        }
    }

    /// Prints a value as YAML.
    pub(crate) fn yaml(&mut self, value: &Value) -> Result<(), Error> {
        self.write(yaml::write(value).as_bytes())
    }

    /// Prints a value as one line of JSON, as programs read what has no end.
    pub(crate) fn json_line(&mut self, value: &Value) -> Result<(), Error> {
        self.write(format!("{value}\n").as_bytes())
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.out.write_all(bytes)?)
    }

    /// Lets everything written be seen.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        Ok(self.out.flush()?)
    }

    /// Says what a result does not, after what was printed.
    pub(crate) fn note(&mut self, text: fmt::Arguments<'_>) -> Result<(), Error> {
        self.flush()?;
        self.notes.note(text);
        Ok(())
    }

    /// Asks on the terminal; `None` when there is nobody to ask.
    pub(crate) fn confirm(&mut self, question: &str) -> Result<Option<bool>, Error> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        self.flush()?;
        Notes::ask(question);
        let mut reply = String::new();
        io::stdin().read_line(&mut reply)?;
        Ok(Some(matches!(reply.trim(), "y" | "Y" | "yes")))
    }
}

/// The width of the terminal that standard output is; 80 where it does not say.
fn width() -> Option<usize> {
    let terminal = io::stdout().is_terminal();
    let size = terminal_size::terminal_size_of(io::stdout());
    terminal.then(|| match size {
        Some((terminal_size::Width(columns @ 20..), _)) => columns.into(),
        _ => 80,
    })
}
