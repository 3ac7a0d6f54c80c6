//! A JSON object one level deep: members in their order, values as the text that they are.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Default)]
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a str)>);

impl<'a> Members<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        // As for every JSON reader, the last one of a name counts.
        let found = self.0.iter().rev().find(|(member, _)| member == name);
        found.map(|(_, value)| *value)
    }

    /// The object with some members changed, added or (`None`) left out.
    pub(super) fn write(&self, changes: &[(&str, Option<String>)]) -> String {
        let mut written: Vec<String> = Vec::new();
        let change = |name: &str| changes.iter().find(|(changed, _)| *changed == name);
        for (name, value) in &self.0 {
            match change(name) {
                None => written.push(member(name, value)),
                Some((_, Some(value))) => written.push(member(name, value)),
                Some((_, None)) => {}
            }
        }
        for (name, value) in changes {
            if let Some(value) = value
                && self.value(name).is_none()
            {
                written.push(member(name, value));
            }
        }
        format!("{{{}}}", written.join(","))
    }
}

pub(super) fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Value::from(name))
}

/// Whether a schema's `type` allows an object; one that isn't said does.
pub(super) fn is_object_type(kind: Option<&str>) -> bool {
    let Some(kind) = kind else { return true };
    match serde_json::from_str(kind) {
        Ok(Value::String(name)) => name == "object",
        Ok(Value::Array(names)) => names.iter().any(|name| name == "object"),
        Ok(Value::Null) => true,
        _ => false,
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder).map(Self)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Vec<(String, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}
