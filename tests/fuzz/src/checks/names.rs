//! Names, positions, and values in words of the API.

use std::{fmt::Display, str::FromStr};

use vortex_config_svc::parts::{
    App, FreezeId, Label, OverrideValues, Path, Profile, SourceName, SplitId, Token, VersionName,
};
use vortex_names::RequestId;

use super::{is_short, text};
use crate::Parser;

/// Whether it is read. What is read is written as something that reads back the same.
fn reads_back<T>(text: &str) -> bool
where
    T: FromStr + Display,
    T::Err: Display,
{
    match text.parse::<T>() {
        Ok(value) => {
            let written = value.to_string();
            let again = written.parse::<T>().map(|value| value.to_string());
            assert_eq!(again.ok().as_deref(), Some(&*written), "{text:?}");
            true
        }
        Err(error) => {
            is_short(&error);
            false
        }
    }
}

pub(super) const TOKEN: Parser = Parser {
    name: "token",
    tokens: &[
        b":",
        b"-",
        b"+",
        b"0",
        b"{",
        b"}",
        b"urn:uuid:",
        b"8f23330e169d4e70b4a8d13ea8930d17",
    ],
    check: |input| text(input, reads_back::<Token>),
};

pub(super) const NAMES: Parser = Parser {
    name: "names",
    tokens: &[
        b"/", b"..", b".", b"-", b"_", b"//", b"api", b".yml", b"(_)", b"\\", b"f1",
    ],
    check: |input| {
        text(input, |text| {
            let path = reads_back::<Path>(text);
            let escapes = |part: &str| matches!(part, "" | "." | "..");
            assert!(!path || !text.split('/').any(escapes), "{text:?}");
            assert!(!path || !text.contains(['\\', '\0']), "{text:?}");
            let others = [
                path,
                reads_back::<App>(text),
                reads_back::<Profile>(text),
                reads_back::<Label>(text),
                reads_back::<VersionName>(text),
                reads_back::<SourceName>(text),
                reads_back::<SplitId>(text),
                reads_back::<FreezeId>(text),
                reads_back::<RequestId>(text),
            ];
            others.contains(&true)
        })
    },
};

pub(super) const OVERRIDE: Parser = Parser {
    name: "override",
    tokens: &[
        b"{", b"}", b"\"", b":", b",", b"1e999", b"null", b"true", b"[0]", b".", b"\\u0000",
    ],
    check: |input| {
        text(input, |text| match text.parse::<OverrideValues>() {
            Ok(values) => {
                let _ = values.file().expect("what was checked is read");
                true
            }
            Err(error) => {
                let _ = error.to_string();
                false
            }
        })
    },
};

pub(super) const SHARE: Parser = Parser {
    name: "share",
    tokens: &[b".", b"0", b"100", b"%", b"-", b"00"],
    check: |input| text(input, reads_back::<vortex_bucket::Share>),
};
