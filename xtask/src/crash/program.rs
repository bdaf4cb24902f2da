//! One run of `wechat-cli send`: to its end, or to the moment at which it is killed.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::campaign::Campaign;
use super::options::Dice;
use crate::peers::mock;
use crate::run;

/// What is started.
pub(super) struct Programs {
    pub(super) cli: PathBuf,
}

/// Who runs it, where several share a campaign.
#[derive(Clone, Copy)]
pub(super) struct Worker<'a> {
    pub(super) number: u32,
    /// The database's address.
    pub(super) journal: &'a str,
}

/// Seconds of a worker's lease: short, so that a frozen one soon is beyond it.
pub(super) const LEASE: u64 = 2;

/// What the program says of a database that is away.
const AWAY: &[&str] =
    &["cannot be reached", "starting or ending", "connection is lost", "connection was lost"];

/// What befalls a run some time after a line of its output.
pub(super) struct Moment {
    lines: u64,
    then: Duration,
    blow: Blow,
}

/// What happens to it.
#[derive(Clone, Copy)]
pub(super) enum Blow {
    Kill,
    /// It stands still for so long, and goes on.
    Freeze(Duration),
}

impl Moment {
    /// Any moment of a run of so many lines. By lines, for most of the time nothing happens; the time
    /// after one reaches into what is done without a line.
    pub(super) fn draw(dice: &mut Dice, longest: u64) -> Self {
        let lines = dice.below(longest + 1);
        // Now and then longer, for a call with ten thousand recipients takes its time.
        let most = if dice.below(3) == 0 { 300_000 } else { 20_000 };
        Self { lines, then: Duration::from_micros(dice.below(most)), blow: Blow::Kill }
    }

    /// The same; every fourth time it is frozen, for longer than its lease or not.
    pub(super) fn draw_any(dice: &mut Dice, longest: u64) -> Self {
        let moment = Self::draw(dice, longest);
        if dice.below(4) != 0 {
            return moment;
        }
        let frozen = Duration::from_millis(dice.below(2 * LEASE * 1000));
        Self { blow: Blow::Freeze(frozen), ..moment }
    }
}

/// How a run ended.
pub(super) enum Ended {
    Killed {
        phase: &'static str,
    },
    /// The database was away, so it did not begin.
    NotBegun,
    /// `frozen`: where it stood still.
    ByItself {
        lines: u64,
        frozen: Option<&'static str>,
    },
}

impl Programs {
    /// Runs the campaign, killed at that moment; its own end must be success.
    pub(super) fn send(
        &self,
        campaign: &Campaign,
        base_url: &str,
        worker: Option<Worker<'_>>,
        moment: Option<Moment>,
    ) -> Result<Ended, String> {
        let mut command = Command::new(&self.cli);
        command
            .arg("send")
            .arg(campaign.folder().join("campaign.toml"))
            .args(["--base-url", base_url, "--json", "--poll", "1"])
            .env("WECHAT_APP_ID", mock::APP_ID)
            .env("WECHAT_APP_SECRET", mock::APP_SECRET)
            // The mock is on this machine, whatever proxy leads out of it.
            .env("NO_PROXY", "127.0.0.1")
            .stdout(Stdio::piped());
        if let Some(Worker { number, journal }) = worker {
            command
                .args(["--worker", &format!("worker {number}"), "--lease", &LEASE.to_string()])
                .env("WECHAT_JOURNAL", journal);
        }
        let mut child =
            command.spawn().map_err(|error| format!("wechat-cli could not be started: {error}"))?;
        let Some(output) = child.stdout.take() else {
            return Err("wechat-cli has no output".to_owned());
        };
        let (sender, lines) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut heard = Heard { lines, all: Vec::new() };
        let mut frozen = None;
        match &moment {
            Some(Moment { lines, then, blow }) => {
                heard.wait(*lines, *then);
                // It may have come to its end in the meantime: then this strikes nobody.
                match blow {
                    Blow::Kill => child
                        .kill()
                        .map_err(|error| format!("wechat-cli could not be killed: {error}"))?,
                    Blow::Freeze(span) => {
                        frozen = Some(heard.phase());
                        let id = child.id().to_string();
                        // One that has ended is waited for below, so its number is nobody else's.
                        drop(run::output(Command::new("kill").args(["-STOP", &id])));
                        run::rest(*span);
                        drop(run::output(Command::new("kill").args(["-CONT", &id])));
                    }
                }
            }
            None => heard.wait(u64::MAX, Duration::ZERO),
        }
        let status = child.wait().map_err(|error| format!("wechat-cli is lost: {error}"))?;
        // The pipe is closed now.
        drop(reader.join());
        heard.rest();
        match status.code() {
            None => Ok(Ended::Killed { phase: heard.phase() }),
            Some(0) => Ok(Ended::ByItself { lines: heard.all.len() as u64, frozen }),
            Some(2) if worker.is_some() && heard.is_of(AWAY) => Ok(Ended::NotBegun),
            Some(code) => Err(format!(
                "{}: wechat-cli ended with {code}:\n{}",
                campaign.name(),
                heard.all.join("\n")
            )),
        }
    }
}

/// What the program has said.
struct Heard {
    lines: Receiver<String>,
    all: Vec<String>,
}

impl Heard {
    /// Returns so long after so many lines, or when the program has ended.
    fn wait(&mut self, lines: u64, then: Duration) {
        while (self.all.len() as u64) < lines {
            match self.lines.recv() {
                Ok(line) => self.all.push(line),
                Err(_) => return,
            }
        }
        // Lines that come meanwhile are kept for later.
        run::rest(then);
    }

    fn rest(&mut self) {
        self.all.extend(self.lines.try_iter());
    }

    /// The last line has one of these words.
    fn is_of(&self, words: &[&str]) -> bool {
        self.all.last().is_some_and(|line| words.iter().any(|word| line.contains(word)))
    }

    /// What the program did when it last said something.
    fn phase(&self) -> &'static str {
        self.all.last().map_or("starting", |line| phase_after(line))
    }
}

fn phase_after(line: &str) -> &'static str {
    let has = |name: &str, value: &str| line.contains(&format!("\"{name}\":\"{value}\""));
    if has("event", "plan") {
        "opening the journal"
    } else if has("entry", "intent") {
        "sending"
    } else if has("entry", "draft") {
        "before a call"
    } else if has("entry", "answer") {
        "after a call"
    } else if has("event", "waiting") || has("entry", "report") || has("event", "status_failed") {
        "following jobs"
    } else {
        "uploading, or taking up again"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_from_the_last_line() {
        assert_eq!(phase_after(r#"{"call":1,"entry":"intent","event":"recorded"}"#), "sending");
        assert_eq!(phase_after(r#"{"event":"waiting","for":"x"}"#), "following jobs");
        assert_eq!(phase_after(r#"{"event":"journal"}"#), "uploading, or taking up again");
    }
}
