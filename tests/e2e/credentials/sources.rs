//! Every source of credentials, each shown as what it is because it is what was used.

use bedrock_simulator::{AuthKind, BedrockSim, DEFAULT_BEARER_TOKEN};
use serde_json::json;

use super::*;
use crate::fakes::{Answer, Asked, Fake};

const PROFILE: &str = "env: AWS_PROFILE";
const ENV_KEYS: &str = "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY";
const BEARER: &str = "env: AWS_BEARER_TOKEN_BEDROCK";
const ROLE: &str = "arn:aws:iam::123456789012:role/reader";

/// Lines of static keys in a profile.
fn keys(key: &str, secret: &str) -> String {
    format!("aws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
}

/// STS: gives the temporary key to whoever asks for the role.
fn sts() -> Fake {
    Fake::start(|asked| {
        let wanted = ["AssumeRoleWithWebIdentity", "AssumeRole"];
        let action = wanted.iter().find(|action| asked.body.contains(*action));
        let Some(action) = action else {
            return (400, String::new());
        };
        let body = format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
             <Credentials><AccessKeyId>{KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
             <SessionToken>{SESSION}</SessionToken><Expiration>{FOREVER}</Expiration></Credentials>\
             <AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId>\
             <Arn>arn:aws:sts::123456789012:assumed-role/reader/s</Arn></AssumedRoleUser>\
             </{action}Result></{action}Response>"
        );
        (200, body)
    })
}

/// The temporary key as the endpoints of roles give it.
fn role_credentials() -> String {
    json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z",
        "AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": SESSION, "Expiration": FOREVER,
    })
    .to_string()
}

#[test]
fn a_bearer_token_is_shown_and_used() {
    let sim = BedrockSim::new().default_reply(Reply::text("OK"));
    let sim = sim.spawn().unwrap();
    let user = stranger(&sim).env("AWS_BEARER_TOKEN_BEDROCK", DEFAULT_BEARER_TOKEN);
    assert_eq!(used(&user, &sim, BEARER).auth, AuthKind::Bearer);
    // White space around it comes from the file that it was read from.
    let user = user.env(
        "AWS_BEARER_TOKEN_BEDROCK",
        format!(" {DEFAULT_BEARER_TOKEN}\n"),
    );
    assert_eq!(used(&user, &sim, BEARER).auth, AuthKind::Bearer);
}

#[test]
fn static_keys_of_the_environment_are_shown_and_used() {
    let sim = BedrockSim::new().default_reply(Reply::text("OK"));
    let sim = sim.spawn().unwrap();
    let user = Gateway::at(&sim).config(&config(json!({}), json!({})));
    let request = used(&user, &sim, ENV_KEYS);
    assert_eq!(signer(&request), bedrock_simulator::DEFAULT_ACCESS_KEY_ID);
}

#[test]
fn a_session_token_goes_with_the_keys_of_the_environment() {
    let sim = service();
    let user = stranger(&sim)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", SESSION);
    signed(&user, &sim, ENV_KEYS);
}

#[test]
fn static_keys_of_a_named_profile_are_shown_and_used() {
    let sim = service();
    let user = stranger(&sim).env("AWS_PROFILE", "work");
    let keys = keys(KEY, SECRET);
    user.file(
        ".aws/credentials",
        format!("[work]\n{keys}aws_session_token = {SESSION}\n"),
    );
    signed(&user, &sim, PROFILE);
}

#[test]
fn the_default_profile_is_the_default_chains() {
    let sim = service();
    let user = stranger(&sim);
    let keys = keys(KEY, SECRET);
    user.file(
        ".aws/credentials",
        format!("[default]\n{keys}aws_session_token = {SESSION}\n"),
    );
    signed(&user, &sim, "aws-sdk default chain (Profile)");
    // A blank name names no profile.
    let user = user.env("AWS_PROFILE", " ");
    signed(&user, &sim, "aws-sdk default chain (Profile)");
    // Nor does a blank file name a file.
    let user = user
        .env("AWS_SHARED_CREDENTIALS_FILE", "")
        .env("AWS_CONFIG_FILE", "");
    signed(&user, &sim, "aws-sdk default chain (Profile)");
}

#[test]
fn an_assumed_role_with_a_source_profile_is_shown_and_used() {
    let (sim, sts) = (service(), sts());
    let user = stranger(&sim).env("AWS_ENDPOINT_URL_STS", sts.url());
    let source = keys("AKIABASE", "base");
    user.file(
        ".aws/config",
        format!(
            "[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n[profile base]\n{source}\
             [default]\nrole_arn = {ROLE}\nsource_profile = base\n"
        ),
    );
    signed(&user, &sim, "aws-sdk default chain (AssumeRole)");
    let asked = sts.asked();
    let signature = asked[0].header("authorization").unwrap();
    assert!(signature.contains("Credential=AKIABASE/"), "{signature}");
    let user = user.env("AWS_PROFILE", "work");
    signed(&user, &sim, PROFILE);
    let report = examined(&user);
    let detail = check(&report, "credentials")["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("env: AWS_PROFILE, for another "),
        "{detail}"
    );
}

