//! The command line as the contract has it.

use clap::{CommandFactory, Parser};

use super::*;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    let words = std::iter::once("bedrock-gateway").chain(line.split_whitespace());
    Arguments::try_parse_from(words)
}

#[test]
fn the_definition_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn every_line_of_the_contract_is_understood() {
    for line in [
        "chat hello there",
        "chat -m us.amazon.nova-lite-v1:0 -s short --effort high --image a.png --image b.png --json hi",
        "chat --request - --json",
        "--config c.json5 --plugins lib --simulate --log-level debug models --json --refresh",
        "models --config c.json5 --simulate",
        "doctor",
        "doctor --json --live --simulate",
        "plugins list --json",
        "plugins inspect libamazon_bedrock.so --json",
        "config validate",
        "config validate openclaw.json",
        "config show",
        "completions bash",
        "man",
    ] {
        assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
    }
}

#[test]
fn nonsense_is_a_usage_error() {
    for line in [
        "",
        "talk",
        "chat --request r.json hello",
        "models --log-level loud",
        "config",
    ] {
        assert_eq!(parse(line).expect_err(line).exit_code(), 2, "{line}");
    }
}
