//! A service that takes tokens, and the tokens.

use std::{path::Path, sync::Arc, time::Duration};

use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use vortex_kit::{
    clock::{Clock, Manual},
    context::{Context, Peer},
    error::{Fault, Reason},
    process::Runtime,
    settings::AccessSettings,
};
use vortex_service::{Provider, TokenSettings};

use super::issuer::Issuer;

pub(crate) const ISSUER: &str = "https://id.example.com/realms/acme";
/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a provider's file says, but for where its keys are.
const FIELDS: &str = "\
issuer: https://id.example.com/realms/acme
audience: [vortex, vortex-staging]
algorithms: [RS256, ES256]
name: email
grants:
  - {claim: groups, value: developers, role: writer, scopes: ['orders/**']}
  - {claim: groups, value: readers, role: reader, scopes: ['**']}
  - {claim: scope, value: config.read, role: reader, scopes_claim: apps}
";

/// A service that lets nobody in but by the tokens of a provider.
pub(crate) struct Guarded {
    pub(crate) runtime: Runtime,
    pub(crate) clock: Manual,
    folder: TempDir,
}

impl Guarded {
    /// One whose provider's file ends with these fields.
    pub(crate) async fn by(places: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start(places, folder, Manual::starting_at(Timestamp::now())).await
    }

    async fn start(places: &str, folder: TempDir, clock: Manual) -> Self {
        let access = AccessSettings {
            require_keys: true,
            ..AccessSettings::default()
        };
        let shared = Arc::new(clock.clone());
        let runtime = Runtime::guarded("config-svc", "0.1.0", shared, access);
        let settings = TokenSettings {
            oidc: Some(provider(folder.path(), places).unwrap()),
        };
        settings.open(Some(folder.path()), &runtime).await;
        Self {
            runtime,
            clock,
            folder,
        }
    }

    /// The same service, started again after a while.
    pub(crate) async fn again(self, places: &str, after: Duration) -> Self {
        self.runtime.lifecycle.stop(PATIENCE).await;
        let Self { clock, folder, .. } = self;
        clock.advance(after);
        Self::start(places, folder, clock).await
    }

    /// Whom a token is taken for.
    pub(crate) fn admit(&self, token: &str) -> Result<String, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        let caller = self.runtime.gate.admit(&headers, Peer::InProcess, "")?;
        let context = Context::from_headers(&headers, Peer::InProcess).with_caller(caller);
        let principal = context.principal().clone();
        let grants = principal.grants().iter();
        let grants = grants.map(|grant| {
            let scopes = grant.scopes().iter().map(ToString::to_string);
            format!(" {} {}", grant.role(), scopes.collect::<Vec<_>>().join(","))
        });
        Ok(format!("{principal}{}", grants.collect::<String>()))
    }

    /// Why a token is not taken.
    pub(crate) fn refusal(&self, token: &str) -> Option<Reason> {
        self.admit(token).err().map(|fault| fault.reason())
    }

    /// Waits until a token is taken.
    pub(crate) async fn takes(&self, token: &str) {
        eventually("the token is taken", || self.admit(token).is_ok()).await;
    }

    pub(crate) fn degradation(&self) -> Option<String> {
        let degradations = self.runtime.health.snapshot().degradations;
        degradations.get("tokens").cloned()
    }

    /// The value of a series.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let text = self.runtime.metrics.render();
        let found = text.lines().find_map(|line| line.strip_prefix(series));
        found.map_or(0.0, |value| value.trim().parse().unwrap())
    }

    /// The claims of a token for an hour.
    pub(crate) fn claims(&self) -> Value {
        let now = self.clock.now().as_second();
        json!({
            "iss": ISSUER,
            "aud": "vortex",
            "sub": "1234",
            "email": "alice@example.com",
            "nbf": now,
            "exp": now + 3_600,
            "groups": ["developers"],
        })
    }

    /// As [`Self::claims`], with one changed.
    pub(crate) fn with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[name] = value;
        claims
    }

    pub(crate) fn token(&self, issuer: &Issuer) -> String {
        issuer.token("ES256", &self.claims())
    }
}

/// A provider whose file is in `folder`, and ends with these fields.
pub(crate) fn provider(folder: &Path, places: &str) -> Result<Provider, String> {
    let file = folder.join("oidc.yaml");
    std::fs::write(&file, format!("{FIELDS}{places}\n")).unwrap();
    let provider = file.to_str().unwrap().parse::<Provider>();
    provider.map_err(|error| error.to_string())
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let looked = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = tokio::time::timeout(PATIENCE, looked).await;
    assert!(ended.is_ok(), "never: {what}");
}
