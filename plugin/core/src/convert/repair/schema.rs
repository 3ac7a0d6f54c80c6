//! The root of a tool's schema: it must say `type: object`, and have no `oneOf`, `anyOf` or `allOf`.
//!
//! Arguments of a call are an object in any case. So a missing `type` is that of an object, and of a
//! union's alternatives those that are objects count: their properties become the root's. What must
//! hold in every case (`required`) is kept, which of them go together is lost. A root that can't be
//! an object is put into one, as its property `value`. The caller's text is kept wherever it can be.

use provider_interface::Json;

mod members;
mod merge;

use members::{Members, is_object_type};
use merge::{UNIONS, merged};

const OBJECT: &str = r#""object""#;

/// The schema as the service takes it, if it isn't one already.
pub(super) fn repaired(schema: &Json) -> Option<Json> {
    let root: Members<'_> = schema.read().ok()?;
    let has_union = UNIONS.iter().any(|union| root.value(union).is_some());
    let text = match root.value("type") {
        Some(OBJECT) if !has_union => return None,
        kind if !is_object_type(kind) => wrapped(schema, &root),
        None if !has_union => with_type(schema.as_str()),
        _ if !has_union => root.write(&[("type", Some(OBJECT.to_owned()))]),
        _ => match merged(&root) {
            Some(shape) => root.write(&shape.changes()),
            None => wrapped(schema, &root),
        },
    };
    // Deeper by a level or two than JSON may be: then the service is to judge.
    Json::parse(text).ok()
}

/// The schema of an object that says the same: itself where it is one, else one that holds it as its
/// property `value`. Nothing of it is lost, unlike in a repair. Whether it is held.
pub(in crate::convert) fn as_object(schema: Json) -> (Json, bool) {
    let Ok(root) = schema.read::<Members<'_>>() else {
        return (schema, false);
    };
    let has_union = UNIONS.iter().any(|union| root.value(union).is_some());
    let text = match root.value("type") {
        Some(OBJECT) if !has_union => None,
        None if !has_union && root.value("properties").is_some() => {
            Some((with_type(schema.as_str()), false))
        }
        _ => Some((wrapped(&schema, &root), true)),
    };
    let made = text.and_then(|(text, is_held)| Some((Json::parse(text).ok()?, is_held)));
    made.unwrap_or((schema, false))
}

/// All of the text stays.
fn with_type(text: &str) -> String {
    let inside = text.trim_start().trim_start_matches('{');
    let comma = if inside.trim_start().starts_with('}') {
        ""
    } else {
        ","
    };
    format!("{{\"type\":{OBJECT}{comma}{inside}")
}

/// Definitions stay at the root, where references look for them.
fn wrapped(schema: &Json, root: &Members<'_>) -> String {
    let mut text = format!(
        r#"{{"type":{OBJECT},"properties":{{"value":{}}},"required":["value"]"#,
        schema.as_str()
    );
    for name in ["$defs", "definitions"] {
        if let Some(definitions) = root.value(name) {
            text.push_str(&format!(r#","{name}":{definitions}"#));
        }
    }
    text.push('}');
    text
}
