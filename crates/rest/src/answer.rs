//! Structs that servers answer with.

/// Defines structs that are always written whole, and in which missing members have their default
/// when read: the server may be older than the reader.
///
/// `#[serde(default)]` would do the reading, but the OpenAPI document would then call every member
/// optional, though servers always write them.
macro_rules! answers {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Default, serde::Deserialize)]
                #[serde(default)]
                struct Answer {
                    $($field: $type,)*
                }

                let Answer { $($field,)* } = Answer::deserialize(deserializer)?;
                Ok(Self { $($field,)* })
            }
        }
    )+};
}

pub(crate) use answers;
