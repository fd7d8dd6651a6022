//! Freezes: times in which readers get nothing new.

use serde::{Deserialize, Serialize};

use crate::answer::answers;

answers! {
    /// A page of freezes in force, oldest first.
    pub struct Freezes {
        /// The freezes.
        pub freezes: Vec<Freeze>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A freeze.
    pub struct Freeze {
        /// Its id, such as `f42`.
        pub id: String,
        /// Whether it concerns everything.
        pub all: bool,
        /// The applications that it concerns, if not everything.
        pub apps: Vec<String>,
        /// The only label that it concerns; empty if it concerns all.
        pub label: String,
        /// Why, for people.
        pub reason: String,
        /// The principal that set it.
        pub principal: String,
        /// Who set it, as the caller said.
        pub author: String,
        /// When it was set.
        pub since: Option<String>,
        /// When it ends by itself; null if it has to be ended.
        pub until: Option<String>,
    }

    /// The freeze that was set.
    pub struct FreezeSet {
        /// The freeze.
        pub freeze: Freeze,
        /// The log's position of the freeze.
        pub token: String,
    }

    /// The freezes that were ended.
    pub struct FreezesEnded {
        /// Their ids.
        pub ids: Vec<String>,
        /// The log's position of the end.
        pub token: String,
    }
}

/// A freeze to set: of everything, or of some applications.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFreeze {
    /// Whether it concerns everything.
    pub all: Option<bool>,
    /// The applications that it concerns, if not everything; 100 at most.
    pub apps: Option<Vec<String>>,
    /// The only label that it concerns; all when left out.
    pub label: Option<String>,
    /// Why, for people.
    pub reason: String,
    /// Who sets it, as the caller says.
    pub author: Option<String>,
    /// When it ends by itself: a time such as `2026-01-02T03:04:05Z`, or how long it lasts, such as
    /// `2h`. It has to be ended when left out.
    pub until: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
