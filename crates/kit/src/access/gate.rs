//! Finds out who calls.

mod refusing;

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use http::HeaderMap;
use jiff::Timestamp;
use tokio::sync::watch;
use vortex_access::{Asked, Credential, Now, Principal, Role, Throttle, Unverified, decide};

use super::{
    Caller, Denials, Keys, ServiceRoles, Shown, Tokens,
    lately::Lately,
    limits::{Counted, Limits, Watching},
    lost, services,
};
#[cfg(doc)]
use crate::error::Reason;
use crate::{
    clock::{self, Clock},
    context::Peer,
    error::Fault,
    http::PeerIdentity,
    settings::{AccessSettings, Public},
    telemetry::Metrics,
};
use refusing::{Refusals, Unknown, Why};

/// Finds out who calls, and knows whether anybody has to say so. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Gate {
    inner: Arc<Inner>,
    refusals: Refusals,
}

/// What all services of a process share.
struct Inner {
    /// Tells the gates of a process apart.
    number: u64,
    settings: AccessSettings,
    /// Told by who has them, which is after the process' first ports are open.
    keys: OnceLock<Arc<dyn Keys>>,
    tokens: OnceLock<Arc<dyn Tokens>>,
    services: OnceLock<ServiceRoles>,
    clock: Arc<dyn Clock>,
    throttle: Mutex<Throttle>,
    limits: Limits,
    denials: Denials,
}

/// A credential that was verified.
pub(super) struct Verified {
    pub(super) principal: Principal,
    /// From when on it is not valid any more.
    pub(super) until: Option<Timestamp>,
}

/// How much somebody is told of what is not of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What anybody may know.
    Outline,
    /// All of it.
    Whole,
}

impl Gate {
    /// A gate that knows nobody yet.
    pub fn new(settings: AccessSettings, clock: Arc<dyn Clock>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self {
            inner: Arc::new(Inner {
                number: NUMBER.fetch_add(1, Ordering::Relaxed),
                limits: Limits::new(settings.limits.clone(), clock.clone()),
                settings,
                keys: OnceLock::new(),
                tokens: OnceLock::new(),
                services: OnceLock::new(),
                clock,
                throttle: Mutex::default(),
                denials: Denials::default(),
            }),
            refusals: Refusals::default(),
        }
    }

    /// Lets everybody in, and do everything: nobody has to say who they are. Who shows a valid key
    /// is known by it.
    pub fn open() -> Self {
        Self::new(AccessSettings::default(), clock::System::shared())
    }

    /// This gate, with its refusals counted by a service's metrics.
    pub(crate) fn measured_by(&self, metrics: &Metrics) -> Self {
        Self {
            inner: self.inner.clone(),
            refusals: Refusals(Some(metrics.clone())),
        }
    }

    /// Knows callers by these keys, from now on. The first that are told stay.
    pub fn know(&self, keys: Arc<dyn Keys>) {
        self.inner.keys.get_or_init(|| keys);
    }

    /// Knows callers by these tokens, too, from now on. The first that are told stay.
    pub fn know_tokens(&self, tokens: Arc<dyn Tokens>) {
        self.inner.tokens.get_or_init(|| tokens);
    }

    /// Knows services of this cluster by their certificates, too, from now on.
    pub fn know_services(&self, roles: ServiceRoles) {
        self.inner.services.get_or_init(|| roles);
    }

    /// The service that makes a call in its own work, known by its certificate.
    pub(crate) fn service(
        &self,
        headers: &HeaderMap,
        identity: Option<&PeerIdentity>,
    ) -> Option<Caller> {
        let roles = self.inner.services.get()?;
        services::known(roles, headers, identity).map(Caller::without_credential)
    }

    /// Whether callers have to say who they are.
    pub fn is_required(&self) -> bool {
        self.inner.settings.require_keys
    }

    /// What was refused, for the audit.
    pub fn denials(&self) -> &Denials {
        &self.inner.denials
    }

