//! What a client is told at its start.

use std::{path::PathBuf, time::Duration};

use crate::{
    blocking, client::Client, error::Error, metadata, metadata::Metadata, pace, reconnect,
    shared::Shared,
};

/// How long a call of the gateway may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a time may be.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3_600);
/// The longest name of an instance, in bytes.
const LONGEST_ID: usize = 256;

/// The settings of a client; [`Client::builder`] begins one.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    settings: Settings,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) server_url: String,
    pub(crate) heartbeat_url: Option<String>,
    pub(crate) app: String,
    pub(crate) profiles: String,
    pub(crate) label: Option<String>,
    pub(crate) instance_id: String,
    pub(crate) api_key: Option<String>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    pub(crate) reconnect_within: Duration,
    pub(crate) cache_dir: Option<PathBuf>,
    pub(crate) metadata: Metadata,
}

/// All but the key.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("server_url", &self.server_url)
            .field("app", &self.app)
            .field("profiles", &self.profiles)
            .field("label", &self.label)
            .field("instance_id", &self.instance_id)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new(server_url: String, app: String) -> Self {
        Self {
            settings: Settings {
                instance_id: metadata::instance_id(&app),
                server_url,
                heartbeat_url: None,
                app,
                profiles: "default".to_owned(),
                label: None,
                api_key: None,
                ca: None,
                client_certificate: None,
                interval: pace::INTERVAL,
                timeout: TIMEOUT,
                reconnect_within: reconnect::WITHIN,
                cache_dir: None,
                metadata: Metadata::of_environment(),
            },
        }
    }

    /// Where heartbeats go, if that is not `server_url`. Over gRPC it is heartbeat-ingest's address,
    /// where `server_url` is config-svc's.
    pub fn heartbeat_url(mut self, url: impl Into<String>) -> Self {
        self.settings.heartbeat_url = Some(url.into());
        self
    }

    /// The profile; `default` if it is left out.
    pub fn profile(self, profile: impl Into<String>) -> Self {
        self.profiles([profile.into()])
    }

    /// Several profiles; the last takes precedence.
    pub fn profiles<P: Into<String>>(mut self, profiles: impl IntoIterator<Item = P>) -> Self {
        let profiles: Vec<String> = profiles.into_iter().map(Into::into).collect();
        self.settings.profiles = profiles.join(",");
        self
    }

    /// The label; `main` if it is left out.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.settings.label = Some(label.into());
        self
    }

    /// The name of this instance, 1 to 256 bytes of visible ASCII, by which rollouts give it an arm.
    /// It should outlive a restart, and no two instances should share it.
    ///
    /// If it is left out it is the pod's name (`POD_NAME`, or `HOSTNAME` in Kubernetes), else
    /// `HOSTNAME` or the application's name with something random.
    pub fn instance_id(mut self, id: impl Into<String>) -> Self {
        self.settings.instance_id = id.into();
        self
    }

    /// The key that is shown, where the server requires one. Reading needs the role `reader`,
    /// reporting `agent`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.settings.api_key = Some(key.into());
        self
    }

    /// A file of the authorities (PEM) that are trusted instead of the machine's.
    pub fn ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.settings.ca = Some(file.into());
        self
    }

    /// The files (PEM) of a certificate that is shown where the server asks for one, and of its
    /// private key.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.settings.client_certificate = Some((certificate.into(), key.into()));
        self
    }

    /// How often to report until the server says another pace, 100 ms to 1 h; 30 s if it is left
    /// out.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval;
        self
    }

    /// How long a call may take, 100 ms to 1 h; 10 s if it is left out.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Within which time a lost watch is taken up again, at random, 1 h at most; 5 s if it is left out. Less is
    /// for a handful of clients: those of a gateway that goes all come back within this.
    pub fn reconnect_within(mut self, within: Duration) -> Self {
        self.settings.reconnect_within = within;
        self
    }

    /// A folder for the last configuration that was in use, so that a start while the server is
    /// away finds it. It is made if it is missing. The file is for its owner alone (mode 0600):
    /// configurations may have secrets.
    ///
    /// Nothing is kept if it is left out.
    pub fn cache_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.cache_dir = Some(folder.into());
        self
    }

    /// The version of the application itself: `env!("CARGO_PKG_VERSION")`. `APP_VERSION` of the
    /// environment if it is left out.
    pub fn app_version(mut self, version: impl Into<String>) -> Self {
        self.settings.metadata.app_version = version.into();
        self
    }

    /// Where the instance runs, instead of what the environment says.
    pub fn metadata(mut self, metadata: Metadata) -> Self {
        self.settings.metadata = metadata;
        self
    }

    /// The client. It does nothing before it is asked to: no connection, no task.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub fn build(self) -> Result<Client, Error> {
        Ok(Client::new(Shared::new(self.checked()?)?))
    }

    /// A client whose calls wait for their answers, for programs without a Tokio runtime. It has a
    /// thread of its own.
    ///
    /// # Errors
    /// When a setting can't be used, or there is no thread to be had.
    pub fn build_blocking(self) -> Result<blocking::Client, Error> {
        blocking::Client::start(self)
    }

    #[cfg(test)]
    pub(crate) fn settings_for_tests(self) -> Settings {
        self.settings
    }

    fn checked(self) -> Result<Settings, Error> {
        let settings = self.settings;
        let id = &settings.instance_id;
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Error::setting("instance_id", "must be 1 to 256 bytes"));
        }
        for (setting, text) in [("app", &settings.app), ("profiles", &settings.profiles)] {
            if matches!(text.as_str(), "" | "." | "..") {
                return Err(Error::setting(setting, format!("{text:?} is not a name")));
            }
        }
        for (setting, span, least) in [
            ("interval", settings.interval, SHORTEST),
            ("timeout", settings.timeout, SHORTEST),
            (
                "reconnect_within",
                settings.reconnect_within,
                Duration::ZERO,
            ),
        ] {
            if span < least || span > LONGEST {
                let what = format!("must be from {least:?} to {LONGEST:?}");
                return Err(Error::setting(setting, what));
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: Builder) -> &'static str {
        match builder.build() {
            Err(Error::Setting { setting, .. }) => setting,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_setting_that_cant_be_used_is_named() {
        let client = |url: &str, app: &str| Client::builder(url, app);
        let good = || client("http://localhost:1", "orders");
        assert!(good().build().is_ok());
        assert_eq!(refused(client("localhost:1", "orders")), "server_url");
        assert_eq!(refused(client("http://localhost:1", "..")), "app");
        assert_eq!(refused(good().profile("")), "profiles");
        assert_eq!(refused(good().instance_id("a\nb")), "instance_id");
        assert_eq!(refused(good().instance_id("x".repeat(257))), "instance_id");
        assert_eq!(refused(good().api_key("a\nb")), "api_key");
        assert_eq!(refused(good().interval(Duration::ZERO)), "interval");
        assert_eq!(refused(good().timeout(Duration::MAX)), "timeout");
        let within = good().reconnect_within(Duration::MAX);
        assert_eq!(refused(within), "reconnect_within");
        for url in ["localhost:1", "ftp://localhost:1"] {
            assert_eq!(refused(good().heartbeat_url(url)), "heartbeat_url");
        }
        let by_grpc = client("grpc://localhost:1", "orders").build();
        assert_eq!(by_grpc.is_ok(), cfg!(feature = "grpc"), "{by_grpc:?}");
        let missing = client("https://localhost:1", "orders").ca("/missing/ca.pem");
        assert_eq!(refused(missing), "ca");
    }

    #[test]
    fn a_key_is_not_shown() {
        let builder = Client::builder("http://localhost:1", "orders").api_key("secret");
        assert!(!format!("{builder:?}").contains("secret"));
    }
}
