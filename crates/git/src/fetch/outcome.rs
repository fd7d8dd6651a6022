//! What a failed fetch means.

use reqwest::StatusCode;

use crate::{Cause, Error, Location};

pub(super) fn classify(location: &Location, cause: gix::Error) -> Error {
    let location = location.clone();
    let status = cause
        .downcast_any_ref::<reqwest::Error>()
        .and_then(reqwest::Error::status);
    if cause.is_cancelled() {
        return Error::Interrupted(location);
    }
    if status == Some(StatusCode::NOT_FOUND) {
        return Error::RepositoryMissing(location);
    }
    let refused = matches!(
        status,
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    );
    let cause_refused = cause.is_unauthenticated();
    let cause = Cause::new(cause);
    if refused || cause_refused {
        return Error::AccessRefused { location, cause };
    }
    Error::Unreachable { location, cause }
}
