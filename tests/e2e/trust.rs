//! What a library must show before any of its code runs in the gateway: that nobody else could have written
//! it, the digest or the signature that the config asks for, and that it can be opened in a process of its own.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use insta::assert_snapshot;
use minisign::KeyPair;
use serde_json::{Value, json};

use crate::artifacts::library;
use crate::gateway::{Gateway, argument};
use crate::harness::PLUGIN;
use crate::workbench::Workbench;

/// A user with a plugin in the plugins folder, and that in its config.
fn user(package: &str, own: Value) -> (Gateway, PathBuf) {
    let bytes = fs::read(library(package)).unwrap();
    let user = Gateway::new();
    let file = user.file(".openclaw/plugins/libamazon_bedrock.so", bytes);
    let entries = json!({"entries": {PLUGIN: {"enabled": true, "config": own}}});
    (user.config(&json!({"plugins": entries})), file)
}

fn asks(user: &Gateway) -> crate::gateway::Said {
    let folder = user.path(".openclaw/plugins");
    user.run(&[
        "--plugins",
        argument(&folder),
        "--simulate",
        "chat",
        "hello",
    ])
}

/// The sentence that a plugin is refused with.
fn refusal(user: &Gateway, file: &Path) -> String {
    let said = asks(user);
    let sentence = said.refusal(1).replace(argument(file), "FILE");
    assert!(
        sentence.starts_with("cannot load plugin FILE: "),
        "{sentence}"
    );
    sentence
}

/// A signature of these bytes, as minisign writes it.
fn signature(keys: &KeyPair, bytes: &[u8]) -> String {
    let signed = minisign::sign(Some(&keys.pk), &keys.sk, Cursor::new(bytes), None, None);
    signed.unwrap().into_string()
}

#[test]
fn a_signed_plugin_serves_and_one_that_was_changed_does_not() {
    let keys = KeyPair::generate_unencrypted_keypair().unwrap();
    let key = keys.pk.to_base64();
    let (user, file) = user(PLUGIN, json!({"trust": "signed", "publicKey": key}));
    let unsigned = refusal(&user, &file);
    assert!(unsigned.contains("sign it with minisign"), "{unsigned}");

    let bytes = fs::read(&file).unwrap();
    user.file(
        ".openclaw/plugins/libamazon_bedrock.so.minisig",
        signature(&keys, &bytes),
    );
    assert!(asks(&user).good().contains("hello"));

    let mut changed = bytes.clone();
    changed.push(0);
    fs::write(&file, changed).unwrap();
    assert!(refusal(&user, &file).contains("its signature is not good"));

    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    fs::write(&file, &bytes).unwrap();
    user.file(
        ".openclaw/plugins/libamazon_bedrock.so.minisig",
        signature(&other, &bytes),
    );
    assert!(refusal(&user, &file).contains("its signature is not good"));
    user.file(
        ".openclaw/plugins/libamazon_bedrock.so.minisig",
        "no signature",
    );
    assert!(refusal(&user, &file).contains("its signature is not good"));
}

#[test]
fn another_digest_than_the_pinned_one_is_refused() {
    let pinned = "0".repeat(64);
    let (user, file) = user(PLUGIN, json!({"trust": "pinned", "sha256": pinned}));
    let sentence = refusal(&user, &file);
    assert!(
        sentence.contains("which is not the one that the config pins"),
        "{sentence}"
    );
}

#[test]
fn what_crashes_or_hangs_when_it_is_opened_does_so_in_a_process_of_its_own() {
    let (aborts, file) = user("test-plugin-aborts-at-load", json!({}));
    assert!(refusal(&aborts, &file).contains("it crashed with SIGABRT"));
    let (hangs, file) = user("test-plugin-hangs-at-load", json!({}));
    let started = Instant::now();
    assert!(refusal(&hangs, &file).contains("it hung for 5s"));
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    let inspected = hangs.run(&["plugins", "inspect", argument(&file)]);
    assert!(inspected.refusal(1).contains("it hung for 5s"));
}

#[test]
fn what_has_passed_is_not_tried_again() {
    let (user, _) = user(PLUGIN, json!({}));
    assert!(asks(&user).good().contains("hello"));
    let passed = user.path(".local/state/bedrock-gateway/probed");
    let build = fs::read_dir(&passed)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let digests: Vec<_> = fs::read_dir(build).unwrap().collect();
    assert_eq!(digests.len(), 1);
    assert!(asks(&user).good().contains("hello"));
}

#[test]
fn a_file_that_others_could_have_written_is_refused() {
    let bench = Workbench::new();
    let folder = bench.path("shared");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("libecho.so");
    fs::copy(library("test-plugin-echo"), &file).unwrap();
    let chmod =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();

    chmod(&file, 0o646);
    assert_snapshot!(bench.refusal(&file), @"cannot load plugin FILE: others may write to it (mode 0646); run chmod go-w on it");
    chmod(&file, 0o644);
    fs::hard_link(&file, bench.path("other.so")).unwrap();
    assert_snapshot!(bench.refusal(&file), @"cannot load plugin FILE: it has 2 hard links, so it may be changed under another name; put a copy there");
    fs::remove_file(bench.path("other.so")).unwrap();
    for mode in [0o757, 0o1777] {
        chmod(&folder, mode);
        let refusal = bench
            .refusal(&file)
            .replace(&folder.display().to_string(), "FOLDER");
        let mode = format!("mode {mode:04o}");
        assert!(
            refusal.contains("others may change its folder FOLDER"),
            "{refusal}"
        );
        assert!(refusal.contains(&mode), "{refusal}");
    }
    // Above the folder a sticky one may be shared, as /tmp is; any other may not.
    chmod(&folder, 0o755);
    let inner = folder.join("mine");
    fs::create_dir(&inner).unwrap();
    fs::rename(&file, inner.join("libecho.so")).unwrap();
    chmod(&folder, 0o1777);
    bench.loader().stage(inner.join("libecho.so")).unwrap();
    chmod(&folder, 0o777);
    assert!(
        bench
            .refusal(&inner.join("libecho.so"))
            .contains("others may change its folder")
    );
}

#[test]
fn a_file_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        // Only root can give a file away.
        return;
    }
    let bench = Workbench::new();
    let file = bench.path("libecho.so");
    fs::copy(library("test-plugin-echo"), &file).unwrap();
    std::os::unix::fs::chown(&file, Some(12345), None).unwrap();
    assert_snapshot!(bench.refusal(&file), @"cannot load plugin FILE: it belongs to user 12345, who is neither you nor root; copy it to a folder of yours");
}
