//! What holds for every body and every text.

use proptest::prelude::*;
use provider_interface::{ContentBlockDelta, Delta};

use super::*;

proptest! {
    #[test]
    fn no_body_does_more_than_being_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Err(refused) = OpenAi::read(&body, stamp()) {
            prop_assert_eq!(refused.status, 400);
        }
    }

    #[test]
    fn text_comes_out_as_it_went_in(text in any::<String>()) {
        let (_, mut writer) = read(json!({})).expect("taken");
        let delta = ContentBlockDelta { delta: Delta::Text(text.as_str().into()), content_block_index: 0 };
        let mut out = Vec::new();
        writer.event(&StreamEvent::ContentBlockDelta(delta), &mut out).expect("written");
        let chunk = String::from_utf8(out).expect("text");
        prop_assert_eq!(chunk.matches("\n\n").count(), 1);
        let data = chunk.strip_prefix("data: ").expect("an event");
        let chunk: Value = serde_json::from_str(data).expect("JSON");
        prop_assert_eq!(chunk["choices"][0]["delta"]["content"].as_str(), Some(text.as_str()));
    }
}
