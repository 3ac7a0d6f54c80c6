//! Every kind of mistake with its exact sentence.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    assert_eq!(
        refused(&own("{ trsut: 'permissions' }")),
        "1:55: unknown key \"trsut\" (at plugins.entries.amazon-bedrock.config.trsut); did you mean \"trust\"?"
    );
    assert_eq!(
        refused("{ models: { bedrockDiscovery: { refresh: 1 } } }"),
        "1:33: unknown key \"refresh\" (at models.bedrockDiscovery.refresh); did you mean \"refreshInterval\"?"
    );
    assert_eq!(
        refused(&own("{ serve: { zzz: 1 } }")),
        "1:64: unknown key \"zzz\" (at plugins.entries.amazon-bedrock.config.serve.zzz); known here: port, token, drain"
    );
}

#[test]
fn a_wrong_kind_says_what_was_expected_and_what_was_found() {
    assert_eq!(
        refused("{\n  plugins: {\n    enabled: 'yes',\n  },\n}"),
        "3:14: expected true or false, found a string (at plugins.enabled)"
    );
    assert_eq!(
        refused("{ plugins: [] }"),
        "1:12: expected an object, found a list (at plugins)"
    );
    assert_eq!(refused("[]"), "1:1: expected an object, found a list");
    assert_eq!(
        refused(&provider("{ models: [{ id: 'a', input: 'text' }] }")),
        "1:73: expected a list, found a string (at models.providers.amazon-bedrock.models[0].input)"
    );
    assert_eq!(
        refused("{ models: { bedrockDiscovery: { region: 5 } } }"),
        "1:41: expected a string or a list of strings, found a number (at models.bedrockDiscovery.region)"
    );
}

#[test]
fn what_is_said_of_models_must_name_them_and_be_known() {
    assert_eq!(
        refused(&own("{ models: [{ toools: false, id: 'a' }] }")),
        "1:66: unknown key \"toools\" (at plugins.entries.amazon-bedrock.config.models[0].toools); did you mean \"tools\"?"
    );
    assert_eq!(
        refused(&own("{ models: [{ tools: false }] }")),
        "1:64: it isn't said which models this is about (at plugins.entries.amazon-bedrock.config.models[0].id); \
         add id: \"…\", a model's id or how several begin"
    );
    assert_eq!(
        refused(&own("{ promptCaching: 'always' }")),
        "1:70: unknown value \"always\" (at plugins.entries.amazon-bedrock.config.promptCaching); \
         use \"none\" or \"short\" or \"long\""
    );
}

#[test]
fn an_unknown_word_names_the_known_ones() {
    assert_eq!(
        refused(&own("{ trust: 'permisions' }")),
        "1:62: unknown value \"permisions\" (at plugins.entries.amazon-bedrock.config.trust); \
         use \"permissions\" or \"pinned\" or \"signed\""
    );
}

#[test]
fn several_mistakes_are_reported_together_in_the_order_of_the_file() {
    let text = "{\n models: { bedrockDiscovery: { refreshInterval: -1 } },\n \
                plugins: { deny: 'x', entries: { 'amazon-bedrock': { enabled: 1 } } },\n}";
    assert_eq!(
        refused(text),
        "2:49: must be a whole number from 0 to 315360000, not -1 (at models.bedrockDiscovery.refreshInterval)\n\
         3:19: expected a list, found a string (at plugins.deny)\n\
         3:64: expected true or false, found a number (at plugins.entries.amazon-bedrock.enabled)"
    );
}

#[test]
fn a_key_of_the_plugins_own_is_refused_where_the_host_reads() {
    let text = "{ models: { bedrockDiscovery: { includeLegacy: true } } }";
    let refused = refused(text);
    assert!(refused.contains("includeLegacy"), "{refused}");
}

#[test]
fn numbers_have_bounds() {
    let discovery = |value: &str| {
        refused(&format!(
            "{{ models: {{ bedrockDiscovery: {{ defaultMaxTokens: {value} }} }} }}"
        ))
    };
    let place = "1:51:";
    let path = "(at models.bedrockDiscovery.defaultMaxTokens)";
    for value in ["0", "-5", "1.5", "Infinity", "NaN", "1e300"] {
        let expected =
            format!("{place} must be a whole number from 1 to 1000000000, not {value} {path}");
        assert_eq!(discovery(value), expected);
    }
    assert_eq!(
        refused(&own("{ serve: { port: 70000 } }")),
        "1:70: must be a whole number from 0 to 65535, not 70000 (at plugins.entries.amazon-bedrock.config.serve.port)"
    );
    assert_eq!(
        refused(&provider(
            "{ models: [{ id: 'a', cost: { input: -0.1 } }] }"
        )),
        "1:81: must be 0 or more, not -0.1 (at models.providers.amazon-bedrock.models[0].cost.input)"
    );
}

#[test]
fn duplicate_keys_give_both_places() {
    assert_eq!(
        refused("{ plugins: { enabled: true,\n  'enabled': false } }"),
        "2:3: duplicate key \"enabled\", first at line 1 column 14 (at plugins.enabled); keep one of them"
    );
    assert_eq!(
        refused("{ a: 1, a: 2 }"),
        "1:9: duplicate key \"a\", first at line 1 column 3 (at a); keep one of them"
    );
}

