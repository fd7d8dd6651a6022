//! Notes and progress on standard error.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use super::printable;

/// Standard error, which nobody may be reading: what can't be written is let go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notes {
    quiet: bool,
}

impl Notes {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Says what a result does not.
    pub(crate) fn note(self, text: fmt::Arguments<'_>) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{}", printable(&text.to_string()));
        }
    }

    /// Says what is under way, to a person who waits.
    pub(crate) fn progress(self, text: fmt::Arguments<'_>) {
        if io::stderr().is_terminal() {
            self.note(text);
        }
    }

    pub(super) fn ask(question: &str) {
        let _ = write!(io::stderr(), "{} [y/N] ", printable(question));
    }
}
