//! Tells the plugin which compiler built it and from which revision, where that can be found out.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    tell("AMAZON_BEDROCK_RUSTC", &rustc, &["--version"]);
    if let Some(head) = first_line("git", &["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={head}");
        tell(
            "AMAZON_BEDROCK_GIT_REVISION",
            "git",
            &["rev-parse", "--short=12", "HEAD"],
        );
    }
}

fn tell(name: &str, program: &str, arguments: &[&str]) {
    if let Some(line) = first_line(program, arguments) {
        println!("cargo::rustc-env={name}={line}");
    }
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
