//! What must not come to serve, one sentence each; what served goes on.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use host_shim::State;
use host_shim::loader::{Loader, Sha256};
use host_shim::swap::{Opener, Options, Refused, Settings};
use minisign::KeyPair;
use serde_json::json;

use super::{BEST, Folder, V1, V2, sentence};
use crate::artifacts::library;

/// Asks for what lies in the best place, and expects a refusal while the first version goes on.
async fn refused(folder: &Folder) -> String {
    let Err(Refused::Impossible(reason)) = folder.plugins.reload("echo") else {
        panic!("it is not refused: {:#?}", folder.plugins.listed());
    };
    assert_eq!(folder.answers().await, "1.0.0");
    sentence(&reason, &folder.path(BEST))
}

async fn expect(folder: &Folder, says: &str) {
    let reason = refused(folder).await;
    assert!(reason.contains(says), "{says}: {reason}");
}

#[tokio::test]
async fn a_file_that_is_cut_off_anywhere() {
    let folder = Folder::serving();
    let bytes = fs::read(library(V2)).unwrap();
    for tenth in 0..10 {
        let end = 64 + (bytes.len() - 65) * tenth / 9;
        folder.write(BEST, &bytes[..end]);
        expect(&folder, "it is truncated").await;
    }
}

#[tokio::test]
async fn what_is_no_library_of_this_machine() {
    let folder = Folder::serving();
    let good = fs::read(library(V2)).unwrap();
    let mut holed = good.clone();
    // Somewhere in its code or the tables before that.
    holed[1 << 20..(1 << 20) + 256 * 1024].fill(0);
    let mut foreign = good.clone();
    // e_machine: 64-bit ARM here, x86-64 there.
    foreign[18] = if foreign[18] == 0xb7 { 0x3e } else { 0xb7 };
    for (bytes, says) in [
        (holed, "bytes from offset"),
        (foreign, "it was built for"),
        (
            b"not a library, and long enough to be looked at".to_vec(),
            "it is text",
        ),
        (Vec::new(), "it is empty"),
        (vec![0x90; 4096], "it is not a shared library"),
    ] {
        folder.write(BEST, bytes);
        expect(&folder, says).await;
    }
}

#[tokio::test]
async fn what_is_no_file_of_ours_alone() {
    let folder = Folder::serving();
    let (path, above) = (folder.path(BEST), folder.path("plugins/echo/9.0.0"));
    let chmod = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    fs::create_dir_all(&path).unwrap();
    expect(&folder, "it is a directory").await;
    fs::remove_dir(&path).unwrap();
    symlink(library(V2), &path).unwrap();
    expect(&folder, "it is a symbolic link").await;
    fs::remove_file(&path).unwrap();
    folder.put(BEST, V2);
    fs::hard_link(&path, folder.path("other")).unwrap();
    expect(&folder, "it has 2 hard links").await;
    fs::remove_file(folder.path("other")).unwrap();
    chmod(&path, 0o666);
    expect(&folder, "others may write to it").await;
    chmod(&path, 0o644);
    chmod(&above, 0o777);
    expect(&folder, "others may change its folder").await;
    chmod(&above, 0o755);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
        expect(&folder, "it belongs to user 12345").await;
        std::os::unix::fs::chown(&path, Some(0), None).unwrap();
    }
    assert_eq!(
        folder.plugins.reload("echo").unwrap().version.as_deref(),
        Some("2.0.0")
    );
}

#[tokio::test]
async fn a_library_that_is_no_plugin_of_this_interface() {
    let folder = Folder::serving();
    for (package, says) in [
        ("test-plugin-not-a-plugin", "not a provider plugin"),
        ("test-plugin-wrong-layout", "laid out differently"),
        (
            "test-plugin-other-interface",
            "it was built against interface",
        ),
        ("test-plugin-unchecked-layout", "it leaves out its layout"),
        ("test-plugin-aborts-at-load", "it crashed with SIGABRT"),
        ("test-plugin-hangs-at-load", "it hung for 5s"),
    ] {
        folder.put(BEST, package);
        expect(&folder, says).await;
    }
}

async fn with_fault(fault: &str, says: &str) {
    let folder = Folder::serving_with(json!({"faults": {"2.0.0": fault}}));
    let active = folder.active();
    folder.put(BEST, V2);
    let reason = folder.when_rejected(BEST);
    assert!(reason.contains(says), "{reason}");
    assert_eq!(folder.answers().await, "1.0.0");
    assert_eq!(folder.active(), active, "nothing was swapped");
}

#[tokio::test]
async fn a_plugin_whose_start_fails() {
    with_fault("createFails", "could not start: the echo was told to fail").await;
}

#[tokio::test]
async fn a_plugin_whose_start_panics() {
    with_fault("createPanics", "could not start: ").await;
}

#[tokio::test]
async fn a_plugin_whose_start_hangs() {
    with_fault("createHangs", "hung for 5s when it was started").await;
}

#[tokio::test]
async fn a_plugin_that_is_sick() {
    with_fault("healthFails", "is not healthy: the echo was told to fail").await;
}

#[tokio::test]
async fn a_plugin_that_never_becomes_ready() {
    with_fault("neverReady", "does not become ready").await;
}

#[tokio::test]
async fn a_plugin_that_hangs_when_asked_for_its_health() {
    with_fault(
        "healthHangs",
        "hung for 8s when it was asked for its health",
    )
    .await;
}

