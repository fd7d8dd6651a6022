//! For whom a call is made.

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderValue, header};
use vortex_access::{Credential, Principal};

use super::services;

/// For whom a call is made. A clone is a pointer or two.
#[derive(Clone, Debug)]
pub struct Caller {
    principal: Principal,
    credential: Option<Arc<Credential>>,
    own: bool,
}

impl Caller {
    /// This process, in its own work: a task that no caller asked for.
    pub(crate) fn process() -> Self {
        static PROCESS: LazyLock<Principal> = LazyLock::new(Principal::open);
        Self {
            principal: PROCESS.clone(),
            credential: None,
            own: true,
        }
    }

    /// Somebody who showed no credential, or none that counts here: may do nothing, where anybody
    /// has to show one.
    pub(crate) fn nobody() -> Self {
        static NOBODY: LazyLock<Principal> = LazyLock::new(|| Principal::anonymous([]));
        Self::without_credential(NOBODY.clone())
    }

    /// Who is known by other means.
    pub(crate) fn without_credential(principal: Principal) -> Self {
        Self {
            principal,
            credential: None,
            own: false,
        }
    }

    /// Who showed this credential, which is passed on with calls that are made for them: each
    /// service verifies it again.
    pub(crate) fn known(principal: Principal, credential: Credential) -> Self {
        Self {
            principal,
            credential: Some(Arc::new(credential)),
            own: false,
        }
    }

    /// Who it is.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What it showed.
    pub(crate) fn credential(&self) -> Option<&Arc<Credential>> {
        self.credential.as_ref()
    }

    /// Whether it showed nothing to be known by.
    pub fn is_nobody(&self) -> bool {
        self.principal.is_anonymous() && !self.own
    }

    /// Whether it is this process, and not somebody for whom it works.
    pub(crate) fn is_process(&self) -> bool {
        self.own
    }

    /// Writes what the next process has to see into a request's headers: the caller's credential,
    /// or for this process' own work its own.
    pub(crate) fn inject(&self, own: Option<&Credential>, headers: &mut HeaderMap) {
        let credential = match self.own {
            true => {
                services::mark(headers);
                own
            }
            false => self.credential.as_deref(),
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
