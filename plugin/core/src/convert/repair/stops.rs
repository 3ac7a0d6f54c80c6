//! Stop sequences: an empty one is refused by all, one of white space alone by Claude. Other models
//! do stop at the end of a line when they are asked to.

use provider_interface::ChatRequest;

use super::Repairs;
use super::blanks::blank;
use crate::models::StopSequences;

pub(super) fn drop_blanks(
    request: &mut ChatRequest,
    taken: Option<StopSequences>,
    repairs: &mut Repairs,
) {
    let Some(config) = &mut request.inference_config else {
        return;
    };
    let Some(stops) = &mut config.stop_sequences else {
        return;
    };
    let refuses = taken == Some(StopSequences::NotBlank);
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
