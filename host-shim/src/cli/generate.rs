//! `completions SHELL` and `man`: made from the command line's own definition.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Arguments;
use super::failure::Outcome;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to complete for
    shell: Shell,
}

/// Prints a completion script.
pub(super) fn completions(args: Args) -> Outcome {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    // The generator panics on a closed pipe, so not straight to stdout.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    io::stdout().write_all(&script)?;
    Ok(())
}

/// Prints the manual page: the gateway's, then a section for each command.
pub(super) fn man() -> Outcome {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for command in leaves(&command) {
        let mut section = Vec::new();
        let man = Man::new(command.clone());
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        let title = command.get_bin_name().unwrap_or_default();
        let section = String::from_utf8_lossy(&section).replace(".SH ", ".SS ");
        write!(page, ".SH \"{}\"\n{section}", title.to_uppercase())?;
    }
    io::stdout().write_all(&page)?;
    Ok(())
}

/// The commands that do something, those below other commands included.
fn leaves(command: &Command) -> Vec<&Command> {
    let visible = command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help");
    let below = |sub| {
        if Command::has_subcommands(sub) {
            leaves(sub)
        } else {
            vec![sub]
        }
    };
    visible.flat_map(below).collect()
}
