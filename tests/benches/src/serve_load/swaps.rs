//! Swaps of the plugin under many paced streams: every stream complete, in order and of its own voice,
//! no request answered by a generation that had been replaced before it was sent, and what a swap
//! leaves behind.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::{Error, Gateway, Process, Simulator, percentile};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::dialect::Dialect;
use crate::numbered::{self, Numbered};

/// Streams are told apart by so many voices.
const VOICES: usize = 16;

/// Deltas of a stream, and how many of them come in a second.
const DELTAS: usize = 60;
const RATE: usize = 20;

/// Over which the clients begin.
const RAMP: Duration = Duration::from_secs(3);

/// How long the last generations may take to go.
const REST: Duration = Duration::from_secs(5);

const RELOAD: &str = "/admin/plugins/amazon-bedrock/reload";

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Swaps {
    /// Streams at once
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// How often the plugin is swapped meanwhile
    #[arg(long, default_value_t = 200)]
    swaps: usize,
    /// From one swap to the next
    #[arg(long, default_value_t = 250, value_name = "MILLISECONDS")]
    every: u64,
    /// The API to ask
    #[arg(long, value_enum, default_value = "openai")]
    dialect: Dialect,
}

/// What clients and the swapper tell each other.
#[derive(Default)]
struct Course {
    /// The generation that serves, as the swapper has been told.
    serving: AtomicU64,
    is_swapping: AtomicBool,
    is_over: AtomicBool,
}

/// What one client has seen.
#[derive(Default)]
struct Shown {
    streams: usize,
    events: usize,
    /// From request to first delta, in milliseconds: of those sent during a swap, and of the others.
    during: Vec<f64>,
    between: Vec<f64>,
}

impl Swaps {
    pub(crate) async fn run(self) -> Result<(), Error> {
        let simulator = Simulator::start(&self.script())?;
        let gateway = Gateway::start(&simulator)?;
        let address = gateway.address()?;
        let course = Arc::new(Course::default());
        let mut clients = JoinSet::new();
        for number in 0..self.streams {
            let delay = RAMP * u32::try_from(number)? / u32::try_from(self.streams)?;
            let (course, dialect) = (Arc::clone(&course), self.dialect);
            clients.spawn(async move {
                tokio::time::sleep(delay).await;
                client(address, dialect, &course).await
            });
        }
        tokio::time::sleep(RAMP).await;
        // Both contents are opened before anything is counted.
        let mut took = Vec::new();
        for number in [1, 0] {
            swap(&gateway, number, &course).await?;
        }
        let before = Footprint::of(gateway.process())?;
        for number in 1..=self.swaps {
            let next = Instant::now() + Duration::from_millis(self.every);
            took.push(swap(&gateway, number % 2, &course).await?);
            tokio::time::sleep_until(next.into()).await;
        }
        course.is_over.store(true, Ordering::Relaxed);
        let mut all = Shown::default();
        let mut failures = Vec::new();
        while let Some(client) = clients.join_next().await {
            match client? {
                Ok(shown) => all.add(shown),
                Err(error) => failures.push(error.to_string()),
            }
        }
        tokio::time::sleep(REST).await;
        let after = Footprint::of(gateway.process())?;
        self.print(all, &mut took, &before, &after);
        match failures.first() {
            None => Ok(()),
            Some(first) => {
                Err(format!("{} clients failed, one of them: {first}", failures.len()).into())
            }
        }
    }

    /// As many replies as may be asked for, voice after voice.
    fn script(&self) -> Value {
        let seconds = RAMP.as_secs() as usize + self.swaps * self.every as usize / 1000;
        let rounds = seconds * RATE / DELTAS + 10;
        let replies = (0..self.streams * rounds).map(|number| {
            json!({"text": numbered::text(number % VOICES, DELTAS), "eventsPerSecond": RATE})
        });
        Value::Array(replies.collect())
    }

