//! The config and the plugin: what can be looked at without asking anyone.

use std::path::Path;

use host_shim::config::{BEDROCK_ID, Config, Origin, Trust};
use host_shim::interface::INTERFACE_VERSION;
use host_shim::loader::ranked;
use host_shim::{Plugin, Provider};

use super::{PluginSeen, Report};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::gateway::{bundled, check_places, log_level, of_config, opener};

/// What tells more about a config.
const VALIDATE: &str = "bedrock-gateway config validate";

/// The config, if it holds.
pub(super) fn config(context: &Context, report: &mut Report) -> Result<Option<Config>, Failure> {
    let config = match context.config() {
        Ok(config) => config,
        Err(Failure::Config(error)) => {
            let (problems, _) = error.shown();
            for problem in problems {
                let fix = match problem.hint.as_str() {
                    "" => VALIDATE.to_owned(),
                    hint => hint.to_owned(),
                };
                report.fail("config", problem.to_string(), fix);
            }
            return Ok(None);
        }
        Err(other) => return Err(other),
    };
    match &config.source {
        Some(file) => report.ok("config", format!("{} is valid", file.display())),
        None => report.ok("config", "no config file; the built-in defaults hold"),
    }
    for warning in &config.warnings {
        report.warn("config", warning.to_string(), Some(VALIDATE.to_owned()));
    }
    if let Some(file) = &config.source {
        host(&config, file, report);
    }
    Ok(Some(config))
}

/// Where discovery may be configured, and which host takes it there.
const PLACES: [(&str, &str, &str); 2] = [
    (
        "models.bedrockDiscovery",
        ".clawdbot",
        "Clawdbot of January 2026",
    ),
    (
        "plugins.entries.amazon-bedrock.config.discovery",
        ".openclaw",
        "OpenClaw 2026.9 and later",
    ),
];

/// Each host refuses the other's place for discovery: says so before the host does.
fn host(config: &Config, file: &Path, report: &mut Report) {
    let settings = config.settings();
    for (place, folder, host) in PLACES {
        let is_used = settings.iter().any(|setting| {
            setting.path.starts_with(place) && matches!(setting.origin, Origin::File(_))
        });
        let is_of = |name: &str| file.parent().is_some_and(|parent| parent.ends_with(name));
        let is_hosts = PLACES.iter().any(|(_, folder, _)| is_of(folder));
        if !is_used {
            continue;
        }
        let detail = format!("{place} is what {host} takes");
        if is_hosts && !is_of(folder) {
            let other = PLACES.iter().find(|(other, ..)| *other != place);
            let fix = other.map(|(other, ..)| format!("move {place} to {other}"));
            report.warn(
                "host",
                format!("{detail}; the host of this file refuses it"),
                fix,
            );
        } else {
            report.ok("host", detail);
        }
    }
}

/// The provider of the plugin that the config asks for.
pub(super) fn plugin(config: &Config, context: &Context, report: &mut Report) -> Option<Provider> {
    let looked = of_config(config.clone(), context).and_then(|settings| {
        check_places(&settings)?;
        Ok((settings, opener(config)?))
    });
    let (settings, opener) = match looked {
        Ok(looked) => looked,
        Err(failure) => {
            report.fail("plugin", sentence(failure), install(config));
            return None;
        }
    };
    let candidates = settings.candidates().candidates;
    let pinned = settings.pinned_version(BEDROCK_ID);
    let ranked = ranked(&candidates, BEDROCK_ID, pinned.as_ref());
    let Some(found) = ranked.first() else {
        let detail = format!("no file is the plugin {BEDROCK_ID}");
        report.fail("plugin", detail, install(config));
        return None;
    };
    let plugin = match opener.open(found, &settings) {
        Ok(plugin) => plugin,
        Err(refused) => {
            // What others could have written has a fix of its own.
            let (check, fix) = match refused.fix() {
                Some(fix) => ("trust", fix),
                None => {
                    let file = found.path.display();
                    ("plugin", format!("bedrock-gateway plugins inspect {file}"))
                }
            };
            report.fail(check, refused.to_string(), fix);
            return None;
        }
    };
    loaded(&plugin, &found.path, config, report);
    let provider = plugin
        .create(&config.create_config(BEDROCK_ID))
        .and_then(|provider| {
            provider.set_log_level(log_level(context.global.log_level))?;
            Ok(provider)
        });
    match provider {
        Ok(provider) => Some(provider),
        Err(error) => {
            let detail = format!("it could not start: {error}");
            report.fail("plugin", detail, "bedrock-gateway config show");
            None
        }
    }
}

/// What an opened plugin says of itself.
fn loaded(plugin: &Plugin, file: &Path, config: &Config, report: &mut Report) {
    let info = plugin.info();
    let sha256 = plugin.sha256().to_string();
    let (id, version) = (&info.id, &info.version);
    report.ok("plugin", format!("{id} {version}, {}", file.display()));
    let entry = config.plugins.entries.get(BEDROCK_ID);
    report.ok(
        "trust",
        match entry.map(|entry| &entry.trust) {
            Some(Trust::Pinned) => "its sha256 is the one that the config pins",
            Some(Trust::Signed { .. }) => "its signature is good",
            Some(Trust::Permissions) | None => "nobody else may write the file or its folder",
        },
    );
    // It has been opened, so this gateway speaks its version.
    let built = format!("built against interface {}", info.interface);
    if info.interface == INTERFACE_VERSION {
        report.ok("interface", format!("{built}, as this gateway is"));
    } else {
        let detail = format!("{built}, which this gateway of {INTERFACE_VERSION} speaks as well");
        report.ok("interface", detail);
    }
    report.plugin = Some(PluginSeen {
        id: id.clone(),
        version: version.clone(),
        path: file.display().to_string(),
        sha256,
        interface: info.interface.clone(),
    });
}

/// How the plugin that ships with this program is put where the config looks for it.
fn install(config: &Config) -> String {
    let folder = config.plugins.load_paths.first();
    match (bundled(), folder) {
        (Some(library), Some(folder)) => format!(
            "mkdir -p '{0}' && cp '{1}' '{0}/'",
            folder.display(),
            library.display()
        ),
        (Some(_), None) => "bedrock-gateway plugins list".to_owned(),
        (None, _) => "cargo build --release".to_owned(),
    }
}

/// The one sentence of a failure.
fn sentence(failure: Failure) -> String {
    match failure {
        Failure::Failed(sentence) | Failure::Usage(sentence) => sentence,
        Failure::Config(error) => error.to_string(),
        Failure::Interrupted | Failure::ReaderGone | Failure::Told | Failure::Panicked => {
            "it was interrupted".to_owned()
        }
    }
}
