//! Which file is taken, and which folders go with it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::config::{Location, Verdict, locate, private_dir};

fn home_with(files: &[(&str, &str)]) -> (TempDir, Environment) {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let file = home.path().join(name);
        fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
        fs::write(file, text).expect("written");
    }
    let environment = Environment::new([], Some(home.path().to_owned()));
    (home, environment)
}

const OPENCLAW: &str = ".openclaw/openclaw.json";
const CLAWDBOT: &str = ".clawdbot/clawdbot.json";

#[test]
fn a_flag_beats_the_variable_beats_the_home_directory() {
    let home = Some(PathBuf::from("/home/ann"));
    let named = |file: &str, by| Location::Named {
        file: PathBuf::from(file),
        by,
    };
    let set = Environment::new([("BEDROCK_GATEWAY_CONFIG", "~/e.json5")], home.clone());
    let flag = Path::new("~/f.json5");
    assert_eq!(
        locate(Some(flag), &set),
        named("/home/ann/f.json5", "the command line")
    );
    assert_eq!(
        locate(None, &set),
        named("/home/ann/e.json5", "BEDROCK_GATEWAY_CONFIG")
    );
    let blank = Environment::new([("BEDROCK_GATEWAY_CONFIG", "  ")], home);
    let in_home = [OPENCLAW, CLAWDBOT].map(|file| Path::new("/home/ann").join(file));
    assert_eq!(locate(None, &blank), Location::FirstOf(in_home.to_vec()));
    assert_eq!(
        locate(None, &Environment::new([], None)),
        Location::FirstOf(vec![])
    );
}

#[test]
fn openclaws_file_comes_before_clawdbots() {
    let (home, environment) = home_with(&[(OPENCLAW, "{}"), (CLAWDBOT, "{}")]);
    let source = |environment| Config::load(None, environment).expect("valid").source;
    assert_eq!(source(&environment), Some(home.path().join(OPENCLAW)));
    let (home, environment) = home_with(&[(CLAWDBOT, "{}")]);
    assert_eq!(source(&environment), Some(home.path().join(CLAWDBOT)));
}

#[test]
fn without_a_file_bedrock_is_enabled_and_no_folder_searched() {
    let (_home, environment) = home_with(&[]);
    let config = Config::load(None, &environment).expect("valid");
    assert_eq!(config.source, None);
    assert_eq!(config.plugins.verdict("amazon-bedrock"), Verdict::Enabled);
    assert!(config.plugins.load_paths.is_empty());
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let (home, environment) = home_with(&[(OPENCLAW, "{}")]);
    let missing = home.path().join("no.json5");
    let sentence = Config::load(Some(&missing), &environment)
        .expect_err("refused")
        .to_string();
    let expected =
        "no such file, though the command line names it; correct the name or create the file";
    assert_eq!(sentence, format!("{}: {expected}", missing.display()));
}

#[test]
fn folders_endless_devices_and_binary_files_are_refused() {
    let (home, environment) = home_with(&[]);
    let binary = home.path().join("b");
    fs::write(&binary, [b'{', 0xff]).expect("written");
    let sentence = |file: &Path| {
        let error = Config::load(Some(file), &environment)
            .expect_err("refused")
            .to_string();
        error.replace(&format!("{}: ", file.display()), "")
    };
    assert_eq!(sentence(home.path()), "is a folder; name the file in it");
    assert_eq!(
        sentence(Path::new("/dev/zero")),
        "larger than 8 MiB; is this the config?"
    );
    assert_eq!(
        sentence(&binary),
        "not UTF-8 text from byte 1 on; save it as UTF-8"
    );
}

#[test]
fn cache_and_state_follow_xdg() {
    let home = Some(PathBuf::from("/home/ann"));
    let plain = Environment::new([], home.clone());
    assert_eq!(
        plain.cache_dir(),
        Some(PathBuf::from("/home/ann/.cache/bedrock-gateway"))
    );
    assert_eq!(
        plain.state_dir(),
        Some(PathBuf::from("/home/ann/.local/state/bedrock-gateway"))
    );
    let set = Environment::new(
        [("XDG_CACHE_HOME", "/c"), ("XDG_STATE_HOME", "relative")],
        home,
    );
    assert_eq!(set.cache_dir(), Some(PathBuf::from("/c/bedrock-gateway")));
    assert_eq!(
        set.state_dir(),
        Some(PathBuf::from("/home/ann/.local/state/bedrock-gateway"))
    );
    assert_eq!(Environment::new([], None).cache_dir(), None);
}

#[test]
fn our_folders_are_for_us_alone() {
    let base = tempfile::tempdir().expect("a folder");
    let folder = base.path().join("a/b");
    let mode = || fs::metadata(&folder).expect("made").permissions().mode() & 0o777;
    private_dir(&folder).expect("made");
    assert_eq!(mode(), 0o700);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("changed");
    private_dir(&folder).expect("mended");
    assert_eq!(mode(), 0o700);
}
