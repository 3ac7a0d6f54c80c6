//! Tools and the choice among them.

use provider_interface::{
    EmptyObject, Json, SystemTool, Tool, ToolChoice, ToolConfig, ToolInputSchema, ToolSpec,
};
use serde_json::json;
use serde_json::value::RawValue;

use super::super::object::{At, Ignored, Object};
use super::cache_point;
use super::fields::Fields;
use crate::server::dialect::Refused;

/// Reads `tools` and `tool_choice`.
pub(super) fn read(
    body: &Object<'_, '_>,
    fields: &mut Fields,
    ignored: &mut Ignored,
) -> Result<Option<ToolConfig>, Refused> {
    let raw: Vec<&RawValue> = body.optional("tools")?.unwrap_or_default();
    let at = body.at().member("tools");
    let mut tools = Vec::with_capacity(raw.len());
    // Tools that Claude brings along itself: Converse has no word for them.
    let mut built_in = Vec::new();
    for (index, raw) in raw.into_iter().enumerate() {
        let at = at.item(index);
        let tool = Object::read(raw, &at)?;
        match tool.optional::<String>("type")?.as_deref() {
            None | Some("custom") => custom(tool, &mut tools, ignored)?,
            Some(_) => built_in.push(raw),
        }
    }
    let choice = choice(body, fields, ignored)?;
    if choice == Choice::None {
        return Ok(None);
    }
    if !built_in.is_empty() {
        fields.set("tools", &built_in);
    }
    if tools.is_empty() {
        return Ok(None);
    }
    let tool_choice = match choice {
        Choice::Neutral(choice) => Some(choice),
        Choice::Unset | Choice::None => None,
    };
    Ok(Some(ToolConfig { tools, tool_choice }))
}

/// A tool that the caller runs, and the cache point that stands behind it.
fn custom(
    tool: Object<'_, '_>,
    tools: &mut Vec<Tool>,
    ignored: &mut Ignored,
) -> Result<(), Refused> {
    let schema: Json = tool.required("input_schema")?;
    if !schema.as_str().starts_with('{') {
        return Err(tool.at().member("input_schema").refuse("must be an object"));
    }
    tools.push(Tool::ToolSpec(ToolSpec {
        name: tool.required("name")?,
        description: tool.optional("description")?,
        input_schema: ToolInputSchema::Json(schema),
        strict: tool.optional("strict")?,
    }));
    tools.extend(cache_point(&tool, ignored)?.map(Tool::CachePoint));
    tool.finish(ignored);
    Ok(())
}

#[derive(Debug, PartialEq)]
enum Choice {
    /// None was made, or it was made in Claude's own form.
    Unset,
    Neutral(ToolChoice),
    /// No tool is to be called. Converse can't say that, so none is offered.
    None,
}

fn choice(
    body: &Object<'_, '_>,
    fields: &mut Fields,
    ignored: &mut Ignored,
) -> Result<Choice, Refused> {
    let Some(raw) = body.optional("tool_choice")? else {
        return Ok(Choice::Unset);
    };
    let at = body.at().member("tool_choice");
    let given = Object::read(raw, &at)?;
    let kind: String = given.required("type")?;
    let choice = named(&kind, &given, &at)?;
    let one_at_a_time = given
        .optional("disable_parallel_tool_use")?
        .unwrap_or(false);
    given.finish(ignored);
    match choice {
        // Converse can't say that either, and two choices would contradict each other.
        Choice::Neutral(choice) if one_at_a_time => {
            let mut own = json!({ "type": kind, "disable_parallel_tool_use": true });
            if let ToolChoice::Tool(tool) = choice {
                own["name"] = tool.name.into();
            }
            fields.set("tool_choice", &own);
            Ok(Choice::Unset)
        }
        choice => Ok(choice),
    }
}

fn named(kind: &str, given: &Object<'_, '_>, at: &At<'_>) -> Result<Choice, Refused> {
    Ok(match kind {
        "auto" => Choice::Neutral(ToolChoice::Auto(EmptyObject {})),
        "any" => Choice::Neutral(ToolChoice::Any(EmptyObject {})),
        "tool" => Choice::Neutral(ToolChoice::Tool(SystemTool {
            name: given.required("name")?,
        })),
        "none" => Choice::None,
        _ => return Err(at.member("type").refuse("must be auto, any, tool or none")),
    })
}
