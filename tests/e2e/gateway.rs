//! `bedrock-gateway` as a child process: a home of its own, nothing of this process's environment,
//! and everything that it said.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use bedrock_simulator::{
    DEFAULT_ACCESS_KEY_ID, DEFAULT_REGION, DEFAULT_SECRET_ACCESS_KEY, Simulator,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::artifacts::program;
use crate::harness::MODEL;

/// No command of a test takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// A user of the command line: their home folder and environment.
pub(crate) struct Gateway {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Gateway {
    /// A user with nothing set up.
    pub(crate) fn new() -> Self {
        let variables = [("AWS_EC2_METADATA_DISABLED", "true")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            home: tempfile::tempdir().unwrap(),
            variables: variables.to_vec(),
        }
    }

    /// A user whose environment leads to that simulator, with the credentials that it accepts.
    pub(crate) fn at(sim: &Simulator) -> Self {
        Self::new()
            .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", sim.url())
            .env("AWS_ENDPOINT_URL_BEDROCK", sim.url())
            .env("AWS_REGION", DEFAULT_REGION)
            .env("AWS_ACCESS_KEY_ID", DEFAULT_ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", DEFAULT_SECRET_ACCESS_KEY)
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Removes a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// Puts a config where it is found.
    pub(crate) fn config(self, config: &Value) -> Self {
        self.file(".openclaw/openclaw.json", config.to_string());
        self
    }

    /// A path in the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file into the home folder.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A command of this user with those arguments, its pipes not set up.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(program("bedrock-gateway"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path());
        command
    }

    /// Runs a command that has nothing to read.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        let mut command = self.command(arguments);
        finish(spawn(command.stdin(Stdio::null())))
    }

    /// Runs a command with that on its standard input.
    pub(crate) fn run_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Said {
        let mut command = self.command(arguments);
        let mut child = spawn(command.stdin(Stdio::piped()));
        let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
        // A command that doesn't read to the end is free to.
        let writing = thread::spawn(move || stdin.write_all(&input));
        let said = finish(child);
        let _ = writing.join().unwrap();
        said
    }

    /// `chat -m MODEL …`
    pub(crate) fn chat<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        let mut all: Vec<&OsStr> = ["chat", "-m", MODEL].map(OsStr::new).to_vec();
        all.extend(arguments.iter().map(AsRef::as_ref));
        self.run(&all)
    }
}

/// Starts a command with both outputs on pipes.
pub(crate) fn spawn(command: &mut Command) -> Child {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the gateway starts")
}

/// Sends it a signal.
pub(crate) fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits for its end; one that hangs is killed, and fails the test.
pub(crate) fn finish(child: Child) -> Said {
    let pid = Pid::from_child(&child);
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let output = ended.recv_timeout(LIMIT).unwrap_or_else(|_| {
        kill_process(pid, Signal::KILL).unwrap();
        let output = ended.recv().unwrap();
        panic!("it did not end within {LIMIT:?}: {output:?}")
    });
    let output = output.unwrap();
    Said {
        status: output.status,
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    /// What was printed by a command that succeeded, and had nothing to remark.
    pub(crate) fn good(self) -> String {
        assert_eq!(self.status.code(), Some(0), "{self:?}");
        assert_eq!(self.err, "");
        self.out
    }

    /// The sentence of a command that failed with that status.
    pub(crate) fn sentence(&self, status: i32) -> &str {
        assert_eq!(self.status.signal(), None, "it crashed: {self:?}");
        assert_eq!(self.status.code(), Some(status), "{self:?}");
        let sentence = self.err.strip_suffix('\n').unwrap();
        assert!(!sentence.contains('\n'), "not one line: {sentence}");
        assert!(sentence.chars().count() < 400, "too long: {sentence}");
        assert!(!sentence.contains("panicked"), "{sentence}");
        sentence.strip_prefix("error: ").expect("an error")
    }

    /// The sentence of a command that failed with that status and printed nothing.
    pub(crate) fn refusal(&self, status: i32) -> &str {
        let sentence = self.sentence(status);
        assert_eq!(self.out, "");
        sentence
    }

    /// The JSON lines that were printed.
    pub(crate) fn lines(&self) -> Vec<Value> {
        lines(&self.out)
    }
}

/// A text of JSON lines.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    text.lines().map(parse).collect()
}

/// A path as an argument.
pub(crate) fn argument(path: &Path) -> &str {
    path.to_str().unwrap()
}
