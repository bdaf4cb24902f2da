//! Writes a state, line by line.

use std::io::{self, Write};
use std::time::SystemTime;

use serde::Serialize;
use wechat_types::id::AppId;

use super::{LONGEST_LINE, VERSION};
use crate::fault::Faults;
use crate::server::{Locked, MockServer};
use crate::settings::Settings;
use crate::state_hash::Digest;
use crate::world::account::Account;
use crate::world::follower::block::Rest;

#[derive(Serialize)]
struct Head {
    version: u32,
    accounts: Vec<AppId>,
    now: SystemTime,
}

#[derive(Serialize)]
struct AccountLine<'a> {
    settings: &'a Settings,
    world: &'a Account,
    followers: Rest,
    faults: &'a Faults,
    /// Requests that the log has forgotten.
    forgotten: u64,
}

#[derive(Serialize)]
struct End {
    lines: u64,
    digest: u64,
}

/// Saves these accounts as they are at one moment.
pub(super) fn save(accounts: &[MockServer], now: SystemTime, to: impl Write) -> io::Result<()> {
    // Nobody else takes the locks of two accounts, so nobody waits for this one's second.
    let locked: Vec<Locked<'_>> = accounts.iter().map(MockServer::lock_all).collect();
    let mut lines = Lines { to, line: Vec::new(), count: 0, digest: Digest::new() };
    let app_ids = accounts.iter().map(MockServer::app_id).collect();
    lines.write("wechat_mock_state", &Head { version: VERSION, accounts: app_ids, now })?;
    for account in &locked {
        write_account(account, &mut lines)?;
    }
    lines.end()
}

fn write_account(locked: &Locked<'_>, lines: &mut Lines<impl Write>) -> io::Result<()> {
    let world: &Account = &locked.account;
    let line = AccountLine {
        settings: &locked.settings,
        world,
        followers: world.followers.rest(),
        faults: &locked.faults,
        forgotten: locked.received.forgotten(),
    };
    lines.write("account", &line)?;
    world.followers.blocks().try_for_each(|block| lines.write("followers", &block))?;
    world.jobs().try_for_each(|job| lines.write("job", job))?;
    world.media.all().try_for_each(|item| lines.write("media", &item))?;
    locked.received.saved().try_for_each(|request| lines.write("request", &request))?;
    #[cfg(feature = "callbacks")]
    lines.write("callbacks", &*locked.outbox)?;
    Ok(())
}

struct Lines<W> {
    to: W,
    /// The one that is being made.
    line: Vec<u8>,
    count: u64,
    digest: Digest,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, kind: &str, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        write!(self.line, "{{\"{kind}\":")?;
        serde_json::to_writer(&mut self.line, value)?;
        self.line.extend_from_slice(b"}\n");
        if self.line.len() > LONGEST_LINE {
            let bytes = self.line.len();
            let problem = format!("{kind} has {bytes} bytes: more than {LONGEST_LINE} in one line");
            return Err(io::Error::other(problem));
        }
        self.digest.take(&self.line);
        self.count += 1;
        self.to.write_all(&self.line)
    }

    fn end(mut self) -> io::Result<()> {
        let end = End { lines: self.count, digest: self.digest.number() };
        self.write("end", &end)?;
        self.to.flush()
    }
}
