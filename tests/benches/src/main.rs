//! What an event costs a client: raw, through the SDK's typed stream, and through the plugin's
//! shared library. The simulator is a process of its own and so is every measurement; variants are
//! interleaved, since the machine is noisy and only ratios within a round count.

mod boundary;
mod measure;
mod raw;
mod sdk;

use std::process::{Command, ExitCode, Stdio};

use benches::{Error, Simulator, beside, median};
use clap::{Parser, ValueEnum};

use measure::{Load, Measured};

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
    let simulator = Simulator::start(&serde_json::json!({"default": {
        "deltas": {"count": options.deltas, "size": options.size},
        "eventsPerChunk": options.per_chunk,
    }}))?;
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
                round.push(measure_apart(variant, simulator.url(), streams, options)?);
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
