//! Who asks, who waits, and what each of them gets.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use provider_interface::ErrorKind;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::*;
use crate::discovery::sources::Dated;

const HOUR: Duration = Duration::from_secs(3600);

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn failure(number: u32) -> ProviderError {
    ProviderError::new(ErrorKind::Unavailable, format!("failure {number}"))
}

fn key(region: &str, identity: &str) -> Key {
    Key {
        region: region.to_owned(),
        endpoint: "https://bedrock".to_owned(),
        identity: identity.to_owned(),
    }
}

fn home() -> Key {
    key("us-east-1", "one")
}

/// Lists that are told apart by a number.
fn lists(number: u32) -> Lists {
    Lists {
        foundation: Some(Dated {
            at: u64::from(number),
            items: Vec::new(),
        }),
        ..Lists::default()
    }
}

fn number(listed: &Listed) -> u32 {
    let foundation = listed.lists.foundation.as_ref().expect("a list");
    u32::try_from(foundation.at).expect("a number")
}

/// A service that fails as often as it is told to, and answers once it may.
struct Service {
    asked: AtomicU32,
    failures: u32,
    may_answer: Semaphore,
}

impl Service {
    fn failing(failures: u32) -> Arc<Self> {
        Arc::new(Self {
            asked: AtomicU32::new(0),
            failures,
            may_answer: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    /// One that keeps everybody waiting until it is told to answer.
    fn waiting(failures: u32) -> Arc<Self> {
        Arc::new(Self {
            may_answer: Semaphore::new(0),
            asked: AtomicU32::new(0),
            failures,
        })
    }

    fn answer_all(&self) {
        self.may_answer.add_permits(1000);
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    async fn fetch(self: Arc<Self>) -> Result<Lists, ProviderError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.may_answer.acquire().await.expect("open").forget();
        // Whoever waits gets a turn.
        tokio::task::yield_now().await;
        match number <= self.failures {
            true => Err(failure(number)),
            false => Ok(lists(number)),
        }
    }

    async fn list(
        self: &Arc<Self>,
        cache: &Arc<Cache>,
        refresh: bool,
    ) -> Result<Listed, ProviderError> {
        self.list_of(cache, &home(), refresh).await
    }

    async fn list_of(
        self: &Arc<Self>,
        cache: &Arc<Cache>,
        key: &Key,
        refresh: bool,
    ) -> Result<Listed, ProviderError> {
        let service = Arc::clone(self);
        cache.list(key, refresh, || service.fetch()).await
    }
}

fn in_memory(keep: Duration) -> Arc<Cache> {
    Arc::new(Cache::new(keep, None))
}

fn on_disk(keep: Duration, folder: &TempDir) -> Arc<Cache> {
    Arc::new(Cache::new(keep, Some(folder.path())))
}

/// Lets a number of callers ask at once; gives what each got.
async fn at_once(
    service: &Arc<Service>,
    cache: &Arc<Cache>,
    callers: usize,
) -> Vec<Result<Listed, ProviderError>> {
    join_all((0..callers).map(|_| service.list(cache, false))).await
}

#[test]
fn a_list_is_kept_even_an_empty_one_and_refresh_asks_again() {
    run(async {
        let (cache, service) = (in_memory(HOUR), Service::failing(0));
        for (refresh, asked) in [(false, 1), (false, 1), (true, 2), (false, 2)] {
            service.list(&cache, refresh).await.expect("a list");
            assert_eq!(service.asked(), asked);
        }
    });
}

#[test]
fn with_no_time_to_keep_every_caller_asks_and_nothing_is_on_disk() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (cache, service) = (on_disk(Duration::ZERO, &folder), Service::failing(0));
        for asked in 1..=3 {
            let listed = service.list(&cache, false).await.expect("a list");
            assert_eq!((service.asked(), number(&listed)), (asked, asked));
        }
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
    });
}

#[test]
fn a_hundred_callers_at_once_are_one_call() {
    run(async {
        for keep in [HOUR, Duration::ZERO] {
            let (cache, service) = (in_memory(keep), Service::failing(0));
            let got = at_once(&service, &cache, 100).await;
            assert_eq!(got.iter().filter(|result| result.is_ok()).count(), 100);
            assert_eq!(service.asked(), 1);
        }
    });
}

