//! Every status that leaves a server carries our details, and none tells outsiders of our insides.

use http::HeaderMap;
use tonic::{Code, Status};

use crate::{
    context::Context,
    error::{Fault, Reason},
};

/// The code in a response's headers or trailers, after a status that a handler, tonic or a
/// library made without details has been given them. A server fault among those is logged here,
/// and hidden.
pub(super) fn seal(headers: &mut HeaderMap, context: &Context) -> Option<Code> {
    let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
    if code == Code::Ok || headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return Some(code);
    }
    let status = Status::from_header_map(headers)?;
    let fault = match Reason::of_code(code) {
        Reason::Internal => {
            context.enter(|| tracing::error!(cause = status.message(), "internal error"));
            Fault::hidden(Some(context))
        }
        reason => Fault::new(reason, status.message()),
    };
    Some(write(fault, headers))
}

/// Puts a fault into headers or trailers.
pub(super) fn write(fault: Fault, headers: &mut HeaderMap) -> Code {
    let code = fault.reason().code();
    // fails for metadata that are no headers, of which a fault's status has none
    let _ = Status::from(fault).add_header(headers);
    code
}
