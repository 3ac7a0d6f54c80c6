//! The thread that keeps plugins up to date.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::config_file::ConfigFile;
use super::files::SETTLED_AFTER;
use super::plugins::Seen;
use super::watch::Watch;
use super::{Listed, Manager, Refused, Swaps};
use crate::State;

/// How often the folders are looked at, whatever the system says about them.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// However often something changes, no two looks are closer.
const LOOK_PAUSE: Duration = Duration::from_millis(100);

/// How often what drains is looked at.
const STEP_EVERY: Duration = Duration::from_millis(20);

/// For so long after a swap.
const BRISK: Duration = Duration::from_secs(2);

/// How often from then on.
const STEP_SLOWLY: Duration = Duration::from_millis(250);

/// What there is to do.
pub(super) enum Order {
    /// Something may have changed in a folder.
    Look,
    /// Look at once, and read the config anew.
    Refresh,
    /// Try this plugin's files anew.
    Reload(String, Sender<Result<Listed, Refused>>),
    /// Go back to what served before.
    RollBack(String, Sender<Result<Listed, Refused>>),
    /// All that this generation did was panic.
    Troubled(u64),
    /// Nobody is left who could ask.
    Stop,
}

pub(super) struct Supervisor {
    manager: Manager,
    config: ConfigFile,
    seen: Arc<ArcSwap<Seen>>,
    watch: Watch,
    /// Whether there is an order to look that hasn't been taken.
    is_look_ordered: Arc<AtomicBool>,
    last_look: Instant,
    next_look: Instant,
    /// What the swaps were when they were last other ones, and when that was.
    last_swap: (Swaps, Instant),
}

/// A mistake of ours must not end the thread that everything else waits for.
fn unless_it_panics<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    if done.is_err() {
        tracing::error!("looking after the plugins panicked; what serves goes on");
    }
    done.ok()
}

impl Supervisor {
    pub(super) fn new(
        manager: Manager,
        config: ConfigFile,
        seen: Arc<ArcSwap<Seen>>,
        orders: &Sender<Order>,
    ) -> Self {
        let is_look_ordered = Arc::new(AtomicBool::new(false));
        let watch = {
            let (orders, is_ordered) = (orders.clone(), Arc::clone(&is_look_ordered));
            Watch::new(move || {
                // One order is enough, however much changes before it is taken.
                if !is_ordered.swap(true, Ordering::AcqRel) {
                    let _ = orders.send(Order::Look);
                }
            })
        };
        let now = Instant::now();
        Self {
            config,
            manager,
            seen,
            watch,
            is_look_ordered,
            last_look: now,
            // What came between the first look and the watch.
            next_look: now,
            last_swap: (Swaps::default(), now),
        }
    }

    /// Works until it is told to stop.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        loop {
            let wait = unless_it_panics(|| self.turn()).unwrap_or(LOOK_PAUSE);
            match orders.recv_timeout(wait) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(order) => drop(unless_it_panics(|| self.obey(order))),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Does what is due, and says how long there is nothing to do.
    fn turn(&mut self) -> Duration {
        let now = Instant::now();
        if now >= self.next_look {
            self.look(now);
        }
        for refusal in self.manager.take_news() {
            tracing::warn!(state = State::Rejected.as_str(), "{refusal}");
        }
        let is_any_draining = self.manager.step();
        self.show();
        let wait = self.next_look.saturating_duration_since(Instant::now());
        match is_any_draining {
            true => wait.min(self.pace()),
            false => wait,
        }
    }

    /// How often what drains is looked at: what has short answers goes at once, the rest in its own
    /// time.
    fn pace(&mut self) -> Duration {
        let now = (self.manager.swaps(), Instant::now());
        if self.last_swap.0 != now.0 {
            self.last_swap = now;
        }
        match self.last_swap.1.elapsed() < BRISK {
            true => STEP_EVERY,
            false => STEP_SLOWLY,
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Look => {
                self.is_look_ordered.store(false, Ordering::Release);
                self.next_look = self.next_look.min(self.last_look + LOOK_PAUSE);
            }
            Order::Refresh => {
                if let Some(settings) = self.config.read() {
                    self.manager.apply(settings);
                }
                self.next_look = Instant::now();
            }
            Order::Reload(id, answer) => {
                let reloaded = self.manager.reload(&id);
                // Shown before it is said: whoever asks next sees it.
                self.show();
                let _ = answer.send(reloaded);
            }
            Order::RollBack(id, answer) => {
                let rolled_back = self.manager.roll_back(&id);
                self.show();
                let _ = answer.send(rolled_back);
            }
            Order::Troubled(number) => self.manager.troubled(number),
            Order::Stop => {}
        }
    }

    fn look(&mut self, now: Instant) {
        self.next_look = now + LOOK_EVERY;
        if let Some(settings) = self.config.look(now) {
            self.manager.apply(settings);
        }
        let mut places = self.manager.settings.places();
        places.extend(self.config.path.clone());
        self.watch.only(&places);
        let is_settling = self.manager.refresh() || self.config.is_settling();
        self.last_look = Instant::now();
        let pause = if is_settling {
            SETTLED_AFTER
        } else {
            LOOK_EVERY
        };
        self.next_look = self.last_look + pause;
    }

    fn show(&self) {
        self.seen
            .store(Arc::new(Seen::of(&self.manager, self.config.is_broken)));
    }
}