#[test]
fn a_web_identity_is_shown_and_used() {
    let (sim, sts) = (service(), sts());
    let user = stranger(&sim).env("AWS_ENDPOINT_URL_STS", sts.url());
    let token = user.file("token", "the identity token");
    let user = user
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap())
        .env("AWS_ROLE_ARN", ROLE);
    signed(&user, &sim, "aws-sdk default chain (WebIdentityToken)");
    let body = &sts.asked()[0].body;
    assert!(
        body.contains("WebIdentityToken=the%20identity%20token"),
        "{body}"
    );
}

/// Below `.aws/sso/cache`: the SHA-1 of the session's name, `work`.
const SSO_CACHE: &str = ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";

fn sso_user(sim: &Simulator, portal: &Fake, expires: &str) -> Gateway {
    let user = stranger(sim)
        .env("AWS_ENDPOINT_URL_SSO", portal.url())
        .env("AWS_PROFILE", "work");
    user.file(
        ".aws/config",
        "[profile work]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = reader\n\
         [sso-session work]\nsso_region = us-east-1\nsso_start_url = https://work.awsapps.com/start\n",
    );
    sign_in(&user, expires);
    user
}

/// What `aws sso login` leaves behind.
fn sign_in(user: &Gateway, expires: &str) {
    let cached = json!({
        "accessToken": "the portal's token", "expiresAt": expires,
        "region": "us-east-1", "startUrl": "https://work.awsapps.com/start",
    });
    user.file(SSO_CACHE, cached.to_string());
}

/// The SSO portal: gives the temporary key to whoever shows its token.
fn portal() -> Fake {
    Fake::start(|asked| match asked.header("x-amz-sso_bearer_token") {
        Some("the portal's token") => {
            let credentials = json!({"roleCredentials": {
                "accessKeyId": KEY, "secretAccessKey": SECRET, "sessionToken": SESSION,
                "expiration": 32_503_680_000_000_u64,
            }});
            (200, credentials.to_string())
        }
        _ => (401, json!({"message": "no"}).to_string()),
    })
}

#[test]
fn an_sso_session_is_shown_and_used() {
    let (sim, portal) = (service(), portal());
    let user = sso_user(&sim, &portal, FOREVER);
    signed(&user, &sim, PROFILE);
    let line = &portal.asked()[0].line;
    assert!(line.contains("role_name=reader"), "{line}");
}

#[test]
fn an_expired_sso_session_says_which_command_renews_it() {
    let (sim, portal) = (service(), portal());
    let user = sso_user(&sim, &portal, "2020-01-01T00:00:00Z");
    let report = examined(&user);
    assert_eq!(report["credentialSource"], "none");
    let credentials = check(&report, "credentials");
    assert_eq!(credentials["status"], "fail");
    assert_eq!(credentials["fix"], "aws sso login --profile work");
    let said = user.chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(
        sentence.contains("`aws sso login --profile work`"),
        "{sentence}"
    );
    assert!(sentence.contains("credentials_expired"), "{sentence}");
    sign_in(&user, FOREVER);
    signed(&user, &sim, PROFILE);
}

#[test]
fn a_credential_process_is_shown_and_used() {
    let sim = service();
    let user = stranger(&sim);
    let given = json!({
        "Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET,
        "SessionToken": SESSION, "Expiration": FOREVER,
    });
    let script = user.file("give", format!("#!/bin/sh\ncat <<END\n{given}\nEND\n"));
    let process = format!("credential_process = sh {}\n", script.display());
    user.file(
        ".aws/config",
        format!("[default]\n{process}[profile work]\n{process}"),
    );
    signed(&user, &sim, "aws-sdk default chain (CredentialProcess)");
    let user = user.env("AWS_PROFILE", "work");
    signed(&user, &sim, PROFILE);
}

#[test]
fn a_credential_process_that_fails_is_told_with_what_it_said() {
    let sim = service();
    let user = stranger(&sim);
    user.file(
        ".aws/config",
        "[default]\ncredential_process = sh -c 'echo vault is sealed >&2; exit 3'\n",
    );
    let said = user.chat(&["hello"]);
    assert!(said.refusal(1).contains("vault is sealed"), "{said:?}");
    let report = examined(&user);
    let detail = check(&report, "credentials")["detail"].as_str().unwrap();
    assert!(detail.contains("vault is sealed"), "{detail}");
}

