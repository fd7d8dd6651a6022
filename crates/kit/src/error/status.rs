//! Converts between [`Fault`] and [`tonic::Status`] with `google.rpc` details.

use std::collections::HashMap;

use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

use super::{DOMAIN, Fault, Reason};

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let mut details = ErrorDetails::new();
        let metadata: HashMap<_, _> = fault.metadata().clone().into_iter().collect();
        details.set_error_info(fault.reason().name(), DOMAIN, metadata);
        for violation in fault.fields() {
            details.add_bad_request_violation(&violation.field, &violation.description);
        }
        for violation in fault.preconditions() {
            details.add_precondition_failure_violation(
                &violation.kind,
                &violation.subject,
                &violation.description,
            );
        }
        if let Some(delay) = fault.retry_delay() {
            details.set_retry_info(Some(delay));
        }
        Self::with_error_details(fault.reason().code(), fault.message(), details)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::from_status(&status)
    }
}

impl Fault {
    /// The fault in a status. One without our details, or with a reason newer than this version's
    /// table, is read by its code: see [`Reason::of_code`].
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().filter(|info| info.domain == DOMAIN);
        let reason = info
            .and_then(|info| info.reason.parse().ok())
            .unwrap_or_else(|| match info {
                // ours, so UNAVAILABLE does promise that nothing happened
                Some(_) if status.code() == tonic::Code::Unavailable => Reason::Unavailable,
                _ => Reason::of_code(status.code()),
            });
        let mut fault = Self::new(reason, status.message());
        for (key, value) in info.iter().flat_map(|info| &info.metadata) {
            fault = fault.with(key, value);
        }
        for violation in details
            .bad_request()
            .iter()
            .flat_map(|b| &b.field_violations)
        {
            fault = fault.field(&violation.field, &violation.description);
        }
        let failures = details.precondition_failure();
        for violation in failures.iter().flat_map(|f| &f.violations) {
            let (kind, subject) = (&violation.r#type, &violation.subject);
            fault = fault.precondition(kind, subject, &violation.description);
        }
        match details.retry_info().and_then(|info| info.retry_delay) {
            Some(delay) => fault.retry_after(delay),
            None => fault,
        }
    }

    /// Whether `status` carries our details, and so means what our table says.
    pub fn is_in(status: &Status) -> bool {
        !status.details().is_empty()
            && status
                .get_details_error_info()
                .is_some_and(|info| info.domain == DOMAIN)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn faults() -> impl Strategy<Value = Fault> {
        let pairs = proptest::collection::btree_map("[a-z]{1,8}", ".{0,12}", 0..4);
        let violations = proptest::collection::vec(("[a-z.]{1,8}", ".{0,12}"), 0..3);
        let delay = proptest::option::of(0_u64..100_000);
        (0..Reason::ALL.len(), ".{0,40}", pairs, violations, delay).prop_map(
            |(reason, message, pairs, violations, delay)| {
                let mut fault = Fault::new(Reason::ALL[reason], message);
                for (key, value) in pairs {
                    fault = fault.with(key, value);
                }
                for (field, description) in violations {
                    fault =
                        fault
                            .field(&field, &description)
                            .precondition("etag", field, description);
                }
                match delay {
                    Some(millis) => fault.retry_after(Duration::from_millis(millis)),
                    None => fault,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_fault_survives_the_wire(fault in faults()) {
            let mut headers = http::HeaderMap::new();
            Status::from(fault.clone()).add_header(&mut headers).unwrap();
            let status = Status::from_header_map(&headers).unwrap();
            prop_assert_eq!(status.code(), fault.reason().code());
            prop_assert_eq!(Fault::from_status(&status), fault);
        }
    }

    #[test]
    fn unavailable_made_up_by_a_transport_promises_nothing() {
        let status = Status::unavailable("broken pipe");
        assert!(!Fault::is_in(&status));
        assert_eq!(Fault::from_status(&status).reason(), Reason::OutcomeUnknown);
    }

    #[test]
    fn a_reason_from_a_newer_server_is_read_by_its_code() {
        let details = ErrorDetails::with_error_info("NEWER", DOMAIN, HashMap::new());
        let status = Status::with_error_details(tonic::Code::Unavailable, "later", details);
        assert_eq!(Fault::from_status(&status).reason(), Reason::Unavailable);
    }
}
