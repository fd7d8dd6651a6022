//! What clients send.

use serde::Deserialize;

use crate::SCHEMA;

/// The longest part of a client's text that is shown to it again.
const SHOWN: usize = 80;

/// A message of a client. Members that are not known are passed over, so that clients may be newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// Tell of changes of these patterns, too.
    Subscribe(Vec<String>),
    /// Tell of these patterns no more.
    Unsubscribe(Vec<String>),
    /// The answer to a ping.
    Pong,
    /// Asks for a pong.
    Ping,
    /// Send the configuration anew, or what has changed since what the client holds.
    Resync {
        /// The version that the client holds; empty for none.
        last_version: String,
        /// The cursor of what the client holds; empty for none. It says more than the version.
        cursor: String,
    },
}

/// Why a text is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMessage {
    /// It is not JSON, or not of the shape that its type has.
    #[error("{0}")]
    Malformed(String),
    /// Its type is none that clients send.
    #[error("{0:?} is not a type of message that clients send")]
    Type(String),
    /// It is of another schema.
    #[error("messages of schema {0} are not known, only of schema {SCHEMA}")]
    Schema(u64),
}

#[derive(Deserialize)]
struct Raw {
    r#type: String,
    schema: Option<u64>,
    patterns: Option<Vec<String>>,
    last_version: Option<String>,
    cursor: Option<String>,
}

impl ClientMessage {
    /// The message of a text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidMessage> {
        let raw: Raw = serde_json::from_str(text)
            .map_err(|error| InvalidMessage::Malformed(excerpt(&error.to_string())))?;
        if let Some(other) = raw.schema.filter(|schema| *schema != u64::from(SCHEMA)) {
            return Err(InvalidMessage::Schema(other));
        }
        let patterns = raw.patterns.ok_or_else(|| {
            InvalidMessage::Malformed(format!("{:?} needs `patterns`", excerpt(&raw.r#type)))
        });
        match &*raw.r#type {
            "subscribe" => patterns.map(Self::Subscribe),
            "unsubscribe" => patterns.map(Self::Unsubscribe),
            "pong" => Ok(Self::Pong),
            "ping" => Ok(Self::Ping),
            "resync" => Ok(Self::Resync {
                last_version: raw.last_version.unwrap_or_default(),
                cursor: raw.cursor.unwrap_or_default(),
            }),
            other => Err(InvalidMessage::Type(excerpt(other))),
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_messages_of_the_protocol_are_read() {
        let patterns = || vec!["myapp:staging:*".to_owned(), "shared:*:*".to_owned()];
        for (text, message) in [
            (
                r#"{"type":"subscribe","patterns":["myapp:staging:*","shared:*:*"]}"#,
                ClientMessage::Subscribe(patterns()),
            ),
            (
                r#"{"patterns":["myapp:staging:*","shared:*:*"],"type":"unsubscribe","schema":1}"#,
                ClientMessage::Unsubscribe(patterns()),
            ),
            (
                r#"{"type":"pong","timestamp":"2025-01-15T10:30:30Z"}"#,
                ClientMessage::Pong,
            ),
            (r#"{"type":"ping"}"#, ClientMessage::Ping),
            (
                r#"{"type":"resync","last_version":"abc123"}"#,
                ClientMessage::Resync {
                    last_version: "abc123".into(),
                    cursor: String::new(),
                },
            ),
            (
                r#"{"type":"resync","last_version":null,"cursor":"s:1","new":{}}"#,
                ClientMessage::Resync {
                    last_version: String::new(),
                    cursor: "s:1".into(),
                },
            ),
        ] {
            assert_eq!(ClientMessage::parse(text), Ok(message), "{text}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, why) in [
            ("", "EOF while parsing"),
            ("[]", "invalid"),
            ("{}", "missing field `type`"),
            (r#"{"type":7}"#, "invalid type"),
            (r#"{"type":"subscribe"}"#, "needs `patterns`"),
            (r#"{"type":"subscribe","patterns":"a"}"#, "invalid type"),
            (r#"{"type":"config_change"}"#, "not a type of message"),
            (r#"{"type":"ping","schema":2}"#, "schema 2"),
            (r#"{"type":"ping"} x"#, "trailing"),
            (r#"{"type":"ping","type":"pong"}"#, "duplicate field"),
        ] {
            let error = ClientMessage::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000));
        let error = ClientMessage::parse(&long).unwrap_err().to_string();
        assert!(error.len() < 200, "{error}");
    }

    #[test]
    fn a_text_that_is_nested_deeply_is_an_error_and_no_overflow() {
        let deep = format!(r#"{{"type":"ping","a":{}"#, "[".repeat(60_000));
        assert!(ClientMessage::parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in ".{0,200}") {
            let _ = ClientMessage::parse(&text);
        }
    }
}
