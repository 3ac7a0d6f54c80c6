//! Any conversation becomes a request that the service takes: generated ones, asked of the
//! simulator with all of its rules. Says nothing of how they are repaired; the golden cases do.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use amazon_bedrock_core::convert::{ConverseRequest, Terms, to_converse};
use amazon_bedrock_core::models::Models;
use bedrock_simulator::{BedrockSim, Reply, Simulator};
use proptest::prelude::*;
use proptest::sample::select;
use provider_interface::ChatRequest;
use serde_json::{Value, json};

/// One model of every set of rules.
const MODELS: &[&str] = &[
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
    "eu.anthropic.claude-sonnet-4-20250514-v1:0",
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-opus-4-6-v1",
    "us.anthropic.claude-opus-4-7",
    "amazon.nova-lite-v1:0",
    "us.amazon.nova-2-lite-v1:0",
    "amazon.titan-text-express-v1",
    "openai.gpt-oss-120b-1:0",
    "us.meta.llama3-1-70b-instruct-v1:0",
    "us.meta.llama3-3-70b-instruct-v1:0",
    "us.meta.llama4-scout-17b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2407-v1:0",
    "us.deepseek.r1-v1:0",
    "ai21.jamba-1-5-large-v1:0",
    "ai21.jamba-instruct-v1:0",
];

fn simulator() -> Simulator {
    BedrockSim::new()
        .any_model()
        .allow_anyone()
        .keep_requests(1)
        .default_reply(Reply::text("Hello"))
        .spawn()
        .expect("a simulator")
}

/// What the service says to a body.
fn answer(address: SocketAddr, request: &ConverseRequest) -> (u16, String) {
    let path = request.model_id().replace(':', "%3A");
    let operation = if request.streams() {
        "converse-stream"
    } else {
        "converse"
    };
    let body = request.body().expect("a body");
    let mut socket = TcpStream::connect(address).expect("a connection");
    let head = format!(
        "POST /model/{path}/{operation} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         User-Agent: amazon-bedrock-core\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).expect("sent");
    socket.write_all(&body).expect("sent");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.expect("a status"), answer)
}

/// Blank, unicode, ordinary, with white space at its end.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "",
            " ",
            "\n\t",
            "\u{a0}\u{2003}",
            "Hello.",
            "Hello. \n",
            "\u{1F600}"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ]
}

/// Few, so that they meet: fitting, too long, with letters that don't fit, blank.
fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["a", "b", "tooluse_1", "call.1", "call:1", "call_1", "", "ABCdef123", "\u{e9}"])
            .prop_map(str::to_owned),
        1 => Just("x".repeat(70)),
    ]
}

fn tool_name() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => select(vec!["weather", "mcp.weather", "mcp/weather", "mcp_weather", "", "\u{5929}\u{6c17}"])
            .prop_map(str::to_owned),
        1 => Just("n".repeat(65)),
    ]
}

fn image() -> impl Strategy<Value = Value> {
    let bytes = select(vec!["iVBORw0KGgoA", "/9j/", "R0lGODlh", "UklGRgAAAABXRUJQ"]);
    (select(vec!["png", "jpeg", "gif", "webp"]), bytes)
        .prop_map(|(format, bytes)| json!({"format": format, "source": {"bytes": bytes}}))
}

fn document() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        select(vec![
            "report.pdf",
            "report-pdf",
            "A  b",
            "",
            " ",
            "\u{65e5}\u{672c}",
            "Notes (1)"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
        Just("d".repeat(300)),
    ];
    let source = prop_oneof![
        text().prop_map(|text| json!({"text": text})),
        prop::collection::vec(text(), 0..3).prop_map(|texts| {
            let pieces: Vec<_> = texts
                .into_iter()
                .map(|text| json!({"text": text}))
                .collect();
            json!({"content": pieces})
        }),
        Just(json!({"bytes": "JVBERi0="})),
    ];
    (name, source, select(vec!["pdf", "txt", "csv"])).prop_map(
        |(name, source, format)| json!({"format": format, "name": name, "source": source}),
    )
}

fn cache_point() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"cachePoint": {"type": "default"}}),
        json!({"cachePoint": {"type": "default", "ttl": "5m"}}),
        json!({"cachePoint": {"type": "default", "ttl": "1h"}}),
    ])
}

