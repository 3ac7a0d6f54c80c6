//! The simulator on its own: one line on stdout once it listens, then it serves until it is told to end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bedrock_simulator::{BedrockSim, Script, ScriptError, SimError};
use clap::Parser;

/// The Amazon Bedrock wire protocol on a loopback socket.
///
/// It accepts the access key AKIAIOSFODNN7EXAMPLE with the secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY (both from
/// AWS's documentation) and the bearer token `bedrock-simulator-token`, unless others are named.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Where to listen; loopback addresses only.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Speak TLS, with an authority made for this run.
    #[arg(long)]
    tls: bool,

    /// Write the authority's certificate there, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,

    /// A name that the TLS certificate covers too; may be given several times.
    #[arg(long, value_name = "NAME", requires = "tls")]
    host_name: Vec<String>,

    /// Replies as JSON; without it the simulator answers by itself.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Write each request there, as a line of JSON.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Accept this bearer token; may be given several times.
    #[arg(long, value_name = "TOKEN")]
    bearer_token: Vec<String>,

    /// Accept this access key, written `ID:SECRET` or `ID:SECRET:SESSION_TOKEN`; may be given several times.
    #[arg(long, value_name = "KEY", value_parser = access_key)]
    access_key: Vec<AccessKey>,

    /// Accept requests that are not signed.
    #[arg(long)]
    allow_anyone: bool,

    /// Let any model id be called.
    #[arg(long)]
    any_model: bool,

    /// Keep so many requests in memory; they are only ever looked at through the library.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    keep_requests: usize,
}

#[derive(Clone)]
struct AccessKey {
    id: String,
    secret: String,
    session_token: Option<String>,
}

fn access_key(text: &str) -> Result<AccessKey, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(secret), session_token) if !id.is_empty() && !secret.is_empty() => {
            Ok(AccessKey {
                id,
                secret,
                session_token,
            })
        }
        _ => Err("write it ID:SECRET or ID:SECRET:SESSION_TOKEN".to_owned()),
    }
}

/// What ends the program early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error(transparent)]
    Sim(#[from] SimError),
    #[error("cannot write the certificate {}: {source}", path.display())]
    Certificate {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot wait for signals: {0}")]
    Signal(#[source] std::io::Error),
    #[error("cannot write to stdout: {0}")]
    Stdout(#[source] std::io::Error),
}

impl Failure {
    /// 2 for what the caller can set right on the command line or in the script, 1 for the rest.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Script(_) | Self::Sim(SimError::NotLoopback(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// One thread is enough: the simulator waits far more than it works.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bedrock-simulator: {failure}");
            failure.exit_code()
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let ca_out = options.ca_out.clone();
    let end = end_signal().map_err(Failure::Signal)?;
    let sim = builder(options)?.start().await?;
    if let (Some(path), Some(pem)) = (ca_out, sim.ca_pem()) {
        write_certificate(&path, pem)?;
    }
    announce(&sim.url()).map_err(Failure::Stdout)?;
    end.await;
    sim.shutdown().await;
    Ok(())
}

fn builder(options: Options) -> Result<BedrockSim, Failure> {
    let mut sim = BedrockSim::new()
        .listen(options.listen)
        .keep_requests(options.keep_requests);
    if options.tls {
        sim = sim.tls();
    }
    sim = options
        .host_name
        .into_iter()
        .fold(sim, BedrockSim::host_name);
    sim = options
        .bearer_token
        .into_iter()
        .fold(sim, BedrockSim::bearer_token);
    for key in options.access_key {
        sim = sim.credentials(key.id, key.secret);
        if let Some(token) = key.session_token {
            sim = sim.session_token(token);
        }
    }
    if options.allow_anyone {
        sim = sim.allow_anyone();
    }
    if options.any_model {
        sim = sim.any_model();
    }
    if let Some(path) = options.script {
        sim = sim.script(Script::read(path)?);
    }
    if let Some(path) = options.record {
        sim = sim.record_to(path);
    }
    Ok(sim)
}

fn write_certificate(path: &Path, pem: &str) -> Result<(), Failure> {
    std::fs::write(path, pem).map_err(|source| Failure::Certificate {
        path: path.to_owned(),
        source,
    })
}

fn announce(url: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening {url}")?;
    stdout.flush()
}

/// Ready on SIGINT or SIGTERM; both are taken over right away, so that none is lost before the first wait.
#[cfg(unix)]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
