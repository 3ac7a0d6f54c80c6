//! Opening a plugin: what is refused is refused with one sentence of its own, never by a crash, and
//! what is accepted is the file's present content.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use host_shim::loader::{MAX_IMAGES, Refusal, Sha256};
use insta::assert_snapshot;

use crate::artifacts::library;
use crate::workbench::Workbench;

const ECHO: &str = "test-plugin-echo";

#[test]
fn a_plugin_says_what_it_is() {
    let bench = Workbench::new();
    let plugin = bench.open(ECHO);
    assert_eq!(plugin.info().id, "echo");
    assert_eq!(plugin.info().version, "1.0.0");
    assert_eq!(plugin.path(), library(ECHO));
    assert_eq!(
        plugin.sha256(),
        Sha256::of(&fs::read(library(ECHO)).unwrap())
    );
    assert_eq!(plugin.call_ext("reverse", b"abc").unwrap(), b"cba");
}

#[test]
fn the_private_copy_is_private_and_goes() {
    let bench = Workbench::new();
    let staged = bench.loader().stage(library(ECHO)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(staged.image()), 0o600);
    assert_eq!(mode(staged.image().parent().unwrap()), 0o700);
    assert_eq!(bench.copies(), 1);
    bench.loader().load(&staged).unwrap();
    drop(staged);
    assert_eq!(bench.copies(), 0);
    bench.refusal(&bench.file("libtext.so", "text"));
    assert_eq!(bench.copies(), 0);
}

#[test]
fn a_path_is_never_used_again() {
    let bench = Workbench::new();
    let mut images = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let staged = bench.loader().stage(library(ECHO)).unwrap();
        assert!(images.insert(staged.image().to_owned()));
    }
    // Nor one that a process of the same number left.
    let copies = images.iter().next().unwrap().parent().unwrap();
    for ahead in 1..200 {
        let name = format!("{}-{ahead}.copy", std::process::id());
        fs::write(copies.join(name), "left").unwrap();
    }
    bench.open(ECHO);
}

