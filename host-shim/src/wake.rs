//! A task of the gateway, as a plugin wakes it.

use std::task::{Context, Waker};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::ROption;
use provider_interface::{Wake, WakeBox, module::Wake_TO};

use crate::guard::quietly;

/// Which task a plugin was last told to wake. A waker crosses only when it is another one.
#[derive(Default)]
pub(crate) struct Caller {
    told: Option<Waker>,
}

impl Caller {
    /// What to send along with a poll: the task's waker, or nothing if the plugin has it.
    pub(crate) fn announce(&mut self, cx: &Context<'_>) -> ROption<WakeBox> {
        let waker = cx.waker();
        // Holding the last one keeps its address from being used again by another task.
        if self.told.as_ref().is_some_and(|told| told.will_wake(waker)) {
            return ROption::RNone;
        }
        self.told = Some(waker.clone());
        let task = Task(Some(waker.clone()));
        ROption::RSome(Wake_TO::from_value(task, TD_Opaque))
    }
}

/// The task; empty only while it is dropped.
struct Task(Option<Waker>);

impl Wake for Task {
    fn wake(&self) {
        quietly(|| {
            if let Some(waker) = &self.0 {
                waker.wake_by_ref();
            }
        });
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // Plugins drop it too, and the last reference to a task runs its destructor.
        let waker = self.0.take();
        quietly(|| drop(waker));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Explodes;

    impl std::task::Wake for Explodes {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }

    impl Drop for Explodes {
        fn drop(&mut self) {
            panic!("a waker that panics when it is dropped");
        }
    }

    #[test]
    fn a_waker_crosses_only_when_it_is_another_one() {
        let waker = || Waker::from(Arc::new(Count::default()));
        let (first, second) = (waker(), waker());
        let mut caller = Caller::default();
        let mut crosses = |waker| caller.announce(&Context::from_waker(waker)).is_rsome();
        let crossed = [&first, &first, &second, &second, &first].map(&mut crosses);
        assert_eq!(crossed, [true, false, true, false, true]);
    }

    #[test]
    fn waking_from_the_plugins_side_wakes_the_task() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let task = Caller::default().announce(&Context::from_waker(&waker));
        task.expect("it is the first").wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_panic_in_a_waker_does_not_reach_the_plugin() {
        let waker = Waker::from(Arc::new(Explodes));
        let task = Task(Some(waker));
        task.wake();
        drop(task);
    }
}
