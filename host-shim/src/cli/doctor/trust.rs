//! Who could put other code into a plugin's file.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use host_shim::config::Trust;
use rustix::process::geteuid;

use super::Report;

/// Write permission for others than the owner.
const OTHERS_WRITE: u32 = 0o022;
/// The owner whom everybody has to trust.
const ROOT: u32 = 0;

/// Says why the file may be trusted, or who could change it.
pub(super) fn look(trust: Option<&Trust>, file: &Path, report: &mut Report) {
    match trust {
        Some(Trust::Pinned) => report.ok("trust", "its sha256 is the one that the config pins"),
        Some(Trust::Signed { .. }) => report.ok("trust", "its signature is good"),
        Some(Trust::Permissions) | None => permissions(file, report),
    }
}

fn permissions(file: &Path, report: &mut Report) {
    let places = [Some(file), file.parent()].into_iter().flatten();
    let (mut writable, mut foreign) = (Vec::new(), Vec::new());
    for place in places {
        let Ok(metadata) = fs::metadata(place) else {
            continue;
        };
        if metadata.mode() & OTHERS_WRITE != 0 {
            writable.push(place.to_owned());
        }
        if ![ROOT, geteuid().as_raw()].contains(&metadata.uid()) {
            foreign.push(place.to_owned());
        }
    }
    if writable.is_empty() && foreign.is_empty() {
        report.ok("trust", "nobody else may write the file or its folder");
    }
    if !writable.is_empty() {
        let detail = format!("others may write {}", names(&writable, " and "));
        let fix = format!("chmod go-w {}", names(&writable, " "));
        report.warn("trust", detail, Some(fix));
    }
    if !foreign.is_empty() {
        let detail = format!("another user owns {}", names(&foreign, " and "));
        let fix = format!("sudo chown \"$(id -u)\" {}", names(&foreign, " "));
        report.warn("trust", detail, Some(fix));
    }
}

/// Paths as a shell takes them.
fn names(places: &[PathBuf], between: &str) -> String {
    let quoted = places.iter().map(|place| format!("'{}'", place.display()));
    quoted.collect::<Vec<_>>().join(between)
}
