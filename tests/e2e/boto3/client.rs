//! Both clients: a virtual environment with boto3 from PyPI, made once below `target`, and the
//! gateway.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, thread};

use bedrock_simulator::{
    BedrockSim, DEFAULT_ACCESS_KEY_ID, DEFAULT_REGION, DEFAULT_SECRET_ACCESS_KEY, Reply, Simulator,
};
use serde_json::{Value, json};

use crate::artifacts::profile_folder;
use crate::gateway::{Gateway, Said, argument, finish, lines, spawn};
use crate::harness::MODEL;

/// What is compared with; botocore holds the service model, and is pinned with it.
const PACKAGES: [&str; 2] = ["boto3==1.44.5", "botocore==1.44.5"];

/// What both clients said to one request: events, and the error at the end if there was one.
#[derive(Debug)]
pub(super) struct Both {
    pub(super) ours: Vec<Value>,
    pub(super) boto3: Vec<Value>,
}

/// Asks through both, from an endpoint that answers both alike.
pub(super) fn ask_both(endpoint: &str, request: &Value) -> Both {
    Both {
        ours: ask_gateway(endpoint, request).lines(),
        boto3: ask_boto3(endpoint, request),
    }
}

/// Asks a simulator that gives both this reply.
pub(super) fn ask_both_of(reply: Reply) -> Both {
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let both = ask_both(&sim.url(), &greeting());
    assert_signed_alike(&sim);
    both
}

/// Two requests came, both with a signature that the simulator has verified.
fn assert_signed_alike(sim: &Simulator) {
    let requests = sim.requests();
    assert_eq!(requests.len(), 2, "one of each client");
    assert_eq!(requests[0].auth, requests[1].auth);
    assert_eq!(requests[0].path, requests[1].path);
}

/// The plainest request.
pub(super) fn greeting() -> Value {
    let hello = json!({"role": "user", "content": [{"text": "hello"}]});
    json!({"modelId": MODEL, "messages": [hello]})
}

pub(super) fn ask_gateway(endpoint: &str, request: &Value) -> Said {
    let user = Gateway::new()
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint)
        .env("AWS_ENDPOINT_URL_BEDROCK", endpoint)
        .env("AWS_REGION", DEFAULT_REGION)
        .env("AWS_ACCESS_KEY_ID", DEFAULT_ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", DEFAULT_SECRET_ACCESS_KEY)
        // As boto3 is told to: what is compared is one attempt.
        .env("AWS_MAX_ATTEMPTS", "1");
    let file = user.file("request.json", request.to_string());
    user.run(&["chat", "--json", "--request", argument(&file)])
}

fn ask_boto3(endpoint: &str, request: &Value) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("boto3/events.py");
    let mut python = Command::new(python());
    python
        .arg(script)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint)
        .env("AWS_DEFAULT_REGION", DEFAULT_REGION)
        .env("AWS_ACCESS_KEY_ID", DEFAULT_ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", DEFAULT_SECRET_ACCESS_KEY)
        .stdin(Stdio::piped());
    let mut child = spawn(&mut python);
    let (mut stdin, input) = (child.stdin.take().unwrap(), request.to_string());
    let writing = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let said = finish(child);
    writing.join().unwrap().unwrap();
    assert!(said.status.success(), "boto3 failed: {}", said.err);
    lines(&said.out)
}

/// The interpreter of the virtual environment, which is made if it isn't there.
fn python() -> PathBuf {
    let target = profile_folder();
    let target = target
        .parent()
        .expect("the profile's folder is in target's");
    let folder = target.join("boto3-venv");
    // Tests run in processes of their own; one of them makes it, the others wait.
    let lock = File::create(target.join("boto3-venv.lock")).unwrap();
    lock.lock().unwrap();
    let made = folder.join("made");
    let packages = PACKAGES.join(" ");
    if fs::read_to_string(&made).ok().as_deref() != Some(&packages) {
        let _ = fs::remove_dir_all(&folder);
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let pip = ["-m", "pip", "install", "--quiet", "--no-input"];
        let mut install = Command::new(folder.join("bin/python"));
        run(install
            .args(pip)
            .arg("--disable-pip-version-check")
            .args(PACKAGES));
        fs::write(&made, &packages).unwrap();
    }
    folder.join("bin/python")
}

fn run(command: &mut Command) {
    let output = command.output();
    let failure = match &output {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!("boto3 can't be installed, which this test needs ({command:?}): {failure}");
}
