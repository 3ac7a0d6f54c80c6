//! The alternatives of a schema's root, merged into one object.

use super::OBJECT;
use super::members::{Members, is_object_type, member};

pub(super) const UNIONS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// How deep alternatives may hold, or refer to, alternatives.
const MAX_DEPTH: usize = 8;

/// What an object of a schema may have.
#[derive(Default)]
pub(super) struct Shape {
    /// Names and schemas, in their order.
    properties: Vec<(String, String)>,
    required: Vec<String>,
}

impl Shape {
    /// What the root becomes.
    pub(super) fn changes(&self) -> Vec<(&'static str, Option<String>)> {
        let written: Vec<String> = self.properties.iter().map(|(n, v)| member(n, v)).collect();
        let required = serde_json::Value::from(self.required.clone()).to_string();
        let mut changes = vec![
            ("type", Some(OBJECT.to_owned())),
            ("properties", Some(format!("{{{}}}", written.join(",")))),
            (
                "required",
                Some(required).filter(|_| !self.required.is_empty()),
            ),
        ];
        changes.extend(UNIONS.map(|union| (union, None)));
        changes
    }

    /// Takes in what must hold as well.
    fn and(&mut self, other: Self) {
        for (name, schema) in other.properties {
            match self.properties.iter_mut().find(|(own, _)| *own == name) {
                None => self.properties.push((name, schema)),
                Some((_, own)) if *own == schema => {}
                Some((_, own)) => *own = format!(r#"{{"allOf":[{own},{schema}]}}"#),
            }
        }
        for name in other.required {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
    }

    /// What one of several has: all properties, and required what all of them require.
    fn one_of(shapes: Vec<Self>) -> Self {
        let mut required = shapes
            .first()
            .map(|s| s.required.clone())
            .unwrap_or_default();
        required.retain(|name| shapes.iter().all(|shape| shape.required.contains(name)));
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for (name, schema) in shapes.into_iter().flat_map(|shape| shape.properties) {
            match found.iter_mut().find(|(own, _)| *own == name) {
                None => found.push((name, vec![schema])),
                Some((_, own)) if own.contains(&schema) => {}
                Some((_, own)) => own.push(schema),
            }
        }
        let properties = found.into_iter().map(|(name, schemas)| match &schemas[..] {
            [one] => (name, one.clone()),
            several => (name, format!(r#"{{"anyOf":[{}]}}"#, several.join(","))),
        });
        Self {
            properties: properties.collect(),
            required,
        }
    }
}

/// The root as one object, if it can be one.
pub(super) fn merged(root: &Members<'_>) -> Option<Shape> {
    shape(root, root, 0)
}

fn shape(node: &Members<'_>, root: &Members<'_>, depth: usize) -> Option<Shape> {
    if depth > MAX_DEPTH || !is_object_type(node.value("type")) {
        return None;
    }
    let mut shape = Shape {
        properties: members(node.value("properties")),
        required: node.value("required").map(texts).unwrap_or_default(),
    };
    if let Some(target) = node.value("$ref").filter(|_| depth > 0) {
        let target = resolve(target, root)?;
        shape.and(self::shape(&target, root, depth + 1)?);
    }
    for union in UNIONS {
        let Some(list) = node.value(union) else {
            continue;
        };
        let list: Vec<&serde_json::value::RawValue> = serde_json::from_str(list).ok()?;
        let read = |text: &&'_ serde_json::value::RawValue| {
            let node = Members::read(text.get())?;
            self::shape(&node, root, depth + 1)
        };
        let shapes: Vec<Shape> = list.iter().filter_map(read).collect();
        if union == "allOf" {
            // All must hold: one that is no object leaves nothing.
            if shapes.len() < list.len() {
                return None;
            }
            shapes.into_iter().for_each(|other| shape.and(other));
        } else if shapes.is_empty() {
            return None;
        } else {
            shape.and(Shape::one_of(shapes));
        }
    }
    Some(shape)
}

fn members(properties: Option<&str>) -> Vec<(String, String)> {
    let read = properties.and_then(Members::read).unwrap_or_default();
    let owned = |(name, value): (String, &str)| (name, value.to_owned());
    read.0.into_iter().map(owned).collect()
}

fn texts(list: &str) -> Vec<String> {
    serde_json::from_str(list).unwrap_or_default()
}

/// A definition of the schema itself: `#/$defs/Name` or `#/definitions/Name`.
fn resolve<'a>(reference: &str, root: &Members<'a>) -> Option<Members<'a>> {
    let reference: String = serde_json::from_str(reference).ok()?;
    let (holder, name) = reference.strip_prefix("#/")?.split_once('/')?;
    let definitions = Members::read(root.value(holder)?)?;
    Members::read(definitions.value(name)?)
}
