//! What someone sees who sits at a terminal: commands on a pseudo-terminal of a test's own.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use bedrock_simulator::{BedrockSim, Catalogue, Operation, Reply};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::gateway::Gateway;
use crate::harness::MODEL;

/// Which of a command's outputs is the terminal.
enum Watched {
    Out,
    Err,
}

/// A terminal of so many columns: its screen's end, and the program's.
fn terminal(columns: u16) -> (File, File) {
    let screen: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let mut program = OpenOptions::new();
    let program = program.read(true).write(true).open(name.to_str().unwrap());
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&screen, size).unwrap();
    (File::from(screen), program.unwrap())
}

/// What a command writes to the terminal that one of its outputs is.
fn seen(user: &Gateway, watched: Watched, columns: u16, arguments: &[&str]) -> String {
    let (mut screen, program) = terminal(columns);
    let mut command = user.command(arguments);
    command.env("TERM", "xterm").stdin(Stdio::null());
    match watched {
        Watched::Out => command.stdout(program).stderr(Stdio::null()),
        Watched::Err => command.stderr(program).stdout(Stdio::null()),
    };
    let mut child = command.spawn().unwrap();
    // Its copy of the program's end: with it the screen would never end.
    drop(command);
    let mut seen = Vec::new();
    let mut bytes = [0; 4096];
    // A terminal that nobody writes to any more is an error to read.
    while let Ok(count @ 1..) = screen.read(&mut bytes) {
        seen.extend_from_slice(&bytes[..count]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(seen).unwrap()
}

#[test]
fn the_table_of_models_is_cut_to_the_terminal() {
    let sim = BedrockSim::new().spawn().unwrap();
    let user = Gateway::at(&sim);
    let table = seen(&user, Watched::Out, 60, &["models"]);
    let lines: Vec<&str> = table.lines().collect();
    let widest = lines.iter().map(|line| line.chars().count()).max();
    assert_eq!(widest, Some(60), "{table}");
    let reference = format!("amazon-bedrock/{MODEL}");
    let row = lines.iter().find(|line| line.starts_with(&reference));
    assert!(row.is_some_and(|row| row.ends_with('…')), "{table}");
    let whole = user.run(&["models"]).good();
    assert_eq!(lines.len(), whole.lines().count(), "a row is a line");
    assert!(!whole.contains('…'), "{whole}");
}

#[test]
fn while_models_are_awaited_a_terminal_says_so_and_a_pipe_does_not() {
    let nothing = BedrockSim::new().catalogue(Catalogue::empty());
    let sim = nothing.spawn().unwrap();
    let user = Gateway::at(&sim);
    let late = Reply::json(serde_json::json!({"modelSummaries": []}));
    let late = late.delay_headers(Duration::from_millis(500));
    sim.always(Operation::ListFoundationModels, Some(late));
    let piped = user.run(&["models", "--refresh", "--json"]);
    assert_eq!(piped.good(), "[]\n");
    let waiting = seen(&user, Watched::Err, 80, &["models", "--refresh"]);
    assert!(waiting.contains("looking for models"), "{waiting:?}");
}

#[test]
fn doctor_is_coloured_at_a_terminal_unless_that_is_unwanted() {
    let sim = BedrockSim::new().spawn().unwrap();
    let user = Gateway::at(&sim);
    let coloured = seen(&user, Watched::Out, 80, &["doctor"]);
    assert!(coloured.contains("\x1b[32m✓"), "{coloured:?}");
    let plain = seen(&user.env("NO_COLOR", "1"), Watched::Out, 80, &["doctor"]);
    assert!(plain.contains('✓') && !plain.contains('\x1b'), "{plain:?}");
}
