//! Wakes tasks when their time has come: the one thread of a generation.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::JoinHandle;
use std::time::Instant;

use provider_interface::HostApi;
use provider_interface::export::scope;

/// The clock. Its thread ends when it is stopped or dropped.
pub(crate) struct Clock {
    dial: Arc<Dial>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Dial {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

#[derive(Default)]
struct Alarms {
    /// By time, then by number, so that two may be due at the same time.
    wakers: BTreeMap<(Instant, u64), Waker>,
    last: u64,
    stopped: bool,
}

impl Clock {
    pub(crate) fn start(host: Arc<HostApi>) -> Self {
        let dial = Arc::<Dial>::default();
        let of_thread = Arc::clone(&dial);
        let thread = std::thread::spawn(move || {
            scope::adopt_thread(host);
            of_thread.run();
        });
        Self {
            dial,
            thread: Mutex::new(Some(thread)),
        }
    }

    /// Wakes the task then; at once if the clock has been stopped.
    pub(crate) fn wake_at(&self, due: Instant, waker: &Waker) {
        let mut alarms = self.dial.lock();
        if alarms.stopped {
            drop(alarms);
            return waker.wake_by_ref();
        }
        alarms.last += 1;
        let number = alarms.last;
        alarms.wakers.insert((due, number), waker.clone());
        self.dial.changed.notify_one();
    }

    /// Wakes everyone and ends the thread.
    pub(crate) fn stop(&self) {
        self.dial.lock().stopped = true;
        self.dial.changed.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Dial {
    fn lock(&self) -> MutexGuard<'_, Alarms> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut alarms = self.lock();
        loop {
            let stopped = alarms.stopped;
            let now = Instant::now();
            let mut due = Vec::new();
            while let Some(next) = alarms.wakers.first_entry() {
                if next.key().0 > now && !stopped {
                    break;
                }
                due.push(next.remove());
            }
            if !due.is_empty() {
                // A task may run, and ask to be woken again, in the midst of being woken.
                drop(alarms);
                due.into_iter().for_each(Waker::wake);
                alarms = self.lock();
            } else if stopped {
                return;
            } else {
                let wait = alarms.wakers.keys().next().map(|(due, _)| *due - now);
                alarms = match wait {
                    Some(wait) => match self.changed.wait_timeout(alarms, wait) {
                        Ok((alarms, _)) => alarms,
                        Err(poisoned) => poisoned.into_inner().0,
                    },
                    None => self
                        .changed
                        .wait(alarms)
                        .unwrap_or_else(PoisonError::into_inner),
                };
            }
        }
    }
}