#[test]
fn trust_needs_what_it_rests_on() {
    let at = "(at plugins.entries.amazon-bedrock.config.trust)";
    assert_eq!(
        refused(&own("{ trust: 'pinned' }")),
        format!(
            "1:62: \"pinned\" needs the library's digest {at}; add sha256 beside it, as printed by sha256sum"
        )
    );
    assert_eq!(
        refused(&own("{ trust: 'signed' }")),
        format!(
            "1:62: \"signed\" needs the signer's key {at}; add publicKey beside it, the second line of minisign.pub"
        )
    );
    assert_eq!(
        refused(&own("{ sha256: 'abc', version: '../1' }")),
        "1:63: not a SHA-256 digest (at plugins.entries.amazon-bedrock.config.sha256); write its 64 hexadecimal digits\n\
         1:79: \"../1\" is not a version (at plugins.entries.amazon-bedrock.config.version); write it like \"1.2.0\""
    );
    assert_eq!(
        refused(&own("{ trust: 'signed', publicKey: 'RWshort' }")),
        "1:83: not a minisign public key (at plugins.entries.amazon-bedrock.config.publicKey); \
         write the second line of minisign.pub, which begins with RW"
    );
}

#[test]
fn addresses_regions_and_ids_are_checked() {
    let at = "(at models.providers.amazon-bedrock.baseUrl)";
    assert_eq!(
        refused(&provider("{ baseUrl: 'ftp://x' }")),
        format!("1:55: not an HTTP address {at}; it begins with https:// or http://")
    );
    let text = provider("{ baseUrl: 'https://ann:hunter2@x' }");
    assert_eq!(
        refused(&text),
        format!(
            "1:55: the address carries credentials {at}; leave user name and password out of it"
        )
    );
    let error = Config::parse(Path::new("c"), &text, &environment()).expect_err("refused");
    assert!(!error.text.contains("hunter2"), "{}", error.text);
    assert_eq!(
        refused("{ models: { bedrockDiscovery: { region: 'evil.example/' } } }"),
        "1:41: \"evil.example/\" is not a region's name (at models.bedrockDiscovery.region); write it like \"us-east-1\""
    );
    assert_eq!(
        refused(&provider("{ models: [{ name: 'x' }] }")),
        "1:55: the model has no id (at models.providers.amazon-bedrock.models[0].id); add id: \"…\", as Bedrock names it"
    );
}

#[test]
fn an_unset_variable_is_named() {
    assert_eq!(
        refused(&provider("{ baseUrl: 'https://${NO_SUCH}/' }")),
        "1:55: the environment variable NO_SUCH is not set (at models.providers.amazon-bedrock.baseUrl); \
         set it, or write the value here"
    );
}

#[test]
fn tokens_are_never_in_the_sentence() {
    let sentence = refused(&own("{ serve: { token: 'hun ter2' } }"));
    assert_eq!(
        sentence,
        "1:71: the token has characters that no HTTP header can carry \
         (at plugins.entries.amazon-bedrock.config.serve.token); use letters, digits and punctuation"
    );
}

#[test]
fn what_is_not_json5_is_refused_with_its_place() {
    assert_eq!(refused(""), "1:1: the file is empty; write at least {}");
    assert_eq!(
        refused("{\n  a: 1\n  b: 2 }"),
        "2:7: not valid JSON5: expected comma"
    );
    assert_eq!(
        refused("{ a: [1 2] }"),
        "1:8: not valid JSON5: expected comma"
    );
    assert_eq!(
        refused("{ a: 1"),
        "1:1: not valid JSON5: unterminated object"
    );
    assert_eq!(
        refused("{} {}"),
        "1:4: not valid JSON5: text cannot contain more than one JSON value"
    );
    assert_eq!(
        refused("{ a: yes }"),
        "1:6: not valid JSON5: unexpected word"
    );
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{{ x: {}{} }}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(refused(&nested(127)), "accepted");
    assert_eq!(
        refused(&nested(128)),
        "1:133: nested more than 128 levels deep"
    );
    let objects = |depth: usize| format!("{}1{}", "{a:".repeat(depth), "}".repeat(depth));
    assert_eq!(refused(&objects(128)), "accepted");
    assert_eq!(
        refused(&objects(129)),
        "1:385: nested more than 128 levels deep"
    );
}

#[test]
fn a_flood_of_brackets_is_refused_at_once() {
    let started = Instant::now();
    for open in ["[", "{a:"] {
        for count in [200_000, 1_000_000 / open.len()] {
            assert!(refused(&open.repeat(count)).ends_with("nested more than 128 levels deep"));
        }
    }
    let wide = format!("{{ {} }}", "a: [1, 2, {}],\n".repeat(60_000));
    assert!(refused(&wide).contains("duplicate key \"a\""));
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn many_mistakes_are_cut_short() {
    let text = own(&format!(
        "{{ {} }}",
        (0..100).map(|n| format!("zz{n}: 1,")).collect::<String>()
    ));
    let sentence = refused(&text);
    assert_eq!(sentence.lines().count(), 21);
    assert!(sentence.ends_with("and 80 more"));
}

#[test]
fn names_from_the_file_cannot_write_to_the_terminal() {
    let sentence = refused(&own("{ '\\u001b[2J': 1 }"));
    assert!(!sentence.contains('\u{1b}'), "{sentence:?}");
    let long = refused(&own(&format!("{{ {}: 1 }}", "q".repeat(10_000))));
    assert!(long.len() < 500, "{long}");
}

#[test]
fn lines_and_columns_count_characters() {
    assert_eq!(
        refused("{ 'größe': 'ä',\r\n 'ü': 0, plugins: 1 }"),
        "2:19: expected an object, found a number (at plugins)"
    );
}
