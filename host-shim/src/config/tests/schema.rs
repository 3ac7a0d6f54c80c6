//! The schema describes the keys that the reader knows, all of them and no others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::*;
use crate::config::SCHEMA;

/// Nothing is called nearly like that.
const UNKNOWN: &str = "qqqqqqqqqqqqqqqq";

/// Every object of the schema that takes no other keys, with its place in a config.
fn closed(schema: &Value, place: &[&str], found: &mut Vec<(Vec<String>, BTreeSet<String>)>) {
    if let Some(items) = schema.get("items") {
        closed(items, &[place, &["[]"]].concat(), found);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    if schema["additionalProperties"] == false {
        let place = place.iter().map(|&key| key.to_owned()).collect();
        found.push((place, properties.keys().cloned().collect()));
    }
    for (key, value) in properties {
        closed(value, &[place, &[key.as_str()]].concat(), found);
    }
}

/// A config with one unknown key at a place.
fn with_unknown(place: &[String]) -> String {
    let mut value = Value::Object(Map::from_iter([(UNKNOWN.to_owned(), Value::Null)]));
    for key in place.iter().rev() {
        value = match key.as_str() {
            "[]" => Value::Array(vec![value]),
            key => Value::Object(Map::from_iter([(key.to_owned(), value)])),
        };
    }
    value.to_string()
}

/// The keys that the reader knows at a place, as it says itself.
fn known(place: &[String]) -> BTreeSet<String> {
    let config = Config::parse(Path::new("c"), &with_unknown(place), &environment());
    let error = config.expect_err("an unknown key");
    let problems = error.problems.iter();
    let about = problems
        .filter(|problem| problem.sentence.contains(UNKNOWN))
        .find_map(|problem| problem.hint.strip_prefix("known here: "));
    let known = about.unwrap_or_else(|| panic!("{place:?}: {error}"));
    known.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let mut objects = Vec::new();
    closed(&schema, &[], &mut objects);
    assert!(objects.len() >= 8, "{objects:?}");
    for (place, described) in objects {
        assert_eq!(described, known(&place), "at {place:?}");
    }
}
