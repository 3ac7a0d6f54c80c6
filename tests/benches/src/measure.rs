//! Running a load and taking the process's CPU time for it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use benches::Error;

/// What is asked of a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) streams: usize,
    pub(crate) requests: usize,
    pub(crate) events_per_stream: usize,
}

/// What it took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) events: usize,
    pub(crate) cpu_micros: f64,
}

/// A client of one variant.
pub(crate) trait Streams: Send + Sync + 'static {
    /// Runs one stream to its end and counts its events.
    fn stream(&self) -> impl Future<Output = Result<usize, Error>> + Send;
}

impl Load {
    /// Runs the load on two threads, after a warm-up, and takes the CPU time of the whole process.
    pub(crate) fn measure<C: Streams>(
        self,
        client: impl FnOnce() -> Result<C, Error>,
    ) -> Result<Measured, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let client = Arc::new(runtime.block_on(async { client() })?);
        let warm_up = Self {
            requests: self.requests / 10 + self.streams,
            ..self
        };
        runtime.block_on(warm_up.run(&client))?;
        let before = cpu_time();
        let events = runtime.block_on(self.run(&client))?;
        let cpu = cpu_time() - before;
        Ok(Measured {
            events,
            cpu_micros: cpu.as_secs_f64() * 1e6,
        })
    }

    async fn run<C: Streams>(self, client: &Arc<C>) -> Result<usize, Error> {
        let left = Arc::new(AtomicUsize::new(self.requests));
        let mut tasks = Vec::new();
        for _ in 0..self.streams {
            let (client, left) = (Arc::clone(client), Arc::clone(&left));
            tasks.push(tokio::spawn(async move {
                let mut events = 0;
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok()
                {
                    let got = client.stream().await?;
                    if got != self.events_per_stream {
                        return Err(
                            format!("{got} events instead of {}", self.events_per_stream).into(),
                        );
                    }
                    events += got;
                }
                Ok::<usize, Error>(events)
            }));
        }
        let mut events = 0;
        for task in tasks {
            events += task.await??;
        }
        Ok(events)
    }
}

/// CPU time of this process, all threads.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
