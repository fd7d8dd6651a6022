//! The closed table of reasons, with the gRPC code and the HTTP status of each.

use std::{fmt, str::FromStr};

use http::StatusCode;
use tonic::Code;

macro_rules! reasons {
    ($($variant:ident $name:literal $code:ident $http:ident $meaning:literal;)+) => {
        /// Why a call failed, as a constant that programs may branch on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $meaning] $variant,)+
        }

        impl Reason {
            /// Every reason, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name on the wire: `DOCUMENT_NOT_FOUND`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The gRPC code a call fails with.
            pub const fn code(self) -> Code {
                match self { $(Self::$variant => Code::$code,)+ }
            }

            /// The HTTP status a request is answered with.
            pub const fn http_status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$http,)+ }
            }

            /// The meaning, and what the caller may do, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

reasons! {
    InvalidArgument "INVALID_ARGUMENT" InvalidArgument BAD_REQUEST
        "A field is missing or malformed; the field violations say which.";
    InvalidName "INVALID_NAME" InvalidArgument BAD_REQUEST
        "A name has a character that is not allowed, is empty, or is too long.";
    NameReserved "NAME_RESERVED" InvalidArgument BAD_REQUEST
        "The name is reserved for the product's own routes.";
    UnsupportedFormat "UNSUPPORTED_FORMAT" InvalidArgument UNSUPPORTED_MEDIA_TYPE
        "The media type or extension is not supported here; the message says which are.";
    DocumentMalformed "DOCUMENT_MALFORMED" InvalidArgument UNPROCESSABLE_ENTITY
        "The content of a write does not parse; the metadata give line and column. Nothing was stored.";
    DocumentTooLarge "DOCUMENT_TOO_LARGE" InvalidArgument PAYLOAD_TOO_LARGE
        "The document of a write is over its limit. Nothing was stored.";
    MessageTooLarge "MESSAGE_TOO_LARGE" OutOfRange PAYLOAD_TOO_LARGE
        "A message or a body is over its limit.";
    HeadTooLarge "HEAD_TOO_LARGE" OutOfRange REQUEST_HEADER_FIELDS_TOO_LARGE
        "A request has too many headers, or too many bytes of them; the metadata say the limit.";
    FileTooLarge "FILE_TOO_LARGE" FailedPrecondition PAYLOAD_TOO_LARGE
        "A source's file that this answer needs is over the limit and was not imported.";
    AnswerTooLarge "ANSWER_TOO_LARGE" FailedPrecondition PAYLOAD_TOO_LARGE
        "The answer would be over the size limit, or its placeholders take too much work; the metadata give the limit. Make the documents smaller, or ask for part of them.";
    DocumentInvalid "DOCUMENT_INVALID" FailedPrecondition INTERNAL_SERVER_ERROR
        "A source's file that this answer needs does not parse; the metadata give file, line and column. Not 404, which Spring clients take as 'try the next label'.";
    DocumentAmbiguous "DOCUMENT_AMBIGUOUS" FailedPrecondition CONFLICT
        "The stem exists already under another extension or another split into application and profile.";
    DocumentNotFound "DOCUMENT_NOT_FOUND" NotFound NOT_FOUND
        "There is no such document on the label.";
    LabelNotFound "LABEL_NOT_FOUND" NotFound NOT_FOUND
        "There is no such label.";
    VersionNotFound "VERSION_NOT_FOUND" NotFound NOT_FOUND
        "The document has no version of that name, or it is no longer kept.";
    ChangeNotFound "CHANGE_NOT_FOUND" NotFound NOT_FOUND
        "There is no change set of that name.";
    SourceNotFound "SOURCE_NOT_FOUND" NotFound NOT_FOUND
        "There is no source of that name.";
    NotFound "NOT_FOUND" NotFound NOT_FOUND
        "There is nothing at that path.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" Unimplemented METHOD_NOT_ALLOWED
        "The path exists but does not support the HTTP method.";
    UpgradeRequired "UPGRADE_REQUIRED" FailedPrecondition UPGRADE_REQUIRED
        "The path is for WebSocket connections: connect to it as one, over HTTP/1.1 and by version 13 of the protocol.";
    MethodUnknown "METHOD_UNKNOWN" Unimplemented NOT_FOUND
        "This server has no such gRPC method; caller and server may be of different versions.";
    VersionExists "VERSION_EXISTS" AlreadyExists CONFLICT
        "The name is taken by a change set with other content; it is free again only when no version of that name is kept.";
    ChangeReleased "CHANGE_RELEASED" FailedPrecondition CONFLICT
        "The change set is released, so it can be neither discarded nor staged.";
    ChangeDiscarded "CHANGE_DISCARDED" FailedPrecondition CONFLICT
        "The change set was given up, so it can't be released; write it again.";
    RequestIdReused "REQUEST_ID_REUSED" FailedPrecondition UNPROCESSABLE_ENTITY
        "The request id was used before, with another request.";
    PreconditionFailed "PRECONDITION_FAILED" Aborted PRECONDITION_FAILED
        "A condition of the request does not hold, as with an outdated If-Match; read again.";
    LabelFedBySource "LABEL_FED_BY_SOURCE" FailedPrecondition CONFLICT
        "A source feeds the label, so it takes no other writes; the metadata name the source.";
    SourceShrank "SOURCE_SHRANK" FailedPrecondition CONFLICT
        "The source lost more than half of its documents at once; an operator has to approve it.";
    SourceNotReady "SOURCE_NOT_READY" Unavailable SERVICE_UNAVAILABLE
        "The label's source has not been imported yet.";
    RolloutNotFound "ROLLOUT_NOT_FOUND" NotFound NOT_FOUND
        "There is no rollout of that id.";
    RolloutConflict "ROLLOUT_CONFLICT" FailedPrecondition CONFLICT
        "A rollout holds one of the documents, or a configuration would be split a fourth time; the metadata name the rollout.";
    Frozen "FROZEN" FailedPrecondition CONFLICT
        "A freeze is in force, so readers get nothing new; going back still works. The metadata name the freeze, its reason, who set it, and when it ends.";
    FreezeNotFound "FREEZE_NOT_FOUND" NotFound NOT_FOUND
        "There is no such freeze, or it has ended.";
    OverrideNotFound "OVERRIDE_NOT_FOUND" NotFound NOT_FOUND
        "The application and profile have no override on the label, or it has ended.";
    KeyNotFound "KEY_NOT_FOUND" NotFound NOT_FOUND
        "There is no such API key, or it ended more than 30 days ago.";
    KeyExists "KEY_EXISTS" AlreadyExists CONFLICT
        "An API key of that name or id exists, in use or not; the metadata say which. Give another name, or rotate the key.";
    KeyEnded "KEY_ENDED" FailedPrecondition CONFLICT
        "The API key is revoked, has expired, or was rotated before, so it can't be rotated; the metadata say which, and what it was rotated to.";
    RolloutWrongState "ROLLOUT_WRONG_STATE" FailedPrecondition CONFLICT
        "The rollout does not accept this command in its present state; the metadata name the state.";
    NoBaseline "NO_BASELINE" FailedPrecondition CONFLICT
        "None of the documents has a stable version to compare with; release the change set instead.";
    NothingToUndo "NOTHING_TO_UNDO" FailedPrecondition CONFLICT
        "Nothing of it can be taken back: it is not stable, nothing was stable before it, or what was is no longer kept.";
    VersionIsBaseline "VERSION_IS_BASELINE" FailedPrecondition CONFLICT
        "The version is already the stable one.";
    VersionRolledBack "VERSION_ROLLED_BACK" FailedPrecondition CONFLICT
        "The version was rolled back; to release it or roll it out anyway, give force and a reason. The metadata name the rollout.";
    BaselineMoved "BASELINE_MOVED" FailedPrecondition PRECONDITION_FAILED
        "The stable version changed after the rollout was created, so it was not started; the metadata name the document and what is stable now.";
    ChangeNotStaged "CHANGE_NOT_STAGED" FailedPrecondition CONFLICT
        "Only a staged change set can be rolled out; write it with stage_only.";
    GenerationOutdated "GENERATION_OUTDATED" FailedPrecondition CONFLICT
        "The figures belong to an earlier share of the rollout; they were not counted.";
    SplitNotFound "SPLIT_NOT_FOUND" NotFound NOT_FOUND
        "There is no split of that id, or it ended too long ago.";
    SplitOutdated "SPLIT_OUTDATED" FailedPrecondition CONFLICT
        "The split was moved since by a later generation.";
    SplitEnded "SPLIT_ENDED" FailedPrecondition CONFLICT
        "The split was released, removed, or detached by a forced release; the metadata say which.";
    CipherKeyNotFound "CIPHER_KEY_NOT_FOUND" NotFound NOT_FOUND
        "config-svc has no key for encrypted values, or none of the alias that the text names, or it has no public part; the message says which.";
    CipherInvalid "CIPHER_INVALID" InvalidArgument BAD_REQUEST
        "The text was not encrypted with this key, or is no cipher text.";
    InstanceNotFound "INSTANCE_NOT_FOUND" NotFound NOT_FOUND
        "No instance of that id reports, or none has since the service started.";
    AlertNotFound "ALERT_NOT_FOUND" NotFound NOT_FOUND
        "There is no such alert, or it was resolved more than 30 days ago.";
    NotOwner "NOT_OWNER" FailedPrecondition CONFLICT
        "Another cluster owns what would change; the metadata name the owner. Nothing was done: send it there.";
    NamespaceSpansOwners "NAMESPACE_SPANS_OWNERS" FailedPrecondition CONFLICT
        "Several clusters own parts of what would change in one step; the metadata name the owners, and a path of each. Nothing was done: change each part on its own.";
    RevisionUnknown "REVISION_UNKNOWN" FailedPrecondition PRECONDITION_FAILED
        "The token belongs to another store, or is ahead of this one; read without it.";
    TokenTooOld "TOKEN_TOO_OLD" OutOfRange PRECONDITION_FAILED
        "The log no longer reaches back to the token; start from the current state.";
    RateLimited "RATE_LIMITED" ResourceExhausted TOO_MANY_REQUESTS
        "The caller exceeds its rate limit; wait as long as the reply says.";
    Overloaded "OVERLOADED" ResourceExhausted SERVICE_UNAVAILABLE
        "The server already handles as many calls as it allows. Nothing was done; wait as long as the reply says.";
    StoreFull "STORE_FULL" ResourceExhausted INSUFFICIENT_STORAGE
        "The disk that the service keeps its state on is full. Nothing was done, and reads go on; writes are accepted again by themselves once there is room.";
    StoreDamaged "STORE_DAMAGED" DataLoss INTERNAL_SERVER_ERROR
        "The stored content is damaged; the metadata name the document. Everything else is served. Write it again, or restore a backup.";
    Unavailable "UNAVAILABLE" Unavailable SERVICE_UNAVAILABLE
        "Something that this call needs is unavailable. Nothing was done; repeat it.";
    Draining "DRAINING" Unavailable SERVICE_UNAVAILABLE
        "The server is shutting down. Nothing was done; a stream may be resumed elsewhere.";
    OutcomeUnknown "OUTCOME_UNKNOWN" Unknown GATEWAY_TIMEOUT
        "It is not known whether the write was done: the connection broke, or the store failed, after the request was sent; repeat it with the same request id.";
    DeadlineExceeded "DEADLINE_EXCEEDED" DeadlineExceeded GATEWAY_TIMEOUT
        "The deadline passed before the answer was complete; a write may have been done anyway: repeat it with the same request id.";
    Cancelled "CANCELLED" Cancelled SERVICE_UNAVAILABLE
        "The call was given up before it was answered.";
    Unauthenticated "UNAUTHENTICATED" Unauthenticated UNAUTHORIZED
        "The call carries no valid credentials.";
    PermissionDenied "PERMISSION_DENIED" PermissionDenied FORBIDDEN
        "The caller is known and may not do this.";
    Internal "INTERNAL" Internal INTERNAL_SERVER_ERROR
        "An error in the server; its log has the cause under the request id.";
}

impl Reason {
    /// Whether the same call may be repeated at once, by anyone, without harm: nothing happened,
    /// and another replica or the next moment may answer it.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unavailable | Self::Draining)
    }

    /// The reason for a status that carries none of ours.
    ///
    /// UNAVAILABLE without our details is how the transport reports a broken connection, so it
    /// does not promise that nothing happened.
    pub const fn of_code(code: Code) -> Self {
        match code {
            Code::Cancelled => Self::Cancelled,
            Code::InvalidArgument => Self::InvalidArgument,
            Code::DeadlineExceeded => Self::DeadlineExceeded,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists => Self::VersionExists,
            Code::PermissionDenied => Self::PermissionDenied,
            Code::ResourceExhausted => Self::Overloaded,
            Code::FailedPrecondition | Code::Aborted => Self::PreconditionFailed,
            Code::OutOfRange => Self::MessageTooLarge,
            Code::Unimplemented => Self::MethodUnknown,
            Code::Unavailable => Self::OutcomeUnknown,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => Self::Internal,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is not a reason in this version's table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason {0:?}")]
pub struct UnknownReason(String);

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.name() == name)
            .ok_or_else(|| UnknownReason(name.to_owned()))
    }
}