#[test]
fn copies_that_killed_processes_left_go_after_a_day() {
    let bench = Workbench::new();
    drop(bench.loader().stage(library(ECHO)).unwrap());
    let leave = |name: &str, hours: u64| {
        let path = bench.file(&format!("state/images/{name}"), "left");
        let age = Duration::from_secs(hours * 3600);
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    leave("old", 25);
    leave("young", 23);
    bench.open(ECHO);
    assert_eq!(bench.copies(), 1);
    assert!(bench.path("state/images/young").exists());
}

#[test]
fn threads_that_open_the_same_file_share_one_library() {
    let bench = Workbench::new();
    let path = bench.apart("test-plugin-panics");
    std::thread::scope(|scope| {
        let open = || bench.loader().open(&path).unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        let plugins: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        // What one is told, all say.
        plugins[0].call_ext("info", b"panic").unwrap();
        assert!(bench.loader().open(&path).is_err());
    });
}

#[test]
fn a_state_folder_that_others_can_read_is_closed_to_them() {
    let bench = Workbench::new();
    let images = bench.path("state/images");
    fs::create_dir_all(&images).unwrap();
    fs::set_permissions(&images, fs::Permissions::from_mode(0o777)).unwrap();
    bench.open(ECHO);
    assert_eq!(
        fs::metadata(&images).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn bytes_after_the_section_table_are_allowed() {
    let bench = Workbench::new();
    assert_eq!(bench.open_apart(ECHO).info().id, "echo");
}

#[test]
fn a_replaced_file_is_opened_anew_and_the_old_one_stays_what_it_was() {
    let bench = Workbench::new();
    let path = bench.path("libecho.so");
    let replace_by = |package: &str| {
        let next = bench.path("next");
        fs::copy(library(package), &next).unwrap();
        fs::rename(next, &path).unwrap();
        bench.loader().open(&path).unwrap()
    };
    let first = replace_by(ECHO);
    let second = replace_by("test-plugin-echo-v2");
    let again = replace_by(ECHO);
    assert_eq!(second.info().version, "2.0.0");
    assert_eq!(again.info().version, "1.0.0");
    assert_eq!(first.sha256(), again.sha256());
    fs::remove_file(path).unwrap();
    first.create("{}").unwrap();
}

#[test]
fn the_file_may_be_overwritten_in_place_once_it_is_open() {
    let bench = Workbench::new();
    let path = bench.apart(ECHO);
    let plugin = bench.loader().open(&path).unwrap();
    fs::write(&path, "gone").unwrap();
    assert_eq!(plugin.call_ext("reverse", b"still").unwrap(), b"llits");
}

#[test]
fn a_missing_file_is_refused() {
    let bench = Workbench::new();
    assert_snapshot!(bench.refusal(&bench.path("libabsent.so")), @"cannot load plugin FILE: there is no such file; put the library there or correct the path");
    bench.file("file", "x");
    assert_snapshot!(bench.refusal(&bench.path("file/libabsent.so")), @"cannot load plugin FILE: there is no such file; put the library there or correct the path");
}

#[test]
fn an_unreadable_file_is_refused() {
    let bench = Workbench::new();
    let path = bench.file("libecho.so", "x");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("not tested: nothing is unreadable to root");
        return;
    }
    let sentence = bench.refusal(&path);
    assert!(
        sentence.contains("it can't be read (Permission denied"),
        "{sentence}"
    );
}

#[test]
fn an_empty_file_is_refused() {
    let bench = Workbench::new();
    assert_snapshot!(bench.refusal(&bench.file("libecho.so", "")), @"cannot load plugin FILE: it is empty; copy the library again");
}

#[test]
fn a_text_is_refused() {
    let bench = Workbench::new();
    let script = bench.file("libecho.so", "#!/bin/sh\nexit 0\n");
    assert_snapshot!(bench.refusal(&script), @"cannot load plugin FILE: it is text, not a shared library; put the library itself there");
}

#[test]
fn bytes_of_another_format_are_refused() {
    let bench = Workbench::new();
    let windows = bench.file("libecho.so", b"MZ\x90\0\x03\0\0\0\x04");
    assert_snapshot!(bench.refusal(&windows), @"cannot load plugin FILE: it is not a shared library of this system (ELF); get the plugin built for it");
}

#[test]
fn a_directory_is_refused() {
    let bench = Workbench::new();
    let path = bench.path("libecho.so");
    fs::create_dir(&path).unwrap();
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it is a directory; name the library file in it");
}

#[test]
fn a_symbolic_link_is_refused() {
    let bench = Workbench::new();
    let path = bench.path("libecho.so");
    std::os::unix::fs::symlink(library(ECHO), &path).unwrap();
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it is a symbolic link, which is never followed; put the library itself there");
}

#[test]
fn a_pipe_is_refused_without_waiting_for_its_writer() {
    let bench = Workbench::new();
    let path = bench.path("libecho.so");
    let created = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(created.success());
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it is not a regular file; put the library itself there");
}

#[test]
fn a_file_of_more_than_512_mib_is_refused() {
    let bench = Workbench::new();
    let path = bench.path("libecho.so");
    let file = fs::File::create(&path).unwrap();
    file.set_len(512 * 1024 * 1024 + 1).unwrap();
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it has 536870913 bytes, more than the 536870912 that a plugin may have");
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let bench = Workbench::new();
    let whole = fs::read(library(ECHO)).unwrap();
    let places = [1, 15, 63, 64, 4096].into_iter();
    let places = places.chain((1..10).map(|tenth| whole.len() * tenth / 10));
    for length in places.chain([whole.len() - 4096, whole.len() - 1]) {
        let path = bench.file("libecho.so", &whole[..length]);
        let error = bench.loader().open(&path).unwrap_err();
        match error.refusal() {
            Refusal::Truncated { found, needed } => {
                assert_eq!(*found, length as u64);
                assert!(needed > found, "{error}");
            }
            // One byte is no sign of any format.
            Refusal::Foreign { .. } => assert_eq!(length, 1),
            _ => panic!("cut at {length}: {error}"),
        }
    }
    let path = bench.file("libecho.so", &whole[..1000]);
    let sentence = bench.refusal(&path);
    let needed = format!("needs {}", whole.len());
    assert_snapshot!(sentence.replace(&needed, "needs ALL"), @"cannot load plugin FILE: it is truncated: it has 1000 bytes and needs ALL; copy the library again");
}

#[test]
fn a_library_with_a_hole_is_refused() {
    let bench = Workbench::new();
    let path = bench.apart(ECHO);
    let length = fs::metadata(&path).unwrap().len();
    // The code lies in the first quarter of a library with its debug information, behind the symbols.
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.write_all_at(&vec![0; 128 * 1024], length / 8).unwrap();
    let error = bench.loader().open(&path).unwrap_err();
    assert!(matches!(error.refusal(), Refusal::Hole { .. }), "{error}");
    let sentence = bench.refusal(&path);
    assert!(sentence.contains("it is damaged: "), "{sentence}");
    assert!(
        sentence.ends_with(" are zero; copy the library again"),
        "{sentence}"
    );
}

#[test]
fn a_library_of_another_machine_is_refused() {
    let bench = Workbench::new();
    let patched = |offset: usize, value: u8| {
        let mut bytes = fs::read(library(ECHO)).unwrap();
        bytes[offset] = value;
        bench.refusal(&bench.file("libecho.so", bytes))
    };
    assert_snapshot!(patched(18, 243), @"cannot load plugin FILE: it was built for riscv64, this machine is x86_64; get the plugin built for x86_64");
    assert_snapshot!(patched(4, 1), @"cannot load plugin FILE: it was built for x86_64 (32-bit), this machine is x86_64; get the plugin built for x86_64");
    assert_snapshot!(patched(5, 2), @"cannot load plugin FILE: it was built for processor 15872 of the other byte order, this machine is x86_64; get the plugin built for x86_64");
}

#[test]
fn a_program_is_refused() {
    let bench = Workbench::new();
    let mut bytes = fs::read(library(ECHO)).unwrap();
    bytes[16] = 2;
    assert_snapshot!(bench.refusal(&bench.file("program", bytes)), @"cannot load plugin FILE: it is a program, not a shared library; build the plugin as a cdylib");
    // Today's programs are ELF libraries by their header.
    let program = std::env::current_exe().unwrap();
    assert_snapshot!(bench.refusal(&program), @"cannot load plugin FILE: it is a shared library but not a provider plugin: it has no root module of the provider interface");
}

#[test]
fn headers_that_make_no_sense_are_refused() {
    let bench = Workbench::new();
    let whole = fs::read(library(ECHO)).unwrap();
    // Every byte of the header, with values that stand for nothing or far too much.
    for offset in 4..64 {
        for value in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            if bytes[offset] == value {
                continue;
            }
            bytes[offset] = value;
            let path = bench.file("libecho.so", &bytes);
            // Some bytes mean nothing to anybody: with those it is a library still.
            if let Err(error) = bench.loader().stage(&path) {
                assert!(error.to_string().chars().count() < 400, "{error}");
            }
        }
    }
}

#[test]
fn another_library_is_refused() {
    let bench = Workbench::new();
    let path = library("test-plugin-not-a-plugin");
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: it is a shared library but not a provider plugin: it has no root module of the provider interface");
}

#[test]
fn a_plugin_of_another_layout_is_refused() {
    let bench = Workbench::new();
    let path = library("test-plugin-wrong-layout");
    assert_snapshot!(bench.refusal(&path), @"cannot load plugin FILE: its interface 1.0.0 is laid out differently from this gateway's 1.0.0: Packed (field field_0 of BatchPoll): mismatched type, expected RVec, found Packed; rebuild it");
    // Again: it stays open, and stays refused.
    assert!(bench.refusal(&path).contains("laid out"));
}

#[test]
fn a_plugin_of_another_interface_is_refused() {
    let bench = Workbench::new();
    assert_snapshot!(bench.refusal(&library("test-plugin-other-interface")), @"cannot load plugin FILE: it was built against interface 2.0.0, this gateway has 1.0.0; get a build for 1.0.0");
}

#[test]
fn a_plugin_without_a_layout_is_refused() {
    let bench = Workbench::new();
    assert_snapshot!(bench.refusal(&library("test-plugin-unchecked-layout")), @"cannot load plugin FILE: it leaves out its layout, so it can't be checked; export it with export_root_module alone");
}

#[test]
fn a_plugin_that_cannot_make_its_root_module_is_refused() {
    let bench = Workbench::new();
    assert_snapshot!(bench.refusal(&library("test-plugin-broken-root")), @"cannot load plugin FILE: its root module failed to start: the root module loader panicked; report it to its maker");
}

#[test]
fn a_library_that_the_system_cannot_open_is_refused() {
    let bench = Workbench::new();
    let mut bytes = fs::read(library(ECHO)).unwrap();
    // A library that it needs gets a name that no library has.
    let name = b"libgcc_s.so.1\0";
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap();
    bytes[at..at + 8].copy_from_slice(b"libnone_");
    assert_snapshot!(bench.refusal(&bench.file("libecho.so", bytes)), @"cannot load plugin FILE: the system can't open it: libnone_.so.1: cannot open shared object file: No such file or directory; install what it needs");
}

#[test]
fn the_65th_different_library_is_refused() {
    // In a process of its own: the libraries count for all tests.
    let test = "loading::fills_a_process_with_libraries";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--include-ignored"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
#[ignore = "run by the_65th_different_library_is_refused, in a process of its own"]
fn fills_a_process_with_libraries() {
    let bench = Workbench::new();
    let plugins: Vec<_> = (0..MAX_IMAGES).map(|_| bench.open_apart(ECHO)).collect();
    assert_snapshot!(bench.refusal(&bench.apart(ECHO)), @"cannot load plugin FILE: restart required: this process has opened 64 different plugin files, the most it may; restart the gateway to load this one");
    // Those that are open can still be loaded, from wherever.
    let known = plugins.first().unwrap();
    let copy = bench.path("known");
    fs::copy(known.path(), &copy).unwrap();
    let again = bench.loader().open(&copy).unwrap();
    assert_eq!(again.sha256(), known.sha256());
    again.create("{}").unwrap();
}
