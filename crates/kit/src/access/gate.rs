//! Finds out who calls.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use tokio::sync::watch;
use vortex_access::{
    Asked, Credential, Denied, InvalidCredential, Kind, Now, Presented, Principal, Role, Throttle,
    Unverified, Wanted, credential, decide,
};

use super::{
    Caller, Denials, Keys, ServiceRoles, Tokens, UnverifiedToken,
    denials::Refused,
    limits::{Counted, Limits, Watching},
    lost, services,
};
use crate::{
    clock::{self, Clock},
    context::Peer,
    error::{Fault, Reason},
    http::PeerIdentity,
    settings::{AccessSettings, Public},
    telemetry::Metrics,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Why who shows nothing is refused.
const NO_CREDENTIALS: &str = "no_credentials";
/// Why a caller is refused who is known.
const DENIED: &str = "denied";

const REFUSED: &str = "vortex_access_refused_total";
const LIMITED: &str = "vortex_access_limited_total";
const LIMITED_HELP: &str = "Calls refused as their caller made too many, by what they count as";
const REFUSED_HELP: &str = "Calls refused for who makes them, by why";

/// Finds out who calls, and knows whether anybody has to say so. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Gate {
    inner: Arc<Inner>,
    refusals: Refusals,
}

/// What all services of a process share.
struct Inner {
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

/// Counts refusals by their reason.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals(Option<Metrics>);

/// A credential that was verified.
pub(super) struct Verified {
    pub(super) principal: Principal,
    /// From when on it is not valid any more.
    pub(super) until: Option<Timestamp>,
}

/// How much somebody is shown of what is not of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// What anybody may know.
    Outline,
    /// All of it.
    Whole,
}

/// Why a caller is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Malformed(InvalidCredential),
    Unverified(Unverified),
    UnverifiedToken(UnverifiedToken),
    /// A token, where no provider of them is known.
    NoProvider,
}

/// Who could not be told, and what they showed.
struct Unknown {
    why: Why,
    key_id: String,
}

