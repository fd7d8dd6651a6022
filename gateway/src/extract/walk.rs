//! Walks through a value as it is read, and holds its members and names to a rule.
//!
//! serde knows which members and names a type has only in the call that asks for them, so a reader
//! that looks at all of them stands around each of its calls, at any depth.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

/// The names of a struct's members or of an enum's variants.
pub(super) type Names = &'static [&'static str];

/// What is looked at.
pub(super) trait Rule: Copy {
    /// Which names are let through where a type has these; `None` lets through any.
    fn allowed(self, known: Names) -> Option<Names>;

    /// The type does not know a member, which is skipped.
    fn skipped(self);
}

/// Reads a value by a rule.
pub(super) fn read<'de, T, D, R>(deserializer: D, rule: R) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
    R: Rule,
{
    T::deserialize(Walk {
        inner: deserializer,
        rule,
    })
}

/// Stands around whatever reads a part of the value.
struct Walk<I, R> {
    inner: I,
    rule: R,
}

impl<I, R: Rule> Walk<I, R> {
    fn around<J>(&self, inner: J) -> Walk<J, R> {
        let rule = self.rule;
        Walk { inner, rule }
    }

    /// Around a visitor that takes any names.
    fn any<V>(&self, visitor: V) -> Visit<V, R> {
        self.only(visitor, None)
    }

    /// Around the visitor of a type that has these.
    fn only<V>(&self, visitor: V, allowed: Option<Names>) -> Visit<V, R> {
        let visitor = self.around(visitor);
        Visit { visitor, allowed }
    }
}

/// Forwards calls with the visitor wrapped.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*))+) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            let visitor = self.any(visitor);
            self.inner.$method($($argument,)* visitor)
        }
    )+};
}

impl<'de, D: Deserializer<'de>, R: Rule> Deserializer<'de> for Walk<D, R> {
    type Error = D::Error;

    pass_on! {
        deserialize_any() deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_seq() deserialize_map()
        deserialize_identifier()
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
        let visitor = self.only(visitor, self.rule.allowed(members));
        self.inner.deserialize_struct(name, members, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = self.only(visitor, self.rule.allowed(variants));
        self.inner.deserialize_enum(name, variants, visitor)
    }

    /// What a type asks of a member that it does not know. What is within is not looked at.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.rule.skipped();
        self.inner.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Stands around a visitor.
struct Visit<V, R> {
    visitor: Walk<V, R>,
    /// The members or variants that are let through; `None` for any, as in a map.
    allowed: Option<Names>,
}

/// Forwards plain values.
macro_rules! visit_plain {
    ($($method:ident($type:ty))+) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.inner.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>, R: Rule> Visitor<'de> for Visit<V, R> {
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
        self.visitor.inner.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let value = self.visitor.around(value);
        self.visitor.inner.visit_some(value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let value = self.visitor.around(value);
        self.visitor.inner.visit_newtype_struct(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        // the members in their order, by places that no caller knows
        if self.allowed.is_some() {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"an object"));
        }
        let items = self.visitor.around(items);
        self.visitor.inner.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let (map, allowed) = (self.visitor.around(map), self.allowed);
        self.visitor.inner.visit_map(Members { map, allowed })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, name: A) -> Result<V::Value, A::Error> {
        let (name, allowed) = (self.visitor.around(name), self.allowed);
        self.visitor.inner.visit_enum(Variant { name, allowed })
    }
}

impl<'de, A: SeqAccess<'de>, R: Rule> SeqAccess<'de> for Walk<A, R> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Members<A, R> {
    map: Walk<A, R>,
    allowed: Option<Names>,
}

impl<'de, A: MapAccess<'de>, R: Rule> MapAccess<'de> for Members<A, R> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        match self.allowed {
            Some(allowed) => self.map.inner.next_key_seed(Known {
                seed,
                allowed,
                of: Kind::Member,
            }),
            None => self.map.inner.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.map.around(seed);
        self.map.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.inner.size_hint()
    }
}

struct Variant<A, R> {
    name: Walk<A, R>,
    allowed: Option<Names>,
}

impl<'de, A: EnumAccess<'de>, R: Rule> EnumAccess<'de> for Variant<A, R> {
    type Error = A::Error;
    type Variant = Walk<A::Variant, R>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let rule = self.name.rule;
        let (name, inner) = match self.allowed {
            Some(allowed) => self.name.inner.variant_seed(Known {
                seed,
                allowed,
                of: Kind::Variant,
            }),
            None => self.name.inner.variant_seed(seed),
        }?;
        Ok((name, Walk { inner, rule }))
    }
}

impl<'de, A: VariantAccess<'de>, R: Rule> VariantAccess<'de> for Walk<A, R> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.any(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        members: Names,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.only(visitor, self.rule.allowed(members));
        self.inner.struct_variant(members, visitor)
    }
}

impl<'de, S: DeserializeSeed<'de>, R: Rule> DeserializeSeed<'de> for Walk<S, R> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

/// Reads a name that must be one of some.
struct Known<S> {
    seed: S,
    allowed: Names,
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
            _ if self.allowed.contains(&name.as_str()) => {
                self.seed.deserialize(name.into_deserializer())
            }
            Kind::Member => Err(D::Error::unknown_field(&name, self.allowed)),
            Kind::Variant => Err(D::Error::unknown_variant(&name, self.allowed)),
        }
    }
}
