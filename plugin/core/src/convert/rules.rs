//! What single models refuse: what is asked of a model is made what it takes, as far as that is
//! known (`models.toml`). The order of the two halves is that of [`super::to_converse`].

mod history;
mod sampling;
mod structured;
mod system;
mod tools;

use provider_interface::{ChatRequest, ContentBlock, Message, ProviderError, Role};

use super::fields::Fields;
use super::reasoning;
use super::repair::Repairs;
use crate::models::Facts;

pub(super) use structured::AnswerTool;

/// What the user "says" after an answer that was begun, where the model can't go on with it.
const GO_ON: &str = "(go on)";

/// What must be settled before the conversation is repaired: what moves or drops blocks.
pub(super) fn before_repair(
    request: &mut ChatRequest,
    facts: &Facts,
    repairs: &mut Repairs,
) -> Result<Option<AnswerTool>, ProviderError> {
    history::keep_reasoning(request, facts.reasoning_replay, repairs);
    let answer_tool = structured::by_tool(request, facts, repairs)?;
    if facts.tools == Some(false) {
        tools::tell_as_text(request, repairs);
    }
    if facts.system_prompt == Some(false) {
        system::fold(request, repairs);
    }
    Ok(answer_tool)
}

/// What is settled once the conversation is as it will be sent.
pub(super) fn after_repair(
    request: &mut ChatRequest,
    facts: &Facts,
    repairs: &mut Repairs,
) -> Result<(), ProviderError> {
    let mut fields = Fields::read(request.additional_model_request_fields.as_ref())?;
    reasoning::apply(request, &mut fields, facts.thinking.as_ref())?;
    sampling::fit(request, &mut fields, facts, repairs);
    tools::fit(request, fields.thinks(), facts, repairs);
    fields.write(&mut request.additional_model_request_fields)?;
    if facts.prefill == Some(false) {
        end_with_user(request, repairs);
    }
    Ok(())
}

fn end_with_user(request: &mut ChatRequest, repairs: &mut Repairs) {
    let mut turns = request.messages.iter().rev();
    let last = turns.find(|message| message.role != Role::System);
    if last.is_some_and(|message| message.role == Role::Assistant) {
        request.messages.push(Message {
            role: Role::User,
            content: vec![ContentBlock::Text(GO_ON.to_owned())],
        });
        repairs.note("user message put behind an answer that the model can't go on with");
    }
}
