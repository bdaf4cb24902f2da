//! Kills the real program at random moments and lets it go on, against the real mock over HTTP.

mod campaign;
mod inboxes;
mod options;
mod program;
mod tally;
mod workers;

use std::fs;
use std::path::Path;

use crate::peers;
use crate::peers::mock::Mock;
use crate::workspace::Workspace;
use campaign::Campaign;
use options::Options;
use program::{Ended, Programs};
use tally::Tally;

/// So often one campaign is killed before it may come to its end.
const KILLS_OF_ONE: u32 = 8;

/// Kills the program as often as wanted; fails when a follower has no message, or two.
pub(crate) fn crash(workspace: &Workspace, arguments: &[&str]) -> Result<(), String> {
    let options = Options::read(arguments)?;
    let programs = Programs { cli: peers::build(workspace, "wechat-cli")? };
    let mock = peers::build(workspace, "wechat-mock")?;
    let root = workspace.target().join("crash");
    // What an earlier run left is of another seed.
    if root.exists() {
        fs::remove_dir_all(&root)
            .map_err(|error| format!("{} cannot be emptied: {error}", root.display()))?;
    }
    let mut tally = Tally::default();
    match options.workers {
        None => one_at_a_time(&options, &programs, &mock, &root, &mut tally)?,
        Some(_) => workers::crash(&options, &programs, &mock, &root, &mut tally)?,
    }
    println!("\n{tally}");
    if tally.is_good() {
        return Ok(());
    }
    Err(format!(
        "crash: some have the message twice or not at all; again: cargo xtask crash {}",
        arguments.join(" ")
    ))
}

/// One program has a campaign, and begins again where it was killed.
fn one_at_a_time(
    options: &Options,
    programs: &Programs,
    mock: &Path,
    root: &Path,
    tally: &mut Tally,
) -> Result<(), String> {
    let mut dice = options.dice();
    while tally.kills() < options.kills {
        let campaign = Campaign::write(root, tally.campaigns)?;
        let mock = platform(mock, &campaign)?;
        let mut killed = 0;
        loop {
            let may_kill = killed < KILLS_OF_ONE && tally.kills() < options.kills;
            let moment = may_kill.then(|| program::Moment::draw(&mut dice, tally.longest));
            match programs.send(&campaign, &mock.base_url, None, moment)? {
                Ended::Killed { phase } => {
                    killed += 1;
                    tally.killed(phase);
                }
                Ended::NotBegun => {}
                Ended::ByItself { lines, .. } => {
                    tally.longest = tally.longest.max(lines);
                    break;
                }
            }
        }
        let found = inboxes::ask(&mock.base_url)?;
        println!("{}: {killed} kills, {found}", campaign.name());
        tally.add(&found);
    }
    Ok(())
}

/// A mock whose only followers are the campaign's.
fn platform(program: &Path, campaign: &Campaign) -> Result<Mock, String> {
    let list = campaign.followers_file();
    let arguments = ["--clock", "real", "--followers-file", list.as_str()];
    Mock::start(program, &campaign.folder().join("mock.log"), &arguments)
}
