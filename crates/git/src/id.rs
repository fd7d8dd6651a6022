//! Object ids, typed by the kind of object they name.

use std::{fmt, str::FromStr};

use gix::ObjectId;

/// The id of a commit, as its full hexadecimal hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(ObjectId);

/// The id of a file's content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(ObjectId);

/// The text is not a full hexadecimal object id of 40 or 64 digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a full hexadecimal object id")]
pub struct ParseIdError(String);

macro_rules! object_id {
    ($name:ident) => {
        impl $name {
            pub(crate) fn new(id: ObjectId) -> Self {
                Self(id)
            }

            pub(crate) fn object(self) -> ObjectId {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                match ObjectId::from_hex(text.as_bytes()) {
                    Ok(id) => Ok(Self(id)),
                    Err(_) => Err(ParseIdError(text.to_owned())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

object_id!(CommitId);
object_id!(BlobId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(text.parse::<CommitId>().unwrap().to_string(), text);
    }

    #[test]
    fn a_shortened_id_is_refused() {
        assert_eq!(
            "0123abc".parse::<BlobId>(),
            Err(ParseIdError("0123abc".into()))
        );
    }
}
