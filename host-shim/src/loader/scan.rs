//! Which plugin files lie in the plugins folders: names only, no file is opened.
//!
//! A plugin lies in a folder as `libNAME.so`, `ID/libNAME.so` or `ID/VERSION/libNAME.so`. What is
//! called otherwise, hidden, or has the name of a file that is still being written is left alone.

use std::cmp::Ordering;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

/// A file that is called like a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The plugin's id: its folder's name, else from its file's name (`libamazon_bedrock.so` →
    /// `amazon-bedrock`). The plugin itself has the last word.
    pub id: String,
    /// The version that its folder names. A file without one tells its version when it is opened;
    /// set it then, and rank again.
    pub version: Option<Version>,
    /// The file.
    pub path: PathBuf,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The candidates, by id, each id's best first.
    pub candidates: Vec<Candidate>,
    /// What couldn't be looked into.
    pub errors: Vec<ScanError>,
}

/// A place that couldn't be looked into.
#[derive(Debug, thiserror::Error)]
#[error("cannot look for plugins in {}: {error}", path.display())]
pub struct ScanError {
    /// The place.
    pub path: PathBuf,
    /// Why not.
    pub error: io::Error,
}

/// Looks for plugins in folders; a path that is no folder is taken for a plugin itself.
pub fn scan<P: AsRef<Path>>(places: impl IntoIterator<Item = P>) -> Scan {
    let mut scan = Scan::default();
    for place in places {
        let place = place.as_ref();
        match fs::metadata(place) {
            Ok(metadata) if metadata.is_dir() => scan.folder(place, None, None),
            Ok(_) => scan.named_file(place),
            Err(error) => scan.error(place, error),
        }
    }
    scan.candidates
        .sort_by(|a, b| a.id.cmp(&b.id).then_with(|| better_first(a, b)));
    scan.candidates.dedup_by(|a, b| a.path == b.path);
    scan
}

/// The candidates for a plugin, in the order in which to try them: the highest version first, or
/// only the pinned one; those of unknown version last.
pub fn ranked<'a>(
    candidates: &'a [Candidate],
    id: &str,
    pinned: Option<&Version>,
) -> Vec<&'a Candidate> {
    let fits = |found: &Version| pinned.is_none_or(|pinned| found == pinned);
    let mut ranked: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.id == id && candidate.version.as_ref().is_none_or(fits))
        .collect();
    ranked.sort_by(|a, b| better_first(a, b));
    ranked
}

fn better_first(a: &Candidate, b: &Candidate) -> Ordering {
    // None is less than any version, so reversed it is last.
    let by_version = b.version.cmp(&a.version);
    by_version.then_with(|| a.path.cmp(&b.path))
}

impl Scan {
    /// Looks into a plugins folder, an `ID` folder in it or a `VERSION` folder in that.
    fn folder(&mut self, folder: &Path, id: Option<&str>, version: Option<&Version>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.error(folder, error),
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => return self.error(folder, error),
            };
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if is_temporary(name) {
                continue;
            }
            if let Some(from_name) = library_id(name) {
                // Whatever it is, file, link or folder: opening it says so.
                self.candidates.push(Candidate {
                    id: id.map_or(from_name, str::to_owned),
                    version: version.cloned(),
                    path,
                });
            } else if version.is_none() && path.is_dir() {
                match id {
                    None => self.folder(&path, Some(name), None),
                    Some(id) => {
                        if let Ok(version) = Version::parse(name) {
                            self.folder(&path, Some(id), Some(&version));
                        }
                    }
                }
            }
        }
    }

    /// A file that the config names: a plugin, whatever it is called.
    fn named_file(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let id = library_id(&name).unwrap_or_else(|| name.into_owned());
        self.candidates.push(Candidate {
            id,
            version: None,
            path: path.to_owned(),
        });
    }

    fn error(&mut self, path: &Path, error: io::Error) {
        self.errors.push(ScanError {
            path: path.to_owned(),
            error,
        });
    }
}

