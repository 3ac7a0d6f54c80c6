//! Where cargo put the libraries and programs under test: beside this test's own executable, never searched for.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::path::PathBuf;

/// The library of a package of this workspace.
pub(crate) fn library(package: &str) -> PathBuf {
    built(&format!(
        "{DLL_PREFIX}{}{DLL_SUFFIX}",
        package.replace('-', "_")
    ))
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
