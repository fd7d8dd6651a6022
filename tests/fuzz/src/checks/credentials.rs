//! Keys, credentials, roles and patterns.

use vortex_access::{
    ApiKey, Credential, KeyId, MAX_CREDENTIAL, Name, Presented, Role, credential, scope,
};
use vortex_pattern::{MAX_PATTERN, Pattern};

use super::{is_short, text};
use crate::Parser;

pub(super) const CREDENTIAL: Parser = Parser {
    name: "credential",
    tokens: &[
        b"Bearer ",
        b"Basic ",
        b"bearer.",
        b",",
        b"=",
        b"==",
        b".",
        b"eyJ",
        b"vx_",
        b"_",
        b":",
        b"dXNlcjo=",
        b" ",
        b"\t",
    ],
    check: |input| {
        let given: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
        let places = [
            Presented {
                api_key: &given,
                ..Presented::default()
            },
            Presented {
                authorization: &given,
                ..Presented::default()
            },
            Presented {
                subprotocols: &given,
                ..Presented::default()
            },
            Presented {
                authorization: &given,
                api_key: &given[..1],
                ..Presented::default()
            },
        ];
        let taken = places.map(|presented| is_taken(input, presented));
        let token = text(input, |text| {
            is_taken(
                input,
                Presented {
                    token: &[text],
                    ..Presented::default()
                },
            )
        });
        token || taken.contains(&true)
    },
};

/// Whether it is taken; no secret is in what is shown of it, or of why not.
fn is_taken(input: &[u8], presented: Presented<'_>) -> bool {
    match credential(presented) {
        Ok(Some(found)) => {
            assert!(input.len() >= 4, "{input:?}");
            let shown = format!("{found:?}");
            assert!(shown.len() < 200, "{shown}");
            if let Credential::Key(key) = found {
                assert!(!shown.contains(&key.expose()[20..]));
            }
            true
        }
        Ok(None) => false,
        Err(error) => {
            let error = error.to_string();
            assert!(error.len() < 300, "{error}");
            let given = String::from_utf8_lossy(input);
            assert!(input.len() < 12 || !error.contains(&*given), "{error}");
            false
        }
    }
}

pub(super) const API_KEY: Parser = Parser {
    name: "api-key",
    tokens: &[b"vx_", b"_", b"0", b"z", b"O", b"l"],
    check: |input| {
        text(input, |text| {
            let _ = text.parse::<Name>().map_err(|error| is_short(&error));
            let _ = text.parse::<Role>().map_err(|error| is_short(&error));
            let is_id = match text.parse::<KeyId>() {
                Ok(id) => {
                    assert_eq!(id.as_str(), text);
                    true
                }
                Err(error) => {
                    is_short(&error);
                    false
                }
            };
            match text.parse::<ApiKey>() {
                Ok(key) => {
                    assert!(text.len() <= MAX_CREDENTIAL);
                    assert_eq!(key.expose(), text);
                    assert_eq!(key.id().as_str(), &text[3..19]);
                    true
                }
                Err(error) => {
                    is_short(&error);
                    is_id
                }
            }
        })
    },
};

const OF_PATTERNS: &[&[u8]] = &[
    b"*", b"**", b"/", b":", b".", b"-", b"a", b"*:*/*", b"**/", b"/**",
];

pub(super) const PATTERN: Parser = Parser {
    name: "pattern",
    tokens: OF_PATTERNS,
    check: |input| {
        text(input, |text| match text.parse::<Pattern>() {
            Ok(pattern) => {
                assert!(text.len() <= MAX_PATTERN);
                assert_eq!(pattern.to_string().parse().as_ref(), Ok(&pattern));
                true
            }
            Err(error) => {
                is_short(&error);
                false
            }
        })
    },
};

pub(super) const SCOPE: Parser = Parser {
    name: "scope",
    tokens: OF_PATTERNS,
    check: |input| {
        text(input, |text| match scope(text) {
            Ok(pattern) => {
                assert!(
                    !pattern.is_everything() || text == "**",
                    "everything by accident: {text:?}"
                );
                true
            }
            Err(error) => {
                is_short(&error);
                false
            }
        })
    },
};
