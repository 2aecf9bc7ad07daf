//! Values as JSON text, by serde's derive: bodies of calls, the record, states and errors.

use alloc::string::String;
use core::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, SerializeSeq, SerializeStruct};

/// As many bytes as the text of a value takes beside its long texts.
const USUAL_ROOM: usize = 512;

/// The JSON text of a value. Members that are `None` are left out.
///
/// Numbers are whole: fractions are cut off, since all that is written are counts, codes and times in ms. `room`: how many
/// bytes the long texts in it may take. A buffer that grows leaves a copy behind in freed memory, so whoever writes a secret
/// asks for as much as it may take.
#[must_use]
pub fn to_json(value: &impl Serialize, room: usize) -> String {
    let mut writer = Writer { text: String::with_capacity(USUAL_ROOM + room), name: None };
    // Fails only for kinds of values that nothing here has.
    let _ = value.serialize(&mut writer);
    writer.text
}

/// Appends a text as a JSON string.
pub(super) fn write_string(json: &mut String, text: &str) {
    json.push('"');
    write_escaped(json, text);
    json.push('"');
}

/// Appends a text as it stands within a JSON string.
#[inline(never)]
pub(super) fn write_escaped(json: &mut String, text: &str) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                json.push('\\');
                json.push(character);
            }
            control @ '\0'..='\x1f' => {
                let code = control as usize;
                json.push_str("\\u00");
                json.extend([HEX.get(code >> 4), HEX.get(code & 15)].into_iter().flatten());
            }
            other => json.push(other),
        }
    }
}

/// Appends a whole number. By hand, as the standard library's way brings its formatting machinery along.
pub(crate) fn write_number(json: &mut String, number: i64) {
    let mut digits = [0_u8; 20];
    let mut rest = number.unsigned_abs();
    let mut used = 0;
    for place in &mut digits {
        let digit = (rest % 10) as u8;
        *place = b'0' + digit;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        json.push('-');
    }
    json.extend(digits.iter().take(used).rev().map(|digit| char::from(*digit)));
}

struct Writer {
    text: String,
    /// The name of the member whose value comes next. Written by the value, if there is one: so a member takes a few bytes of
    /// the WebAssembly, whatever its type.
    name: Option<&'static str>,
}

impl Writer {
    /// What stands before each value: a comma, unless it is the first of its kind, and its name, if it has one.
    #[inline(never)]
    fn begin(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.text.push(',');
        }
        if let Some(name) = self.name.take() {
            write_string(&mut self.text, name);
            self.text.push(':');
        }
    }
}

/// A value of a kind that is written nowhere here.
#[derive(Debug)]
struct Unwritable;

impl Display for Unwritable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl ser::Error for Unwritable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl core::error::Error for Unwritable {}

/// Refuses each of these kinds.
macro_rules! unwritable {
    ($($method:ident($($kind:ty),*);)*) => {
        $(fn $method(self, $(_: $kind),*) -> Result<(), Unwritable> {
            Err(Unwritable)
        })*
    };
}

impl ser::Serializer for &mut Writer {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.begin();
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        self.begin();
        write_number(&mut self.text, value);
        Ok(())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unwritable> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unwritable> {
        self.serialize_i64(i64::from(value))
    }

    #[expect(clippy::cast_possible_truncation, reason = "fractions of a ms are nobody's")]
    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.serialize_i64(value as i64)
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.begin();
        write_string(&mut self.text, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.name = None;
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unwritable> {
        self.begin();
        self.text.push('[');
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritable> {
        self.begin();
        self.text.push('{');
        Ok(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    unwritable! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_u8(u8);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_char(char);
        serialize_bytes(&[u8]);
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        Err(Unwritable)
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<(), Unwritable> {
        Err(Unwritable)
    }
}

impl SerializeStruct for &mut Writer {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.name = Some(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.text.push('}');
        Ok(())
    }
}

impl SerializeSeq for &mut Writer {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.text.push(']');
        Ok(())
    }
}
