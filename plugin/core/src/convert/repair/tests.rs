//! Golden cases: one JSON file a family, what becomes of each case in the snapshot beside it.

use provider_interface::{ChatRequest, StreamEvent};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::repair;
use crate::convert::to_converse;

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

#[derive(Deserialize)]
struct Case<'a> {
    name: String,
    origin: String,
    /// Nothing is to be done.
    #[serde(default)]
    valid: bool,
    /// As text, for the order of its members counts.
    #[serde(borrow)]
    request: &'a RawValue,
}

/// Each case: what it is, where it is from, the body that is sent, and what was done.
fn golden(cases: &str) -> String {
    let cases: Vec<Case<'_>> = serde_json::from_str(cases).expect("cases");
    cases.iter().map(|case| told(case) + "\n").collect()
}

fn told(case: &Case<'_>) -> String {
    let Case { name, origin, .. } = case;
    let mut request: ChatRequest = serde_json::from_str(case.request.get()).expect(name);
    if request.model_id.is_empty() {
        MODEL.clone_into(&mut request.model_id);
    }
    let sent = to_converse(request.clone()).expect(name);
    let (repairs, _) = repair(&mut request);
    let (again, _) = repair(&mut request);
    assert_eq!(again.kinds().next(), None, "{name}: twice");
    let done: Vec<_> = repairs.kinds().collect();
    assert_eq!(done.is_empty(), case.valid, "{name}: {done:?}");
    format!(
        "# {name}\n  from: {origin}\n  sent: {}\n  done: {}\n",
        String::from_utf8_lossy(sent.body()),
        done.join("; "),
    )
}

macro_rules! golden {
    ($($family:ident)+) => {
        $(#[test]
        fn $family() {
            let cases = include_str!(concat!("golden/", stringify!($family), ".json"));
            insta::assert_snapshot!(golden(cases));
        })+
    };
}

golden! { blanks turns results names_and_ids tools documents_and_images cache }

#[test]
fn the_callers_name_of_a_tool_comes_back_in_the_answer() {
    let request = r#"{"modelId":"m","messages":[{"role":"user","content":[{"text":"x"}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"mcp.a","inputSchema":{"json":{}}}},
                               {"toolSpec":{"name":"mcp/a","inputSchema":{"json":{}}}},
                               {"toolSpec":{"name":"plain","inputSchema":{"json":{}}}}]}}"#;
    let request: ChatRequest = serde_json::from_str(request).expect("a request");
    let sent = to_converse(request).expect("a body");
    let body: Value = serde_json::from_slice(sent.body()).expect("JSON");
    let mut own = Vec::new();
    for index in 0..3 {
        let name = &body["toolConfig"]["tools"][index]["toolSpec"]["name"];
        let start = format!(
            r#"{{"contentBlockStart":{{"start":{{"toolUse":{{"toolUseId":"t","name":{name}}}}},"contentBlockIndex":0}}}}"#
        );
        let mut event: StreamEvent = serde_json::from_str(&start).expect("an event");
        sent.names().restore(&mut event);
        let event = serde_json::to_value(event).expect("JSON");
        own.push(event["contentBlockStart"]["start"]["toolUse"]["name"].clone());
    }
    assert_eq!(own, ["mcp.a", "mcp/a", "plain"]);
}