#[test]
fn nobody_gets_the_failure_of_a_try_that_began_before_he_came() {
    run(async {
        let (cache, service) = (in_memory(HOUR), Service::failing(1));
        let got = at_once(&service, &cache, 10).await;
        let failed: Vec<_> = got.into_iter().filter_map(Result::err).collect();
        assert_eq!(failed, [failure(1)]);
        assert_eq!(service.asked(), 2);
    });
}

#[test]
fn a_service_that_is_down_is_asked_twice_by_however_many() {
    run(async {
        let (cache, service) = (in_memory(HOUR), Service::failing(u32::MAX));
        let got = at_once(&service, &cache, 50).await;
        assert_eq!(got.iter().filter(|result| result.is_err()).count(), 50);
        assert_eq!(service.asked(), 2);
        let later = service.list(&cache, false).await.expect_err("a failure");
        assert_eq!(later, failure(3));
    });
}

#[test]
fn the_last_good_list_outlives_a_failure_and_says_so() {
    run(async {
        let cache = in_memory(HOUR);
        let up = Service::failing(0);
        up.list(&cache, false).await.expect("a list");
        let down = Service::failing(u32::MAX);
        let listed = down.list(&cache, true).await.expect("the last list");
        assert_eq!(listed.error, Some(failure(1)));
        let listed = down.list(&cache, false).await.expect("still good");
        assert_eq!(listed.error, None);
    });
}

#[test]
fn a_list_that_is_too_old_is_given_at_once_while_a_new_one_comes() {
    run(async {
        let (cache, service) = (in_memory(Duration::from_nanos(1)), Service::waiting(0));
        service.answer_all();
        service.list(&cache, false).await.expect("the first list");
        let slow = Service::waiting(1);
        for _ in 0..3 {
            let listed = slow.list(&cache, false).await.expect("the old list");
            assert_eq!((number(&listed), &listed.error), (1, &None));
            tokio::task::yield_now().await;
        }
        assert_eq!(slow.asked(), 1, "one asks behind their backs");
        slow.answer_all();
        let turn = cache.slot(&home()).turn.clone();
        drop(turn.lock_owned().await);
        // That try failed, which the next caller hears of; the one after has the new list.
        let listed = slow.list(&cache, false).await.expect("the old list");
        assert_eq!((number(&listed), listed.error), (1, Some(failure(1))));
        tokio::task::yield_now().await;
        drop(cache.slot(&home()).turn.clone().lock_owned().await);
        let listed = slow.list(&cache, false).await.expect("the new list");
        assert_eq!((number(&listed), listed.error), (2, None));
    });
}

#[test]
fn a_caller_that_leaves_does_not_block_the_others() {
    run(async {
        let (cache, service) = (in_memory(HOUR), Service::waiting(0));
        {
            let mut left = Box::pin(service.list(&cache, false));
            assert!(left.as_mut().now_or_never().is_none());
        }
        assert_eq!(service.asked(), 1);
        service.answer_all();
        service.list(&cache, false).await.expect("a list");
        assert_eq!(service.asked(), 2);
    });
}

#[test]
fn regions_and_identities_have_lists_of_their_own() {
    run(async {
        let (cache, service) = (in_memory(HOUR), Service::failing(0));
        let keys = [
            key("us-east-1", "one"),
            key("eu-west-1", "one"),
            key("us-east-1", "two"),
            key("us-east-1", "one"),
        ];
        for key in &keys {
            service.list_of(&cache, key, false).await.expect("a list");
        }
        assert_eq!(service.asked(), 3);
    });
}

#[test]
fn the_next_process_has_the_list_at_once() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Service::failing(0);
        let cache = on_disk(HOUR, &folder);
        first.list(&cache, false).await.expect("a list");
        let second = Service::failing(u32::MAX);
        let cache = on_disk(HOUR, &folder);
        let listed = second.list(&cache, false).await.expect("a list");
        assert_eq!((number(&listed), second.asked()), (1, 0));
        // Asked to, it asks; and then the list from disk is better than none.
        let listed = second.list(&cache, true).await.expect("the last list");
        assert_eq!((number(&listed), listed.error), (1, Some(failure(1))));
    });
}

#[test]
fn a_list_from_disk_that_is_too_old_waits_for_a_new_one() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let keep = Duration::from_nanos(1);
        let first = Service::failing(0);
        first
            .list(&on_disk(keep, &folder), false)
            .await
            .expect("a list");
        let second = Service::failing(0);
        second.asked.store(10, Ordering::SeqCst);
        let listed = second
            .list(&on_disk(keep, &folder), false)
            .await
            .expect("a list");
        assert_eq!(number(&listed), 11);
    });
}
