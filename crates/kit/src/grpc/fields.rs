//! Reads the texts at a path of fields out of an encoded message, as its decoder will read them.

use prost::{
    DecodeError,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

use super::descriptors::{File, MessageType};

/// The way to a text in a message: the numbers of the fields that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldPath {
    numbers: Box<[u32]>,
    /// Whether the last field holds a list; else the last of several texts counts, as decoders have
    /// it.
    repeated: bool,
}

/// A path that leads to no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} has no field {path:?} that is a text or a list of texts")]
pub struct NoSuchField {
    message: String,
    path: String,
}

impl FieldPath {
    /// The path that a dotted name takes through a message, which may lead through messages but
    /// neither through lists nor through variants.
    pub(super) fn find(files: &[File], message: &str, path: &str) -> Result<Self, NoSuchField> {
        let none = || NoSuchField {
            message: message.to_owned(),
            path: path.to_owned(),
        };
        let mut numbers = Vec::new();
        let mut within = message_type(files, message).ok_or_else(none)?;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let field = within.field.iter().find(|field| field.name == name);
            let field = field
                .filter(|field| field.oneof_index.is_none())
                .ok_or_else(none)?;
            numbers.push(field.number);
            match names.peek() {
                None if field.is_string() => {
                    let (numbers, repeated) = (numbers.into(), field.is_repeated());
                    return Ok(Self { numbers, repeated });
                }
                Some(_) if field.is_message() && !field.is_repeated() => {
                    within = message_type(files, &field.type_name).ok_or_else(none)?;
                }
                _ => break,
            }
        }
        Err(none())
    }

    /// The texts there; none when the field is not set.
    pub(super) fn texts<'a>(&self, message: &'a [u8]) -> Result<Vec<&'a str>, DecodeError> {
        let mut texts = Vec::new();
        collect(message, &self.numbers, &mut texts)?;
        if !self.repeated && texts.len() > 1 {
            texts.drain(..texts.len() - 1);
        }
        texts
            .into_iter()
            .map(|text| str::from_utf8(text).map_err(|_| malformed()))
            .collect()
    }
}

/// Of a message field that stands several times, decoders merge what it holds: in order, that is
/// what is found here.
fn collect<'a>(
    mut rest: &'a [u8],
    numbers: &[u32],
    into: &mut Vec<&'a [u8]>,
) -> Result<(), DecodeError> {
    let Some((wanted, deeper)) = numbers.split_first() else {
        return Ok(());
    };
    while !rest.is_empty() {
        let (number, wire_type) = decode_key(&mut rest)?;
        if number != *wanted {
            skip_field(wire_type, number, &mut rest, DecodeContext::default())?;
            continue;
        }
        if wire_type != WireType::LengthDelimited {
            return Err(malformed());
        }
        let length = usize::try_from(decode_varint(&mut rest)?).map_err(|_| malformed())?;
        let (value, after) = rest.split_at_checked(length).ok_or_else(malformed)?;
        rest = after;
        match deeper.is_empty() {
            true => into.push(value),
            false => collect(value, deeper, into)?,
        }
    }
    Ok(())
}

#[allow(deprecated)] // there is no other way to make one
fn malformed() -> DecodeError {
    DecodeError::new("a field of the request is malformed")
}

/// A message by its full name, with or without the dot before it. Those within others are not
/// looked for.
fn message_type<'a>(files: &'a [File], name: &str) -> Option<&'a MessageType> {
    let name = name.trim_start_matches('.');
    files.iter().find_map(|file| {
        let rest = name.strip_prefix(&file.package)?;
        let short = match file.package.is_empty() {
            true => rest,
            false => rest.strip_prefix('.')?,
        };
        file.message_type
            .iter()
            .find(|message| message.name == short)
    })
}
