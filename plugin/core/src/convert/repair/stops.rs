//! Stop sequences: an empty one is refused by all, one of white space alone by Claude. Other models
//! do stop at the end of a line when they are asked to.

use provider_interface::ChatRequest;

use super::Repairs;
use super::blanks::blank;

/// Parts of the ids of models that refuse white space (Anthropic: "each stop sequence must contain
/// non-whitespace").
const REFUSE_WHITE_SPACE: &[&str] = &["claude"];

pub(super) fn drop_blanks(request: &mut ChatRequest, repairs: &mut Repairs) {
    let Some(config) = &mut request.inference_config else {
        return;
    };
    let Some(stops) = &mut config.stop_sequences else {
        return;
    };
    let model_id = request.model_id.to_ascii_lowercase();
    let refuses = REFUSE_WHITE_SPACE
        .iter()
        .any(|part| model_id.contains(part));
    let before = stops.len();
    stops.retain(|stop| !(stop.is_empty() || refuses && blank(stop)));
    if stops.len() == before {
        return;
    }
    repairs.note("blank stop sequence dropped");
    if stops.is_empty() {
        config.stop_sequences = None;
    }
}
