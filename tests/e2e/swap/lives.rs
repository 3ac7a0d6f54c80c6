//! Generations that come and go under load: nothing that has begun is lost, and nothing new begins
//! where it shouldn't.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use host_shim::interface::ErrorKind;
use host_shim::swap::Options;
use host_shim::{Registry, State};
use serde_json::json;

use super::{Folder, V1, V2, version_of};
use crate::workbench::{collect, request};

/// How many answers are open at all times.
const STREAMS: usize = 1000;

/// How many swaps happen meanwhile.
const SWAPS: usize = 200;

/// An answer of two seconds.
const PACE: &str = r#"{"deltas": 40, "atOnce": 1, "pauseMs": 50}"#;

/// What the load has seen.
#[derive(Default)]
struct Load {
    complete: AtomicUsize,
    deltas: AtomicUsize,
    is_over: AtomicBool,
    /// The generation that serves, as whoever swaps has been told.
    serving: AtomicU64,
    /// How long beginning an answer took, in nanoseconds.
    pauses: std::sync::Mutex<Vec<u64>>,
}

/// Answers one after the other until it is over; each complete, in order and of a generation that
/// had not been replaced before it began.
async fn keep_asking(registry: Arc<Registry>, load: Arc<Load>) {
    while !load.is_over.load(Ordering::Relaxed) {
        let serving = load.serving.load(Ordering::Acquire);
        let asked = Instant::now();
        let stream = registry.stream("echo/echo-1", request("hi", PACE)).unwrap();
        let pause = u64::try_from(asked.elapsed().as_nanos()).unwrap();
        load.pauses.lock().unwrap().push(pause);
        assert!(
            stream.provider().generation() >= serving,
            "an old generation began an answer"
        );
        let (events, end) = collect(stream).await;
        end.unwrap();
        version_of(&events);
        load.complete.fetch_add(1, Ordering::Relaxed);
        let deltas = crate::workbench::texts(&events).len();
        load.deltas.fetch_add(deltas, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_swaps_under_a_thousand_streams_lose_nothing() {
    let folder = Folder::serving();
    // Both contents are opened once; what comes after is the swap alone.
    folder.put("plugins/libecho.so", V2);
    folder.plugins.reload("echo").unwrap();
    let load = Arc::new(Load::default());
    let asking: Vec<_> = (0..STREAMS)
        .map(|_| tokio::spawn(keep_asking(Arc::clone(&folder.registry), Arc::clone(&load))))
        .collect();
    let before = Footprint::now();
    for swap in 0..SWAPS {
        folder.put("plugins/libecho.so", if swap % 2 == 0 { V1 } else { V2 });
        let plugins = folder.plugins.clone();
        let reloading = tokio::task::spawn_blocking(move || plugins.reload("echo"));
        let active = reloading.await.unwrap().unwrap();
        let version = if swap % 2 == 0 { "1.0.0" } else { "2.0.0" };
        assert_eq!(active.version.as_deref(), Some(version));
        load.serving
            .store(active.generation.unwrap(), Ordering::Release);
    }
    load.is_over.store(true, Ordering::Relaxed);
    for asking in asking {
        asking.await.unwrap();
    }
    folder.when(|all| {
        let gone = |state| matches!(state, State::Active | State::Retired);
        all.iter().all(|listed| gone(listed.state))
    });
    let after = Footprint::now();
    let mut pauses = std::mem::take(&mut *load.pauses.lock().unwrap());
    pauses.sort_unstable();
    let p99 = Duration::from_nanos(pauses[pauses.len() * 99 / 100]);
    println!(
        "{SWAPS} swaps, {} answers and {} deltas, none lost; beginning an answer took {p99:?} (p99)",
        load.complete.load(Ordering::Relaxed),
        load.deltas.load(Ordering::Relaxed),
    );
    println!("before: {before}\nafter:  {after}");
    assert!(load.complete.load(Ordering::Relaxed) >= STREAMS);
    assert_eq!(folder.plugins.swaps().rejected, 0);
    // Code is opened once a content, and nothing else stays: not a map, descriptor or thread a swap.
    let grown = |of: fn(&Footprint) -> usize| of(&after).saturating_sub(of(&before));
    assert_eq!(grown(|now| now.images), 0, "{after}");
    assert!(grown(|now| now.threads) < SWAPS / 4, "{after}");
    assert!(grown(|now| now.descriptors) < SWAPS / 4, "{after}");
}

/// What this process holds. Other tests run in it, so these are rough.
struct Footprint {
    resident_kib: usize,
    maps: usize,
    /// Of those, the echo's.
    images: usize,
    threads: usize,
    descriptors: usize,
}

impl Footprint {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let value = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let digests = [V1, V2].map(|package| {
            let bytes = fs::read(crate::artifacts::library(package)).unwrap();
            host_shim::loader::Sha256::of(&bytes).to_string()
        });
        let is_image = |line: &&str| digests.iter().any(|digest| line.contains(digest));
        Self {
            resident_kib: value("VmRSS:"),
            maps: maps.lines().count(),
            images: maps.lines().filter(is_image).count(),
            threads: value("Threads:"),
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            resident_kib,
            maps,
            images,
            threads,
            descriptors,
        } = self;
        write!(
            f,
            "{resident_kib} KiB resident, {maps} maps ({images} of the plugins), {threads} threads, \
             {descriptors} descriptors"
        )
    }
}

#[tokio::test]
async fn what_is_still_open_at_the_deadline_ends_with_draining() {
    let mut options = Options::default();
    options.drain = Duration::from_millis(300);
    let folder = Folder::start(json!({}), options, |root| {
        super::put(&root.join("plugins/libecho.so"), V1);
    });
    let mut open = folder.ask(r#"{"deltas": 10000, "pauseMs": 20}"#).unwrap();
    let mut events = Vec::new();
    open.next_batch(&mut events).await.unwrap();
    folder.put("plugins/libecho.so", V2);
    folder.when_active("2.0.0");
    let error = loop {
        match open.next_batch(&mut events).await {
            Ok(true) => {}
            Ok(false) => panic!("it ends as if it were complete"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, ErrorKind::Draining, "{error}");
    let listed = folder.when(|all| all.iter().any(|listed| listed.state == State::Retired));
    let retired = listed
        .iter()
        .find(|listed| listed.state == State::Retired)
        .unwrap();
    assert_eq!(
        retired.reason.as_deref(),
        Some("1 answer was cut off at its deadline")
    );
    assert_eq!(folder.answers().await, "2.0.0");
}

#[tokio::test]
async fn who_found_a_generation_before_the_swap_may_still_begin_with_it() {
    let folder = Folder::serving();
    let found = folder.registry.get("echo").unwrap();
    folder.put("plugins/libecho.so", V2);
    folder.when_active("2.0.0");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stream = found.start_stream(request("hi", ""));
    drop(found);
    let (events, end) = collect(stream).await;
    end.unwrap();
    assert_eq!(version_of(&events), "1.0.0");
    folder.when(|all| all.iter().any(|listed| listed.state == State::Retired));
}
