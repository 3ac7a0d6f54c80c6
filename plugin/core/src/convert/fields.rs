//! `additionalModelRequestFields`: members by name, their values as text, so that what the caller
//! put there is sent to the letter.

use std::collections::BTreeMap;

use provider_interface::{ErrorKind, Json, ProviderError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

/// An object's members.
pub(super) type Members = BTreeMap<String, Box<RawValue>>;

/// The additional fields of one request.
#[derive(Debug, Default)]
pub(super) struct Fields {
    members: Members,
    is_changed: bool,
}

impl Fields {
    pub(super) fn read(given: Option<&Json>) -> Result<Self, ProviderError> {
        let members = given.map(Json::read).transpose().map_err(unreadable)?;
        Ok(Self {
            members: members.unwrap_or_default(),
            is_changed: false,
        })
    }

    /// Puts them back, if they were changed; none at all if none is left.
    pub(super) fn write(self, to: &mut Option<Json>) -> Result<(), ProviderError> {
        if self.is_changed {
            let is_empty = self.members.is_empty();
            let json = (!is_empty).then(|| Json::of(&self.members));
            *to = json.transpose().map_err(unreadable)?;
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member's value, if it is of that kind.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.members.get(name)?.get()).ok()
    }

    /// Sets a member.
    pub(super) fn set(&mut self, name: &str, value: &impl Serialize) {
        self.is_changed |= set(&mut self.members, name, value);
    }

    /// Sets a member, unless the caller has.
    pub(super) fn set_new(&mut self, name: &str, value: &impl Serialize) {
        if !self.has(name) {
            self.set(name, value);
        }
    }

    /// Sets a member of a member, unless the caller has; the caller's other members stay.
    pub(super) fn set_new_inside(&mut self, outer: &str, name: &str, value: &impl Serialize) {
        let given = self.members.get(outer);
        let mut inside: Members = match given.map(|raw| serde_json::from_str(raw.get())) {
            None => Members::new(),
            Some(Ok(members)) => members,
            // Not an object: the caller's own affair.
            Some(Err(_)) => return,
        };
        if !inside.contains_key(name) {
            set(&mut inside, name, value);
            self.set(outer, &inside);
        }
    }

    /// Removes a member; whether it was there.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let was_there = self.members.remove(name).is_some();
        self.is_changed |= was_there;
        was_there
    }

    /// Removes a member of a member, and the outer one with its last.
    pub(super) fn remove_inside(&mut self, outer: &str, name: &str) -> bool {
        let Some(mut inside) = self.get::<Members>(outer) else {
            return false;
        };
        if inside.remove(name).is_none() {
            return false;
        }
        if inside.is_empty() {
            self.remove(outer);
        } else {
            self.set(outer, &inside);
        }
        true
    }

    /// Whether Claude is asked to think, by whomever.
    pub(super) fn thinks(&self) -> bool {
        #[derive(serde::Deserialize)]
        struct Thinking {
            #[serde(rename = "type")]
            kind: String,
        }
        let thinking: Option<Thinking> = self.get("thinking");
        thinking.is_some_and(|thinking| matches!(thinking.kind.as_str(), "enabled" | "adaptive"))
    }
}

/// Sets a member of an object.
pub(super) fn set(members: &mut Members, name: &str, value: &impl Serialize) -> bool {
    // Numbers, strings and objects of them can always be written.
    let value = to_raw_value(value);
    value
        .map(|value| members.insert(name.to_owned(), value))
        .is_ok()
}

fn unreadable(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::new(
        ErrorKind::InvalidRequest,
        format!("additionalModelRequestFields can't be used: {error}"),
    )
}
