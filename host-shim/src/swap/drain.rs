//! How a generation ends: first nobody can begin an answer with it any more, then its answers end or
//! their time does, then its threads. Pure: what is seen goes in, what to do comes out.

use std::time::{Duration, Instant};

/// How long the end of a generation without answers may take.
const GRACE: Duration = Duration::from_secs(10);

/// A generation that another has replaced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drain {
    deadline: Instant,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A request that had found it before it was replaced may still begin with it.
    Open,
    /// It has been told to refuse new requests.
    Refusing,
    /// It is shutting down, since then.
    Ending(Instant),
    Over,
}

/// What is seen of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Its open answers.
    pub(super) answers: usize,
    /// Handles with which an answer may begin; none if that can't be told.
    pub(super) handles: Option<usize>,
    /// Whether its shutting down has come to an end.
    pub(super) has_ended: bool,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Look again later.
    Wait,
    /// Tell it that no requests will come.
    Refuse,
    /// Shut it down; whatever is still open is cut off.
    End,
    /// It is gone.
    Retire,
    /// It doesn't end: leave it behind.
    Abandon,
}

impl Drain {
    /// From now on it drains, until the deadline at most.
    pub(super) fn until(deadline: Instant) -> Self {
        let phase = Phase::Open;
        Self { deadline, phase }
    }

    /// What to do next.
    pub(super) fn step(&mut self, now: Instant, seen: Seen) -> Step {
        let is_unreachable = seen.handles == Some(0);
        let (phase, step) = match self.phase {
            Phase::Open | Phase::Refusing if now >= self.deadline => {
                (Phase::Ending(now), Step::End)
            }
            Phase::Open if is_unreachable => (Phase::Refusing, Step::Refuse),
            Phase::Refusing if is_unreachable && seen.answers == 0 => {
                (Phase::Ending(now), Step::End)
            }
            Phase::Ending(_) if seen.has_ended => (Phase::Over, Step::Retire),
            Phase::Ending(since) if now >= since + GRACE => (Phase::Over, Step::Abandon),
            same => (same, Step::Wait),
        };
        self.phase = phase;
        step
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What happens between two looks: time passes, answers begin with a handle, answers and handles
    /// go, and what was told to end may have ended.
    #[derive(Debug, Clone, Copy)]
    enum Happening {
        Time(u64),
        Begin,
        Answered,
        HandleGone,
        Ended,
        Untold,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        prop_oneof![
            (0_u64..3000).prop_map(Happening::Time),
            Just(Happening::Begin),
            Just(Happening::Answered),
            Just(Happening::HandleGone),
            Just(Happening::Ended),
            Just(Happening::Untold),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// No answer is cut off before the deadline, none is refused that could begin, every step
        /// comes once and in order, and there always is an end.
        #[test]
        fn nothing_is_lost_before_the_deadline(
            mut handles in 0_usize..4,
            mut answers in 0_usize..4,
            deadline in 0_u64..20_000,
            happenings in prop::collection::vec(happening(), 0..60),
        ) {
            let start = Instant::now();
            let mut now = start;
            let end = start + Duration::from_millis(deadline);
            let mut drain = Drain::until(end);
            let mut steps = Vec::new();
            let mut has_ended = false;
            // After whatever happens, time alone passes.
            let rest = std::iter::repeat_n(Happening::Time(1000), 60);
            for happening in happenings.into_iter().chain(rest) {
                let mut is_told = true;
                match happening {
                    Happening::Time(millis) => now += Duration::from_millis(millis),
                    Happening::Begin if handles > 0 => answers += 1,
                    Happening::Answered => answers = answers.saturating_sub(1),
                    Happening::HandleGone => handles = handles.saturating_sub(1),
                    Happening::Ended => has_ended = steps.contains(&Step::End),
                    Happening::Untold => is_told = false,
                    Happening::Begin => {}
                }
                let seen = Seen { answers, handles: is_told.then_some(handles), has_ended };
                let step = drain.step(now, seen);
                match step {
                    Step::Wait => continue,
                    Step::Refuse => prop_assert!(handles == 0 && now < end),
                    Step::End => prop_assert!(now >= end || handles == 0 && answers == 0),
                    Step::Retire => prop_assert!(has_ended),
                    Step::Abandon => prop_assert!(!has_ended),
                }
                steps.push(step);
            }
            let last = steps.pop();
            prop_assert!(matches!(last, Some(Step::Retire | Step::Abandon)), "{last:?}");
            prop_assert_eq!(steps.pop(), Some(Step::End));
            prop_assert!(steps.is_empty() || steps == [Step::Refuse], "{:?}", steps);
        }
    }
}
