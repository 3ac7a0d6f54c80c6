//! Golden cases: one JSON file a family of repairs or rules, what becomes of each case in the snapshot
//! beside it.

use provider_interface::{ChatRequest, PromptCaching};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::request::converted;
use super::{ConverseRequest, Terms, to_converse};
use crate::models::Models;

/// A model of which the table knows no rule that most cases would meet.
const MODEL: &str = "anthropic.claude-3-7-sonnet-20250219-v1:0";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'a> {
    name: String,
    origin: String,
    /// Nothing is to be done.
    #[serde(default)]
    valid: bool,
    /// The policy of the config.
    #[serde(default)]
    caching: Option<PromptCaching>,
    /// As text, for the order of its members counts.
    #[serde(borrow)]
    request: &'a RawValue,
}

/// What a model is asked on, by the table.
pub(super) fn terms(model_id: &str) -> Terms {
    Terms {
        facts: Models::default().remembered(model_id, None),
        ..Terms::default()
    }
}

pub(super) fn sent(request: &ConverseRequest) -> String {
    let body = request.body().expect("a body");
    String::from_utf8(body.to_vec()).expect("JSON is UTF-8")
}

/// Each case: what it is, where it is from, the body that is sent, and what was done.
fn golden(cases: &str) -> String {
    let cases: Vec<Case<'_>> = serde_json::from_str(cases).expect("cases");
    cases.iter().map(|case| told(case) + "\n").collect()
}

fn told(case: &Case<'_>) -> String {
    let Case { name, origin, .. } = case;
    assert!(!origin.is_empty(), "{name}: its origin");
    let mut request: ChatRequest = serde_json::from_str(case.request.get()).expect(name);
    if request.model_id.is_empty() {
        MODEL.clone_into(&mut request.model_id);
    }
    let terms = Terms {
        caching: case.caching.clone().or(Some(PromptCaching::None)),
        ..terms(&request.model_id)
    };
    let model = request.model_id.clone();
    let (converted, repairs) = converted(request, &terms).expect(name);
    let body = sent(&converted);
    let mut again: ChatRequest = serde_json::from_str(&body).expect(name);
    again.model_id.clone_from(&model);
    again.prompt_caching = Some(PromptCaching::None);
    let again = to_converse(again, &terms).expect(name);
    assert_eq!(
        sent(&again),
        body,
        "{name}: what was sent is taken as it is"
    );
    let done: Vec<_> = repairs.kinds().collect();
    assert_eq!(done.is_empty(), case.valid, "{name}: {done:?}");
    let mut told = format!("# {name}\n  from: {origin}\n");
    if model != MODEL {
        told += &format!("  model: {model}\n");
    }
    if !converted.streams() {
        told += "  asked: for an answer in one piece\n";
    }
    told + &format!("  sent: {body}\n  done: {}\n", done.join("; "))
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

golden! {
    blanks turns results names_and_ids tools tool_inputs documents_and_images cache reasoning
    reasoning_history sampling system_prompt tool_rules structured_output cache_placement
}

#[test]
fn the_callers_name_of_a_tool_comes_back_in_the_answer() {
    let request = r#"{"modelId":"m","messages":[{"role":"user","content":[{"text":"x"}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"mcp.a","inputSchema":{"json":{}}}},
                               {"toolSpec":{"name":"mcp/a","inputSchema":{"json":{}}}},
                               {"toolSpec":{"name":"plain","inputSchema":{"json":{}}}}]}}"#;
    let request: ChatRequest = serde_json::from_str(request).expect("a request");
    let sent = to_converse(request, &Terms::default()).expect("a request");
    let body: Value = serde_json::from_slice(&sent.body().expect("a body")).expect("JSON");
    let mut own = Vec::new();
    for index in 0..3 {
        let name = &body["toolConfig"]["tools"][index]["toolSpec"]["name"];
        let mut name = name.as_str().expect("a name").to_owned();
        sent.names().restore(&mut name);
        own.push(name);
    }
    assert_eq!(own, ["mcp.a", "mcp/a", "plain"]);
}
