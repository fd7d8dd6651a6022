//! Conversions from and to the gRPC contract.

mod assignment;
mod audit;
mod breaker;
mod changes;
mod documents;
mod drift;
mod effective;
mod explain;
mod freezes;
mod heartbeats;
mod keys;
mod overrides;
mod rollouts;
mod sources;
mod span;
mod splits;
mod timeline;
mod watch;

use vortex_proto::time::from_timestamp;

use crate::Span;

/// Converts one member of a type; [`mirror!`] calls it for each.
trait To<T> {
    fn to(self) -> T;
}

macro_rules! the_same {
    ($($type:ty),+) => {$(
        impl To<$type> for $type {
            fn to(self) -> $type {
                self
            }
        }
    )+};
}

the_same!(String, bool, f64, u32, u64);

impl<A: To<B>, B> To<Option<B>> for Option<A> {
    fn to(self) -> Option<B> {
        self.map(To::to)
    }
}

impl<A: To<B>, B> To<Vec<B>> for Vec<A> {
    fn to(self) -> Vec<B> {
        self.into_iter().map(To::to).collect()
    }
}

impl To<Option<String>> for Option<prost_types::Timestamp> {
    fn to(self) -> Option<String> {
        rfc3339(self)
    }
}

impl To<Option<Span>> for Option<prost_types::Duration> {
    fn to(self) -> Option<Span> {
        Span::of(self)
    }
}

impl To<prost_types::Duration> for Span {
    fn to(self) -> prost_types::Duration {
        self.to_proto()
    }
}

/// Writes a point in time; `None` for one that is absent or out of range.
pub fn rfc3339(time: Option<prost_types::Timestamp>) -> Option<String> {
    from_timestamp(time?).map(|time| time.to_string())
}

/// Implements conversions for types that are the same in both contracts, so that each member is
/// listed once.
///
/// `<=` makes only the REST type of the message, `<=>` also the message of the REST type. A member
/// has its field's name, or names the field: `change = name`. An enum member stands first, as
/// `state()`, since a method reads it. An unspecified enum value becomes `unknown`.
macro_rules! mirror {
    () => {};
    (
        struct $rest:ident <=> proto::$proto:ident { $($field:ident),+ $(,)? }
        $($more:tt)*
    ) => {
        mirror! { struct $rest <= proto::$proto { $($field),+ } }

        impl From<$rest> for proto::$proto {
            fn from(value: $rest) -> Self {
                Self { $($field: $crate::convert::To::to(value.$field)),+ }
            }
        }

        mirror! { $($more)* }
    };
    (
        struct $rest:ident <= proto::$proto:ident {
            $($field:ident $(($($call:tt)*))? $(= $source:ident)?),+ $(,)?
        }
        $($more:tt)*
    ) => {
        impl From<proto::$proto> for $rest {
            fn from(message: proto::$proto) -> Self {
                Self {
                    $($field: $crate::convert::To::to(
                        mirror!(@of message $field $(($($call)*))? $(= $source)?)
                    )),+
                }
            }
        }

        impl $crate::convert::To<$rest> for proto::$proto {
            fn to(self) -> $rest {
                self.into()
            }
        }

        // the message is always sent, though the wire format leaves it optional
        impl $crate::convert::To<$rest> for Option<proto::$proto> {
            fn to(self) -> $rest {
                self.unwrap_or_default().into()
            }
        }

        mirror! { $($more)* }
    };
    (
        enum $rest:ident <=> proto::$proto:ident { $($name:ident),+ $(,)? }
        $($more:tt)*
    ) => {
        mirror! { enum $rest <= proto::$proto { $($name),+ } }

        impl From<$rest> for proto::$proto {
            fn from(name: $rest) -> Self {
                match name {
                    $($rest::$name => Self::$name,)+
                    $rest::Other(_) => Self::Unspecified,
                }
            }
        }

        mirror! { $($more)* }
    };
    (
        enum $rest:ident <= proto::$proto:ident { $($name:ident),+ $(,)? }
        $($more:tt)*
    ) => {
        impl From<proto::$proto> for $rest {
            fn from(name: proto::$proto) -> Self {
                match name {
                    $(proto::$proto::$name => Self::$name,)+
                    proto::$proto::Unspecified => Self::from("unknown".to_owned()),
                }
            }
        }

        impl $crate::convert::To<$rest> for proto::$proto {
            fn to(self) -> $rest {
                self.into()
            }
        }

        mirror! { $($more)* }
    };
    (@of $message:ident $field:ident) => { $message.$field };
    (@of $message:ident $field:ident ()) => { $message.$field() };
    (@of $message:ident $field:ident = $source:ident) => { $message.$source };
}

/// Makes a REST type of a reply whose members are all in the type.
macro_rules! from_replies {
    ($rest:ident = $field:ident of $($reply:ident),+ $(,)?) => {
        $(impl From<proto::$reply> for $rest {
            fn from(reply: proto::$reply) -> Self {
                reply.$field.unwrap_or_default().into()
            }
        })+
    };
}

use {from_replies, mirror};
