//! Reading a request member by member: each refusal names the member by its path, and what nobody
//! reads is told.
//!
//! Values are first found as raw text and read where their type is known. A derived reader of a
//! tagged block would copy the whole block first, images included, and could not say where an error
//! stands.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use provider_interface::{Blob, Json};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::server::dialect::Refused;

/// More members than any object of the API has; each is compared with each.
const MAX_MEMBERS: usize = 256;

/// Where a value stands: `messages.0.content.1.text`.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'p> {
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Body,
    Member(&'p str),
    Item(usize),
}

impl<'p> At<'p> {
    /// The whole body.
    pub(super) const BODY: At<'static> = At {
        parent: None,
        step: Step::Body,
    };

    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    pub(super) fn item(&'p self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Item(index),
        }
    }

    /// A refusal of what stands here.
    pub(super) fn refuse(&self, what: impl fmt::Display) -> Refused {
        let path = self.to_string();
        let (subject, param) = match path.is_empty() {
            true => ("the body", None),
            false => (path.as_str(), Some(path.clone())),
        };
        Refused {
            status: 400,
            message: format!("{subject} {what}"),
            param,
            code: None,
        }
    }

    /// The path without the places in lists: how a member is named that is ignored wherever it is.
    fn names(&self) -> String {
        let own = match self.step {
            Step::Member(name) => name,
            Step::Body | Step::Item(_) => "",
        };
        match self.parent.map(At::names).filter(|names| !names.is_empty()) {
            Some(names) if own.is_empty() => names,
            Some(names) => names + "." + own,
            None => own.to_owned(),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            fmt::Display::fmt(parent, f)?;
            if !matches!(parent.step, Step::Body) {
                f.write_str(".")?;
            }
        }
        match self.step {
            Step::Body => Ok(()),
            Step::Member(name) => f.write_str(name),
            Step::Item(index) => write!(f, "{index}"),
        }
    }
}

/// Names of members that were given and aren't used, each once.
#[derive(Debug, Default)]
pub(super) struct Ignored(Vec<String>);

impl Ignored {
    /// The most names that are kept: they go into a header.
    const MAX_NAMES: usize = 32;

    /// The longest name that is kept.
    const MAX_LENGTH: usize = 80;

    pub(super) fn note(&mut self, at: &At<'_>) {
        let name = at.names();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let fits = name.len() <= Self::MAX_LENGTH && name.bytes().all(plain);
        if fits && self.0.len() < Self::MAX_NAMES && !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.0
    }
}

/// An object of the request, with the memory of which members were asked for.
#[derive(Debug)]
pub(super) struct Object<'a, 'p> {
    members: Vec<Given<'a>>,
    at: &'p At<'p>,
}

#[derive(Debug)]
struct Given<'a> {
    name: Cow<'a, str>,
    value: &'a RawValue,
    used: Cell<bool>,
}

impl<'a, 'p> Object<'a, 'p> {
    pub(super) fn read(raw: &'a RawValue, at: &'p At<'p>) -> Result<Self, Refused> {
        let Members(members) =
            serde_json::from_str(raw.get()).map_err(|_| at.refuse("must be an object"))?;
        if members.len() > MAX_MEMBERS {
            return Err(at.refuse(format_args!("has more than {MAX_MEMBERS} members")));
        }
        for (index, member) in members.iter().enumerate() {
            if members[..index]
                .iter()
                .any(|other| other.name == member.name)
            {
                return Err(at
                    .member(&member.name)
                    .refuse("is given twice: give it once"));
            }
        }
        Ok(Self { members, at })
    }

    /// Where the object stands.
    pub(super) fn at(&self) -> &'p At<'p> {
        self.at
    }

    /// A member; null is as good as none.
    pub(super) fn optional<T: Member<'a>>(&self, name: &str) -> Result<Option<T>, Refused> {
        let Some(given) = self.members.iter().find(|given| given.name == name) else {
            return Ok(None);
        };
        given.used.set(true);
        if given.value.get() == "null" {
            return Ok(None);
        }
        T::read(given.value, &self.at.member(name)).map(Some)
    }

    pub(super) fn required<T: Member<'a>>(&self, name: &str) -> Result<T, Refused> {
        let member = self.optional(name)?;
        member.ok_or_else(|| self.at.member(name).refuse("is missing"))
    }

    /// A member that is any JSON, null too.
    pub(super) fn json(&self, name: &str) -> Result<Json, Refused> {
        let given = self.members.iter().find(|given| given.name == name);
        let at = self.at.member(name);
        let given = given.ok_or_else(|| at.refuse("is missing"))?;
        given.used.set(true);
        <Json as Member>::read(given.value, &at)
    }

    /// Notes what nobody has asked for.
    pub(super) fn finish(self, ignored: &mut Ignored) {
        for given in self.members.iter().filter(|given| !given.used.get()) {
            ignored.note(&self.at.member(&given.name));
        }
    }
}

/// A member's type, and how it is called in a refusal. The refusal never repeats the value.
pub(super) trait Member<'a>: Deserialize<'a> {
    const WHAT: &'static str;

    fn read(raw: &'a RawValue, at: &At<'_>) -> Result<Self, Refused> {
        serde_json::from_str(raw.get())
            .map_err(|_| at.refuse(format_args!("must be {}", Self::WHAT)))
    }
}

macro_rules! members {
    ($($type:ty: $what:literal),+ $(,)?) => {
        $(impl<'a> Member<'a> for $type {
            const WHAT: &'static str = $what;
        })+
    };
}

members! {
    bool: "true or false",
    u32: "a whole number from 0 to 4294967295",
    f64: "a number",
    String: "a string",
    Blob: "a base64 string",
    Json: "JSON that nests at most 128 levels deep",
    &'a RawValue: "JSON",
    Vec<String>: "a list of strings",
    Vec<&'a RawValue>: "a list",
}

struct Members<'a>(Vec<Given<'a>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Vec<Given<'de>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push(Given {
                        name,
                        value,
                        used: Cell::new(false),
                    });
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visit).map(Members)
    }
}

/// A member's name; borrowed unless it is written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_refusal_names_the_member_and_keeps_its_value_to_itself() {
        let messages = At::BODY.member("messages");
        let first = messages.item(0);
        let object =
            Object::read(raw(r#"{"role": ["secret"], "text": null}"#), &first).expect("an object");
        let refused = object.required::<String>("role").expect_err("a list");
        assert_eq!(refused.message, "messages.0.role must be a string");
        assert_eq!(refused.param.as_deref(), Some("messages.0.role"));
        let missing = object.required::<String>("text").expect_err("null");
        assert_eq!(missing.message, "messages.0.text is missing");
        let body = Object::read(raw("[]"), &At::BODY).expect_err("a list");
        assert_eq!(body.message, "the body must be an object");
    }

    #[test]
    fn a_member_that_is_given_twice_is_refused() {
        let twice = Object::read(raw(r#"{"a": 1, "\u0061": 2}"#), &At::BODY).expect_err("twice");
        assert_eq!(twice.message, "a is given twice: give it once");
    }

    #[test]
    fn what_nobody_reads_is_named_once_and_only_if_a_header_can_hold_it() {
        let mut ignored = Ignored::default();
        let tools = At::BODY.member("tools");
        for index in 0..2 {
            let at = tools.item(index);
            let object = Object::read(raw(r#"{"name": "f", "examples": [], "a\nb": 1}"#), &at);
            let object = object.expect("an object");
            object.required::<String>("name").expect("a name");
            object.finish(&mut ignored);
        }
        assert_eq!(ignored.into_names(), ["tools.examples"]);
    }
}