impl Gate {
    /// A gate that knows nobody yet.
    pub fn new(settings: AccessSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Arc::new(Inner {
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

    /// Who makes a call with these headers; `call` says which, for the audit.
    ///
    /// # Errors
    /// [`Reason::Unauthenticated`] for a credential that is not valid, and never which way it is
    /// not; [`Reason::RateLimited`] for one too many of them; [`Reason::Unavailable`] while nobody
    /// can say.
    pub fn admit(
        &self,
        headers: &HeaderMap,
        peer: Peer,
        call: impl fmt::Display,
    ) -> Result<Caller, Fault> {
        match self.verified(headers) {
            Ok(caller) => Ok(caller),
            // open means open: what others would have made of it does not matter
            Err(_) if !self.is_required() => Ok(Caller::nobody()),
            Err(unknown) => Err(self.refuse(unknown, peer, call)),
        }
    }

    /// Fails unless who calls with these headers may read what is public or not: credentials of any
    /// role will do. Who may read everything is shown the whole of it.
    ///
    /// # Errors
    /// As [`Gate::admit`], and [`Reason::Unauthenticated`] for who shows none.
    pub fn admit_reader(
        &self,
        of: Public,
        headers: &HeaderMap,
        peer: Peer,
        call: impl fmt::Display,
    ) -> Result<Shown, Fault> {
        if !self.is_required() {
            return Ok(Shown::Whole);
        }
        match self.admit(headers, peer, &call) {
            Ok(caller) if reads_everything(&caller) => Ok(Shown::Whole),
            _ if self.inner.settings.public.contains(&of) => Ok(Shown::Outline),
            Ok(caller) if caller.is_nobody() => Err(self.refuse_nobody(peer, call)),
            Ok(_) => Ok(Shown::Outline),
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

    /// Refuses who shows nothing what anybody who is known may do.
    pub(crate) fn refuse_nobody(&self, peer: Peer, call: impl fmt::Display) -> Fault {
        self.refusals.count(NO_CREDENTIALS);
        let refused = Refused {
            principal: Principal::anonymous([]).to_string(),
            call: call.to_string(),
            ..refused(NO_CREDENTIALS, peer)
        };
        self.note(refused, String::new());
        let message = "this needs credentials, and the call brings none";
        Fault::new(Reason::Unauthenticated, message)
    }

    /// Refuses a caller what they may not do. Who has not said who they are is asked to, whatever
    /// it is that they may not do.
    pub(super) fn deny(&self, caller: &Caller, peer: Peer, call: &str, denied: &Denied) -> Fault {
        let principal = caller.principal();
        let reason = match principal.is_anonymous() {
            true => NO_CREDENTIALS,
            false => DENIED,
        };
        self.refusals.count(reason);
        let key_id = match principal.kind() {
            Kind::Key(id) => id.to_string(),
            Kind::Jwt | Kind::Service | Kind::Anonymous => String::new(),
        };
        let scope = match &denied.wanted {
            Wanted::Scope(scope) => scope.clone(),
            Wanted::Anywhere => String::new(),
        };
        let refused = Refused {
            principal: principal.to_string(),
            call: call.to_owned(),
            role: denied.role.to_string(),
            scope,
            ..refused(reason, peer)
        };
        self.note(refused, key_id);
        if principal.is_anonymous() {
            let message = format!("{denied}, and the call brings no credentials");
            return Fault::new(Reason::Unauthenticated, message);
        }
        let fault = Fault::new(Reason::PermissionDenied, denied.to_string());
        let fault = fault.with("role", denied.role);
        match &denied.wanted {
            // as a key takes it
            Wanted::Scope(scope) => fault.with("scope", scope),
            Wanted::Anywhere => fault,
        }
    }

    fn note(&self, refused: Refused, key_id: String) {
        if self.is_required() {
            let now = self.inner.clock.now();
            self.inner.denials.note(refused, key_id, now);
        }
    }

    /// Waits until what a caller showed is not valid any more; gives the fault that ends what was
    /// begun with it. Never, where nothing was shown.
    pub fn lost(&self, caller: &Caller) -> impl Future<Output = Fault> + Send + use<> {
        let shown = caller.credential().cloned();
        let watched = shown
            .filter(|_| self.is_required())
            .map(|shown| (self.clone(), shown));
        async move {
            match watched {
                Some((gate, shown)) => lost::lost(&gate, &shown).await,
                None => std::future::pending().await,
            }
        }
    }

    fn verified(&self, headers: &HeaderMap) -> Result<Caller, Unknown> {
        let api_key: Vec<&[u8]> = values(headers, &API_KEY);
        let authorization = values(headers, &header::AUTHORIZATION);
        let presented = Presented {
            api_key: &api_key,
            authorization: &authorization,
            ..Presented::default()
        };
        let shown =
            credential(presented).map_err(|invalid| Unknown::new(Why::Malformed(invalid), None))?;
        match shown {
            Some(shown) => {
                let verified = self.verify(&shown);
                let verified = verified.map_err(|why| Unknown::new(why, Some(&shown)))?;
                Ok(Caller::known(verified.principal, shown))
            }
            None => Ok(Caller::nobody()),
        }
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

    /// Counts a failure, and slows down who fails again and again. Who has a valid credential is
    /// never slowed down by others at the same address.
    fn refuse(&self, unknown: Unknown, peer: Peer, call: impl fmt::Display) -> Fault {
        let Unknown { why, key_id } = unknown;
        self.refusals.count(why.as_str());
        let fault = why.fault();
        if fault.reason() == Reason::Unauthenticated {
            let refused = Refused {
                principal: Principal::anonymous([]).to_string(),
                call: call.to_string(),
                ..refused(why.as_str(), peer)
            };
            self.note(refused, key_id);
        }
        match peer {
            Peer::Remote(address) if fault.reason() == Reason::Unauthenticated => {
                let now = self.inner.clock.monotonic();
                let throttle = &self.inner.throttle;
                let mut throttle = throttle.lock().unwrap_or_else(PoisonError::into_inner);
                let delay = throttle.delay(address.ip(), now);
                throttle.failed(address.ip(), now);
                match delay > Duration::ZERO {
                    true => too_many(delay),
                    false => fault,
                }
            }
            Peer::Remote(_) | Peer::InProcess => fault,
        }
    }
}

impl Unknown {
    fn new(why: Why, shown: Option<&Credential>) -> Self {
        let key_id = match shown {
            Some(Credential::Key(key)) => key.id().to_string(),
            Some(Credential::Jwt(_)) | None => String::new(),
        };
        Self { why, key_id }
    }
}

fn refused(reason: &str, peer: Peer) -> Refused {
    Refused {
        reason: reason.to_owned(),
        address: match peer {
            Peer::Remote(address) => Some(address.ip().to_canonical()),
            Peer::InProcess => None,
        },
        ..Refused::default()
    }
}

fn reads_everything(caller: &Caller) -> bool {
    decide(caller.principal(), Role::Reader, Asked::Cluster).is_allowed()
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).into_iter();
    values.map(http::HeaderValue::as_bytes).collect()
}

fn too_many(delay: Duration) -> Fault {
    let message = "too many calls of this address had no valid credentials";
    Fault::new(Reason::RateLimited, message).retry_after(delay)
}

impl Why {
    fn as_str(self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Unverified(Unverified::CutOff) => "cut_off",
            Self::Unverified(Unverified::Refused(refusal)) => match refusal {
                vortex_access::Refusal::Unknown => "unknown",
                vortex_access::Refusal::Wrong => "wrong",
                vortex_access::Refusal::Expired => "expired",
                vortex_access::Refusal::Revoked => "revoked",
            },
            Self::UnverifiedToken(UnverifiedToken::Refused(why)) => why,
            Self::UnverifiedToken(UnverifiedToken::NoKeys) => "token_no_keys",
            Self::NoProvider => "no_provider",
        }
    }

    /// What the caller is told: of a credential that could be one, only that it is not valid.
    fn fault(self) -> Fault {
        match self {
            Self::Malformed(invalid) => Fault::new(Reason::Unauthenticated, invalid.to_string()),
            Self::Unverified(cut_off @ Unverified::CutOff) => {
                Fault::new(Reason::Unavailable, cut_off.to_string())
            }
            Self::UnverifiedToken(no_keys @ UnverifiedToken::NoKeys) => {
                Fault::new(Reason::Unavailable, no_keys.to_string())
            }
            Self::Unverified(Unverified::Refused(_))
            | Self::UnverifiedToken(UnverifiedToken::Refused(_))
            | Self::NoProvider => {
                Fault::new(Reason::Unauthenticated, "the credentials are not valid")
            }
        }
    }
}

impl Refusals {
    pub(super) fn count(&self, why: &'static str) {
        if let Some(metrics) = &self.0 {
            let labels = [("reason", why)];
            metrics.counter(REFUSED, REFUSED_HELP, &labels).increment(1);
        }
    }

    fn limited(&self, labels: &[(&'static str, &'static str)]) {
        if let Some(metrics) = &self.0 {
            metrics.counter(LIMITED, LIMITED_HELP, labels).increment(1);
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
