//! How long lists last: one call for many callers, old lists when the service fails, and lists on
//! disk for the next process.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use bedrock_simulator::{
    BedrockSim, DEFAULT_ACCESS_KEY_ID, DEFAULT_SECRET_ACCESS_KEY, InferenceProfile, Operation,
    Reply, Simulator,
};
use futures_util::future::join_all;
use host_shim::interface::ListModels;
use serde_json::json;

use super::{Account, LISTS, PROFILE_ONLY, documented, models, told, user_with, user_with_own};
use crate::gateway::{Gateway, finish, spawn};

const REGION: &str = "us-east-1";

fn down() -> Reply {
    Reply::error(400, "InternalServerException", "we are down")
}

fn stop(sim: &Simulator) {
    for list in LISTS {
        sim.always(list, Some(down()));
    }
}

/// The kept lists of a user.
fn files(user: &Gateway) -> Vec<PathBuf> {
    let folder = user.path(".cache/bedrock-gateway/models");
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn a_hundred_callers_at_once_are_one_call_of_each_list() {
    let account = Account::new(documented(), REGION, json!({}));
    let options = ListModels::default;
    let lists = join_all((0..100).map(|_| account.provider.list_models(options()))).await;
    let lists: Vec<_> = lists.into_iter().map(Result::unwrap).collect();
    assert!(lists.iter().all(|list| *list == lists[0]));
    for (operation, expected) in LISTS.into_iter().zip([1, 2, 1, 1, 1, 1]) {
        assert_eq!(account.asked(operation), expected, "{operation}");
    }
}

#[tokio::test]
async fn a_service_that_fails_leaves_the_last_list_marked_with_its_age() {
    let account = Account::new(documented(), REGION, json!({}));
    let first = account.list(false).await;
    stop(&account.sim);
    let second = account.list(true).await;
    assert_eq!(second.models, first.models);
    assert_eq!(second.notes.len(), 1, "{:?}", second.notes);
    let note = &second.notes[0];
    assert!(
        note.starts_with("the list of us-east-1 is ") && note.contains(" s old: "),
        "{note}"
    );
    assert!(note.contains("we are down"), "{note}");
}

#[tokio::test]
async fn nobody_is_given_the_failure_of_someone_elses_call() {
    // One refusal for the two lists that matter; then all is well.
    let sim = documented()
        .reply_to(Operation::ListFoundationModels, down())
        .reply_to(Operation::ListInferenceProfiles, down())
        .reply_to(Operation::ListInferenceProfiles, down());
    let account = Account::new(sim, REGION, json!({}));
    let options = ListModels::default;
    let lists = join_all((0..10).map(|_| account.provider.list_models(options()))).await;
    let failed = lists.iter().filter(|list| list.is_err()).count();
    assert_eq!(failed, 1, "{lists:?}");
}

#[test]
fn the_next_process_lists_at_once_without_asking_anyone() {
    let sim = documented().spawn().unwrap();
    let user = Gateway::at(&sim);
    let first = models(&user);
    let asked = sim.request_count();
    stop(&sim);
    assert_eq!(models(&user), first);
    assert_eq!(sim.request_count(), asked);
    // Asked to, it asks; what it had is better than nothing.
    let said = user.run(&["models", "--json", "--refresh"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(said.err.contains("old: "), "{said:?}");
    assert!(sim.request_count() > asked);
}

#[test]
fn a_kept_list_needs_no_credentials_to_be_resolved() {
    let sim = documented().spawn().unwrap();
    let user = Gateway::at(&sim)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_PROFILE", "work");
    let script = user.file(
        "credentials.sh",
        format!(
            "#!/bin/sh\necho once >> \"$HOME/asked\"\n\
             echo '{{\"Version\": 1, \"AccessKeyId\": \"{DEFAULT_ACCESS_KEY_ID}\", \"SecretAccessKey\": \"{DEFAULT_SECRET_ACCESS_KEY}\"}}'\n"
        ),
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    user.file(
        ".aws/config",
        format!(
            "[profile work]\ncredential_process = {}\n",
            script.display()
        ),
    );
    let first = models(&user);
    let asked = fs::read_to_string(user.path("asked")).unwrap();
    assert_eq!(models(&user), first);
    assert_eq!(fs::read_to_string(user.path("asked")).unwrap(), asked);
}

#[test]
fn two_processes_at_once_leave_one_whole_file() {
    let sim = documented().spawn().unwrap();
    let user = Gateway::at(&sim);
    let start = || spawn(&mut user.command(&["models", "--json"]));
    let running = [start(), start(), start()];
    let said = running.map(finish).map(crate::gateway::Said::good);
    assert!(said.iter().all(|one| *one == said[0]));
    assert_eq!(files(&user).len(), 1);
    let asked = sim.request_count();
    assert_eq!(user.run(&["models", "--json"]).good(), said[0]);
    assert_eq!(sim.request_count(), asked);
}

#[test]
fn kept_lists_are_the_users_alone() {
    let sim = documented().spawn().unwrap();
    let user = Gateway::at(&sim);
    models(&user);
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = files(&user);
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);
    assert_eq!(mode(&user.path(".cache/bedrock-gateway/models")), 0o700);
    let text = fs::read_to_string(&files[0]).unwrap();
    assert!(!text.contains(DEFAULT_ACCESS_KEY_ID));
    assert!(!text.contains(DEFAULT_SECRET_ACCESS_KEY));
}

#[test]
fn a_kept_list_that_is_broken_is_told_of_once_and_replaced() {
    let sim = documented().spawn().unwrap();
    let user = Gateway::at(&sim);
    let first = models(&user);
    fs::write(&files(&user)[0], "{\"version\": 1, ").unwrap();
    let said = user.run(&["models", "--json"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(said.err.contains("was ignored"), "{said:?}");
    assert_eq!(models(&user), first);
}

#[test]
fn without_caching_every_process_asks_and_nothing_is_kept() {
    let sim = documented().spawn().unwrap();
    let user = user_with(&sim, json!({"refreshInterval": 0}));
    for calls in 1..=3 {
        models(&user);
        let asked = sim.requests_of(Operation::ListFoundationModels).len();
        assert_eq!(asked, calls);
    }
    assert_eq!(files(&user).len(), 0);
}

#[test]
fn other_credentials_have_another_list() {
    let other = ("AKIAOTHEROTHEROTHER1", "another secret");
    let sim = BedrockSim::new()
        .credentials(DEFAULT_ACCESS_KEY_ID, DEFAULT_SECRET_ACCESS_KEY)
        .credentials(other.0, other.1)
        .spawn()
        .unwrap();
    let user = Gateway::at(&sim);
    let first = models(&user);
    let catalogue = bedrock_simulator::Catalogue::documented();
    let mine = InferenceProfile::application("abcdefghijkl", "Theirs", PROFILE_ONLY);
    sim.set_catalogue(catalogue.profile(mine));
    assert_eq!(models(&user), first, "kept");
    let user = user
        .env("AWS_ACCESS_KEY_ID", other.0)
        .env("AWS_SECRET_ACCESS_KEY", other.1);
    let second = models(&user);
    assert!(told(&second, "name").contains(&"Theirs"));
    let user = user
        .env("AWS_ACCESS_KEY_ID", DEFAULT_ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", DEFAULT_SECRET_ACCESS_KEY);
    assert_eq!(models(&user), first, "still kept");
}

#[test]
fn settings_change_what_is_shown_of_a_kept_list() {
    let sim = documented().spawn().unwrap();
    let user = user_with_own(&sim, json!({}));
    let all = models(&user);
    let asked = sim.request_count();
    let filter = json!({"plugins": {
        "load": {"paths": [crate::artifacts::library(crate::harness::PLUGIN)]},
        "entries": {crate::harness::PLUGIN: {"enabled": true, "config": {
            "discovery": {"providerFilter": ["anthropic"]}
        }}},
    }});
    let user = user.config(&filter);
    let few = models(&user);
    assert!(!few.is_empty() && few.len() < all.len());
    assert_eq!(sim.request_count(), asked);
}