    fn print(&self, mut all: Shown, took: &mut [f64], before: &Footprint, after: &Footprint) {
        println!(
            "{} swaps under {} streams at once, {:?}: {} streams complete, {} events\n",
            self.swaps, self.streams, self.dialect, all.streams, all.events
        );
        println!("| milliseconds | p50 | p99 |");
        println!("|---|---|---|");
        for (name, times) in [
            ("a swap, from its order to its answer", took),
            (
                "first delta of a request sent between swaps",
                &mut all.between,
            ),
            (
                "first delta of a request sent during a swap",
                &mut all.during,
            ),
        ] {
            let [middle, most] = [50.0, 99.0].map(|percent| percentile(times, percent));
            println!("| {name} | {middle:.1} | {most:.1} |");
        }
        println!("\n| | after both were opened | after all | a swap |");
        println!("|---|---|---|---|");
        let rows = [
            ("memory, KiB", before.resident, after.resident),
            ("maps", before.maps, after.maps),
            ("threads", before.threads, after.threads),
            ("descriptors", before.descriptors, after.descriptors),
        ];
        for (name, before, after) in rows {
            let each = (after as f64 - before as f64) / self.swaps as f64;
            println!("| {name} | {before} | {after} | {each:.2} |");
        }
    }
}

impl Shown {
    fn add(&mut self, other: Self) {
        self.streams += other.streams;
        self.events += other.events;
        self.during.extend(other.during);
        self.between.extend(other.between);
    }
}

/// One stream after the other until it is over.
async fn client(address: SocketAddr, dialect: Dialect, course: &Course) -> Result<Shown, Error> {
    let mut connection = Connection::open(address).await?;
    let mut shown = Shown::default();
    while !course.is_over.load(Ordering::Relaxed) {
        let serving = course.serving.load(Ordering::Acquire);
        let is_during = course.is_swapping.load(Ordering::Acquire);
        let asked = Instant::now();
        let mut first = None;
        let mut numbered = Numbered::default();
        let seen = connection.stream(dialect, |text| {
            first.get_or_insert_with(|| asked.elapsed());
            numbered.push(text).map(drop)
        });
        let seen = seen.await?;
        if seen.deltas != DELTAS {
            return Err(format!("{} deltas came of {DELTAS}", seen.deltas).into());
        }
        if seen.generation < serving {
            let sentence = format!(
                "generation {} answered after {serving} served",
                seen.generation
            );
            return Err(sentence.into());
        }
        shown.streams += 1;
        shown.events += seen.events;
        let times = if is_during {
            &mut shown.during
        } else {
            &mut shown.between
        };
        times.extend(first.map(|first| first.as_secs_f64() * 1e3));
    }
    Ok(shown)
}

/// Puts a content into the plugins folder and has it serve; how long that took, in milliseconds.
async fn swap(gateway: &Gateway, number: usize, course: &Course) -> Result<f64, Error> {
    gateway.put_plugin(number)?;
    let mut connection = Connection::open(gateway.address()?).await?;
    course.is_swapping.store(true, Ordering::Release);
    let ordered = Instant::now();
    let answer = connection.post(RELOAD, String::new()).await?;
    let body = answer.into_body().collect().await?.to_bytes();
    let took = ordered.elapsed();
    course.is_swapping.store(false, Ordering::Release);
    let serving: Value = serde_json::from_slice(&body)?;
    let generation = serving["generation"].as_u64().ok_or("no generation")?;
    course.serving.store(generation, Ordering::Release);
    Ok(took.as_secs_f64() * 1e3)
}

/// What the gateway holds.
struct Footprint {
    resident: u64,
    maps: u64,
    threads: u64,
    descriptors: u64,
}

impl Footprint {
    fn of(process: Process) -> Result<Self, Error> {
        Ok(Self {
            resident: process.resident()?,
            maps: process.maps()? as u64,
            threads: process.threads()?,
            descriptors: process.descriptors()? as u64,
        })
    }
}