fn search_result() -> impl Strategy<Value = Value> {
    text().prop_map(|text| json!({"source": "s", "title": "t", "content": [{"text": text}]}))
}

fn tool_result() -> impl Strategy<Value = Value> {
    let part = prop_oneof![
        4 => text().prop_map(|text| json!({"text": text})),
        1 => select(vec![json!({"a": 1}), json!([1]), json!("s"), json!(null)])
            .prop_map(|json| json!({"json": json})),
        1 => image().prop_map(|image| json!({"image": image})),
        1 => search_result().prop_map(|found| json!({"searchResult": found})),
    ];
    let kind = select(vec![None, None, None, Some("web_search_tool_result")]);
    (id(), prop::collection::vec(part, 0..3), kind).prop_map(|(id, content, kind)| {
        let mut result = json!({"toolUseId": id, "content": content});
        if let Some(kind) = kind {
            result["type"] = json!(kind);
        }
        json!({"toolResult": result})
    })
}

fn tool_use() -> impl Strategy<Value = Value> {
    let input = select(vec![
        json!({}),
        json!({"z": 1, "a": [2]}),
        json!(null),
        json!(""),
    ]);
    let kind = select(vec![None, None, None, Some("server_tool_use")]);
    (id(), tool_name(), input, kind).prop_map(|(id, name, input, kind)| {
        let mut call = json!({"toolUseId": id, "name": name, "input": input});
        if let Some(kind) = kind {
            call["type"] = json!(kind);
        }
        json!({"toolUse": call})
    })
}

fn block() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => text().prop_map(|text| json!({"text": text})),
        4 => tool_use(),
        4 => tool_result(),
        2 => cache_point(),
        1 => image().prop_map(|image| json!({"image": image})),
        1 => search_result().prop_map(|found| json!({"searchResult": found})),
        1 => text().prop_map(|text| json!({"guardContent": {"text": {"text": text}}})),
        1 => text().prop_map(|text| json!({"citationsContent": {"content": [{"text": text}]}})),
        1 => (text(), select(vec![None, Some("c2ln")])).prop_map(|(text, signature)| {
            json!({"reasoningContent": {"reasoningText": {"text": text, "signature": signature}}})
        }),
        1 => Just(json!({"reasoningContent": {"redactedContent": "AAEC"}})),
        1 => Just(json!({"toolAddition": {"tool": {"name": "mcp.weather"}}})),
    ]
}

/// Five documents are the service's limit: they are spread over the messages, not generated freely.
fn messages() -> impl Strategy<Value = Vec<Value>> {
    let role = select(vec!["user", "user", "assistant", "assistant", "system"]);
    let message = (role, prop::collection::vec(block(), 0..6))
        .prop_map(|(role, content)| json!({"role": role, "content": content}));
    let documents = prop::collection::vec((document(), any::<prop::sample::Index>()), 0..5);
    (prop::collection::vec(message, 1..9), documents).prop_map(|(mut messages, documents)| {
        for (document, at) in documents {
            let at = at.index(messages.len());
            let content = messages[at]["content"].as_array_mut().expect("a list");
            content.push(json!({"document": document}));
        }
        messages
    })
}

