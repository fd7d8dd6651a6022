//! Colours, used only on terminals.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::error::Error;

/// Colours a stream, or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    enabled: bool,
}

impl Palette {
    /// For standard output.
    pub(crate) fn of_stdout(declined: bool) -> Self {
        Self::new(io::stdout().is_terminal(), declined)
    }

    /// For standard error.
    pub(crate) fn of_stderr(declined: bool) -> Self {
        Self::new(io::stderr().is_terminal(), declined)
    }

    fn new(terminal: bool, declined: bool) -> Self {
        Self {
            enabled: terminal && !declined,
        }
    }

    /// What is added.
    pub(crate) fn added(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// What is taken away.
    pub(crate) fn removed(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// What went well.
    pub(crate) fn good(self, text: &str) -> String {
        self.added(text)
    }

    /// What went wrong.
    pub(crate) fn bad(self, text: &str) -> String {
        self.removed(text)
    }

    /// What is to be looked at.
    pub(crate) fn doubtful(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    /// Where something is.
    pub(crate) fn place(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    /// What something is about.
    pub(crate) fn title(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Tells a person why the invocation failed.
    pub(crate) fn report(self, error: &Error) {
        let label = self.paint(AnsiColor::Red.on_default().bold(), "error:");
        let hint = self.paint(AnsiColor::Cyan.on_default(), "hint:");
        // when standard error is gone the exit code is all there is to say
        let _ = writeln!(io::stderr(), "{}", error.report(&label, &hint));
    }

    fn paint(self, style: Style, text: &str) -> String {
        match self.enabled {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_whose_user_did_not_decline() {
        assert_eq!(
            Palette::new(true, false).added("+a"),
            "\u{1b}[32m+a\u{1b}[0m"
        );
        assert_eq!(Palette::new(true, true).added("+a"), "+a");
        assert_eq!(Palette::new(false, false).added("+a"), "+a");
    }
}
