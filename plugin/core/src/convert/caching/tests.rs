//! Without a policy. What policies do is among the golden cases.

use super::*;

fn places(json: &str) -> bool {
    let mut request: ChatRequest = serde_json::from_str(json).expect("a request");
    let facts = Facts {
        caching: Some(Caching::Everywhere),
        ..Facts::default()
    };
    place(&mut request, &facts, None);
    has_point(&request)
}

#[test]
fn a_single_question_is_not_cached_and_a_conversation_is() {
    let user = r#"{"role":"user","content":[{"text":"Hi"}]}"#;
    let assistant = r#"{"role":"assistant","content":[{"text":"Hello"}]}"#;
    let tools = r#""toolConfig":{"tools":[{"systemTool":{"name":"t"}}]}"#;
    assert!(!places(&format!(r#"{{"messages":[{user}]}}"#)));
    assert!(places(&format!(
        r#"{{"messages":[{user},{assistant},{user}]}}"#
    )));
    assert!(places(&format!(r#"{{"messages":[{user}],{tools}}}"#)));
}
