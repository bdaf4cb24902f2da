//! `wechat-cli completions`: what a shell needs to complete this program's command line.

use std::io::Write as _;

use clap::CommandFactory as _;

use crate::args::{Args, CompletionsArgs};
use crate::exit::Exit;

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "wechat-cli", &mut script);
    match std::io::stdout().lock().write_all(&script) {
        Ok(()) => Exit::Success,
        Err(_) => Exit::Partly,
    }
}
