//! Arguments of calls: an object. Models stream nothing for "no arguments", gateways keep arguments as
//! the text that was streamed, and a model that was cut off leaves half of one.

use provider_interface::{ContentBlock, Json, Message};

use super::{Repairs, is_object};

pub(super) fn as_objects(messages: &mut [Message], repairs: &mut Repairs) {
    for block in messages.iter_mut().flat_map(|message| &mut message.content) {
        if let ContentBlock::ToolUse(call) = block
            && !is_object(&call.input)
        {
            call.input = object(&call.input);
            repairs.note("arguments of a call made an object");
        }
    }
}

/// Blank is empty, the text of an object that object; anything else is kept as its member `value`.
fn object(input: &Json) -> Json {
    if input.as_str().trim() == "null" {
        return Json::empty_object();
    }
    if let Ok(text) = input.read::<String>() {
        if text.trim().is_empty() {
            return Json::empty_object();
        }
        if let Some(object) = Json::parse(text).ok().filter(is_object) {
            return object;
        }
    }
    // Deeper by a level than JSON may be: then nothing of it can be kept.
    let held = Json::parse(format!(r#"{{"value":{}}}"#, input.as_str()));
    held.unwrap_or_else(|_| Json::empty_object())
}
