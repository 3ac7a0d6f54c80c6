//! The form of the answer: `output_config`, and `output_format`, its older name.

use provider_interface::{
    Json, JsonSchemaDefinition, OutputConfig, OutputFormat, OutputFormatType, OutputStructure,
};

use super::super::object::{Ignored, Object};
use crate::server::dialect::Refused;

/// Reads both; the newer one wins.
pub(super) fn read(
    body: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Option<OutputConfig>, Refused> {
    let older = format(body, "output_format", ignored)?;
    let at = body.at().member("output_config");
    let Some(raw) = body.optional("output_config")? else {
        return Ok(older.map(|format| OutputConfig {
            text_format: Some(format),
            effort: None,
        }));
    };
    let config = Object::read(raw, &at)?;
    let output = OutputConfig {
        text_format: format(&config, "format", ignored)?.or(older),
        effort: config.optional("effort")?,
    };
    config.finish(ignored);
    Ok(Some(output).filter(|output| *output != OutputConfig::default()))
}

fn format(
    object: &Object<'_, '_>,
    name: &str,
    ignored: &mut Ignored,
) -> Result<Option<OutputFormat>, Refused> {
    let Some(raw) = object.optional(name)? else {
        return Ok(None);
    };
    let at = object.at().member(name);
    let format = Object::read(raw, &at)?;
    let kind: String = format.required("type")?;
    if kind != OutputFormatType::JsonSchema.as_str() {
        return Err(at.member("type").refuse("must be json_schema"));
    }
    let schema: Json = format.required("schema")?;
    if !schema.as_str().starts_with('{') {
        return Err(at.member("schema").refuse("must be an object"));
    }
    let definition = JsonSchemaDefinition {
        schema: schema.as_str().to_owned(),
        name: format.optional("name")?,
        description: format.optional("description")?,
    };
    format.finish(ignored);
    Ok(Some(OutputFormat {
        kind: OutputFormatType::JsonSchema,
        structure: OutputStructure::JsonSchema(definition),
    }))
}