/// The id that a library's name stands for, if it is a library's.
fn library_id(name: &str) -> Option<String> {
    let stem = name.strip_prefix(DLL_PREFIX)?.strip_suffix(DLL_SUFFIX)?;
    (!stem.is_empty()).then(|| stem.replace('_', "-"))
}

/// Names of what editors, copiers and downloads have not finished.
fn is_temporary(name: &str) -> bool {
    const ENDINGS: [&str; 7] = [
        "~",
        ".tmp",
        ".temp",
        ".part",
        ".partial",
        ".new",
        ".crdownload",
    ];
    let stem = name.strip_suffix(DLL_SUFFIX).unwrap_or(name);
    let hidden = name.starts_with('.') || name.starts_with('#');
    hidden
        || ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending) || stem.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found among these files, as `ID VERSION PATH`.
    fn found(files: &[&str]) -> (tempfile::TempDir, Vec<String>) {
        let root = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = root.path().join(file.replace(".so", DLL_SUFFIX));
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders");
            fs::write(path, "").expect("a file");
        }
        let scan = scan([root.path()]);
        assert!(scan.errors.is_empty(), "{:?}", scan.errors);
        let lines = scan.candidates.iter().map(|candidate| {
            let version = candidate
                .version
                .as_ref()
                .map_or("-".to_owned(), Version::to_string);
            let path = candidate
                .path
                .strip_prefix(root.path())
                .expect("it is in the root");
            let path = path.display().to_string().replace(DLL_SUFFIX, ".so");
            format!("{} {version} {path}", candidate.id)
        });
        let lines = lines.collect();
        (root, lines)
    }

    #[test]
    fn all_three_forms_are_found_highest_version_first() {
        let (_root, lines) = found(&[
            "libamazon_bedrock.so",
            "echo/libecho.so",
            "echo/1.9.0/libecho.so",
            "echo/1.10.0/libecho.so",
            "echo/1.10.0-rc.1/libecho.so",
        ]);
        insta::assert_snapshot!(lines.join("\n"), @r#"
    amazon-bedrock - libamazon_bedrock.so
    echo 1.10.0 echo/1.10.0/libecho.so
    echo 1.10.0-rc.1 echo/1.10.0-rc.1/libecho.so
    echo 1.9.0 echo/1.9.0/libecho.so
    echo - echo/libecho.so
    "#);
    }

    #[test]
    fn other_names_are_left_alone() {
        let (_root, lines) = found(&[
            "README.md",
            "lib.so",
            "amazon_bedrock.so",
            ".libhidden.so",
            "libhalf.so.part",
            "libhalf.tmp.so",
            "libold.so~",
            ".hidden/libx.so",
            "echo.tmp/libecho.so",
            "echo/latest/libecho.so",
            "echo/1.0.0.tmp/libecho.so",
            "echo/1.0.0/deep/libecho.so",
        ]);
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[test]
    fn a_pin_leaves_its_version_and_files_of_unknown_version() {
        let candidate = |version: Option<&str>, path: &str| Candidate {
            id: "echo".to_owned(),
            version: version.map(|version| version.parse().expect("a version")),
            path: PathBuf::from(path),
        };
        let candidates = [
            candidate(None, "unknown"),
            candidate(Some("1.0.0"), "one"),
            candidate(Some("2.0.0"), "two"),
        ];
        let paths = |pinned: Option<&str>| {
            let pinned = pinned.map(|pinned| pinned.parse().expect("a version"));
            ranked(&candidates, "echo", pinned.as_ref())
                .iter()
                .map(|candidate| candidate.path.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(None), ["two", "one", "unknown"]);
        assert_eq!(paths(Some("1.0.0")), ["one", "unknown"]);
        assert_eq!(paths(Some("3.0.0")), ["unknown"]);
        assert!(ranked(&candidates, "other", None).is_empty());
    }

    #[test]
    fn a_file_may_be_named_and_a_missing_place_is_told() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("custom.bin");
        fs::write(&file, "").expect("a file");
        let scan = scan([file, root.path().join("absent")]);
        assert_eq!(scan.candidates[0].id, "custom.bin");
        assert_eq!(scan.errors[0].error.kind(), io::ErrorKind::NotFound);
    }
}
