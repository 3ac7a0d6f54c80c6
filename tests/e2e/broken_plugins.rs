//! Something else where the plugin should be: whatever it is, the command line says one clear
//! sentence and ends with status 1 or 2; it never crashes.

use std::fs;
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::Path;

use serde_json::Value;

use crate::artifacts::library;
use crate::gateway::{Gateway, Said, argument};
use crate::harness::PLUGIN;

const FILE: &str = "plugins/libamazon_bedrock.so";

fn chat(user: &Gateway) -> Said {
    let folder = user.path("plugins");
    user.run(&[
        "chat",
        "--simulate",
        "--plugins",
        argument(&folder),
        "hello",
    ])
}

/// One sentence, which every command says that opens the plugin.
fn refusal(user: &Gateway) -> String {
    let said = chat(user);
    let status = said.status.code().unwrap_or_default();
    assert!(status == 1 || status == 2, "{said:?}");
    let sentence = said.refusal(status).to_owned();
    let file = user.path(FILE);
    let inspected = user.run(&["plugins", "inspect", argument(&file)]);
    inspected.refusal(1);
    let folder = user.path("plugins");
    let listed = user.run(&["plugins", "list", "--json", "--plugins", argument(&folder)]);
    assert_eq!(listed.status.code(), Some(0), "{listed:?}");
    sentence
}

/// A user whose plugin is those bytes.
fn with(bytes: impl AsRef<[u8]>) -> Gateway {
    let user = Gateway::new();
    user.file(FILE, bytes);
    user
}

#[test]
fn the_plugin_itself_works_from_a_folder() {
    let user = with(fs::read(library(PLUGIN)).unwrap());
    assert!(chat(&user).good().contains("hello"));
}

#[test]
fn a_plugin_that_is_gone_is_missed_with_what_to_do() {
    let user = Gateway::new();
    fs::create_dir(user.path("plugins")).unwrap();
    let sentence = refusal(&user);
    assert!(sentence.contains("no plugin lies in"), "{sentence}");
    assert!(sentence.contains("libamazon_bedrock.so"), "{sentence}");
    fs::remove_dir(user.path("plugins")).unwrap();
    let sentence = chat(&user).refusal(2).to_owned();
    assert!(sentence.contains("cannot look for plugins"), "{sentence}");
    assert!(sentence.contains("--plugins DIR"), "{sentence}");
}

#[test]
fn a_truncated_plugin_is_refused_wherever_it_was_cut() {
    let whole = fs::read(library(PLUGIN)).unwrap();
    let user = with([]);
    for length in [0, 1, 3, 4, 40, 64, 4096, whole.len() / 2, whole.len() - 1] {
        user.file(FILE, &whole[..length]);
        let sentence = refusal(&user);
        assert!(sentence.contains("libamazon_bedrock.so"), "{sentence}");
    }
}

#[test]
fn a_plugin_with_a_hole_is_refused() {
    let user = with(fs::read(library(PLUGIN)).unwrap());
    let file = fs::File::options()
        .write(true)
        .open(user.path(FILE))
        .unwrap();
    let middle = file.metadata().unwrap().len() / 8;
    file.write_all_at(&vec![0; 1 << 20], middle).unwrap();
    refusal(&user);
}

#[test]
fn a_text_file_is_refused() {
    let sentence = refusal(&with("this is a text, not a library\n"));
    assert!(sentence.contains("libamazon_bedrock.so"), "{sentence}");
}

#[test]
fn a_program_or_another_library_is_refused() {
    for other in [
        library("test-plugin-not-a-plugin"),
        crate::artifacts::program("bedrock-simulator"),
    ] {
        let sentence = refusal(&with(fs::read(&other).unwrap()));
        assert!(sentence.contains("libamazon_bedrock.so"), "{sentence}");
    }
}

#[test]
fn a_plugin_with_another_layout_is_refused() {
    for other in [
        "test-plugin-wrong-layout",
        "test-plugin-other-interface",
        "test-plugin-unchecked-layout",
    ] {
        let sentence = refusal(&with(fs::read(library(other)).unwrap()));
        assert!(
            sentence.contains("libamazon_bedrock.so"),
            "{other}: {sentence}"
        );
    }
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let folder_in_its_place = Gateway::new();
    fs::create_dir_all(folder_in_its_place.path(FILE)).unwrap();
    refusal(&folder_in_its_place);
    let user = Gateway::new();
    fs::create_dir(user.path("plugins")).unwrap();
    symlink(library(PLUGIN), user.path(FILE)).unwrap();
    refusal(&user);
    fs::remove_file(user.path(FILE)).unwrap();
    symlink(Path::new("/nowhere"), user.path(FILE)).unwrap();
    refusal(&user);
}

#[test]
fn a_refused_plugin_is_listed_with_its_reason() {
    let user = with("this is a text, not a library\n");
    let folder = user.path("plugins");
    let list = ["plugins", "list", "--json", "--plugins", argument(&folder)];
    let listed: Value = serde_json::from_str(&user.run(&list).good()).unwrap();
    assert_eq!(listed[0]["state"], "rejected");
    assert!(listed[0]["reason"].as_str().unwrap().len() > 20, "{listed}");
}

#[test]
fn a_failure_to_open_it_ends_the_json_too() {
    let user = with("this is a text, not a library\n");
    let folder = user.path("plugins");
    let chat = [
        "chat",
        "--simulate",
        "--json",
        "--plugins",
        argument(&folder),
        "hello",
    ];
    let said = user.run(&chat);
    let sentence = said.sentence(1);
    let error = &said.lines()[0]["error"];
    assert_eq!(error["message"], sentence);
    assert_eq!(error["kind"], "unavailable");
}
