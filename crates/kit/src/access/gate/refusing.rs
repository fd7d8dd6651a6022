//! Refuses calls for who makes them: counted, kept for the audit, and told no more than they may
//! know.

use std::{fmt, sync::PoisonError, time::Duration};

use vortex_access::{Credential, Denied, InvalidCredential, Kind, Principal, Unverified, Wanted};

use super::{
    super::{Caller, UnverifiedToken, denials::Refused},
    Gate,
};
use crate::{
    context::Peer,
    error::{Fault, Reason},
    telemetry::Metrics,
};

/// Why who shows nothing is refused.
const NO_CREDENTIALS: &str = "no_credentials";
/// Why a caller is refused who is known.
const DENIED: &str = "denied";

const REFUSED: &str = "vortex_access_refused_total";
const LIMITED: &str = "vortex_access_limited_total";
const LIMITED_HELP: &str = "Calls refused as their caller made too many, by what they count as";
const REFUSED_HELP: &str = "Calls refused for who makes them, by why";

/// Counts refusals by their reason.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals(pub(super) Option<Metrics>);

/// Why a caller is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Malformed(InvalidCredential),
    Unverified(Unverified),
    UnverifiedToken(UnverifiedToken),
    /// A token, where no provider of them is known.
    NoProvider,
}

/// Who could not be told, and what they showed.
pub(super) struct Unknown {
    why: Why,
    key_id: String,
}

impl Gate {
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
    pub(in crate::access) fn deny(
        &self,
        caller: &Caller,
        peer: Peer,
        call: &str,
        denied: &Denied,
    ) -> Fault {
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

    /// Counts a failure, and slows down who fails again and again. Who has a valid credential is
    /// never slowed down by others at the same address.
    pub(super) fn refuse(&self, unknown: Unknown, peer: Peer, call: impl fmt::Display) -> Fault {
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
    pub(super) fn new(why: Why, shown: Option<&Credential>) -> Self {
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

fn too_many(delay: Duration) -> Fault {
    let message = "too many calls of this address had no valid credentials";
    Fault::new(Reason::RateLimited, message).retry_after(delay)
}

impl Why {
    pub(super) fn as_str(self) -> &'static str {
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
    pub(super) fn fault(self) -> Fault {
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

    pub(super) fn limited(&self, labels: &[(&'static str, &'static str)]) {
        if let Some(metrics) = &self.0 {
            metrics.counter(LIMITED, LIMITED_HELP, labels).increment(1);
        }
    }
}
