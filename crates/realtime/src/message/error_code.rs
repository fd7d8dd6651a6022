//! The codes of `error` messages.

use std::fmt;

macro_rules! codes {
    ($($variant:ident $name:literal $meaning:literal;)+) => {
        /// What an `error` message is about, as a constant that programs may branch on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in messages: `SUBSCRIPTION_FAILED`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The meaning, and what the client may do, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    SubscriptionFailed "SUBSCRIPTION_FAILED"
        "A pattern is malformed, or there would be too many; the message changed no subscription.";
    InvalidMessage "INVALID_MESSAGE"
        "The message is no JSON object of a type that clients may send.";
    RateLimited "RATE_LIMITED"
        "More messages came than are taken in a second; the message was not looked at.";
    ResyncFailed "RESYNC_FAILED"
        "The configuration can't be sent anew now; the connection goes on from where it was.";
    SlowReader "SLOW_READER"
        "The client does not take what it is sent; connect again and resume.";
    PongTimeout "PONG_TIMEOUT"
        "No pong came in time.";
    WatchEnded "WATCH_ENDED"
        "The server can't follow the configuration any more; connect again and resume.";
    Unauthenticated "UNAUTHENTICATED"
        "The key or token is not valid any more: revoked, or expired.";
    Unavailable "UNAVAILABLE"
        "Whether the key is valid can't be said any more; connect again.";
    Draining "DRAINING"
        "The server is shutting down; connect again after `retry_after_ms` and resume.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
