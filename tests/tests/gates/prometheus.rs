//! A Prometheus of its own.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use vortex_tests::PATIENCE;

const PROGRAM: &str = "prometheus";

/// A Prometheus that scrapes every second. It ends with the test.
pub(crate) struct Prometheus {
    folder: TempDir,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

/// Whether there is none. That is noted for the end of `tests/run`.
pub(crate) fn is_missing() -> bool {
    let found = Command::new(PROGRAM)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return false;
    }
    let why = "rollouts judged by Prometheus: prometheus is not installed";
    let noted = std::env::var_os("VORTEX_SKIPS").map(|file| {
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        writeln!(file, "{why}")
    });
    noted.transpose().unwrap();
    eprintln!("skipped: {why}");
    true
}

impl Prometheus {
    /// One on a port that is free, which nobody has started yet.
    pub(crate) fn away() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            address: free.local_addr().unwrap(),
            child: None,
        }
    }

    /// Starts it, to scrape these.
    pub(crate) async fn start(&mut self, targets: &[SocketAddr]) {
        let mut text = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n\
                        - job_name: programs\n  static_configs:\n  - targets:\n"
            .to_owned();
        for target in targets {
            writeln!(text, "    - '{target}'").unwrap();
        }
        fs::write(self.file("prometheus.yml"), text).unwrap();
        self.start_again().await;
    }

    /// Starts it as it was.
    pub(crate) async fn start_again(&mut self) {
        let child = Command::new(PROGRAM)
            .arg(format!(
                "--config.file={}",
                self.file("prometheus.yml").display()
            ))
            .arg(format!(
                "--storage.tsdb.path={}",
                self.file("data").display()
            ))
            .arg(format!("--web.listen-address={}", self.address))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let url = format!("http://{}/-/ready", self.address);
        let ready = async {
            while !reqwest::get(&url)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(PATIENCE, ready).await.expect("it gets ready");
    }

    /// Ends it.
    pub(crate) fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.end();
    }
}
