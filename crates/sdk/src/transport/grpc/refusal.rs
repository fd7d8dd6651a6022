//! Statuses as errors: what the server refused, and what never reached it.

use std::{error::Error as _, time::Duration};

use hyper_util::client::legacy;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    error::{Error, Problem},
    transport::{Address, LONGEST_WAIT},
};

/// What a status means.
pub(super) fn error(status: &Status, address: &Address) -> Error {
    match status.source() {
        // the server's own have none
        None => Error::Refused(Box::new(problem(status))),
        Some(cause) => {
            let unsent = |error: &legacy::Error| error.is_connect();
            let unsent = cause.downcast_ref().is_some_and(unsent);
            address.broken(cause, !unsent)
        }
    }
}

fn problem(status: &Status) -> Problem {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone());
    let reason = reason.filter(|reason| !reason.is_empty());
    let retry_after = details.retry_info().and_then(|info| info.retry_delay);
    Problem {
        status: http_status(status.code(), reason.is_some()),
        code: reason,
        detail: status.message().to_owned(),
        request_id: text(status, "x-request-id"),
        retry_after: retry_after.map(|after: Duration| after.min(LONGEST_WAIT)),
    }
}

fn text(status: &Status, key: &str) -> String {
    let value = status.metadata().get(key);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// The status that the gateway would answer with.
fn http_status(code: Code, has_reason: bool) -> u16 {
    match code {
        Code::InvalidArgument | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unimplemented => 501,
        // only a service of the mesh promises by it that nothing happened
        Code::Unavailable if has_reason => 503,
        Code::Unavailable => 502,
        Code::DeadlineExceeded => 504,
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => 500,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Url;
    use tonic_types::ErrorDetails;

    use super::*;

    fn told(code: Code, reason: Option<&str>) -> Problem {
        let mut details = ErrorDetails::new();
        if let Some(reason) = reason {
            details.set_error_info(reason, "vortexconfig.dev", []);
        }
        details.set_retry_info(Some(Duration::from_secs(7_200)));
        let status = Status::with_error_details(code, "no", details);
        let address = Address::new(&Url::parse("grpc://localhost:1").unwrap());
        match error(&status, &address) {
            Error::Refused(problem) => *problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_refusal_is_told_as_the_gateway_would() {
        let limited = told(Code::ResourceExhausted, Some("RATE_LIMITED"));
        let expected = Problem {
            status: 429,
            code: Some("RATE_LIMITED".to_owned()),
            detail: "no".to_owned(),
            request_id: String::new(),
            retry_after: Some(LONGEST_WAIT),
        };
        assert_eq!(limited, expected);
    }

    #[test]
    fn only_a_service_promises_that_nothing_happened() {
        assert_eq!(told(Code::Unavailable, Some("DRAINING")).status, 503);
        assert_eq!(told(Code::Unavailable, None).status, 502);
    }
}
