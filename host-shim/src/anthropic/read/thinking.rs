//! How hard to think: `thinking`, and the effort of `output_config` where it belongs to it.

use provider_interface::{ChatRequest, Effort, OutputConfig, Reasoning};
use serde_json::value::RawValue;

use super::super::object::{Ignored, Object};
use super::fields::Fields;
use crate::server::dialect::Refused;

/// Turns `thinking` into the neutral words, which every model family understands. What only Claude
/// has a word for (how thinking is shown, that it be off) is sent to Claude as it stands.
pub(super) fn read(
    body: &Object<'_, '_>,
    request: &mut ChatRequest,
    fields: &mut Fields,
    ignored: &mut Ignored,
) -> Result<(), Refused> {
    let Some(raw) = body.optional::<&RawValue>("thinking")? else {
        return Ok(());
    };
    let at = body.at().member("thinking");
    let thinking = Object::read(raw, &at)?;
    let kind: String = thinking.required("type")?;
    let display: Option<String> = thinking.optional("display")?;
    match kind.as_str() {
        "enabled" => {
            let budget = thinking.required("budget_tokens")?;
            request.reasoning = Some(Reasoning::BudgetTokens(budget));
        }
        "adaptive" => request.reasoning = Some(Reasoning::Effort(effort(body, request)?)),
        _ if fields.for_claude() => {
            fields.set("thinking", &raw);
            return Ok(());
        }
        "disabled" => {}
        _ => {
            let known = "must be enabled, adaptive or disabled for this model";
            return Err(at.member("type").refuse(known));
        }
    }
    match display {
        // The provider leaves what stands there, and adds the effort to it.
        Some(_) if fields.for_claude() => {
            fields.set("thinking", &raw);
            if let Some(Reasoning::BudgetTokens(_)) = request.reasoning {
                request.reasoning = None;
            }
        }
        Some(_) => ignored.note(&at.member("display")),
        None => {}
    }
    thinking.finish(ignored);
    Ok(())
}

/// The effort that was asked for; Claude's own default is high.
fn effort(body: &Object<'_, '_>, request: &mut ChatRequest) -> Result<Effort, Refused> {
    let output = request.output_config.take().unwrap_or_default();
    let effort = output.effort.as_deref().map_or(Effort::High, Effort::from);
    request.output_config = output.text_format.map(|format| OutputConfig {
        text_format: Some(format),
        effort: None,
    });
    if let Effort::Other(_) = effort {
        let known = Effort::KNOWN.join(", ");
        let at = body.at().member("output_config");
        let refused = at.member("effort");
        return Err(refused.refuse(format_args!("must be one of {known}")));
    }
    Ok(effort)
}
