//! The simulator and the gateway as processes of their own, each ended with its handle.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

use crate::Error;

/// The key pair that the simulator accepts.
const KEY: (&str, &str) = (
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
);

/// The unit of times in `/proc/PID/stat`: part of Linux's ABI.
const TICKS_PER_SECOND: u32 = 100;

/// A file beside this program, as one release build leaves them.
pub fn beside(name: &str) -> Result<PathBuf, Error> {
    let file = env::current_exe()?.with_file_name(name);
    if file.exists() {
        return Ok(file);
    }
    Err(format!("{} is missing; run `cargo build --release`", file.display()).into())
}

/// A program that prints `listening http://…` when it serves.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(command: &mut Command) -> Result<Self, Error> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("a process without stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening ").map(str::to_owned);
        let mut serving = Self {
            child,
            url: String::new(),
        };
        serving.url = url.ok_or_else(|| format!("{command:?} did not start"))?;
        Ok(serving)
    }

    fn address(&self) -> Result<SocketAddr, Error> {
        let address = self.url.strip_prefix("http://").unwrap_or(&self.url);
        Ok(address.parse()?)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ours, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The simulator, with a script.
pub struct Simulator {
    serving: Serving,
    _script: NamedTempFile,
}

impl Simulator {
    /// Starts it; it takes any model, from anyone.
    pub fn start(script: &Value) -> Result<Self, Error> {
        let file = NamedTempFile::new()?;
        fs::write(file.path(), script.to_string())?;
        let mut command = Command::new(beside("bedrock-simulator")?);
        command.arg("--script").arg::<&Path>(file.path()).args([
            "--any-model",
            "--allow-anyone",
            "--keep-requests",
            "0",
        ]);
        Ok(Self {
            serving: Serving::start(&mut command)?,
            _script: file,
        })
    }

    /// `http://HOST:PORT`
    pub fn url(&self) -> &str {
        &self.serving.url
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.serving.address()
    }
}

/// `bedrock-gateway serve`, with a home of its own, and the plugin in the plugins folder there.
pub struct Gateway {
    serving: Serving,
    home: TempDir,
}

/// Where the plugin lies in the gateway's home.
const PLUGIN: &str = ".openclaw/plugins/libamazon_bedrock.so";

/// All that the gateway is told.
const CONFIG: &str = r#"{ "plugins": { "entries": { "amazon-bedrock": { "enabled": true } } } }"#;

impl Gateway {
    /// Starts it in front of a simulator.
    pub fn start(simulator: &Simulator) -> Result<Self, Error> {
        let home = tempfile::tempdir()?;
        fs::create_dir_all(home.path().join(PLUGIN).with_file_name(""))?;
        fs::write(home.path().join(".openclaw/openclaw.json"), CONFIG)?;
        put_plugin(home.path(), 0)?;
        let mut command = Command::new(beside("bedrock-gateway")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env_clear()
            .env("HOME", home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", simulator.url())
            .env("AWS_ENDPOINT_URL_BEDROCK", simulator.url())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", KEY.0)
            .env("AWS_SECRET_ACCESS_KEY", KEY.1);
        Ok(Self {
            serving: Serving::start(&mut command)?,
            home,
        })
    }

    /// Puts another build of the plugin into its plugins folder, in place of the one there: the same
    /// code with a number behind it, which nothing reads.
    pub fn put_plugin(&self, number: usize) -> Result<(), Error> {
        put_plugin(self.home.path(), number)
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.serving.address()
    }

    /// What the system knows of it.
    pub fn process(&self) -> Process {
        Process(self.serving.child.id())
    }
}

fn put_plugin(home: &Path, number: usize) -> Result<(), Error> {
    let plugin = home.join(PLUGIN);
    let fresh = plugin.with_extension("part");
    let mut bytes = fs::read(beside("libamazon_bedrock.so")?)?;
    bytes.extend(number.to_be_bytes());
    fs::write(&fresh, bytes)?;
    fs::rename(&fresh, &plugin)?;
    Ok(())
}

/// A process as Linux's `/proc` shows it.
#[derive(Debug, Clone, Copy)]
pub struct Process(u32);

impl Process {
    /// CPU time so far, user and system, all threads; in steps of 10 ms.
    pub fn cpu(self) -> Result<Duration, Error> {
        let stat = self.read("stat")?;
        // The second field is the name, in parentheses; times are the 14th and the 15th.
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
        let times = fields.split_whitespace().skip(11).take(2);
        let ticks: u32 = times.map(|ticks| ticks.parse().unwrap_or(0)).sum();
        Ok(Duration::from_secs(1) * ticks / TICKS_PER_SECOND)
    }

    /// Memory in use, in kilobytes.
    pub fn resident(self) -> Result<u64, Error> {
        self.status("VmRSS:")
    }

    /// The most memory that was ever in use, in kilobytes.
    pub fn peak(self) -> Result<u64, Error> {
        self.status("VmHWM:")
    }

    /// How many threads it has.
    pub fn threads(self) -> Result<u64, Error> {
        self.status("Threads:")
    }

    /// How many memory maps it has.
    pub fn maps(self) -> Result<usize, Error> {
        Ok(self.read("maps")?.lines().count())
    }

    /// How many descriptors it has open.
    pub fn descriptors(self) -> Result<usize, Error> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.0))?.count())
    }

    fn read(self, name: &str) -> Result<String, Error> {
        Ok(fs::read_to_string(format!("/proc/{}/{name}", self.0))?)
    }

    fn status(self, name: &str) -> Result<u64, Error> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let value = line.and_then(|line| line.split_whitespace().next());
        let value = value.ok_or_else(|| format!("/proc/PID/status has no {name}"))?;
        Ok(value.parse()?)
    }
}
