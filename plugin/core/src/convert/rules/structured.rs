//! An answer of a given structure from a model that can't keep to one: it is made to call a tool
//! whose arguments have that structure, and they are turned back into the answer's text.

use provider_interface::{
    ChatRequest, EmptyObject, Json, JsonSchemaDefinition, OutputStructure, ProviderError,
    SystemBlock, SystemTool, Tool, ToolChoice, ToolConfig, ToolInputSchema, ToolSpec,
};

use crate::convert::check::refuse;
use crate::convert::repair::{Repairs, as_object_schema};
use crate::models::Facts;

/// The tool's name, unless the caller has one of that name.
const NAME: &str = "final_answer";

const DESCRIPTION: &str = "Takes the final answer. Call it once, with the whole answer.";

/// The tool by which a model answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerTool {
    /// Its name on the wire.
    pub(crate) name: String,
    /// Whether the answer is the argument `value`: its schema is no object's.
    pub(crate) is_wrapped: bool,
}

/// Replaces the structure of the answer by a tool, where the model needs one.
pub(super) fn by_tool(
    request: &mut ChatRequest,
    facts: &Facts,
    repairs: &mut Repairs,
) -> Result<Option<AnswerTool>, ProviderError> {
    let Some(definition) = definition(request, facts) else {
        return Ok(None);
    };
    let schema = Json::parse(definition.schema.clone()).map_err(|error| {
        refuse(format!(
            "outputConfig.textFormat.structure.jsonSchema.schema is no JSON: {error}"
        ))
    })?;
    if facts.tools == Some(false) {
        let text = format!(
            "Answer with one JSON value that fits this JSON Schema, and with nothing else: {}",
            schema.as_str()
        );
        request.system.push(SystemBlock::Text(text));
        repairs.note("structure of the answer asked for in the system prompt");
        return Ok(None);
    }
    let (schema, is_wrapped) = as_object_schema(schema);
    let name = free_name(request);
    let description = definition
        .description
        .unwrap_or_else(|| DESCRIPTION.to_owned());
    let tool = ToolSpec {
        name: name.clone(),
        description: Some(description),
        input_schema: ToolInputSchema::Json(schema),
        strict: None,
    };
    offer(request, tool);
    repairs.note("structure of the answer asked for by a tool");
    Ok(Some(AnswerTool { name, is_wrapped }))
}

/// Takes the structure out of the request, if there is one that the model doesn't keep to.
fn definition(request: &mut ChatRequest, facts: &Facts) -> Option<JsonSchemaDefinition> {
    // Of models without tools that have it, none is known.
    let has_it = facts
        .structured_output
        .or(facts.tools.filter(|has_tools| !has_tools));
    if has_it != Some(false) {
        return None;
    }
    let config = request.output_config.as_mut()?;
    let OutputStructure::JsonSchema(definition) = config.text_format.take()?.structure else {
        return None;
    };
    if config.effort.is_none() {
        request.output_config = None;
    }
    Some(definition)
}

/// The only tool must be called; one of several must.
fn offer(request: &mut ChatRequest, tool: ToolSpec) {
    let config = request.tool_config.get_or_insert_with(ToolConfig::default);
    config.tool_choice = Some(if config.tools.is_empty() {
        let name = tool.name.clone();
        ToolChoice::Tool(SystemTool { name })
    } else {
        ToolChoice::Any(EmptyObject {})
    });
    config.tools.push(Tool::ToolSpec(tool));
}

fn free_name(request: &ChatRequest) -> String {
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let names: Vec<&str> = tools
        .filter_map(|tool| match tool {
            Tool::ToolSpec(spec) => Some(spec.name.as_str()),
            _ => None,
        })
        .collect();
    let mut name = NAME.to_owned();
    while names.contains(&name.as_str()) {
        name.push('_');
    }
    name
}
