//! Names from a known set: states, kinds, verdicts.

use std::{fmt, marker::PhantomData};

use serde::de::{EnumAccess, VariantAccess, Visitor};

/// A name from a set that may grow.
///
/// Each type has a variant `Other` for names that this program does not know; it is written and
/// shown as it was read.
pub trait Name: From<String> + 'static {
    /// The known names.
    const KNOWN: &'static [&'static str];

    /// The name.
    fn as_str(&self) -> &str;
}

/// Defines enums of names, each variant with its name.
macro_rules! names {
    ($(
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $($(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal,)+
        }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $variant_doc])+ $variant,)+
            /// A name that this program does not know, as it was read; empty if it is missing.
            Other(String),
        }

        impl $crate::Name for $name {
            const KNOWN: &'static [&'static str] = &[$($text),+];

            fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(name) => name,
                }
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                match name.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(name),
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad($crate::Name::as_str(self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::Name::as_str(self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // as an enum, so that a strict reader can list the known names
                let known = <Self as $crate::Name>::KNOWN;
                let visitor = $crate::name::AnyName::new();
                deserializer.deserialize_enum(stringify!($name), known, visitor)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let description = [$($doc.trim()),+].join("\n");
                $crate::name::schema(&description, <Self as $crate::Name>::KNOWN)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}

pub(crate) use names;

/// Takes any name.
pub(crate) struct AnyName<T>(PhantomData<T>);

impl<T> AnyName<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Name> Visitor<'de> for AnyName<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, name: A) -> Result<T, A::Error> {
        let (name, rest) = name.variant::<String>()?;
        rest.unit_variant()?;
        Ok(name.into())
    }
}

#[cfg(feature = "openapi")]
pub(crate) fn schema(
    description: &str,
    names: &'static [&'static str],
) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .description(Some(description))
        .enum_values(Some(names.iter().copied()))
        .into()
}
