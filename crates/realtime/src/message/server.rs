//! What the server sends. A message is written once for all connections that get it; what differs
//! by connection is put in by [`greeting`].

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::ErrorCode;
use crate::SCHEMA;

/// The whole configuration.
#[derive(Debug, Serialize)]
pub struct Snapshot<'a, J, S, A> {
    /// The application.
    pub app: &'a str,
    /// The profile; several with commas between them, of which the last takes precedence.
    pub profile: &'a str,
    /// The label.
    pub label: &'a str,
    /// The configuration.
    pub config: &'a J,
    /// Its version.
    pub version: &'a str,
    /// SHA-256 of it, in hex.
    pub digest: &'a str,
    /// Where the client is with it.
    pub cursor: &'a str,
    /// The documents that take part, highest precedence first, as REST names them.
    pub sources: &'a S,
    /// The splits that concern it, with the arm that each gave, as REST names them.
    pub assignments: &'a A,
    /// When it was written.
    #[serde(serialize_with = "time")]
    pub timestamp: Timestamp,
}

/// What turns the configuration that a client holds into the next.
#[derive(Debug, Serialize)]
pub struct Change<'a, J, S, A> {
    /// The application.
    pub app: &'a str,
    /// The profile; several with commas between them, of which the last takes precedence.
    pub profile: &'a str,
    /// The label.
    pub label: &'a str,
    /// RFC 6902 operations; none when nothing has changed.
    pub diff: &'a J,
    /// The version before.
    pub old_version: &'a str,
    /// The version after.
    pub new_version: &'a str,
    /// SHA-256 of the configuration after, in hex.
    pub digest: &'a str,
    /// Where the client is after it.
    pub cursor: &'a str,
    /// The documents that take part after it, as REST names them.
    pub sources: &'a S,
    /// The splits that concern the configuration after it, as REST names them.
    pub assignments: &'a A,
    /// When it was written.
    #[serde(serialize_with = "time")]
    pub timestamp: Timestamp,
}

/// That something changed which a subscription is about; not what.
#[derive(Debug, Serialize)]
pub struct Notice<'a> {
    /// The application that it was written for; `application` is all, `*` more than are listed.
    pub app: &'a str,
    /// The profile that it was written for; `default` is all.
    pub profile: &'a str,
    /// The label.
    pub label: &'a str,
    /// The version before; left out where none was, or where it is not known.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub old_version: &'a str,
    /// The version after; left out where there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub new_version: &'a str,
    /// What happened.
    pub cause: Cause,
    /// The log's position of it.
    pub token: &'a str,
    /// When it was written.
    #[serde(serialize_with = "time")]
    pub timestamp: Timestamp,
}

/// What made a configuration change that a subscription is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A document has another stable version.
    Document,
    /// A rollout gives another share of readers its version.
    Rollout,
    /// An override was set, or has ended.
    Override,
}

/// What went wrong.
#[derive(Debug)]
pub struct ServerError<'a> {
    /// What it is.
    pub code: ErrorCode,
    /// It, for people.
    pub message: &'a str,
    /// When to connect again, in milliseconds from now.
    pub retry_after_ms: Option<u64>,
}

/// A message with its envelope. `type` and `schema` come first, see [`greeting`].
#[derive(Serialize)]
struct Envelope<T> {
    r#type: &'static str,
    schema: u32,
    #[serde(flatten)]
    body: T,
}

impl<J: Serialize, S: Serialize, A: Serialize> Snapshot<'_, J, S, A> {
    /// The message.
    pub fn write(&self) -> Vec<u8> {
        write("config_snapshot", self)
    }
}

impl<J: Serialize, S: Serialize, A: Serialize> Change<'_, J, S, A> {
    /// The message.
    pub fn write(&self) -> Vec<u8> {
        write("config_change", self)
    }
}

/// The message that something changed which a subscription is about.
pub fn notice(notice: &Notice<'_>) -> Vec<u8> {
    write("config_change", notice)
}

