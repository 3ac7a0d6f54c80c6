//! Lists where objects belong: serde takes a list for an object's members in order, AWS doesn't, and
//! a user who wrote one has made a mistake.

use host_shim::interface::ChatRequest;
use serde_json::Value;

/// The path of the first list that was read as an object, `.` for the request itself.
pub(super) fn list_for_object(text: &str, read: &ChatRequest) -> Option<String> {
    let written: Value = serde_json::from_str(text).ok()?;
    let read = serde_json::to_value(read).ok()?;
    find(&written, &read, "").map(|path| {
        if path.is_empty() {
            ".".to_owned()
        } else {
            path
        }
    })
}

fn find(written: &Value, read: &Value, path: &str) -> Option<String> {
    match (written, read) {
        (Value::Array(_), Value::Object(_)) => Some(path.to_owned()),
        (Value::Array(written), Value::Array(read)) => {
            let mut pairs = written.iter().zip(read).enumerate();
            pairs.find_map(|(index, (written, read))| {
                find(written, read, &format!("{path}[{index}]"))
            })
        }
        (Value::Object(written), Value::Object(read)) => {
            written.iter().find_map(|(key, written)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                find(written, read.get(key)?, &path)
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        list_for_object(text, &serde_json::from_str(text).expect("serde takes it"))
    }

    #[test]
    fn a_list_that_stands_for_an_object_is_found_at_any_depth() {
        assert_eq!(found("[]").as_deref(), Some("."));
        let list = r#"{"messages": [{"role": "user", "content": []}, ["user", []]]}"#;
        assert_eq!(found(list).as_deref(), Some("messages[1]"));
        assert_eq!(
            found(r#"{"inferenceConfig": [100]}"#).as_deref(),
            Some("inferenceConfig")
        );
    }

    #[test]
    fn lists_where_lists_belong_are_left_alone() {
        let request = r#"{
            "messages": [{"role": "user", "content": [{"text": "hi"}, {"toolUse":
                {"toolUseId": "t", "name": "n", "input": {"list": [[1], []]}}}]}],
            "inferenceConfig": {"stopSequences": ["a"]},
            "additionalModelRequestFields": {"x": [{"y": []}]}
        }"#;
        assert_eq!(found(request), None);
    }
}
