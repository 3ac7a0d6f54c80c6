//! Who asks, who waits, and what each of them gets.

use std::cell::Cell;
use std::time::Duration;

use provider_interface::ErrorKind;

use super::*;

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

/// A service that fails as often as it is told to, and is slow enough to be waited for.
struct Service {
    asked: Cell<u32>,
    failures: u32,
}

impl Service {
    fn failing(failures: u32) -> Self {
        Self {
            asked: Cell::new(0),
            failures,
        }
    }

    async fn fetch(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let number = self.asked.get() + 1;
        self.asked.set(number);
        tokio::time::sleep(Duration::from_millis(5)).await;
        if number <= self.failures {
            return Err(failure(number));
        }
        Ok(Vec::new())
    }

    async fn list(
        &self,
        cache: &Cache,
        keep: Duration,
        refresh: bool,
    ) -> Result<Listed, ProviderError> {
        cache
            .list("us-east-1", keep, refresh, async || self.fetch().await)
            .await
    }
}

/// Lets a number of callers ask at once; gives what each got.
async fn at_once(
    service: &Service,
    cache: &Cache,
    callers: usize,
    keep: Duration,
) -> Vec<Result<Listed, ProviderError>> {
    use std::task::Poll;
    let mut waiting: Vec<_> = (0..callers)
        .map(|_| Some(Box::pin(service.list(cache, keep, false))))
        .collect();
    let mut got = Vec::new();
    std::future::poll_fn(|cx| {
        for slot in &mut waiting {
            let Some(caller) = slot else { continue };
            if let Poll::Ready(result) = caller.as_mut().poll(cx) {
                got.push(result);
                *slot = None;
            }
        }
        if waiting.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    got
}

#[test]
fn a_list_is_kept_even_an_empty_one_and_refresh_asks_again() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(0));
        for (refresh, asked) in [(false, 1), (false, 1), (true, 2), (false, 2)] {
            service.list(&cache, HOUR, refresh).await.expect("a list");
            assert_eq!(service.asked.get(), asked);
        }
    });
}

#[test]
fn with_no_time_to_keep_every_caller_asks() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(0));
        for asked in 1..=3 {
            service
                .list(&cache, Duration::ZERO, false)
                .await
                .expect("a list");
            assert_eq!(service.asked.get(), asked);
        }
    });
}

#[test]
fn a_hundred_callers_at_once_are_one_call() {
    run(async {
        for keep in [HOUR, Duration::ZERO] {
            let (cache, service) = (Cache::default(), Service::failing(0));
            let got = at_once(&service, &cache, 100, keep).await;
            assert_eq!(got.iter().filter(|result| result.is_ok()).count(), 100);
            assert_eq!(service.asked.get(), 1);
        }
    });
}

#[test]
fn nobody_gets_the_failure_of_a_try_that_began_before_he_came() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(1));
        let got = at_once(&service, &cache, 10, HOUR).await;
        let failed: Vec<_> = got.into_iter().filter_map(Result::err).collect();
        assert_eq!(failed, [failure(1)]);
        assert_eq!(service.asked.get(), 2);
    });
}

#[test]
fn a_service_that_is_down_is_asked_twice_by_however_many() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(u32::MAX));
        let got = at_once(&service, &cache, 50, HOUR).await;
        assert_eq!(got.iter().filter(|result| result.is_err()).count(), 50);
        assert_eq!(service.asked.get(), 2);
        let later = service
            .list(&cache, HOUR, false)
            .await
            .expect_err("a failure");
        assert_eq!(later, failure(3));
    });
}

#[test]
fn the_last_good_list_outlives_a_failure_and_says_so() {
    run(async {
        let cache = Cache::default();
        Service::failing(0)
            .list(&cache, HOUR, false)
            .await
            .expect("a list");
        let down = Service::failing(u32::MAX);
        let listed = down.list(&cache, HOUR, true).await.expect("the last list");
        let stale = listed.stale.expect("marked as old");
        assert_eq!(stale.error, failure(1));
        let listed = down.list(&cache, HOUR, false).await.expect("still good");
        assert!(listed.stale.is_none());
    });
}

#[test]
fn a_caller_that_leaves_does_not_block_the_others() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(0));
        let left =
            tokio::time::timeout(Duration::from_millis(1), service.list(&cache, HOUR, false));
        left.await.expect_err("left before the list came");
        service.list(&cache, HOUR, false).await.expect("a list");
        assert_eq!(service.asked.get(), 2);
    });
}

#[test]
fn regions_have_lists_of_their_own() {
    run(async {
        let (cache, service) = (Cache::default(), Service::failing(0));
        for region in ["us-east-1", "eu-west-1", "us-east-1"] {
            let fetch = async || service.fetch().await;
            cache
                .list(region, HOUR, false, fetch)
                .await
                .expect("a list");
        }
        assert_eq!(service.asked.get(), 2);
    });
}
