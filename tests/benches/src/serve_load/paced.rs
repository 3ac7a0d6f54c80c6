//! Many streams at the pace of a model. Every delta has a number and a voice, so that each client
//! sees whether all of its own came, once and in order, and none of another's.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use benches::{Error, Gateway, Process, Simulator, percentile};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::dialect::Dialect;
use crate::numbered::{self, Numbered};

/// Streams are told apart by so many voices.
const VOICES: usize = 16;

/// Short requests before anything is measured.
const WARM_UP: usize = 100;

/// Over which the streams begin, so that they don't all tick at once.
const RAMP: Duration = Duration::from_secs(5);

/// How much longer than it should a stream may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at the gateway.
const SAMPLE: Duration = Duration::from_millis(500);

/// How long after the last stream the gateway is looked at again.
const REST: Duration = Duration::from_secs(2);

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Paced {
    /// Streams at once
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// How long each takes
    #[arg(long, default_value_t = 60)]
    seconds: usize,
    /// Deltas a second of each
    #[arg(long, default_value_t = 20)]
    rate: usize,
    /// The API to ask
    #[arg(long, value_enum, default_value = "openai")]
    dialect: Dialect,
}

/// What one stream showed.
#[derive(Debug, Default)]
struct Shown {
    events: usize,
    /// From the request to the first delta, in milliseconds.
    first: f64,
    /// How much later than due, counted from the first, each further delta was; in milliseconds.
    late: Vec<f64>,
}

/// The most of the gateway that was seen at once.
#[derive(Debug, Default)]
struct Most {
    threads: u64,
    descriptors: usize,
}

impl Paced {
    pub(crate) async fn run(self) -> Result<(), Error> {
        let simulator = Simulator::start(&self.script())?;
        let gateway = Gateway::start(&simulator)?;
        let (address, process) = (gateway.address()?, gateway.process());
        let mut connection = Connection::open(address).await?;
        for _ in 0..WARM_UP {
            connection.stream(self.dialect, |_| Ok(())).await?;
        }
        drop(connection);
        let (resident, before) = (process.resident()?, process.cpu()?);
        let (shown, failures, most) = self.load(address, process).await?;
        let cpu = process.cpu()? - before;
        tokio::time::sleep(REST).await;

        let events: usize = shown.iter().map(|shown| shown.events).sum();
        let failed: usize = failures.values().sum();
        println!(
            "{} streams, {} deltas a second each for {} s, {:?}\n",
            self.streams, self.rate, self.seconds, self.dialect
        );
        println!("streams: {} complete, {failed} failed", shown.len());
        println!(
            "gateway: {events} events, {:.2} CPU µs per event, {:.0} % of a core",
            cpu.as_secs_f64() * 1e6 / events as f64,
            cpu.as_secs_f64() * 100.0 / (self.seconds as f64 + RAMP.as_secs_f64()),
        );
        println!(
            "memory: {} MB before, {} MB at most, {} MB after; {} threads, {} descriptors at most",
            resident / 1024,
            process.peak()? / 1024,
            process.resident()? / 1024,
            most.threads,
            most.descriptors
        );
        let mut first: Vec<f64> = shown.iter().map(|shown| shown.first).collect();
        let mut late: Vec<f64> = shown.into_iter().flat_map(|shown| shown.late).collect();
        print_times(
            "first delta (the simulator waits an interval before it) after",
            &mut first,
        );
        print_times("further deltas later than due by", &mut late);
        if failed == 0 {
            return Ok(());
        }
        for (reason, count) in failures {
            eprintln!("{count} × {reason}");
        }
        Err(format!("{failed} streams failed").into())
    }

    fn deltas(&self) -> usize {
        self.seconds * self.rate
    }

    fn script(&self) -> serde_json::Value {
        let mut replies = vec![json!({"text": "ready", "times": WARM_UP})];
        for voice in 0..VOICES {
            replies.push(json!({
                "text": numbered::text(voice, self.deltas()),
                "eventsPerSecond": self.rate,
                "times": self.streams.div_ceil(VOICES),
            }));
        }
        json!(replies)
    }

    /// Runs all streams; those that went well, why others didn't, and the most that was seen.
    async fn load(
        &self,
        address: SocketAddr,
        process: Process,
    ) -> Result<(Vec<Shown>, BTreeMap<String, usize>, Most), Error> {
        let (dialect, deltas) = (self.dialect, self.deltas());
        let interval = Duration::from_secs(1) / u32::try_from(self.rate)?;
        let limit = RAMP + interval * u32::try_from(deltas)? + PATIENCE;
        let mut streams = JoinSet::new();
        for number in 0..self.streams {
            let delay = RAMP * u32::try_from(number)? / u32::try_from(self.streams)?;
            streams.spawn(tokio::time::timeout(limit, async move {
                tokio::time::sleep(delay).await;
                stream(address, dialect, deltas, interval).await
            }));
        }
        let (mut shown, mut failures) = (Vec::new(), BTreeMap::new());
        let mut most = Most::default();
        let mut sample = tokio::time::interval(SAMPLE);
        loop {
            let ended = tokio::select! {
                _ = sample.tick() => {
                    most.threads = most.threads.max(process.threads()?);
                    most.descriptors = most.descriptors.max(process.descriptors()?);
                    continue;
                }
                ended = streams.join_next() => ended,
            };
            match ended {
                None => return Ok((shown, failures, most)),
                Some(ended) => match ended?.unwrap_or_else(|_| Err("it took too long".into())) {
                    Ok(one) => shown.push(one),
                    Err(error) => *failures.entry(error.to_string()).or_default() += 1,
                },
            }
        }
    }
}

async fn stream(
    address: SocketAddr,
    dialect: Dialect,
    deltas: usize,
    interval: Duration,
) -> Result<Shown, Error> {
    let mut connection = Connection::open(address).await?;
    let mut shown = Shown::default();
    let asked = Instant::now();
    let mut first = asked;
    let mut numbered = Numbered::default();
    let seen = connection
        .stream(dialect, |text| {
            let now = Instant::now();
            match numbered.push(text)? {
                0 => {
                    first = now;
                    shown.first = (now - asked).as_secs_f64() * 1e3;
                }
                number => {
                    let late = now.saturating_duration_since(first + interval * number);
                    shown.late.push(late.as_secs_f64() * 1e3);
                }
            }
            Ok(())
        })
        .await?;
    if seen.deltas != deltas {
        return Err(format!("{} deltas came of {deltas}", seen.deltas).into());
    }
    shown.events = seen.events;
    Ok(shown)
}

fn print_times(name: &str, times: &mut [f64]) {
    let [middle, many, most] = [50.0, 99.0, 99.9].map(|percent| percentile(times, percent));
    println!("{name}: p50 {middle:.1} ms, p99 {many:.1} ms, p99.9 {most:.1} ms");
}
