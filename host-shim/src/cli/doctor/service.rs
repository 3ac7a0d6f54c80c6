//! What the provider tells: credentials, region, endpoints, clock, models, and with `--live` an
//! answer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use host_shim::interface::{
    ChatRequest, EndpointProbe, ErrorKind, Health, InferenceConfig, ListModels, Message, ModelList,
    Probe, ProviderError, Role,
};
use host_shim::{Provider, ReplyFuture};
use tokio::time::timeout;

use super::Report;
use crate::cli::progress;

/// How long each of the provider's answers may take; they are asked for together. With
/// [`LIVE_DEADLINE`] this is what a user waits at the most.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a model may take for a word.
const LIVE_DEADLINE: Duration = Duration::from_secs(5);
/// What AWS accepts between its clock and the signer's.
const MAX_CLOCK_SKEW: i64 = 5 * 60;
/// From here on the clock is worth a look.
const ODD_CLOCK_SKEW: i64 = 60;
/// Enough for a word, and not below what some models ask for at least.
const LIVE_MAX_TOKENS: u32 = 16;

/// Asks the provider for everything; `live` is the model of the config to ask, if one is to be.
pub(super) async fn examine(
    provider: &Provider,
    live: Option<Option<String>>,
    report: &mut Report,
) {
    let asked = async {
        tokio::join!(
            in_time(provider.health()),
            in_time(provider.probe()),
            in_time(provider.list_models(ListModels { refresh: true })),
        )
    };
    let (health, probe, list) = progress::waiting("asking AWS", asked).await;
    let can_sign = match health {
        Ok(health) => of_health(&health, report),
        Err(error) => {
            // Proxy, CA bundle or addresses: everything else fails for the same reason.
            report.fail("connection", error.message.as_str(), fix_for(&error));
            return;
        }
    };
    match probe {
        Ok(Probe { endpoints }) => of_endpoints(&endpoints, report),
        Err(error) => report.fail("endpoint", error.message.as_str(), fix_for(&error)),
    }
    let first = list.as_ref().ok().and_then(|list| list.models.first());
    let first = first.map(|model| model.id.clone());
    of_models(list, report);
    match live.map(|of_config| of_config.or(first)) {
        None => {}
        Some(Some(model)) if can_sign => answer(provider, &model, report).await,
        Some(Some(_)) => report.warn("live", "not tried: there is nothing to sign with", None),
        Some(None) => report.warn("live", "not tried: there is no model to ask", None),
    }
}

async fn in_time<T>(reply: ReplyFuture<T>) -> Result<T, ProviderError>
where
    ReplyFuture<T>: Future<Output = Result<T, ProviderError>>,
{
    timeout(DEADLINE, reply).await.unwrap_or_else(|_| {
        let message = format!("no answer within {DEADLINE:?}");
        Err(ProviderError::new(ErrorKind::Timeout, message))
    })
}

/// Credentials, region, and what the provider has learnt. Whether requests can be signed.
fn of_health(health: &Health, report: &mut Report) -> bool {
    let source = health.credential_source.as_deref().unwrap_or("none");
    match &health.credential_error {
        Some(error) => report.fail("credentials", error.message.as_str(), fix_for(error)),
        None if source == "none" => {
            report.ok(
                "credentials",
                "none needed: the gateway made up a connection",
            );
        }
        None => report.ok(
            "credentials",
            format!("{source}{}", lasting(health.credential_expiry)),
        ),
    }
    source.clone_into(&mut report.credential_source);
    if let Some(region) = &health.region {
        let source = health.region_source.as_deref().unwrap_or("unknown");
        report.ok("region", format!("{region} ({source})"));
    }
    report.region.clone_from(&health.region);
    for note in &health.notes {
        report.ok("learnt", note);
    }
    health.credential_error.is_none()
}

/// How long credentials are still good for.
fn lasting(expiry: Option<u64>) -> String {
    let Some(expiry) = expiry else {
        return String::new();
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    match expiry.saturating_sub(now.map_or(0, |now| now.as_secs())) {
        0 => ", expired; they will be renewed".to_owned(),
        left => format!(", for another {}", span(left)),
    }
}

/// A span of time, as people say it.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn of_endpoints(endpoints: &[EndpointProbe], report: &mut Report) {
    for endpoint in endpoints {
        let name = format!("endpoint: {}", endpoint.name);
        let url = &endpoint.url;
        match (endpoint.millis, &endpoint.error) {
            (Some(millis), _) => report.ok(&name, format!("{url} answers in {millis} ms")),
            (None, error) => {
                let error = error.as_deref().unwrap_or("no answer");
                report.fail(
                    &name,
                    format!("{url} can't be reached: {error}"),
                    format!("curl -v {url}"),
                );
            }
        }
    }
    let skews = endpoints
        .iter()
        .filter_map(|probe| probe.clock_ahead_seconds);
    let Some(skew) = skews.max_by_key(|skew| skew.abs()) else {
        report.warn("clock", "not compared: no endpoint told its time", None);
        return;
    };
    let side = if skew < 0 { "behind" } else { "ahead of" };
    let detail = format!("{} {side} the service's", span(skew.unsigned_abs()));
    let fix = "sudo timedatectl set-ntp true";
    match skew.abs() {
        MAX_CLOCK_SKEW.. => report.fail("clock", format!("{detail}: signatures are refused"), fix),
        ODD_CLOCK_SKEW.. => report.warn("clock", detail, Some(fix.to_owned())),
        _ => report.ok("clock", "agrees with the service's"),
    }
}

