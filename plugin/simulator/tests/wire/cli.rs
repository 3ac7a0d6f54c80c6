//! The binary: its one line, its exit statuses, its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_bedrock-simulator");

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .output()
        .expect("it runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("bedrock-simulator-{}-{name}", std::process::id()))
}

/// A running binary and the line that it printed.
fn serve(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(BINARY)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped"))
        .read_line(&mut line)
        .expect("a line");
    (child, line.trim_end().to_owned())
}

fn terminate(child: &mut Child) {
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn it_prints_where_it_listens_and_ends_cleanly_when_told() {
    let (mut child, line) = serve(&[]);
    let address: SocketAddr = line
        .strip_prefix("listening http://")
        .expect("the line")
        .parse()
        .expect("an address");
    std::net::TcpStream::connect(address).expect("it accepts");
    terminate(&mut child);
    let mut rest = String::new();
    child
        .stdout
        .take()
        .expect("piped")
        .read_to_string(&mut rest)
        .expect("the rest");
    assert_eq!(rest, "");
}

#[test]
fn with_tls_it_writes_the_certificate_to_trust() {
    let file = temporary("ca.pem");
    let (mut child, line) = serve(&["--tls", "--ca-out", file.to_str().expect("a plain path")]);
    assert!(line.starts_with("listening https://127.0.0.1:"), "{line}");
    assert!(
        std::fs::read_to_string(&file)
            .expect("the file")
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    std::fs::remove_file(&file).expect("removed");
    terminate(&mut child);
}

#[test]
fn other_than_loopback_addresses_are_refused_in_a_sentence() {
    let output = run(&["--listen", "0.0.0.0:8080"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "bedrock-simulator: 0.0.0.0:8080 is not a loopback address: the simulator listens on 127.0.0.1 or [::1] only\n"
    );
}

#[test]
fn a_bad_script_is_told_with_its_place() {
    let file = temporary("script.json");
    std::fs::write(&file, "[{\"text\": \"a\"},\n {\"text\": 1}]").expect("written");
    let output = run(&["--script", file.to_str().expect("a plain path")]);
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("script.json:2:11: invalid type: integer `1`"),
        "{}",
        stderr(&output)
    );
    let missing = run(&["--script", "/nowhere/script.json"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("cannot read the script /nowhere/script.json"));
}

#[test]
fn a_taken_port_and_a_wrong_option_are_told_apart() {
    let (mut child, line) = serve(&[]);
    let address = line.strip_prefix("listening http://").expect("the line");
    let taken = run(&["--listen", address]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(
        stderr(&taken).contains(&format!("cannot listen on {address}")),
        "{}",
        stderr(&taken)
    );
    terminate(&mut child);
    assert_eq!(run(&["--lisen", "x"]).status.code(), Some(2));
}
