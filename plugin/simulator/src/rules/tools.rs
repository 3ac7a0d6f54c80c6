//! Rules on tool definitions, on the choice among them, and on the calls in the history.

use std::collections::HashSet;

use serde_json::Value;

use super::{Conversation, Rule, is_blank};
use crate::error::Refusal;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "tool_blocks_need_a_tool_config",
        source: "Converse, ValidationException: The toolConfig field must be defined when using toolUse and toolResult content blocks",
        check: config_present,
    },
    Rule {
        name: "a_tool_config_has_a_tool",
        source: "API_runtime_ToolConfiguration, tools: minimum number of 1 item; a cache point alone is none",
        check: a_tool,
    },
    Rule {
        name: "tool_names_are_unique",
        source: "Anthropic Messages API through Converse: tools: Tool names must be unique",
        check: unique_names,
    },
    Rule {
        name: "a_tool_description_is_not_blank",
        source: "API_runtime_ToolSpecification, description: minimum length of 1; blanks are refused as well",
        check: described,
    },
    Rule {
        name: "an_input_schema_is_an_object_with_type_object",
        source: "Converse, ValidationException: The value at toolConfig.tools.….inputSchema.json.type must be one of the following: object",
        check: object_schema,
    },
    Rule {
        name: "an_input_schema_has_no_union_at_its_root",
        source: "Anthropic Messages API through Converse: input_schema does not support oneOf, allOf, or anyOf at the top level",
        check: no_root_union,
    },
    Rule {
        name: "the_chosen_tool_is_defined",
        source: "API_runtime_SpecificToolChoice: the name of the tool that the model must request",
        check: choice_defined,
    },
    Rule {
        name: "a_tool_use_input_is_an_object",
        source: "Converse, ValidationException: The format of the value at ….toolUse.input is invalid. Provide a json object",
        check: object_input,
    },
    Rule {
        name: "a_tool_result_json_is_an_object",
        source: "Converse, ValidationException: The format of the value at ….toolResult.content.….json is invalid. Provide a json object",
        check: object_result,
    },
];

fn config_present(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let used = conversation
        .blocks()
        .any(|(_, block)| block.get("toolUse").is_some() || block.get("toolResult").is_some());
    if !used || conversation.body["toolConfig"].is_object() {
        return Ok(());
    }
    Err(Refusal::validation(
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    ))
}

fn a_tool(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let only_cache_points =
        |tools: &[Value]| tools.iter().all(|tool| tool.get("cachePoint").is_some());
    let tools = conversation.tools();
    if tools.is_empty() || !only_cache_points(tools) {
        return Ok(());
    }
    Err(Refusal::validation(
        "The toolConfig field must define at least one tool. Add a tool and try again.",
    ))
}

fn unique_names(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    match conversation
        .tool_specs()
        .find(|(_, spec)| !seen.insert(spec["name"].as_str()))
    {
        None => Ok(()),
        Some(_) => Err(Refusal::by_model("tools: Tool names must be unique.")),
    }
}

fn described(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (index, spec) in conversation.tool_specs() {
        if spec["description"].as_str().is_some_and(is_blank) {
            return Err(Refusal::validation(format!(
                "The description field at toolConfig.tools.{index}.toolSpec is blank. Add text to it, and try again."
            )));
        }
    }
    Ok(())
}

fn object_schema(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (index, spec) in conversation.tool_specs() {
        let schema = &spec["inputSchema"]["json"];
        if schema["type"] != "object" {
            return Err(Refusal::validation(format!(
                "The value at toolConfig.tools.{index}.toolSpec.inputSchema.json.type must be one of the following: object."
            )));
        }
    }
    Ok(())
}

fn no_root_union(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (index, spec) in conversation.tool_specs() {
        let schema = &spec["inputSchema"]["json"];
        if ["oneOf", "allOf", "anyOf"]
            .iter()
            .any(|union| schema.get(union).is_some())
        {
            return Err(Refusal::by_model(&format!(
                "tools.{index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
            )));
        }
    }
    Ok(())
}

fn choice_defined(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let Some(name) = conversation.body["toolConfig"]["toolChoice"]["tool"]["name"].as_str() else {
        return Ok(());
    };
    let defined = conversation.tools().iter().any(|tool| {
        let named = tool.get("toolSpec").or_else(|| tool.get("systemTool"));
        named.is_some_and(|tool| tool["name"] == name)
    });
    if defined {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "The tool {name} in toolConfig.toolChoice is not defined in toolConfig.tools. Define it and try again."
    )))
}

fn object_input(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (place, block) in conversation.blocks() {
        if block
            .get("toolUse")
            .is_some_and(|call| !call["input"].is_object())
        {
            return Err(no_object(&format!("{place}.toolUse.input")));
        }
    }
    Ok(())
}

fn object_result(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (place, block) in conversation.blocks() {
        let parts = super::list(&block["toolResult"]["content"]);
        let wrong = parts
            .iter()
            .position(|part| part.get("json").is_some_and(|json| !json.is_object()));
        if let Some(index) = wrong {
            return Err(no_object(&format!(
                "{place}.toolResult.content.{index}.json"
            )));
        }
    }
    Ok(())
}

fn no_object(place: &str) -> Refusal {
    Refusal::validation(format!(
        "The format of the value at {place} is invalid. Provide a json object for the field and try again."
    ))
}
