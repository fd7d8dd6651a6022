//! What a reader gets of a view, at a position.

use vortex_kit::error::Reason;
use vortex_views::{Arms, Fault, Fresh, Reader, SourceAge, Token, Variant, View};

use crate::floor::Floor;

/// What a reader gets of a view that is as new as it must be.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    fresh: Fresh,
    arms: Arms,
    pub(super) age: Option<SourceAge>,
}

/// Why a view does not say what a reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// Nothing is known of it now.
    Missed,
    /// It is older than what a caller knows.
    TooOld,
    /// It can't be served as it is, or not from here.
    Bypassed,
    /// What one reader gets can't be said from it: it has too many splits, or is too large with the
    /// arms of all.
    ByReader,
}

impl Seen {
    /// What a reader gets, if that is not older than `min_token` and than all that was told.
    pub(crate) fn of(
        fresh: Fresh,
        age: Option<SourceAge>,
        reader: &Reader<'_>,
        floor: &Floor,
        min_token: &str,
    ) -> Result<Self, Unseen> {
        let token = fresh.token;
        if !min_token.is_empty() {
            // of what is no token, or of another store, config-svc says what is wrong with it
            let least: Token = min_token.parse().map_err(|_| Unseen::Bypassed)?;
            if least.store != token.store {
                return Err(Unseen::Bypassed);
            }
            if least.position > token.position {
                return Err(Unseen::TooOld);
            }
        }
        if !floor.allows(&token) {
            return Err(Unseen::TooOld);
        }
        Self::at_all(fresh, age, reader)
    }

    /// What a reader gets, however old.
    pub(crate) fn at_all(
        fresh: Fresh,
        age: Option<SourceAge>,
        reader: &Reader<'_>,
    ) -> Result<Self, Unseen> {
        let view = fresh.view();
        if view.resolved_only || view.fault.as_ref().is_some_and(is_too_large) {
            return Err(Unseen::ByReader);
        }
        let arms = view.arms_of(reader);
        let variant = view.variant(arms).filter(|_| view.fault.is_none());
        match variant.is_some_and(|variant| variant.fault.is_none()) {
            true => Ok(Self { fresh, arms, age }),
            false => Err(Unseen::Bypassed),
        }
    }

    /// The position up to which it is right.
    pub(crate) fn token(&self) -> Token {
        self.fresh.token
    }

    /// A position at which it is right, not before `least`: that from which on its view was served,
    /// if that may be, so that all who see it are told the same.
    pub(crate) fn since(&self, least: Option<Token>) -> Token {
        let now = self.fresh.token;
        let position = self.fresh.view().position;
        match least {
            Some(least) if least.store == now.store && least.position > position => now,
            Some(_) | None => Token { position, ..now },
        }
    }

    /// The view.
    pub(crate) fn view(&self) -> &View {
        self.fresh.view()
    }

    /// The reader's variant.
    pub(crate) fn variant(&self) -> Option<&Variant> {
        self.fresh.view().variant(self.arms)
    }

    /// Counts it as a read.
    pub(crate) fn count(&self, reader: &Reader<'_>) {
        self.fresh.count(reader, self.arms);
    }
}

/// Whether all arms of a view are too much for one message: those of one reader may not be.
fn is_too_large(fault: &Fault) -> bool {
    *fault.reason == *Reason::MessageTooLarge.name()
}
