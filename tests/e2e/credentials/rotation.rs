//! Credentials that change while the gateway runs. The environment of a process can't be changed for
//! one test, so each of these runs once more in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs};

use host_shim::Provider;
use host_shim::interface::{ErrorKind, ProviderError};

use super::*;
use crate::harness::asking;
use crate::workbench::{Workbench, collect, texts};

/// Set in the second process.
const INSIDE: &str = "E2E_IN_ITS_OWN_HOME";

/// Runs a test of this module once more, in a process whose home is an empty folder. Gives that
/// folder in the second process; in the first one nothing is left to do.
fn home_of_its_own(test: &str) -> Option<PathBuf> {
    if let Some(home) = env::var_os(INSIDE) {
        return Some(PathBuf::from(home));
    }
    let home = tempfile::tempdir().unwrap();
    let name = format!("credentials::rotation::{test}");
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture"])
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(INSIDE, home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(
        said.contains("1 passed"),
        "{name} is not this test's name: {said}"
    );
    None
}

fn write(home: &Path, name: &str, text: &str) {
    let path = home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn write_key(home: &Path, key: &str) {
    let text = format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n");
    write(home, ".aws/credentials", &text);
}

/// A provider of this process that talks to that service as the shared files say.
fn provider(bench: &Workbench, sim: &Simulator) -> Provider {
    let config = json!({"baseUrl": sim.url(), "discovery": {"enabled": false}});
    bench.provider(PLUGIN, &config.to_string())
}

async fn ask(provider: &Provider) -> Result<String, ProviderError> {
    let (events, end) = collect(provider.start_stream(asking(MODEL, "hello"))).await;
    end.map(|()| texts(&events).concat())
}

fn last_signer(sim: &Simulator) -> String {
    signer(&sim.requests().pop().unwrap()).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_signs_the_next_request_and_an_open_answer_goes_on() {
    let test = "a_rotated_key_signs_the_next_request_and_an_open_answer_goes_on";
    let Some(home) = home_of_its_own(test) else {
        return;
    };
    let sim = BedrockSim::new().credentials("AKIAFIRST", "secret");
    let slow = Reply::text("a slow answer").pace(Duration::from_millis(100));
    let sim = sim.reply(slow).default_reply(Reply::text("OK"));
    let sim = sim.spawn().unwrap();
    write_key(&home, "AKIAFIRST");
    let bench = Workbench::new();
    let provider = provider(&bench, &sim);

    let mut open = provider.start_stream(asking(MODEL, "hello"));
    let mut events = Vec::new();
    assert!(open.next_batch(&mut events).await.unwrap());
    sim.set_credentials("AKIASECOND", "secret", None);
    let refused = ask(&provider).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Authentication, "{refused}");

    write_key(&home, "AKIASECOND");
    assert_eq!(ask(&provider).await.as_deref(), Ok("OK"));
    assert_eq!(last_signer(&sim), "AKIASECOND");
    let (rest, end) = collect(open).await;
    end.unwrap();
    events.extend(rest);
    assert_eq!(texts(&events).concat(), "a slow answer");

    // The same size at the same path, moved into place as tools do it.
    sim.set_credentials("AKIATHIRD1", "secret", None);
    write_key(&home.join("elsewhere"), "AKIATHIRD1");
    fs::rename(
        home.join("elsewhere/.aws/credentials"),
        home.join(".aws/credentials"),
    )
    .unwrap();
    assert_eq!(ask(&provider).await.as_deref(), Ok("OK"));
    assert_eq!(last_signer(&sim), "AKIATHIRD1");
}

#[tokio::test]
async fn keys_that_appear_later_are_found_and_so_is_a_new_region() {
    let test = "keys_that_appear_later_are_found_and_so_is_a_new_region";
    let Some(home) = home_of_its_own(test) else {
        return;
    };
    let sim = BedrockSim::new().credentials("AKIALATE", "secret");
    let sim = sim.default_reply(Reply::text("OK")).spawn().unwrap();
    let bench = Workbench::new();
    let provider = provider(&bench, &sim);
    let first = ask(&provider).await.unwrap_err();
    assert!(first.message.contains("AWS_ACCESS_KEY_ID"), "{first}");
    assert_eq!(
        ask(&provider).await.unwrap_err(),
        first,
        "as clear the second time"
    );
    let health = provider.health().await.unwrap();
    assert_eq!(health.credential_source.as_deref(), Some("none"));
    assert_eq!(health.credential_error, Some(first));

    write_key(&home, "AKIALATE");
    write(&home, ".aws/config", "[default]\nregion = eu-west-1\n");
    assert_eq!(ask(&provider).await.as_deref(), Ok("OK"));
    assert_eq!(region(&sim.requests().pop().unwrap()), "eu-west-1");
    let health = provider.health().await.unwrap();
    assert_eq!(health.region.as_deref(), Some("eu-west-1"));
    let source = health.credential_source.as_deref();
    assert_eq!(source, Some("aws-sdk default chain (Profile)"));
}

#[tokio::test]
async fn a_broken_file_is_told_each_time_and_mends_without_a_restart() {
    let test = "a_broken_file_is_told_each_time_and_mends_without_a_restart";
    let Some(home) = home_of_its_own(test) else {
        return;
    };
    let sim = BedrockSim::new().credentials("AKIAMENDED", "secret");
    let sim = sim.default_reply(Reply::text("OK")).spawn().unwrap();
    let bench = Workbench::new();
    let provider = provider(&bench, &sim);
    write(
        &home,
        ".aws/config",
        "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = gone\n",
    );
    let first = ask(&provider).await.unwrap_err();
    assert!(first.message.contains("gone"), "{first}");
    assert_eq!(ask(&provider).await.unwrap_err(), first);
    write(&home, ".aws/config", "");
    write_key(&home, "AKIAMENDED");
    assert_eq!(ask(&provider).await.as_deref(), Ok("OK"));
}

/// A process that gives a new key each time, each good for this long.
fn counting_process(home: &Path, good_for: &str) {
    let script = home.join("give");
    let text = format!(
        "#!/bin/sh\nn=$(cat '{0}/count' 2>/dev/null || echo 0)\nn=$((n + 1))\necho $n > '{0}/count'\n\
         echo \"{{\\\"Version\\\": 1, \\\"AccessKeyId\\\": \\\"AKIANUMBER$n\\\", \\\"SecretAccessKey\\\": \\\"secret\\\", \
         \\\"Expiration\\\": \\\"$(date -u -d '+{good_for}' +%Y-%m-%dT%H:%M:%SZ)\\\"}}\"\n",
        home.display()
    );
    fs::write(&script, text).unwrap();
    let process = format!("[default]\ncredential_process = sh {}\n", script.display());
    write(home, ".aws/config", &process);
}

/// Who signs two requests, one after the other, and how long the key that is shown then is good for.
async fn two_signers(home: &Path, good_for: &str) -> ([String; 2], u64) {
    counting_process(home, good_for);
    let keys = (1..=3).map(|n| format!("AKIANUMBER{n}"));
    let sim = keys.fold(BedrockSim::new(), |sim, key| sim.credentials(key, "secret"));
    let sim = sim.default_reply(Reply::text("OK")).spawn().unwrap();
    let bench = Workbench::new();
    let provider = provider(&bench, &sim);
    ask(&provider).await.unwrap();
    let first = last_signer(&sim);
    ask(&provider).await.unwrap();
    let second = last_signer(&sim);
    let health = provider.health().await.unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let left = health.credential_expiry.expect("it has an end") - now.as_secs();
    ([first, second], left)
}

#[tokio::test]
async fn a_key_is_replaced_before_its_end() {
    let Some(home) = home_of_its_own("a_key_is_replaced_before_its_end") else {
        return;
    };
    // Still good, but not for long.
    let (signers, left) = two_signers(&home, "25 seconds").await;
    assert!(left <= 25, "{left}");
    assert_eq!(signers, ["AKIANUMBER1", "AKIANUMBER2"]);
}

#[tokio::test]
async fn a_key_that_is_good_for_long_is_kept() {
    let Some(home) = home_of_its_own("a_key_that_is_good_for_long_is_kept") else {
        return;
    };
    let (signers, left) = two_signers(&home, "1 hour").await;
    assert!((3000..=3600).contains(&left), "{left}");
    assert_eq!(signers, ["AKIANUMBER1", "AKIANUMBER1"]);
}