#[test]
fn a_containers_role_is_shown_and_used() {
    let sim = service();
    let container = Fake::start(|asked: &Asked| -> Answer {
        match asked.header("authorization") {
            Some("the container's token") => (200, role_credentials()),
            _ => (401, String::new()),
        }
    });
    let user = stranger(&sim)
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            container.url() + "/role",
        )
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "the container's token");
    signed(&user, &sim, "aws-sdk default chain (EcsContainer)");
    assert_eq!(container.asked()[0].line, "GET /role");
}

/// The metadata service of a machine with a role.
fn instance() -> Fake {
    Fake::start(|asked: &Asked| -> Answer {
        let token = asked.header("x-aws-ec2-metadata-token");
        match (asked.line.as_str(), token) {
            ("PUT /latest/api/token", _) => (200, "the machine's token".to_owned()),
            (_, None) => (401, String::new()),
            ("GET /latest/meta-data/iam/security-credentials/", _) => (200, "reader".to_owned()),
            ("GET /latest/meta-data/iam/security-credentials/reader", _) => {
                (200, role_credentials())
            }
            _ => (404, String::new()),
        }
    })
}

#[test]
fn an_instances_role_is_shown_and_used() {
    let (sim, metadata) = (service(), instance());
    let user = stranger(&sim)
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url());
    signed(&user, &sim, "aws-sdk default chain (Ec2InstanceMetadata)");
    // A profile that gives no credentials isn't shown as their source.
    user.file(".aws/config", "[profile work]\nregion = us-east-1\n");
    let user = user.env("AWS_PROFILE", "work");
    signed(&user, &sim, "aws-sdk default chain (Ec2InstanceMetadata)");
}

#[test]
fn links_of_the_chain_whose_variables_are_blank_are_passed_over() {
    let (sim, metadata) = (service(), instance());
    let blank = |user: Gateway| {
        let variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ROLE_ARN",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        ];
        variables
            .into_iter()
            .fold(user, |user, name| user.env(name, ""))
    };
    let user = blank(stranger(&sim))
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url());
    signed(&user, &sim, "aws-sdk default chain (Ec2InstanceMetadata)");
    let keys = keys(KEY, SECRET);
    user.file(
        ".aws/credentials",
        format!("[work]\n{keys}aws_session_token = {SESSION}\n"),
    );
    signed(&user.env("AWS_PROFILE", "work"), &sim, PROFILE);
    let said = blank(stranger(&sim)).chat(&["hello"]);
    let sentence = said.refusal(1);
    assert!(
        sentence.starts_with("no AWS credentials were found"),
        "{sentence}"
    );
}

#[test]
fn nothing_to_sign_with_is_none() {
    let sim = service();
    let report = examined(&stranger(&sim));
    assert_eq!(report["credentialSource"], "none");
    let credentials = check(&report, "credentials");
    assert_eq!(credentials["status"], "fail");
    let fix = credentials["fix"].as_str().unwrap();
    assert!(fix.contains("export AWS_ACCESS_KEY_ID"), "{fix}");
    assert_eq!(sim.requests_of(Operation::ConverseStream).len(), 0);
}

#[test]
fn a_bearer_token_goes_to_bedrock_alone_and_into_no_log() {
    let sim = BedrockSim::new().default_reply(Reply::text("OK"));
    let sim = sim.spawn().unwrap();
    let (sts, portal) = (sts(), portal());
    let user = sso_user(&sim, &portal, FOREVER)
        .env("AWS_ENDPOINT_URL_STS", sts.url())
        .env("AWS_BEARER_TOKEN_BEDROCK", DEFAULT_BEARER_TOKEN);
    assert_eq!(used(&user, &sim, BEARER).auth, AuthKind::Bearer);
    for command in [
        &["doctor", "--live"][..],
        &["chat", "-m", MODEL, "hello"],
        &["models", "--refresh"],
    ] {
        let said = user.run(&[&["--log-level", "trace"], command].concat());
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        let printed = format!("{}{}", said.out, said.err);
        assert!(!printed.contains(DEFAULT_BEARER_TOKEN), "{printed}");
    }
    assert!(sts.asked().is_empty() && portal.asked().is_empty());
    // Blank, it is no token; then others are asked, and see nothing of it.
    let blank = sso_user(&sim, &portal, FOREVER).env("AWS_BEARER_TOKEN_BEDROCK", "  ");
    assert_eq!(examined(&blank)["credentialSource"], PROFILE);
    let asked = portal.asked();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|asked| !asked.text().contains("Bearer ")));
}
