//! Captures the log lines of a test, on the test's own thread.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Level, subscriber::DefaultGuard};

pub(crate) struct Logs {
    written: Written,
    _until: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logs {
    /// Captures what is logged at the usual level from now on.
    pub(crate) fn capture() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(Level::INFO)
            .with_writer(move || writer.clone());
        Self {
            written,
            _until: tracing::subscriber::set_default(lines.finish()),
        }
    }

    /// The lines that hold `text`.
    pub(crate) fn lines(&self, text: &str) -> Vec<String> {
        let written = self.written.0.lock().unwrap();
        let all = String::from_utf8(written.clone()).unwrap();
        let found = all.lines().filter(|line| line.contains(text));
        found.map(str::to_owned).collect()
    }
}
