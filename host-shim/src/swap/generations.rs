//! The generations of this process: which serve, which drain, which have gone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::Listed;
use super::drain::{Drain, Seen, Step};
use super::start;
use crate::generation::Work;
use crate::{Provider, State};

/// The longest that answers may go on.
const LONGEST_DRAIN: Duration = Duration::from_secs(365 * 24 * 3600);

/// How many generations that are gone stay listed.
const REMEMBERED: usize = 8;

/// Generations, oldest first.
#[derive(Debug, Default)]
pub(super) struct Generations(VecDeque<Generation>);

#[derive(Debug)]
struct Generation {
    listed: Listed,
    work: Arc<Work>,
    life: Life,
}

#[derive(Debug)]
enum Life {
    Active(Provider),
    Draining(Provider, Drain),
    /// Its end runs on a thread of its own.
    Ending(Receiver<bool>, Drain),
    Gone,
}

impl Generations {
    /// A generation serves from now on; what served its plugin before drains.
    pub(super) fn activated(&mut self, provider: Provider, deadline: Instant) {
        self.drain(&provider.info().id, deadline);
        self.0.push_back(Generation {
            listed: Listed::generation(&provider, State::Active),
            work: Arc::clone(provider.work()),
            life: Life::Active(provider),
        });
    }

    /// What served a plugin doesn't any more.
    pub(super) fn drain(&mut self, id: &str, deadline: Instant) {
        for generation in self.0.iter_mut().filter(|known| known.listed.id == id) {
            if let Life::Active(provider) = &generation.life {
                generation.life = Life::Draining(provider.clone(), Drain::until(deadline));
                generation.enters(State::Draining);
            }
        }
    }

    /// The generation that serves a plugin.
    pub(super) fn active(&self, id: &str) -> Option<&Provider> {
        self.all_active().find(|provider| provider.info().id == id)
    }

    /// The generations that serve.
    pub(super) fn all_active(&self) -> impl Iterator<Item = &Provider> {
        self.0
            .iter()
            .filter_map(|generation| match &generation.life {
                Life::Active(provider) => Some(provider),
                _ => None,
            })
    }

    /// Whether any is on its way out.
    pub(super) fn is_any_draining(&self) -> bool {
        let mut lives = self.0.iter().map(|generation| &generation.life);
        lives.any(|life| matches!(life, Life::Draining(..) | Life::Ending(..)))
    }

    /// Takes those that are on their way out a step further.
    pub(super) fn step(&mut self, now: Instant) {
        for generation in &mut self.0 {
            generation.step(now);
        }
        let is_gone = |known: &Generation| known.listed.state == State::Retired;
        let gone = self.0.iter().filter(|known| is_gone(known)).count();
        let mut forgotten = gone.saturating_sub(REMEMBERED);
        self.0.retain(|known| {
            let is_forgotten = forgotten > 0 && is_gone(known);
            forgotten -= usize::from(is_forgotten);
            !is_forgotten
        });
    }

    /// All of them as they are listed, the latest first.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter().rev().map(|generation| &generation.listed)
    }

    /// The work of those that aren't gone, with how they are listed.
    pub(super) fn work(&self) -> Vec<(Listed, Arc<Work>)> {
        let alive = self
            .0
            .iter()
            .filter(|known| known.listed.state != State::Retired);
        alive
            .map(|known| (known.listed.clone(), Arc::clone(&known.work)))
            .collect()
    }
}

impl Generation {
    fn enters(&mut self, state: State) {
        self.listed.state = state;
        tracing::info!(
            plugin = self.listed.id,
            version = self.listed.version,
            generation = self.listed.generation,
            state = state.as_str(),
            open = self.work.open(),
            reason = self.listed.reason,
            "a generation is {state}"
        );
    }

    fn step(&mut self, now: Instant) {
        let (step, drain) = match &mut self.life {
            Life::Active(_) | Life::Gone => return,
            Life::Draining(provider, drain) => {
                let seen = Seen {
                    answers: self.work.open(),
                    handles: provider.other_handles(),
                    has_ended: false,
                };
                (drain.step(now, seen), *drain)
            }
            Life::Ending(ended, drain) => {
                let seen = Seen {
                    answers: self.work.open(),
                    handles: None,
                    has_ended: ended.try_recv() == Ok(true),
                };
                (drain.step(now, seen), *drain)
            }
        };
        match step {
            Step::Wait => {}
            Step::Refuse => {
                if let Life::Draining(provider, _) = &self.life {
                    start::refuse_requests(provider);
                }
            }
            Step::End => {
                let open = self.work.open();
                if open > 0 {
                    let answers = if open == 1 {
                        "answer was"
                    } else {
                        "answers were"
                    };
                    self.listed.reason = Some(format!("{open} {answers} cut off at its deadline"));
                }
                if let Life::Draining(provider, _) = std::mem::replace(&mut self.life, Life::Gone) {
                    self.life = Life::Ending(start::end(provider), drain);
                }
                self.enters(State::ShuttingDown);
            }
            Step::Retire => {
                self.life = Life::Gone;
                self.enters(State::Retired);
            }
            Step::Abandon => {
                let reason = "it did not shut down; its threads stay until the gateway ends";
                self.listed.reason = Some(reason.to_owned());
                self.life = Life::Gone;
                self.enters(State::Retired);
            }
        }
    }
}

/// The deadline of what drains from now on.
pub(super) fn deadline(drain: Duration) -> Instant {
    let now = Instant::now();
    // Whoever wants longer means "never".
    now + drain.min(LONGEST_DRAIN)
}