fn tools() -> impl Strategy<Value = Value> {
    let schema = select(vec![
        json!({}),
        json!({"type": "object"}),
        json!({"type": ["object", "null"], "properties": {"a": {}}}),
        json!({"type": "string"}),
        json!({"anyOf": [{"properties": {"a": {}}, "required": ["a"]}, {"type": "string"}]}),
        json!({"oneOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"type": "object"}}}),
        json!({"allOf": [{"type": "array"}]}),
    ]);
    let spec = (tool_name(), text(), schema).prop_map(|(name, description, schema)| {
        json!({"toolSpec": {"name": name, "description": description, "inputSchema": {"json": schema}}})
    });
    prop::collection::vec(prop_oneof![3 => spec, 1 => cache_point()], 0..5)
        .prop_map(|tools| json!({"tools": tools}))
}

/// A name for the tool choice, if the tools have one.
fn chosen(config: &Value) -> Option<Value> {
    let tools = config["tools"].as_array()?;
    let name = tools
        .iter()
        .find_map(|tool| tool["toolSpec"]["name"].as_str())?;
    Some(json!({"tool": {"name": name}}))
}

/// What is asked beside the conversation.
fn settings() -> impl Strategy<Value = Value> {
    let sampling = (
        prop::option::of(select(vec![0.5, 1.0])),
        prop::option::of(select(vec![0.5, 0.99])),
        prop::option::of(select(vec![1, 20, 5000])),
        prop::collection::vec(select(vec!["", " ", "END"]), 0..3),
    )
        .prop_map(|(temperature, top_p, max_tokens, stops)| {
            json!({"temperature": temperature, "topP": top_p, "maxTokens": max_tokens, "stopSequences": stops})
        });
    let reasoning = prop_oneof![
        select(vec!["minimal", "high", "max"]).prop_map(|effort| json!({"effort": effort})),
        select(vec![0, 2000, 30_000]).prop_map(|budget| json!({"budgetTokens": budget})),
    ];
    let fields = select(vec![
        json!(null),
        json!({"top_k": 5}),
        json!({"top_p": 0.5, "temperature": 0.2, "top_k": 9}),
        json!({"thinking": {"type": "enabled", "budget_tokens": 10}, "anthropic_beta": ["x"]}),
    ]);
    let schema = select(vec![
        r#"{"type":"object","properties":{"a":{}}}"#,
        r#"{"type":"array"}"#,
        r#"{"anyOf":[{"type":"string"},{"type":"object"}]}"#,
    ])
    .prop_map(|schema| {
        json!({"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": schema}}}})
    });
    let policy = prop::option::of(select(vec!["none", "short", "long"]));
    (
        prop::option::of(sampling),
        prop::option::of(reasoning),
        fields,
        prop::option::weighted(0.2, schema),
        policy,
    )
        .prop_map(|(sampling, reasoning, fields, output, policy)| {
            json!({
                "inferenceConfig": sampling,
                "reasoning": reasoning,
                "additionalModelRequestFields": fields,
                "outputConfig": output,
                "promptCaching": policy,
            })
        })
}

fn conversation() -> impl Strategy<Value = Value> {
    let system = prop::collection::vec(
        prop_oneof![text().prop_map(|text| json!({"text": text})), cache_point()],
        0..4,
    );
    let model = select(MODELS);
    let tools = prop::option::of(tools());
    (messages(), system, settings(), model, tools, 0..3).prop_map(
        |(messages, system, settings, model, tools, choice)| {
            let mut request = settings;
            let members = request.as_object_mut().expect("an object");
            members.retain(|_, value| !value.is_null());
            request["modelId"] = model.into();
            request["messages"] = messages.into();
            request["system"] = system.into();
            if let Some(mut tools) = tools {
                let made = match choice {
                    0 => None,
                    1 => chosen(&tools).map(|_| json!({"any": {}})),
                    _ => chosen(&tools),
                };
                if let Some(choice) = made {
                    tools["toolChoice"] = choice;
                }
                request["toolConfig"] = tools;
            }
            request
        },
    )
}

fn converted(request: &str) -> ConverseRequest {
    let request: ChatRequest = serde_json::from_str(request).expect("a request");
    let terms = Terms {
        facts: Models::default().remembered(&request.model_id, None),
        ..Terms::default()
    };
    to_converse(request, &terms).expect("a request")
}

fn text_of(request: &ConverseRequest) -> String {
    let body = request.body().expect("a body");
    String::from_utf8(body.to_vec()).expect("JSON is UTF-8")
}

/// As many as [`ProptestConfig`] has from `PROPTEST_CASES`, else these.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 10_000;
    }
    config
}

#[test]
fn any_conversation_is_accepted_and_repaired_once_for_all() {
    let simulator = simulator();
    let address = simulator.address();
    let mut runner = proptest::test_runner::TestRunner::new(config());
    let ran = runner.run(&conversation(), |request| {
        let converted_once = converted(&request.to_string());
        let (status, said) = answer(address, &converted_once);
        let sent = text_of(&converted_once);
        prop_assert_eq!(status, 200, "{}\n{}", said, sent);

        // As text, for the order of members is to be the same too.
        let model_id = converted_once.model_id();
        let again = sent.replacen(
            '{',
            &format!("{{\"modelId\":\"{model_id}\",\"promptCaching\":\"none\","),
            1,
        );
        let again = text_of(&converted(&again));
        prop_assert_eq!(again, sent, "what is valid stays as it is");
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}
