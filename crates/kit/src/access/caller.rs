//! For whom a call is made.

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderValue, header};
use vortex_access::{Credential, Principal};

use super::services;

/// For whom a call is made. A clone is a pointer to what is the call's own: callers of one key share
/// no count of references, which every core would have to wait for.
#[derive(Clone, Debug)]
pub struct Caller(Who);

#[derive(Clone, Debug)]
enum Who {
    Process,
    Nobody,
    Known(Arc<Known>),
}

#[derive(Debug)]
struct Known {
    principal: Principal,
    credential: Option<Credential>,
}

impl Caller {
    /// This process, in its own work: a task that no caller asked for.
    pub(crate) fn process() -> Self {
        Self(Who::Process)
    }

    /// Somebody who showed no credential, or none that counts here: may do nothing, where anybody
    /// has to show one.
    pub(crate) fn nobody() -> Self {
        Self(Who::Nobody)
    }

    /// Who is known by other means.
    pub(crate) fn without_credential(principal: Principal) -> Self {
        Self::of(principal, None)
    }

    /// Who showed this credential, which is passed on with calls that are made for them: each
    /// service verifies it again.
    pub(crate) fn known(principal: Principal, credential: Credential) -> Self {
        Self::of(principal, Some(credential))
    }

    fn of(principal: Principal, credential: Option<Credential>) -> Self {
        Self(Who::Known(Arc::new(Known {
            principal,
            credential,
        })))
    }

    /// Who it is.
    pub fn principal(&self) -> &Principal {
        static PROCESS: LazyLock<Principal> = LazyLock::new(Principal::open);
        static NOBODY: LazyLock<Principal> = LazyLock::new(|| Principal::anonymous([]));
        match &self.0 {
            Who::Process => &PROCESS,
            Who::Nobody => &NOBODY,
            Who::Known(known) => &known.principal,
        }
    }

    /// What it showed.
    pub(crate) fn credential(&self) -> Option<&Credential> {
        match &self.0 {
            Who::Known(known) => known.credential.as_ref(),
            Who::Process | Who::Nobody => None,
        }
    }

    /// Whether it showed this key.
    pub(super) fn showed(&self, key: &[u8]) -> bool {
        match self.credential() {
            Some(Credential::Key(shown)) => shown.is(key),
            Some(Credential::Jwt(_)) | None => false,
        }
    }

    /// Whether it showed nothing to be known by.
    pub fn is_nobody(&self) -> bool {
        self.principal().is_anonymous() && !self.is_process()
    }

    /// Whether it is this process, and not somebody for whom it works.
    pub(crate) fn is_process(&self) -> bool {
        matches!(self.0, Who::Process)
    }

    /// Writes what the next process has to see into a request's headers: the caller's credential,
    /// or for this process' own work its own.
    pub(crate) fn inject(&self, own: Option<&Credential>, headers: &mut HeaderMap) {
        let credential = match self.is_process() {
            true => {
                services::mark(headers);
                own
            }
            false => self.credential(),
        };
        if let Some(value) = credential.and_then(bearer) {
            headers.insert(header::AUTHORIZATION, value);
        }
    }
}

fn bearer(credential: &Credential) -> Option<HeaderValue> {
    let text = match credential {
        Credential::Key(key) => key.expose(),
        Credential::Jwt(token) => token.expose(),
    };
    // of ASCII by construction
    let mut value = HeaderValue::try_from(format!("Bearer {text}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}
