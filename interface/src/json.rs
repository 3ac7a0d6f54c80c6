//! JSON values and bytes as they cross: text that was checked once, and bytes that are base64 in
//! JSON and raw in the packed form.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// How deep a JSON value may nest: what `serde_json` reads without a deeper stack, and what every
/// side of the boundary can turn into a tree.
pub const MAX_JSON_DEPTH: usize = 128;

/// A JSON value as its text: valid, nested at most [`MAX_JSON_DEPTH`] deep, kept to the letter.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

/// Why a text is no [`Json`].
#[derive(Debug)]
pub enum JsonError {
    /// The text is no JSON, or the value can't be written as JSON.
    Invalid(serde_json::Error),
    /// The text nests deeper than [`MAX_JSON_DEPTH`].
    TooDeep,
}

impl Json {
    /// Checks a text.
    pub fn parse(text: impl Into<String>) -> Result<Self, JsonError> {
        let raw = RawValue::from_string(text.into()).map_err(JsonError::Invalid)?;
        Self::checked(raw)
    }

    /// Writes a value as JSON.
    pub fn of(value: &impl Serialize) -> Result<Self, JsonError> {
        let raw = serde_json::value::to_raw_value(value).map_err(JsonError::Invalid)?;
        Self::checked(raw)
    }

    /// The empty object, which stands for "no arguments".
    pub fn empty_object() -> Self {
        // A null is a valid raw value; swapping the text keeps this free of a fallible call.
        Self(RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads the text as a Rust value.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    fn checked(raw: Box<RawValue>) -> Result<Self, JsonError> {
        if depth(raw.get()) > MAX_JSON_DEPTH {
            return Err(JsonError::TooDeep);
        }
        Ok(Self(raw))
    }
}

/// The nesting depth of a valid JSON text.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.as_str())
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "invalid JSON: {error}"),
            Self::TooDeep => write!(f, "JSON nested deeper than {MAX_JSON_DEPTH} levels"),
        }
    }
}

impl std::error::Error for JsonError {}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.0.serialize(serializer)
        } else {
            serializer.serialize_str(self.as_str())
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let raw = Box::<RawValue>::deserialize(deserializer)?;
            Self::checked(raw).map_err(D::Error::custom)
        } else {
            let text = String::deserialize(deserializer)?;
            Self::parse(text).map_err(D::Error::custom)
        }
    }
}

/// Bytes: base64 in JSON, raw in the packed form.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&STANDARD.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Base64Text).map(Self)
        } else {
            deserializer.deserialize_byte_buf(RawBytes).map(Self)
        }
    }
}

struct Base64Text;

impl Visitor<'_> for Base64Text {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a base64 string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        STANDARD
            .decode(text)
            .map_err(|error| E::custom(format_args!("invalid base64: {error}")))
    }
}

struct RawBytes;

impl Visitor<'_> for RawBytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }
}
