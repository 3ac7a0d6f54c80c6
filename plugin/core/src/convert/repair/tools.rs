//! Tools: no blank description, no name twice, a schema that is an object's, and some tool at all
//! when the history calls any.

use std::collections::HashSet;

use provider_interface::{
    ChatRequest, ContentBlock, Json, Tool, ToolConfig, ToolInputSchema, ToolSpec,
};

use super::blanks::blank;
use super::{Repairs, schema};

/// What is said of a tool that stands in the history and isn't offered any more.
const NOT_OFFERED: &str = "Not available any more; do not call it.";

/// The name of a tool of which only results are known.
const NO_NAME: &str = "tool";

pub(super) fn complete(request: &mut ChatRequest, repairs: &mut Repairs) {
    if let Some(config) = &mut request.tool_config {
        for tool in &mut config.tools {
            if let Tool::ToolSpec(spec) = tool {
                specification(spec, repairs);
            }
        }
        drop_repeated(&mut config.tools, repairs);
    }
    if has_tool(request.tool_config.as_ref()) {
        return;
    }
    let used = used_names(request);
    if used.is_empty() {
        let had_config = request.tool_config.take().is_some();
        repairs.note_if(had_config, "tool configuration without a tool dropped");
        return;
    }
    repairs.note("placeholder tools put for the calls of the history");
    request.tool_config = Some(ToolConfig {
        tools: used.into_iter().map(placeholder).collect(),
        // To force the model to a tool that isn't there can't have been meant.
        tool_choice: None,
    });
}

fn specification(spec: &mut ToolSpec, repairs: &mut Repairs) {
    if spec.description.as_deref().is_some_and(blank) {
        spec.description = None;
        repairs.note("blank description of a tool dropped");
    }
    if let ToolInputSchema::Json(json) = &mut spec.input_schema
        && let Some(repaired) = schema::repaired(json)
    {
        *json = repaired;
        repairs.note("root of a tool's schema made an object");
    }
}

fn drop_repeated(tools: &mut Vec<Tool>, repairs: &mut Repairs) {
    let before = tools.len();
    let mut seen = HashSet::new();
    tools.retain(|tool| match tool {
        Tool::ToolSpec(spec) => seen.insert(spec.name.clone()),
        Tool::SystemTool(tool) => seen.insert(tool.name.clone()),
        _ => true,
    });
    repairs.note_if(tools.len() < before, "second tool of one name dropped");
}

fn has_tool(config: Option<&ToolConfig>) -> bool {
    let mut tools = config.into_iter().flat_map(|config| &config.tools);
    tools.any(|tool| !matches!(tool, Tool::CachePoint(_)))
}

/// In the order of their first use.
fn used_names(request: &ChatRequest) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut has_result = false;
    for block in request.messages.iter().flat_map(|m| &m.content) {
        match block {
            ContentBlock::ToolUse(call) if !names.contains(&call.name) => {
                names.push(call.name.clone());
            }
            ContentBlock::ToolResult(_) => has_result = true,
            _ => {}
        }
    }
    if names.is_empty() && has_result {
        names.push(NO_NAME.to_owned());
    }
    names
}

fn placeholder(name: String) -> Tool {
    let schema = Json::empty_object();
    Tool::ToolSpec(ToolSpec {
        name,
        description: Some(NOT_OFFERED.to_owned()),
        input_schema: ToolInputSchema::Json(schema::repaired(&schema).unwrap_or(schema)),
        strict: None,
    })
}
