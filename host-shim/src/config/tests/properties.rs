//! Whatever the text, reading it ends in a config or in sentences, never in a panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Any JSON value, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn read(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("c"), text, &environment()).map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = read(&text);
    }

    #[test]
    fn any_json_in_place_of_a_section_is_read_or_refused(value in any_json(), place in 0..7_usize) {
        let places = ["plugins", "models", "agents", "gateway"];
        let text = match place {
            4 => own(&value.to_string()),
            5 => provider(&value.to_string()),
            6 => value.to_string(),
            _ => format!("{{ {}: {value} }}", places[place]),
        };
        let _ = read(&text);
    }

    /// What another plugin is given is what the file says, whatever that is. Strings with a
    /// dollar sign may change: they may name variables.
    #[test]
    fn a_foreign_config_comes_through_unchanged(value in any_json()) {
        prop_assume!(!value.to_string().contains('$'));
        let own = json!({"value": value});
        let text = json!({"plugins": {"entries": {"echo": {"config": own}}}});
        let config = read(&text.to_string()).expect("accepted");
        prop_assert_eq!(config.create_config("echo"), own.to_string());
    }

    #[test]
    fn a_damaged_config_is_read_or_refused(
        at in 0..SAMPLE.len(), cut in 0..40_usize, put in "[\\[\\]{}:,'\"/*\\\\ a0$-]{0,3}",
    ) {
        let start = SAMPLE.floor_char_boundary(at);
        let end = SAMPLE.floor_char_boundary((at + cut).min(SAMPLE.len())).max(start);
        let text = [&SAMPLE[..start], &put, &SAMPLE[end..]].concat();
        if let Err(sentence) = read(&text) {
            prop_assert!(sentence.starts_with("c:"), "{}", sentence);
            prop_assert!(!sentence.contains("s3cret-token"), "{}", sentence);
        }
    }
}
