//! What is kept, who may see it, and what becomes of files that can't be used.

use std::thread;

use tempfile::TempDir;

use super::*;
use crate::discovery::sources::Dated;

fn key(identity: &str) -> Key {
    Key {
        region: "us-east-1".to_owned(),
        endpoint: "https://bedrock.us-east-1.amazonaws.com".to_owned(),
        identity: identity.to_owned(),
    }
}

fn lists(at: u64) -> Lists {
    Lists {
        foundation: Some(Dated {
            at,
            items: Vec::new(),
        }),
        ..Lists::default()
    }
}

fn disk() -> (TempDir, Disk) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::new(Some(&folder.path().join("cache")));
    (folder, disk)
}

fn read(disk: &Disk, key: &Key) -> Option<Lists> {
    let read = disk.read(key).expect("readable");
    read.map(|read| read.lists)
}

#[test]
fn what_is_kept_is_read_by_the_same_key_only() {
    let (_folder, disk) = disk();
    assert_eq!(read(&disk, &key("one")), None);
    disk.write(&key("one"), &lists(1));
    assert_eq!(read(&disk, &key("one")), Some(lists(1)));
    assert_eq!(read(&disk, &key("two")), None);
    disk.write(&key("one"), &lists(2));
    assert_eq!(read(&disk, &key("one")), Some(lists(2)));
    let nowhere = Disk::default();
    nowhere.write(&key("one"), &lists(1));
    assert_eq!(read(&nowhere, &key("one")), None);
}

#[cfg(unix)]
#[test]
fn folder_and_file_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, disk) = disk();
    let path = disk.path(&key("one")).expect("a path");
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("created");
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("opened");
    disk.write(&key("one"), &lists(1));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(folder), mode(&path)), (0o700, 0o600));
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), 1);
}

#[test]
fn a_file_that_is_broken_is_told_of_and_replaced() {
    let (_folder, disk) = disk();
    disk.write(&key("one"), &lists(1));
    let path = disk.path(&key("one")).expect("a path");
    let whole = fs::read(&path).expect("bytes");
    for broken in [&b""[..], b"\xff\xfe", b"{}", &whole[..whole.len() / 2]] {
        fs::write(&path, broken).expect("written");
        let sentence = disk.read(&key("one")).expect_err("broken");
        assert!(sentence.contains("was ignored"), "{sentence}");
        assert!(sentence.contains(&path.display().to_string()), "{sentence}");
    }
    disk.write(&key("one"), &lists(2));
    assert_eq!(read(&disk, &key("one")), Some(lists(2)));
}

#[test]
fn a_file_of_another_version_or_key_is_as_good_as_none() {
    let (_folder, disk) = disk();
    disk.write(&key("one"), &lists(1));
    let path = disk.path(&key("one")).expect("a path");
    let text = fs::read_to_string(&path).expect("text");
    fs::write(&path, text.replace("\"version\":1", "\"version\":99")).expect("written");
    assert_eq!(read(&disk, &key("one")), None);
    fs::write(&path, text.replace("\"one\"", "\"two\"")).expect("written");
    assert_eq!(read(&disk, &key("one")), None);
}

#[test]
fn lists_from_the_future_are_infinitely_old() {
    let (_folder, disk) = disk();
    disk.write(&key("one"), &lists(1));
    let path = disk.path(&key("one")).expect("a path");
    let mut file: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("bytes")).expect("JSON");
    file["at"] = (now() + 1000).into();
    fs::write(&path, file.to_string()).expect("written");
    let read = disk.read(&key("one")).expect("readable").expect("there");
    assert_eq!(read.age, u64::MAX);
}

#[test]
fn who_reads_while_others_write_never_sees_half_a_file() {
    let (_folder, disk) = disk();
    disk.write(&key("one"), &lists(0));
    thread::scope(|scope| {
        for writer in 1..=4 {
            let disk = &disk;
            scope.spawn(move || (0..50).for_each(|_| disk.write(&key("one"), &lists(writer))));
        }
        for _ in 0..200 {
            assert!(read(&disk, &key("one")).is_some());
        }
    });
}
