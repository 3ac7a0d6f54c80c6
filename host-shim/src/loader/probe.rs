//! A plugin opened in a child process first: its constructors run before anything of it can be
//! checked, and what crashes or hangs there does so where it harms nobody.

use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io};

use provider_interface::PluginInfo;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{LoadError, Refusal, Sha256, Staged, ask, images};

/// What a child is told by: the library to open, and what its answer has to repeat.
const IMAGE: &str = "HOST_SHIM_PROBE_IMAGE";
const NONCE: &str = "HOST_SHIM_PROBE_NONCE";

/// How long a child may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// More than any plugin says of itself.
const MAX_ANSWER: u64 = 1 << 20;

/// Between two looks whether a child has ended.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Opens plugins in a child process: of a program that calls [`run_if_child`] first.
#[derive(Debug, Clone)]
pub struct Prober {
    program: PathBuf,
    /// Remembers which libraries have passed.
    passed: PathBuf,
}

/// What a child answers.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    nonce: String,
    info: Option<PluginInfo>,
    refusal: Option<String>,
}

impl Prober {
    /// A prober that runs this program, whose `main` begins with [`run_if_child`]; what has passed is
    /// remembered in the state folder, for this build of the program.
    pub fn new(program: impl Into<PathBuf>, state_dir: &Path) -> Self {
        let program = program.into();
        let passed = state_dir.join("probed").join(build(&program));
        Self { program, passed }
    }

    /// A prober that runs the present program anew.
    pub fn of_this_program(state_dir: &Path) -> io::Result<Self> {
        Ok(Self::new(env::current_exe()?, state_dir))
    }

    /// Opens a staged library in a child, unless it has passed before, and returns what it says of
    /// itself.
    pub fn probe(&self, staged: &Staged) -> Result<PluginInfo, LoadError> {
        let passed = self.passed.join(staged.sha256().to_string());
        let remembered = fs::read(&passed).ok();
        let remembered = remembered.and_then(|said| serde_json::from_slice(&said).ok());
        if let Some(info) = remembered {
            return Ok(info);
        }
        let info = self.inspect(staged)?;
        // Nothing depends on it but time.
        if let Err(error) = remember(&passed, &info) {
            tracing::debug!(path = %passed.display(), %error, "a probe can't be remembered");
        }
        Ok(info)
    }

    /// What a staged library says of itself, asked in a child.
    pub fn inspect(&self, staged: &Staged) -> Result<PluginInfo, LoadError> {
        self.ask(staged.image())
            .map_err(|refusal| LoadError::new(staged.source(), refusal))
    }

    fn ask(&self, image: &Path) -> Result<PluginInfo, Refusal> {
        let nonce = nonce();
        let mut child = Command::new(&self.program)
            .env_clear()
            .env(IMAGE, image)
            .env(NONCE, &nonce)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Refusal::NoProbe)?;
        let (said, status) = wait(&mut child)?;
        if let Some(signal) = status.signal() {
            return Err(Refusal::Crashed { signal });
        }
        let answer: Option<Answer> = serde_json::from_slice(&said).ok();
        match answer.filter(|answer| answer.nonce == nonce && status.success()) {
            Some(Answer {
                info: Some(info), ..
            }) => Ok(info),
            Some(Answer {
                refusal: Some(refusal),
                ..
            }) => Err(Refusal::Probe(refusal)),
            _ => Err(Refusal::Silent),
        }
    }
}

/// Whole or not at all: another process may read it at any time.
fn remember(passed: &Path, info: &PluginInfo) -> io::Result<()> {
    let folder = passed.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let fresh = passed.with_extension(std::process::id().to_string());
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(&serde_json::to_vec(info)?)?;
    fs::rename(&fresh, passed)
}

/// Everything that a child says, and how it ended; one that takes too long is ended.
fn wait(child: &mut Child) -> Result<(Vec<u8>, ExitStatus), Refusal> {
    let end = Instant::now() + DEADLINE;
    let output = child.stdout.take();
    let (sender, said) = mpsc::channel();
    let reading = thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        if let Some(output) = output {
            // What can't be read is missing from the answer.
            let _ = output.take(MAX_ANSWER).read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    if let Err(error) = reading {
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(Refusal::NoProbe)?;
        return Err(Refusal::NoProbe(error));
    }
    let said = said.recv_timeout(DEADLINE).unwrap_or_default();
    loop {
        match child.try_wait().map_err(Refusal::NoProbe)? {
            Some(status) => return Ok((said, status)),
            None if Instant::now() < end => thread::sleep(LOOK_EVERY),
            None => break,
        }
    }
    child.kill().map_err(Refusal::NoProbe)?;
    child.wait().map_err(Refusal::NoProbe)?;
    Err(Refusal::Hung { limit: DEADLINE })
}

/// In a child of a [`Prober`] this opens the library that it was given, says what it found, and ends
/// the process; in any other it does nothing. To be called first in `main`.
pub fn run_if_child() {
    let (Some(image), Ok(nonce)) = (env::var_os(IMAGE), env::var(NONCE)) else {
        return;
    };
    let asked = images::opened_apart(Path::new(&image)).and_then(|module| ask(&module));
    let (info, refusal) = match asked {
        Ok(info) => (Some(info), None),
        Err(refusal) => (None, Some(refusal.to_string())),
    };
    let answer = Answer {
        nonce,
        info,
        refusal,
    };
    let mut out = io::stdout().lock();
    let written = serde_json::to_writer(&mut out, &answer).map_err(io::Error::from);
    let is_said = written.and_then(|()| out.flush()).is_ok();
    std::process::exit(i32::from(!is_said));
}

/// A library that ends the process in passing doesn't know it.
fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    let random = fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if random.is_err() {
        // Without a source of randomness: still another one each time.
        bytes = (u128::from(std::process::id()) << 64 | Instant::now().elapsed().as_nanos())
            .to_be_bytes();
    }
    Sha256::of(&bytes).to_string()
}

/// A name for a build of a program: what passed in another may not pass in this one.
fn build(program: &Path) -> String {
    let mut hash = sha2::Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    if let Ok(metadata) = fs::metadata(program) {
        hash.update(metadata.len().to_be_bytes());
        let changed = metadata.modified().ok();
        let since = changed.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        hash.update(since.unwrap_or_default().as_nanos().to_be_bytes());
    }
    Sha256::from(<[u8; 32]>::from(hash.finalize())).to_string()[..16].to_owned()
}