    /// Who makes a call that shows this, as its headers do; `call` says which, for the audit.
    ///
    /// # Errors
    /// [`Reason::Unauthenticated`] for a credential that is not valid, and never which way it is
    /// not; [`Reason::RateLimited`] for one too many of them; [`Reason::Unavailable`] while nobody
    /// can say.
    pub fn admit<'a>(
        &self,
        shown: impl Into<Shown<'a>>,
        peer: Peer,
        call: impl fmt::Display,
    ) -> Result<Caller, Fault> {
        match self.verified(shown.into()) {
            Ok(caller) => Ok(caller),
            // open means open: what others would have made of it does not matter
            Err(_) if !self.is_required() => Ok(Caller::nobody()),
            Err(unknown) => Err(self.refuse(unknown, peer, call)),
        }
    }

    /// Fails unless who makes a call that shows this may read what is public or not: credentials of any
    /// role will do. Who may read everything is told all of it.
    ///
    /// # Errors
    /// As [`Gate::admit`], and [`Reason::Unauthenticated`] for who shows none.
    pub fn admit_reader<'a>(
        &self,
        of: Public,
        shown: impl Into<Shown<'a>>,
        peer: Peer,
        call: impl fmt::Display,
    ) -> Result<Detail, Fault> {
        if !self.is_required() {
            return Ok(Detail::Whole);
        }
        match self.admit(shown, peer, &call) {
            Ok(caller) if reads_everything(&caller) => Ok(Detail::Whole),
            _ if self.inner.settings.public.contains(&of) => Ok(Detail::Outline),
            Ok(caller) if caller.is_nobody() => Err(self.refuse_nobody(peer, call)),
            Ok(_) => Ok(Detail::Outline),
            Err(fault) => Err(fault),
        }
    }

    /// Whom a call in this process is made for.
    pub(crate) fn admit_in_process(&self, caller: &Caller) -> Caller {
        match caller.is_process() && self.is_required() {
            true => Caller::without_credential(Principal::process()),
            false => caller.clone(),
        }
    }

    /// Counts a call against what its caller may ask for; a watch counts for as long as what this
    /// gives is kept. Work of this cluster's own has no limit, nor has nobody, of whom no more is
    /// known than an address.
    ///
    /// # Errors
    /// [`Reason::RateLimited`], with when to try again.
    pub(crate) fn count(&self, caller: &Caller, call: Counted) -> Result<Option<Watching>, Fault> {
        let counted = self.inner.limits.count(caller.principal(), call);
        if counted.is_err() {
            let labels = [("limit", call.as_str())];
            self.refusals.limited(&labels);
        }
        counted
    }

    /// Counts a watch that this process serves by itself, for as long as what this gives is kept.
    ///
    /// # Errors
    /// [`Reason::RateLimited`], with when to try again.
    pub fn watch(&self, caller: &Caller) -> Result<Option<Watching>, Fault> {
        self.count(caller, Counted::Watch)
    }

    /// Waits until what a caller showed is not valid any more; gives the fault that ends what was
    /// begun with it. Never, where nothing was shown.
    pub fn lost(&self, caller: &Caller) -> impl Future<Output = Fault> + Send + use<> {
        let watched = self.is_required().then(|| (self.clone(), caller.clone()));
        async move {
            let watched = watched.as_ref();
            match watched.and_then(|(gate, caller)| Some((gate, caller.credential()?))) {
                Some((gate, shown)) => lost::lost(gate, shown).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Whether a caller may read what is asked, of what this process tells many at once.
    pub fn lets_read(&self, caller: &Caller, asked: Asked<'_>) -> bool {
        !self.is_required() || reads(caller, asked)
    }

    fn verified(&self, shown: Shown<'_>) -> Result<Caller, Unknown> {
        let (bare, keys) = (shown.bare(), self.keys());
        let Some((text, keys)) = bare.zip(keys) else {
            return Ok(self.verified_anew(shown)?.0);
        };
        let (gate, now) = (self.inner.number, self.now());
        if let Some(caller) = Lately::find(gate, text, &**keys, now) {
            return Ok(caller);
        }
        // before the keys are looked at: what changes meanwhile is not missed
        let revision = keys.revision(now.monotonic);
        let (caller, until) = self.verified_anew(shown)?;
        if let Some(revision) = revision
            && caller.showed(text)
        {
            let lately = Lately {
                gate,
                revision,
                until,
                caller: caller.clone(),
            };
            lately.keep(text);
        }
        Ok(caller)
    }

    fn verified_anew(&self, shown: Shown<'_>) -> Result<(Caller, Option<Timestamp>), Unknown> {
        let shown = shown.credential();
        let shown = shown.map_err(|invalid| Unknown::new(Why::Malformed(invalid), None))?;
        let Some(shown) = shown else {
            return Ok((Caller::nobody(), None));
        };
        let verified = self.verify(&shown);
        let verified = verified.map_err(|why| Unknown::new(why, Some(&shown)))?;
        Ok((Caller::known(verified.principal, shown), verified.until))
    }

    fn verify(&self, shown: &Credential) -> Result<Verified, Why> {
        match shown {
            Credential::Key(key) => {
                // who starts does not know any yet
                let keys = self.keys().ok_or(Why::Unverified(Unverified::CutOff))?;
                let (principal, until) = keys.verify(key, self.now()).map_err(Why::Unverified)?;
                Ok(Verified { principal, until })
            }
            Credential::Jwt(token) => {
                let tokens = self.inner.tokens.get().ok_or(Why::NoProvider)?;
                let verified = tokens.verify(token, self.now());
                let (principal, until) = verified.map_err(Why::UnverifiedToken)?;
                let until = Some(until);
                Ok(Verified { principal, until })
            }
        }
    }

    /// As [`Gate::verify`], again for what was valid once.
    pub(super) fn verify_again(&self, shown: &Credential) -> Result<Verified, Fault> {
        self.verify(shown).map_err(|why| {
            self.refusals.count(why.as_str());
            why.fault()
        })
    }

    fn keys(&self) -> Option<&Arc<dyn Keys>> {
        self.inner.keys.get()
    }

    /// Told when credentials of this kind may not be valid any more.
    pub(super) fn changes(&self, shown: &Credential) -> Option<watch::Receiver<u64>> {
        match shown {
            Credential::Key(_) => self.keys().map(|keys| keys.changes()),
            Credential::Jwt(_) => self.inner.tokens.get().map(|tokens| tokens.changes()),
        }
    }

    pub(super) fn now(&self) -> Now {
        Now {
            wall: self.inner.clock.now(),
            monotonic: self.inner.clock.monotonic(),
        }
    }
}

/// Whether a caller may read what is asked.
fn reads(caller: &Caller, asked: Asked<'_>) -> bool {
    decide(caller.principal(), Role::Reader, asked).is_allowed()
}

fn reads_everything(caller: &Caller) -> bool {
    reads(caller, Asked::Cluster)
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