fn of_models(list: Result<ModelList, ProviderError>, report: &mut Report) {
    let list = match list {
        Ok(list) => list,
        Err(error) => {
            report.fail("discovery", error.message.as_str(), fix_for(&error));
            return;
        }
    };
    report.models = Some(list.models.len());
    let mut by_source = BTreeMap::<String, usize>::new();
    for model in &list.models {
        *by_source.entry(model.source.to_string()).or_default() += 1;
    }
    let counts: Vec<String> = by_source
        .iter()
        .map(|(source, count)| format!("{count} {source}"))
        .collect();
    if counts.is_empty() && list.notes.is_empty() {
        let access = "https://console.aws.amazon.com/bedrock/home#/modelaccess".to_owned();
        report.warn("discovery", "no model was found", Some(access));
    } else if !counts.is_empty() {
        report.ok("discovery", counts.join(", "));
    }
    for note in list.notes {
        let fix = named_command(&note).unwrap_or("bedrock-gateway models --refresh");
        let fix = fix.to_owned();
        report.warn("discovery", note, Some(fix));
    }
}

/// Asks a model for a word.
async fn answer(provider: &Provider, model: &str, report: &mut Report) {
    let request = ChatRequest {
        model_id: model.to_owned(),
        messages: vec![Message::text(Role::User, "Answer with the word OK.")],
        inference_config: Some(InferenceConfig {
            max_tokens: Some(LIVE_MAX_TOKENS),
            ..InferenceConfig::default()
        }),
        ..ChatRequest::default()
    };
    let began = Instant::now();
    let mut stream = provider.start_stream(request);
    let mut events = Vec::new();
    let whole = async {
        while stream.next_batch(&mut events).await? {}
        Ok::<(), ProviderError>(())
    };
    match progress::waiting("asking a model", timeout(LIVE_DEADLINE, whole)).await {
        Ok(Ok(())) => {
            let millis = began.elapsed().as_millis();
            report.ok("live", format!("{model} answers in {millis} ms"));
        }
        Ok(Err(error)) => report.fail("live", format!("{model}: {error}"), fix_for(&error)),
        Err(_) => {
            let detail = format!("{model} did not answer within {LIVE_DEADLINE:?}");
            report.warn(
                "live",
                detail,
                Some(format!("bedrock-gateway chat -m {model} OK")),
            );
        }
    }
}

/// What to do about an error: the command that it names itself, else what fits its kind.
fn fix_for(error: &ProviderError) -> String {
    if let Some(command) = named_command(&error.message) {
        return command.to_owned();
    }
    let fix = match error.kind {
        ErrorKind::Authentication | ErrorKind::CredentialsExpired => {
            "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…  # or: export AWS_PROFILE=…"
        }
        ErrorKind::PermissionDenied => {
            "aws iam attach-user-policy --user-name … --policy-arn arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
        }
        ErrorKind::ModelNotFound => "bedrock-gateway models",
        ErrorKind::InvalidRequest => "bedrock-gateway config show",
        _ => "bedrock-gateway --log-level debug models --refresh",
    };
    fix.to_owned()
}

/// The command that a sentence asks to run.
fn named_command(sentence: &str) -> Option<&str> {
    let (_, rest) = sentence.split_once("run `")?;
    Some(rest.split_once('`')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Status;

    fn probe(clock_ahead_seconds: Option<i64>) -> Vec<EndpointProbe> {
        vec![EndpointProbe {
            millis: Some(3),
            clock_ahead_seconds,
            ..EndpointProbe::default()
        }]
    }

    #[test]
    fn a_clock_that_is_off_is_told_before_signatures_are_refused() {
        for (skew, status) in [
            (Some(0), Status::Ok),
            (Some(-59), Status::Ok),
            (Some(60), Status::Warn),
            (Some(-299), Status::Warn),
            (Some(300), Status::Fail),
            (Some(-9000), Status::Fail),
            (None, Status::Warn),
        ] {
            let mut report = Report::new();
            of_endpoints(&probe(skew), &mut report);
            let clock = report.checks.iter().find(|check| check.name == "clock");
            let clock = clock.expect("the clock is looked at");
            assert_eq!(clock.status, status, "{skew:?}: {}", clock.detail);
        }
    }

    #[test]
    fn the_command_that_an_error_names_is_the_fix() {
        let message = "the AWS SSO session has expired: run `aws sso login --profile work` (…)";
        let error = ProviderError::new(ErrorKind::CredentialsExpired, message);
        assert_eq!(fix_for(&error), "aws sso login --profile work");
        let error = ProviderError::new(ErrorKind::Authentication, "no AWS credentials were found");
        assert!(fix_for(&error).contains("export AWS_PROFILE"));
    }

    #[test]
    fn spans_are_told_as_people_say_them() {
        let told = [30, 150, 7200, 200_000].map(span);
        assert_eq!(told, ["30 s", "2 min", "2 h", "2 days"]);
    }
}
