//! `tools`, `tool_choice` and `parallel_tool_calls` → Converse's tool config.

use provider_interface::{
    ContentBlock, EmptyObject, Json, Message, SystemTool, Tool, ToolChoice, ToolConfig,
    ToolInputSchema, ToolSpec,
};
use serde::Deserialize;
use serde_json::json;

use super::history::cache_point;
use super::wire::{self, Request};
use crate::server::dialect::Refused;

/// Model families that can be told to call one tool at a time, by a part of their ids.
const ONE_AT_A_TIME: [&str; 1] = ["anthropic.claude"];

/// What the tool parameters amount to.
#[derive(Debug, Default)]
pub(super) struct Tools {
    pub(super) config: Option<ToolConfig>,
    /// What Converse has no member for.
    pub(super) additional: Option<Json>,
}

/// How the model is to choose.
#[derive(Debug, PartialEq)]
enum Choice {
    Free,
    None,
    Told(ToolChoice),
}

/// Reads the three parameters.
pub(super) fn tool_config(wire: &mut Request, messages: &[Message]) -> Result<Tools, Refused> {
    let listed = wire.tools.take().unwrap_or_default();
    let choice = wire.tool_choice.as_ref().map_or(Ok(Choice::Free), choice)?;
    if listed.is_empty() {
        return match choice {
            Choice::Told(ToolChoice::Any(_) | ToolChoice::Tool(_)) => Err(Refused::invalid(
                "tool_choice",
                "`tool_choice` asks for a tool, but there is none; give `tools`",
            )),
            _ => Ok(Tools::default()),
        };
    }
    // A history with tool calls is valid only beside the tools; the model is left free then.
    if choice == Choice::None && !messages.iter().any(uses_tools) {
        return Ok(Tools::default());
    }
    let mut tools = Vec::with_capacity(listed.len());
    for (index, tool) in listed.into_iter().enumerate() {
        let point = tool.cache_control.as_ref().map(cache_point);
        tools.push(Tool::ToolSpec(spec(index, tool)?));
        tools.extend(point.map(Tool::CachePoint));
    }
    let tool_choice = match choice {
        Choice::Told(choice) => Some(choice),
        Choice::Free | Choice::None => None,
    };
    let mut config = ToolConfig { tools, tool_choice };
    let additional = match wire.parallel_tool_calls {
        Some(false) => Some(one_at_a_time(&wire.model, &mut config)?),
        _ => None,
    };
    Ok(Tools {
        config: Some(config),
        additional,
    })
}

fn uses_tools(message: &Message) -> bool {
    let is_tool = |block: &ContentBlock| {
        matches!(
            block,
            ContentBlock::ToolUse(_) | ContentBlock::ToolResult(_)
        )
    };
    message.content.iter().any(is_tool)
}

fn spec(index: usize, tool: wire::Tool) -> Result<ToolSpec, Refused> {
    let Some(function) = tool.function.filter(|_| tool.kind == "function") else {
        return Err(Refused::invalid(
            format!("tools[{index}].type"),
            format!("`tools[{index}]` is no function; only tools of type `function` can be called"),
        ));
    };
    Ok(ToolSpec {
        name: function.name,
        description: function.description.filter(|text| !text.is_empty()),
        input_schema: ToolInputSchema::Json(match function.parameters {
            Some(schema) => schema,
            None => written(&json!({"type": "object", "properties": {}})),
        }),
        strict: function.strict.filter(|strict| *strict),
    })
}

fn choice(text: &Json) -> Result<Choice, Refused> {
    #[derive(Deserialize)]
    struct Named {
        function: SystemTool,
    }
    if let Ok(word) = text.read::<String>() {
        return match word.as_str() {
            "auto" => Ok(Choice::Told(ToolChoice::Auto(EmptyObject {}))),
            "required" => Ok(Choice::Told(ToolChoice::Any(EmptyObject {}))),
            "none" => Ok(Choice::None),
            _ => Err(unknown_choice()),
        };
    }
    let named: Named = text.read().map_err(|_| unknown_choice())?;
    Ok(Choice::Told(ToolChoice::Tool(named.function)))
}

fn unknown_choice() -> Refused {
    Refused::invalid(
        "tool_choice",
        "`tool_choice` is not one that is known; give auto, required, none, or \
         {type: \"function\", function: {name}}",
    )
}

/// Claude takes this within its own tool choice, which then stands for Converse's.
fn one_at_a_time(model: &str, config: &mut ToolConfig) -> Result<Json, Refused> {
    if !ONE_AT_A_TIME.iter().any(|family| model.contains(family)) {
        return Err(Refused {
            code: Some("unsupported_parameter"),
            ..Refused::invalid(
                "parallel_tool_calls",
                "this model can't be told to call one tool at a time; leave `parallel_tool_calls` out",
            )
        });
    }
    let choice = match config.tool_choice.take() {
        Some(ToolChoice::Any(_)) => json!({"type": "any", "disable_parallel_tool_use": true}),
        Some(ToolChoice::Tool(tool)) => {
            json!({"type": "tool", "name": tool.name, "disable_parallel_tool_use": true})
        }
        _ => json!({"type": "auto", "disable_parallel_tool_use": true}),
    };
    Ok(written(&json!({ "tool_choice": choice })))
}

/// A value that was built here and is no deeper than a few levels.
fn written(value: &serde_json::Value) -> Json {
    Json::of(value).unwrap_or_else(|_| Json::empty_object())
}
