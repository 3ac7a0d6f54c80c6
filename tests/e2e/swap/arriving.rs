//! Files that come into a plugins folder, by the folder alone.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use host_shim::State;
use host_shim::swap::Options;
use serde_json::json;

use super::{BEST, Folder, V1, V2};
use crate::artifacts::library;

#[tokio::test]
async fn a_better_version_that_is_dropped_into_the_folder_serves() {
    let folder = Folder::serving();
    let mut open = folder.ask(r#"{"deltas": 200, "pauseMs": 20}"#).unwrap();
    let mut events = Vec::new();
    open.next_batch(&mut events).await.unwrap();
    folder.put(BEST, V2);
    let active = folder.when_active("2.0.0");
    assert_eq!(
        active.generation,
        Some(folder.registry.get("echo").unwrap().generation())
    );
    assert_eq!(folder.answers().await, "2.0.0");
    // What had begun goes on where it began.
    while open.next_batch(&mut events).await.unwrap() {}
    assert_eq!(super::version_of(&events), "1.0.0");
    drop(open);
    folder.when(|all| all.iter().any(|listed| listed.state == State::Retired));
}

#[tokio::test]
async fn a_file_that_is_replaced_serves_whatever_its_version() {
    let folder = Folder::serving();
    folder.put("plugins/libecho.so", V2);
    folder.when_active("2.0.0");
    folder.put("plugins/libecho.so", V1);
    folder.when_active("1.0.0");
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn a_lower_version_is_listed_and_does_not_serve() {
    let folder = Folder::start(json!({}), Options::default(), |root| {
        super::put(&root.join("plugins/libecho.so"), V2);
    });
    folder.put("plugins/echo/0.5.0/libecho.so", V1);
    let path = folder.path("plugins/echo/0.5.0/libecho.so");
    folder.when(|all| {
        all.iter()
            .any(|listed| listed.path == path && listed.reason.is_none())
    });
    assert_eq!(folder.answers().await, "2.0.0");
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_loaded_when_it_is_whole() {
    let folder = Folder::serving();
    let bytes = fs::read(library(V2)).unwrap();
    let path = folder.write(BEST, &bytes[..bytes.len() / 2]);
    // Long enough to be looked into: half a library is refused, and what serves goes on.
    let reason = folder.when_rejected(BEST);
    assert!(reason.contains("it is truncated"), "{reason}");
    assert_eq!(folder.answers().await, "1.0.0");
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(&bytes[bytes.len() / 2..]).unwrap();
    drop(file);
    folder.when_active("2.0.0");
    assert_eq!(folder.answers().await, "2.0.0");
}

#[tokio::test]
async fn a_file_without_a_name_of_its_own_is_left_alone() {
    let folder = Folder::serving();
    for name in [
        ".libecho.so",
        "libecho.so.part",
        "libecho.tmp.so",
        "#libecho.so",
    ] {
        folder.put(&format!("plugins/{name}"), V2);
    }
    // A real one shows that the folder has been looked at.
    folder.write("plugins/libother.so", "text");
    folder.when(|all| all.iter().any(|listed| listed.id == "other"));
    assert_eq!(
        folder.plugins.listed().len(),
        2,
        "{:#?}",
        folder.plugins.listed()
    );
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn the_first_plugin_may_come_after_the_gateway() {
    let folder = Folder::start(json!({}), Options::default(), |_| {});
    assert!(folder.plugins.listed().is_empty());
    assert!(folder.ask("").is_err());
    folder.put("plugins/libecho.so", V1);
    folder.when_active("1.0.0");
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn a_file_that_is_taken_away_goes_on_serving() {
    let folder = Folder::serving();
    fs::remove_file(folder.path("plugins/libecho.so")).unwrap();
    folder.write("plugins/libother.so", "text");
    folder.when(|all| all.iter().any(|listed| listed.id == "other"));
    assert_eq!(folder.answers().await, "1.0.0");
}

#[tokio::test]
async fn a_refused_file_is_tried_again_when_what_stood_in_its_way_is_mended() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::serving();
    let path = folder.put(BEST, V2);
    let chmod = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    chmod(0o646);
    let reason = folder.when_rejected(BEST);
    assert!(reason.contains("others may write to it"), "{reason}");
    chmod(0o644);
    folder.when_active("2.0.0");
    let above = path.parent().unwrap();
    fs::set_permissions(above, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(
        folder
            .when_rejected(BEST)
            .contains("others may change its folder")
    );
    assert_eq!(folder.answers().await, "2.0.0");
    fs::set_permissions(above, fs::Permissions::from_mode(0o755)).unwrap();
    folder.when(|all| all.iter().all(|listed| listed.state != State::Rejected));
}

#[tokio::test]
async fn a_file_that_goes_bad_gives_way_to_no_lower_version() {
    let folder = Folder::start(json!({}), Options::default(), |root| {
        super::put(&root.join("plugins/libecho.so"), V2);
        super::put(&root.join("plugins/echo/0.5.0/libecho.so"), V1);
    });
    assert_eq!(folder.answers().await, "2.0.0");
    let before = folder.active();
    folder.write("plugins/libecho.so", "half of it");
    folder.when_rejected("plugins/libecho.so");
    // Whatever makes somebody look, …
    folder.plugins.refresh();
    folder.put("plugins/echo/0.5.0/libecho.so", V1);
    assert!(folder.plugins.reload("echo").is_err());
    // … even with the file gone.
    fs::remove_file(folder.path("plugins/libecho.so")).unwrap();
    folder.plugins.refresh();
    folder.write("plugins/libother.so", "text");
    folder.when(|all| all.iter().any(|listed| listed.id == "other"));
    assert_eq!(folder.active(), before);
    // A lower version that comes when the other is gone is meant.
    folder.put("plugins/echo/0.6.0/libecho.so", V1);
    folder.when_active("1.0.0");
}

#[tokio::test]
async fn a_better_file_is_tried_though_the_one_that_serves_lies_where_another_was_rolled_back() {
    let folder = Folder::serving();
    folder.put("plugins/libecho.so", V2);
    folder.when_active("2.0.0");
    folder.plugins.roll_back("echo").unwrap();
    folder.when_rejected("plugins/libecho.so");
    let mut mended = fs::read(library(V2)).unwrap();
    mended.extend(b"mended");
    let path = folder.write("plugins/echo/1.5.0/libecho.so", mended);
    folder.when(|all| {
        let serves = |listed: &&host_shim::swap::Listed| listed.state == State::Active;
        all.iter()
            .any(|listed| serves(&listed) && listed.path == path)
    });
}

#[tokio::test]
async fn what_can_not_be_looked_into_for_a_moment_is_tried_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::serving();
    let images = folder.path("state/images");
    fs::remove_dir_all(&images).unwrap();
    // No folder can be made where a file lies.
    fs::write(&images, "in the way").unwrap();
    folder.put(BEST, V2);
    let reason = folder.when_rejected(BEST);
    assert!(reason.contains("no private copy could be made"), "{reason}");
    fs::remove_file(&images).unwrap();
    folder.when_active("2.0.0");
    let mode = fs::metadata(&images).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
}