/// A ping, which says where the client is as well.
pub fn ping(cursor: &str, at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Ping<'a> {
        #[serde(skip_serializing_if = "str::is_empty")]
        cursor: &'a str,
        #[serde(serialize_with = "time")]
        timestamp: Timestamp,
    }
    write(
        "ping",
        Ping {
            cursor,
            timestamp: at,
        },
    )
}

/// The answer to a client's ping.
pub fn pong(at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Pong {
        #[serde(serialize_with = "time")]
        timestamp: Timestamp,
    }
    write("pong", Pong { timestamp: at })
}

/// All that the client is subscribed to, after it has changed that.
pub fn subscriptions(patterns: &[String], at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Subscriptions<'a> {
        patterns: &'a [String],
        #[serde(serialize_with = "time")]
        timestamp: Timestamp,
    }
    write(
        "subscriptions",
        Subscriptions {
            patterns,
            timestamp: at,
        },
    )
}

/// An error.
pub fn error(error: &ServerError<'_>, at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        code: &'static str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(serialize_with = "time")]
        timestamp: Timestamp,
    }
    write(
        "error",
        Body {
            code: error.code.name(),
            message: error.message,
            retry_after_ms: error.retry_after_ms,
            timestamp: at,
        },
    )
}

/// A message as the first of a connection: with the connection's id. `message` is one that was
/// written here; any other is left as it is.
pub fn greeting(message: &[u8], connection_id: &str) -> Vec<u8> {
    let schema = format!("\"schema\":{SCHEMA},");
    let found = message
        .windows(schema.len())
        .position(|window| window == schema.as_bytes());
    let Some(at) = found.map(|at| at + schema.len()) else {
        return message.to_vec();
    };
    let (envelope, body) = message.split_at(at);
    let id = format!("\"connection_id\":\"{connection_id}\",");
    [envelope, id.as_bytes(), body].concat()
}

fn write(r#type: &'static str, body: impl Serialize) -> Vec<u8> {
    let message = Envelope {
        r#type,
        schema: SCHEMA,
        body,
    };
    // of texts, numbers and JSON that was parsed: it always serializes
    serde_json::to_vec(&message).unwrap_or_default()
}

fn time<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn at() -> Timestamp {
        "2025-01-15T10:30:00Z".parse().unwrap()
    }

    fn raw(text: &str) -> Box<RawValue> {
        serde_json::from_str(text).unwrap()
    }

    fn change() -> Vec<u8> {
        let change = Change {
            app: "myapp",
            profile: "prod",
            label: "main",
            diff: &raw(r#"[{"op":"replace","path":"/a~1b","value":1e400}]"#),
            old_version: "abc123",
            new_version: "def456",
            digest: "d",
            cursor: "s:7.d.def456",
            sources: &[0_u8; 0],
            assignments: &[0_u8; 0],
            timestamp: at(),
        };
        change.write()
    }

    #[test]
    fn a_change_is_as_the_protocol_says() {
        let text = String::from_utf8(change()).unwrap();
        assert_eq!(
            text,
            r#"{"type":"config_change","schema":1,"app":"myapp","profile":"prod","label":"main","diff":[{"op":"replace","path":"/a~1b","value":1e400}],"old_version":"abc123","new_version":"def456","digest":"d","cursor":"s:7.d.def456","sources":[],"assignments":[],"timestamp":"2025-01-15T10:30:00.000Z"}"#
        );
    }

    #[test]
    fn the_first_message_has_the_connections_id() {
        let text = String::from_utf8(greeting(&change(), "u-1")).unwrap();
        let begin = r#"{"type":"config_change","schema":1,"connection_id":"u-1","app":"myapp","#;
        assert!(text.starts_with(begin), "{text}");
    }

    #[test]
    fn an_error_says_when_to_come_back_where_that_helps() {
        let written = |retry_after_ms| {
            let error = ServerError {
                code: ErrorCode::Draining,
                message: "bye",
                retry_after_ms,
            };
            String::from_utf8(super::error(&error, at())).unwrap()
        };
        assert_eq!(
            written(None),
            r#"{"type":"error","schema":1,"code":"DRAINING","message":"bye","timestamp":"2025-01-15T10:30:00.000Z"}"#
        );
        assert!(written(Some(7)).contains(r#""retry_after_ms":7"#));
    }
}
