//! Reads what a server of this very build has packed, in the client. It can't fail, so the client holds no code for a field that can't
//! be read: [`Packed`](crate::wire::Packed) has compared a sum of the bytes before, and a page of another build is loaded anew.
//! The format is postcard's.

use std::fmt::{self, Display, Formatter};

use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> T {
    let Ok(value) = T::deserialize(&mut Reader(bytes));
    value
}

/// What can't happen.
#[derive(Debug)]
pub enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::de::Error for Never {
    fn custom<T: Display>(_: T) -> Never {
        unreachable!("another build's answer")
    }
}

struct Reader<'de>(&'de [u8]);

impl<'de> Reader<'de> {
    fn take(&mut self, count: usize) -> &'de [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// Seven bits in each byte, the lowest first.
    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    /// The sign is the lowest bit.
    fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
    }

    fn count(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or_default()
    }

    fn text(&mut self) -> &'de str {
        let count = self.count();
        std::str::from_utf8(self.take(count)).unwrap_or_default()
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $read:ident;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
            visitor.$visit(self.$read())
        }
    )*};
}

/// What no type on the wire asks for: it needs names, or a format that describes itself.
macro_rules! unused {
    ($($deserialize:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Never> {
            unreachable!(stringify!($deserialize))
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Never;

    numbers! {
        deserialize_u8 visit_u8 byte;
        deserialize_u16 visit_u64 number;
        deserialize_u32 visit_u64 number;
        deserialize_u64 visit_u64 number;
        deserialize_i16 visit_i64 signed;
        deserialize_i32 visit_i64 signed;
        deserialize_i64 visit_i64 signed;
        deserialize_str visit_borrowed_str text;
        deserialize_string visit_borrowed_str text;
    }

    unused! { deserialize_any deserialize_i8 deserialize_f32 deserialize_f64 deserialize_char deserialize_bytes deserialize_byte_buf
    deserialize_identifier deserialize_ignored_any }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_bool(self.byte() != 0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        if self.byte() == 0 { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let left = self.count();
        visitor.visit_seq(Items { reader: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Items { reader: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, left: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Items { reader: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Items { reader: self, left: fields.len() })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let left = self.count();
        visitor.visit_map(Items { reader: self, left })
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        visitor.visit_enum(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// One after the other, without names.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Never> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Never;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Never> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Never> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> EnumAccess<'de> for &mut Reader<'de> {
    type Error = Never;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Never> {
        let index = u32::try_from(self.number()).unwrap_or_default();
        let index: U32Deserializer<Never> = index.into_deserializer();
        seed.deserialize(index).map(|variant| (variant, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Reader<'de> {
    type Error = Never;

    fn unit_variant(self) -> Result<(), Never> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Never> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Items { reader: self, left })
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(Items { reader: self, left: fields.len() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::read;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Nothing,
        One(i64),
        Two(u8, String),
        Named { at: Option<u32>, yes: bool },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        kinds: Vec<Kind>,
        by_name: BTreeMap<String, (i64, u64)>,
        inner: Wrapped,
        nothing: (),
        last: u16,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapped(String);

    #[test]
    fn what_was_packed_is_read() {
        let named = |at| Kind::Named { at, yes: true };
        let whole = Whole {
            kinds: vec![
                Kind::Nothing,
                Kind::One(i64::MIN),
                Kind::One(-1),
                Kind::One(64),
                Kind::Two(255, "Zoë".to_owned()),
                named(None),
                named(Some(300)),
            ],
            by_name: BTreeMap::from([("most".to_owned(), (i64::MAX, u64::MAX)), (String::new(), (0, 0))]),
            inner: Wrapped("in".to_owned()),
            nothing: (),
            last: u16::MAX,
        };
        assert_eq!(read::<Whole>(&postcard::to_allocvec(&whole).unwrap()), whole);
    }
}
