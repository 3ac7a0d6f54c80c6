//! Streams as fast as they go: what an event costs the gateway, from socket to socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use benches::{Error, Gateway, Simulator, median};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::dialect::Dialect;

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Unpaced {
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
    /// Measurements of each figure
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The APIs to measure
    #[arg(long, value_delimiter = ',', default_value = "openai,messages")]
    dialects: Vec<Dialect>,
}

/// CPU µs per event, and thousand events per second.
type Cost = (f64, f64);

impl Unpaced {
    pub(crate) async fn run(self) -> Result<(), Error> {
        let simulator = Simulator::start(&json!({"default": {
            "deltas": {"count": self.deltas, "size": self.size},
            "eventsPerChunk": self.per_chunk,
        }}))?;
        let gateway = Gateway::start(&simulator)?;
        println!(
            "{} deltas × {} bytes, {} events a write, {} streams a measurement, median of {} rounds: \
             gateway CPU µs per event (thousand events a second)\n",
            self.deltas, self.size, self.per_chunk, self.requests, self.rounds
        );
        println!("| API | streams | CPU µs per event | thousand events/s |");
        println!("|---|---|---|---|");
        for &dialect in &self.dialects {
            for &streams in &self.streams {
                let warm_up = self.requests / 10 + streams;
                self.load(gateway.address()?, dialect, streams, warm_up)
                    .await?;
                let mut costs = Vec::new();
                for _ in 0..self.rounds {
                    costs.push(self.measure(&gateway, dialect, streams).await?);
                }
                println!(
                    "| {dialect:?} | {streams} | {:.2} | {:.0} |",
                    median(costs.iter().map(|cost| cost.0)),
                    median(costs.iter().map(|cost| cost.1))
                );
            }
        }
        Ok(())
    }

    async fn measure(
        &self,
        gateway: &Gateway,
        dialect: Dialect,
        streams: usize,
    ) -> Result<Cost, Error> {
        let (started, before) = (Instant::now(), gateway.process().cpu()?);
        let address = gateway.address()?;
        let events = self.load(address, dialect, streams, self.requests).await? as f64;
        let cpu = gateway.process().cpu()? - before;
        let took = started.elapsed();
        Ok((
            cpu.as_secs_f64() * 1e6 / events,
            events / took.as_secs_f64() / 1e3,
        ))
    }

    /// Runs so many streams, so many at once, each client on a connection of its own; how many
    /// events came in all.
    async fn load(
        &self,
        address: SocketAddr,
        dialect: Dialect,
        streams: usize,
        requests: usize,
    ) -> Result<usize, Error> {
        let begun = Arc::new(AtomicUsize::new(0));
        let deltas = self.deltas;
        let mut clients = JoinSet::new();
        for _ in 0..streams {
            let begun = Arc::clone(&begun);
            clients.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut events = 0;
                while begun.fetch_add(1, Ordering::Relaxed) < requests {
                    let seen = connection.stream(dialect, |_| Ok(())).await?;
                    if seen.deltas != deltas {
                        return Err(format!("{} deltas instead of {deltas}", seen.deltas).into());
                    }
                    events += seen.events;
                }
                Ok::<usize, Error>(events)
            });
        }
        let mut events = 0;
        while let Some(client) = clients.join_next().await {
            events += client??;
        }
        Ok(events)
    }
}