#[tokio::test]
async fn a_good_file_serves_soon_whatever_hung_before() {
    let folder = Folder::serving_with(json!({"faults": {"2.0.0": "createHangs"}}));
    folder.put("plugins/echo/8.0.0/libecho.so", "test-plugin-hangs-at-load");
    folder.put("plugins/echo/7.0.0/libecho.so", V2);
    thread::sleep(Duration::from_secs(1));
    let arrived = Instant::now();
    let mut good = fs::read(library(V1)).unwrap();
    good.extend(b"another content");
    folder.write(BEST, good);
    let path = folder.path(BEST);
    folder.when(|all| {
        all.iter()
            .any(|listed| listed.path == path && listed.state == State::Active)
    });
    assert!(
        arrived.elapsed() < Duration::from_secs(20),
        "{:?}",
        arrived.elapsed()
    );
}

#[test]
fn what_can_not_be_tried_apart_unless_it_has_proven_itself() {
    let folder = Folder::serving();
    let opener = Opener::new(Loader::new(folder.path("other-state")), None);
    let pinned = Sha256::of(&fs::read(library(V1)).unwrap()).to_string();
    let candidate = |settings: &Settings| settings.candidates().candidates[0].clone();
    let trusting = folder.settings(json!({}));
    let refused = opener.open(&candidate(&trusting), &trusting).unwrap_err();
    let reason = sentence(&refused.to_string(), &folder.path("plugins/libecho.so"));
    assert_eq!(
        reason,
        "cannot load plugin FILE: this gateway can't try it in a process of its own first; set trust to \
         \"pinned\" with its sha256, or to \"signed\""
    );
    let pinning = folder.settings(json!({"trust": "pinned", "sha256": pinned}));
    let plugin = opener.open(&candidate(&pinning), &pinning).unwrap();
    assert_eq!(plugin.info().version, "1.0.0");
}

#[tokio::test]
async fn another_content_than_the_pinned_one() {
    let digest = |package| Sha256::of(&fs::read(library(package)).unwrap()).to_string();
    let folder = Folder::serving_with(json!({"trust": "pinned", "sha256": digest(V1)}));
    folder.put(BEST, V2);
    expect(&folder, "which is not the one that the config pins").await;
}

#[test]
fn another_version_than_the_pinned_one() {
    // Its folder may say what it likes.
    let name = "plugins/echo/1.0.0/libecho.so";
    let folder = Folder::start(json!({"version": "1.0.0"}), Options::default(), |root| {
        super::put(&root.join(name), V2);
    });
    assert_eq!(
        folder.when_rejected(name),
        "plugin echo (FILE) is not used: its version is 2.0.0, and the config pins 1.0.0"
    );
    assert!(folder.ask("").is_err());
}

#[tokio::test]
async fn a_signature_of_somebody_else() {
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let signed = |pair: &KeyPair, package| {
        let bytes = fs::read(library(package)).unwrap();
        let signed = minisign::sign(Some(&pair.pk), &pair.sk, Cursor::new(bytes), None, None);
        signed.unwrap().into_string()
    };
    let key = pair.pk.to_base64();
    let echo = json!({"trust": "signed", "publicKey": key});
    let folder = Folder::start(echo, Default::default(), |root| {
        super::put(&root.join("plugins/libecho.so"), V1);
        fs::write(root.join("plugins/libecho.so.minisig"), signed(&pair, V1)).unwrap();
    });
    folder.put(BEST, V2);
    expect(&folder, ".minisig can't be read").await;
    folder.write(&format!("{BEST}.minisig"), signed(&other, V2));
    expect(&folder, "its signature is not good").await;
    folder.write(&format!("{BEST}.minisig"), signed(&pair, V1));
    expect(&folder, "its signature is not good").await;
    // A good one is found by itself.
    folder.write(&format!("{BEST}.minisig"), signed(&pair, V2));
    folder.when_active("2.0.0");
}

#[tokio::test]
async fn a_file_that_is_replaced_all_the_time_is_one_of_them_or_refused() {
    let folder = Folder::serving();
    let path = folder.path(BEST);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                for package in [
                    V2,
                    "test-plugin-aborts-at-load",
                    "test-plugin-not-a-plugin",
                    V1,
                ] {
                    super::put(&path, package);
                }
            }
        });
        for _ in 0..20 {
            match folder.plugins.reload("echo") {
                Ok(active) => {
                    let package = if active.version.as_deref() == Some("1.0.0") {
                        V1
                    } else {
                        V2
                    };
                    let bytes = fs::read(library(package)).unwrap();
                    assert_eq!(active.sha256, Some(Sha256::of(&bytes).to_string()));
                }
                Err(reason) => assert!(reason.to_string().len() < 400, "{reason}"),
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(["1.0.0", "2.0.0"].contains(&folder.answers().await.as_str()));
}

#[tokio::test]
async fn a_file_that_is_overwritten_in_place_while_it_serves() {
    let folder = Folder::serving();
    let mut open = folder.ask(r#"{"deltas": 100, "pauseMs": 10}"#).unwrap();
    let mut events = Vec::new();
    open.next_batch(&mut events).await.unwrap();
    let path = folder.path("plugins/libecho.so");
    let length = fs::metadata(&path).unwrap().len();
    fs::write(&path, vec![0xcc; usize::try_from(length).unwrap()]).unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    let reason = folder.when_rejected("plugins/libecho.so");
    assert!(reason.contains("it is not a shared library"), "{reason}");
    while open.next_batch(&mut events).await.unwrap() {}
    assert_eq!(super::version_of(&events), "1.0.0");
    assert_eq!(folder.answers().await, "1.0.0");
}
