//! Whatever happens in whatever order: an answer is complete, and all of it comes from the generation
//! that served when it began, or that its asker had found.

use std::time::Duration;

use host_shim::interface::StreamEvent;
use host_shim::{ChatStream, Provider, State};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::{Folder, V1, V2, version_of};
use crate::workbench::request;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// An answer begins.
    Ask,
    /// Somebody finds the generation that serves, …
    Find,
    /// … and begins an answer with it, whatever has happened since.
    AskFound,
    /// The first of the open answers goes on, …
    Poll,
    /// … is read to its end, …
    Finish,
    /// … or isn't wanted any more.
    Drop,
    /// The other version comes into the folder.
    Swap,
    Reload,
    RollBack,
    Wait,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        6 => Just(Ask),
        2 => Just(Find),
        2 => Just(AskFound),
        6 => Just(Poll),
        3 => Just(Finish),
        1 => Just(Drop),
        3 => Just(Swap),
        1 => Just(Reload),
        1 => Just(RollBack),
        2 => Just(Wait),
    ]
}

/// An answer, and which version has to give it.
struct Open {
    stream: ChatStream,
    events: Vec<StreamEvent>,
    version: String,
}

impl Open {
    fn begin(provider: &Provider) -> Self {
        Self {
            stream: provider.start_stream(request("hi", r#"{"deltas": 12, "pauseMs": 2}"#)),
            events: Vec::new(),
            version: provider.info().version.clone(),
        }
    }

    async fn finish(mut self) {
        while self.stream.next_batch(&mut self.events).await.unwrap() {}
        assert_eq!(version_of(&self.events), self.version);
    }
}

async fn play(folder: &Folder, happenings: Vec<Happening>) {
    let mut open: Vec<Open> = Vec::new();
    let mut found: Vec<Provider> = Vec::new();
    let mut next = V2;
    for happening in happenings {
        let serving = folder.registry.get("echo").unwrap();
        match happening {
            Happening::Ask => open.push(Open::begin(&serving)),
            Happening::Find => found.push(serving),
            Happening::AskFound => open.extend(found.pop().as_ref().map(Open::begin)),
            Happening::Poll => {
                if let Some(first) = open.first_mut() {
                    first.stream.next_batch(&mut first.events).await.unwrap();
                }
            }
            Happening::Finish if !open.is_empty() => open.remove(0).finish().await,
            Happening::Drop if !open.is_empty() => drop(open.remove(0)),
            Happening::Swap => {
                folder.put("plugins/libecho.so", next);
                next = if next == V1 { V2 } else { V1 };
                folder.plugins.reload("echo").unwrap();
            }
            Happening::Reload => {
                folder.plugins.reload("echo").unwrap();
            }
            // There may be nothing to go back to.
            Happening::RollBack => drop(folder.plugins.roll_back("echo")),
            Happening::Wait => tokio::time::sleep(Duration::from_millis(25)).await,
            Happening::Finish | Happening::Drop => {}
        }
    }
    for open in open {
        open.finish().await;
    }
    for found in found {
        Open::begin(&found).finish().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_costs_an_answer(happenings in prop::collection::vec(happening(), 1..40)) {
        let folder = Folder::serving();
        Runtime::new().unwrap().block_on(play(&folder, happenings));
        // Whatever was replaced comes to its end.
        let is_over = |state| matches!(state, State::Active | State::Retired | State::Rejected | State::Probed);
        folder.when(|all| all.iter().all(|listed| is_over(listed.state)));
    }
}
