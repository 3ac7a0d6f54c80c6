//! `config show`: values, origins, no secrets.

use std::collections::BTreeMap;

use super::*;

fn shown(config: &Config) -> BTreeMap<String, String> {
    let row = |setting: crate::config::Setting| {
        (
            setting.path,
            format!("{} # {}", setting.value, setting.origin),
        )
    };
    config.settings().into_iter().map(row).collect()
}

#[test]
fn each_value_is_shown_with_its_origin() {
    let mut config = parsed(SAMPLE);
    config.look_in(PathBuf::from("/p"));
    let rows = shown(&config);
    let row = |path: &str| rows.get(path).map_or("none", String::as_str);
    assert_eq!(row("plugins.enabled"), "true # file, line 4");
    assert_eq!(row("plugins.load.paths"), "[\"/p\"] # --plugins");
    let config = "plugins.entries.amazon-bedrock.config";
    assert_eq!(
        row(&format!("{config}.discovery.refreshInterval")),
        "0 # file, line 10"
    );
    assert_eq!(
        row("models.bedrockDiscovery.region"),
        "[\"us-east-1\",\"eu-west-1\"] # file, line 29"
    );
    assert_eq!(
        row(&format!("{config}.serve.token")),
        "\"***\" # file, line 14"
    );
    assert_eq!(row("gateway.auth.token"), "\"***\" # file, line 51");
}

#[test]
fn defaults_and_variables_are_origins_too() {
    let variables = [("AWS_CA_BUNDLE", "/ca.pem"), ("T", "hunter2")];
    let environment = Environment::new(variables, None);
    let text = "{ gateway: { auth: { token: '${T}' } } }";
    let config = Config::parse(Path::new("/c"), text, &environment).expect("valid");
    let rows = shown(&config);
    let own = "plugins.entries.amazon-bedrock.config";
    assert_eq!(
        rows[&format!("{own}.caBundle")],
        "\"/ca.pem\" # env AWS_CA_BUNDLE"
    );
    assert_eq!(rows[&format!("{own}.serve.port")], "18790 # default");
    assert_eq!(
        rows[&format!("{own}.discovery.refreshInterval")],
        "3600 # default"
    );
    assert_eq!(rows["gateway.auth.token"], "\"***\" # env T");
}

#[test]
fn no_secret_is_shown_or_debug_printed() {
    let config = parsed(SAMPLE);
    let everything = format!("{:?}{config:?}", shown(&config));
    for secret in ["s3cret-token", "host-token"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}
