//! Reads the types of the REST contract strictly. They skip unknown members and keep unknown names;
//! in a request either is refused, so that nothing in it is overlooked.

use std::fmt;

use serde::{
    Deserialize,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer,
        MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor, value,
    },
};
use vortex_kit::error::Fault;

use super::wording;

/// The names of a struct's members or of an enum's variants.
type Names = &'static [&'static str];

/// A value without unknown members or names, at any depth.
#[derive(Debug)]
pub(crate) struct Strict<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(Reader(deserializer)).map(Self)
    }
}

/// Reads a name that is given in `field`, and has to be known.
pub(crate) fn name<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Fault> {
    let name = Strict::<T>::deserialize(text.into_deserializer());
    let Strict(name) = name.map_err(|error: value::Error| {
        let said = error.to_string();
        wording::fault(field, "", &said)
    })?;
    Ok(name)
}

/// Reads names that are given in `field`, separated by commas.
pub(crate) fn names<T: DeserializeOwned>(field: &str, list: &str) -> Result<Vec<T>, Fault> {
    let texts = list.split(',').filter(|text| !text.is_empty());
    texts.map(|text| name(field, text)).collect()
}

/// Wraps a deserializer, to give it a strict visitor.
struct Reader<D>(D);

/// Forwards calls with the visitor wrapped.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*))+) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* Visit::any(visitor))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<D> {
    type Error = D::Error;

    pass_on! {
        deserialize_any() deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_seq() deserialize_map()
        deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        members: Names,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Visit::only(visitor, members);
        self.0.deserialize_struct(name, members, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Visit::only(visitor, variants);
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Wraps a visitor, to read nested values strictly.
struct Visit<V> {
    visitor: V,
    /// The allowed members or variants; `None` allows any, as in a map.
    known: Option<Names>,
}

impl<V> Visit<V> {
    fn any(visitor: V) -> Self {
        let known = None;
        Self { visitor, known }
    }

    fn only(visitor: V, known: Names) -> Self {
        let known = Some(known);
        Self { visitor, known }
    }
}

/// Forwards plain values.
macro_rules! visit_plain {
    ($($method:ident($type:ty))+) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Visit<V> {
    type Value = V::Value;

    visit_plain! {
        visit_bool(bool)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_f32(f32) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Reader(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Reader(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        // the members in their order, by places that no caller knows
        if self.known.is_some() {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"an object"));
        }
        self.visitor.visit_seq(Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let known = self.known;
        self.visitor.visit_map(Members { map, known })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, name: A) -> Result<V::Value, A::Error> {
        let known = self.known;
        self.visitor.visit_enum(Variant { name, known })
    }
}

struct Items<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Members<A> {
    map: A,
    known: Option<Names>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        match self.known {
            Some(known) => self.map.next_key_seed(Known {
                seed,
                known,
                of: Kind::Member,
            }),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

struct Variant<A> {
    name: A,
    known: Option<Names>,
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Variant<A> {
    type Error = A::Error;
    type Variant = Content<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (name, content) = self.name.variant_seed(Known {
            seed,
            known: self.known.unwrap_or_default(),
            of: Kind::Variant,
        })?;
        Ok((name, Content(content)))
    }
}

struct Content<A>(A);

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Content<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Seed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, Visit::any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        members: Names,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0
            .struct_variant(members, Visit::only(visitor, members))
    }
}

struct Seed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Reader(deserializer))
    }
}

/// Reads a name that must be known.
struct Known<S> {
    seed: S,
    known: Names,
    of: Kind,
}

enum Kind {
    Member,
    Variant,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Known<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let name = String::deserialize(deserializer)?;
        match self.of {
            _ if self.known.contains(&name.as_str()) => {
                self.seed.deserialize(name.into_deserializer())
            }
            Kind::Member => Err(D::Error::unknown_field(&name, self.known)),
            Kind::Variant => Err(D::Error::unknown_variant(&name, self.known)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Error as JsonError;
    use vortex_rest::{RolloutStage, RolloutState};

    use super::*;

    fn stages(json: &str) -> Result<Vec<RolloutStage>, JsonError> {
        serde_json::from_str(json).map(|Strict(stages)| stages)
    }

    #[test]
    fn what_a_tolerant_type_skips_is_refused_with_its_place() {
        let json = "[{\"percentage\": 1},\n{\"percentage\": 2, \"for\": \"1s\"}]";
        assert_eq!(
            serde_json::from_str::<Vec<RolloutStage>>(json)
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            stages(json).unwrap_err().to_string(),
            "unknown field `for`, expected one of `name`, `percentage`, `min_duration` at line 2 \
             column 23"
        );
        let known = r#"[{"name": "a", "percentage": 1, "min_duration": "1s"}]"#;
        assert_eq!(
            stages(known).unwrap(),
            serde_json::from_str::<Vec<_>>(known).unwrap()
        );
    }

    #[test]
    fn a_name_that_a_tolerant_type_keeps_is_refused_with_those_that_are_known() {
        let read = |json| serde_json::from_str::<Option<Strict<RolloutState>>>(json);
        let error = read("\"new\"").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown variant `new`, expected one of `created`, `running`"),
            "{error}"
        );
        assert_eq!(read("\"paused\"").unwrap().unwrap().0, RolloutState::Paused);
        assert!(read("null").unwrap().is_none());
        assert!(read("3").is_err());
    }
}
