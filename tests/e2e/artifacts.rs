//! Where cargo put the libraries and programs under test: beside this test's own executable, never searched for.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The library of a package of this workspace where cargo put it: beside the programs.
pub(crate) fn library_beside(package: &str) -> PathBuf {
    built(&library_name(package))
}

fn library_name(package: &str) -> String {
    format!("{DLL_PREFIX}{}{DLL_SUFFIX}", package.replace('-', "_"))
}

/// The library of a package of this workspace, as a user has it who has copied it into a folder. cargo's own has a second
/// name in another folder, which a loader refuses.
pub(crate) fn library(package: &str) -> PathBuf {
    let name = library_name(package);
    let original = built(&name);
    let folder = profile_folder().join("copies").join(package);
    fs::create_dir_all(&folder).expect("a folder");
    // Tests run in processes of their own; one of them copies, the others wait.
    let lock = File::create(folder.join("lock")).expect("a lock");
    lock.lock().expect("locked");
    let copy = folder.join(&name);
    let is_current = copy.exists() && changed(&copy) >= changed(&original);
    if !is_current {
        // Another test may be reading the one that is there.
        let fresh = folder.join("fresh.tmp");
        fs::copy(&original, &fresh).expect("a copy");
        fs::rename(&fresh, &copy).expect("in place");
    }
    copy
}

fn changed(path: &Path) -> SystemTime {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.modified().expect("files have times here")
}

/// A program of this workspace.
pub(crate) fn program(name: &str) -> PathBuf {
    built(&format!("{name}{EXE_SUFFIX}"))
}

fn built(name: &str) -> PathBuf {
    let path = profile_folder().join(name);
    assert!(
        path.is_file(),
        "{} is missing; build it first: cargo build --workspace{}",
        path.display(),
        if cfg!(debug_assertions) {
            ""
        } else {
            " --release"
        },
    );
    path
}

/// `target/<profile>`: this executable lies in its `deps`.
pub(crate) fn profile_folder() -> PathBuf {
    let executable = std::env::current_exe().expect("the test's executable has a path");
    let deps = executable.parent().expect("it is in a folder");
    deps.parent().expect("that is in the profile's").to_owned()
}
