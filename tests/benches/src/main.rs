//! What an event costs a client: raw, through the SDK's typed stream, and through the plugin's
//! shared library. The simulator is a process of its own and so is every measurement; variants are
//! interleaved, since the machine is noisy and only ratios within a round count.

mod boundary;
mod measure;
mod raw;
mod sdk;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use clap::{Parser, ValueEnum};

use measure::{Load, Measured};

/// Anything that goes wrong ends the run with its sentence.
type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Variant {
    /// hyper, the SDK's frame decoder and serde_json; no SDK, no signature.
    Raw,
    /// aws-sdk-bedrockruntime with its typed events.
    Sdk,
    /// The plugin, loaded from its shared library.
    Boundary,
}

const VARIANTS: [Variant; 3] = [Variant::Raw, Variant::Sdk, Variant::Boundary];

/// Measures the CPU time of one event, client side.
#[derive(Debug, Parser)]
struct Options {
    /// Streams at once, one table row each
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    streams: Vec<usize>,
    /// Deltas of one stream
    #[arg(long, default_value_t = 200)]
    deltas: usize,
    /// Bytes of one delta's text
    #[arg(long, default_value_t = 20)]
    size: usize,
    /// Events that share one write of the simulator
    #[arg(long, default_value_t = 1)]
    per_chunk: usize,
    /// Streams to run per measurement
    #[arg(long, default_value_t = 2000)]
    requests: usize,
    /// Measurements of each variant
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Measure one variant against this address and print the figures as JSON
    #[arg(long, hide = true, requires = "url")]
    variant: Option<Variant>,
    #[arg(long, hide = true)]
    url: Option<String>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    if let (Some(variant), Some(url)) = (options.variant, &options.url) {
        return measure_here(variant, url, options);
    }
    let simulator = Simulator::start(options)?;
    println!(
        "{} deltas × {} bytes, {} events a write, {} streams a measurement, median of {} rounds",
        options.deltas, options.size, options.per_chunk, options.requests, options.rounds
    );
    println!("\n| streams | raw | direct SDK | through the .so | .so / SDK | .so / raw |");
    println!("|---|---|---|---|---|---|");
    for &streams in &options.streams {
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let mut round = Vec::new();
            for variant in VARIANTS {
                round.push(measure_apart(variant, &simulator.url, streams, options)?);
            }
            rounds.push(round);
        }
        let cost = |variant: usize| median(rounds.iter().map(|round| round[variant]));
        let ratio = |of: usize| median(rounds.iter().map(|round| round[2] / round[of]));
        println!(
            "| {streams} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            cost(0),
            cost(1),
            cost(2),
            ratio(1),
            ratio(0)
        );
    }
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// CPU µs per event of one variant, in a process of its own.
fn measure_apart(
    variant: Variant,
    url: &str,
    streams: usize,
    options: &Options,
) -> Result<f64, Error> {
    let name = variant
        .to_possible_value()
        .ok_or("a variant without a name")?;
    let output = Command::new(std::env::current_exe()?)
        .args(["--variant", name.get_name(), "--url", url])
        .args(["--streams", &streams.to_string()])
        .args(["--deltas", &options.deltas.to_string()])
        .args(["--requests", &options.requests.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("measuring {name:?} failed", name = name.get_name()).into());
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    Ok(measured.cpu_micros / measured.events as f64)
}

fn measure_here(variant: Variant, url: &str, options: &Options) -> Result<(), Error> {
    let load = Load {
        streams: options.streams.first().copied().unwrap_or(1),
        requests: options.requests,
        // messageStart, the deltas, contentBlockStop, messageStop, metadata.
        events_per_stream: options.deltas + 4,
    };
    let measured = match variant {
        Variant::Raw => load.measure(|| raw::Client::new(url)),
        Variant::Sdk => load.measure(|| sdk::Client::new(url)),
        Variant::Boundary => {
            load.measure(|| boundary::Client::new(url, &beside("libamazon_bedrock.so")?))
        }
    }?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// A file beside this program, as one release build leaves them.
fn beside(name: &str) -> Result<PathBuf, Error> {
    let file = std::env::current_exe()?.with_file_name(name);
    if file.exists() {
        return Ok(file);
    }
    Err(format!("{} is missing; run `cargo build --release`", file.display()).into())
}

struct Simulator {
    process: Child,
    url: String,
    _script: tempfile::NamedTempFile,
}

impl Simulator {
    fn start(options: &Options) -> Result<Self, Error> {
        let script = tempfile::NamedTempFile::new()?;
        let reply = serde_json::json!({"default": {
            "deltas": {"count": options.deltas, "size": options.size},
            "eventsPerChunk": options.per_chunk,
        }});
        std::fs::write(script.path(), reply.to_string())?;
        let mut process = Command::new(beside("bedrock-simulator")?)
            .arg("--script")
            .arg::<&Path>(script.path())
            .args(["--any-model", "--allow-anyone", "--keep-requests", "0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().ok_or("the simulator has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line
            .trim()
            .strip_prefix("listening ")
            .ok_or("the simulator did not start")?;
        Ok(Self {
            url: url.to_owned(),
            process,
            _script: script,
        })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Ours, by its handle.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
