//! Reads a state, line by line, and puts it in its place when all of it was good.

use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::error::Category;
use wechat_types::id::{AppId, MediaId};

use super::{LONGEST_LINE, LoadError, VERSION};
#[cfg(feature = "callbacks")]
use crate::callbacks::Outbox;
use crate::clock::ManualClock;
use crate::fault::Faults;
use crate::request_log::{RequestLog, SavedRequest};
use crate::server::{MockServer, Restored};
use crate::settings::Settings;
use crate::state_hash::Digest;
use crate::world::account::Account;
use crate::world::follower::block::{Block, Rest};
use crate::world::mass_job::Job;
use crate::world::media::Item;

/// Only the version is read of what may be of another format.
#[derive(Deserialize)]
struct Version {
    wechat_mock_state: VersionOf,
}

#[derive(Deserialize)]
struct VersionOf {
    version: u32,
}

#[derive(Deserialize)]
struct First {
    wechat_mock_state: Head,
}

#[derive(Deserialize)]
struct Head {
    accounts: Vec<AppId>,
    now: SystemTime,
}

/// A line after the first.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Account(Box<AccountLine>),
    Followers(Block),
    Job(Box<Job>),
    Media(Box<(MediaId, Item)>),
    Request(Box<SavedRequest>),
    #[cfg(feature = "callbacks")]
    Callbacks(Box<Outbox>),
    End {
        lines: u64,
        digest: u64,
    },
}

#[derive(Deserialize)]
struct AccountLine {
    settings: Settings,
    world: Account,
    followers: Rest,
    faults: Faults,
    forgotten: u64,
}

/// A state on its way into a server: bytes go in as they come, and [`finish`](Self::finish) puts all of
/// it in its place.
pub(crate) struct Load {
    /// What is to be replaced.
    accounts: Vec<MockServer>,
    clock: Option<ManualClock>,
    /// The line that has begun.
    rest: Vec<u8>,
    lines: u64,
    digest: Digest,
    now: Option<SystemTime>,
    restored: Vec<Restored>,
    ended: bool,
}

impl Load {
    pub(super) fn new(accounts: Vec<MockServer>, clock: Option<ManualClock>) -> Self {
        Self {
            accounts,
            clock,
            rest: Vec::new(),
            lines: 0,
            digest: Digest::new(),
            now: None,
            restored: Vec::new(),
            ended: false,
        }
    }

    /// Takes some more bytes, cut anywhere. After an error nothing more is to be fed.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.rest.len() + piece.len() > LONGEST_LINE {
                self.lines += 1;
                return self.wrong(format!("it is longer than {LONGEST_LINE} bytes"));
            }
            if !piece.ends_with(b"\n") {
                self.rest.extend_from_slice(piece);
            } else if self.rest.is_empty() {
                self.line(piece)?;
            } else {
                self.rest.extend_from_slice(piece);
                let line = mem::take(&mut self.rest);
                self.line(&line)?;
            }
        }
        Ok(())
    }

    /// All of it is there: puts it in its place.
    pub(crate) fn finish(self) -> Result<(), LoadError> {
        if !self.ended || !self.rest.is_empty() {
            return Err(LoadError::Cut);
        }
        for (account, restored) in self.accounts.iter().zip(self.restored) {
            account.restore(restored);
        }
        if let (Some(clock), Some(now)) = (self.clock, self.now) {
            clock.set(now);
        }
        self.accounts.iter().for_each(MockServer::changed);
        Ok(())
    }

    fn wrong<T>(&self, problem: impl Into<String>) -> Result<T, LoadError> {
        Err(LoadError::Line { line: self.lines, problem: problem.into() })
    }

    /// Reads a line. What stands in it is not repeated: it may be a secret.
    fn read<'de, T: Deserialize<'de>>(&self, line: &'de [u8]) -> Result<T, LoadError> {
        serde_json::from_slice(line).or_else(|error| {
            let problem = match error.classify() {
                Category::Data => "it is no line of a saved state",
                _ => "it is no JSON",
            };
            self.wrong(format!("{problem}, from column {} on", error.column()))
        })
    }

    fn line(&mut self, line: &[u8]) -> Result<(), LoadError> {
        self.lines += 1;
        if self.ended {
            return self.wrong("it comes after the end");
        }
        if self.lines == 1 {
            self.head(line)?;
        } else {
            match self.read(line)? {
                Line::End { lines, digest } => return self.end(lines, digest),
                part => self.part(part)?,
            }
        }
        self.digest.take(line);
        Ok(())
    }

    fn head(&mut self, line: &[u8]) -> Result<(), LoadError> {
        let Version { wechat_mock_state: VersionOf { version } } = self.read(line)?;
        if version > VERSION {
            return Err(LoadError::Newer { version });
        }
        let First { wechat_mock_state: Head { accounts, now } } = self.read(line)?;
        let here: Vec<AppId> = self.accounts.iter().map(MockServer::app_id).collect();
        if accounts != here {
            return Err(LoadError::OtherAccounts { saved: accounts, here });
        }
        self.now = Some(now);
        Ok(())
    }

    fn part(&mut self, part: Line) -> Result<(), LoadError> {
        if let Line::Account(line) = part {
            let AccountLine { settings, mut world, followers, faults, forgotten } = *line;
            let expected = self.accounts.get(self.restored.len()).map(MockServer::app_id);
            if expected.as_ref() != Some(&world.app_id) {
                return self.wrong("it is of another account than the head says");
            }
            world.followers.restore_rest(followers);
            self.restored.push(Restored {
                settings: Arc::new(settings),
                account: world,
                faults,
                received: RequestLog::after_forgotten(forgotten),
                #[cfg(feature = "callbacks")]
                outbox: None,
            });
            return Ok(());
        }
        let Some(own) = self.restored.last_mut() else {
            return self.wrong("it stands before its account");
        };
        let mut done = Ok(());
        match part {
            Line::Followers(block) => done = own.account.followers.restore(&block),
            Line::Job(job) => own.account.restore_job(*job),
            Line::Media(item) => own.account.media.restore(item.0, item.1),
            Line::Request(request) => done = own.received.restore(*request),
            #[cfg(feature = "callbacks")]
            Line::Callbacks(outbox) => own.outbox = Some(*outbox),
            Line::Account(_) | Line::End { .. } => {}
        }
        done.or_else(|problem| self.wrong(format!("it holds {problem}")))
    }

    fn end(&mut self, lines: u64, digest: u64) -> Result<(), LoadError> {
        if lines + 1 != self.lines || digest != self.digest.number() {
            return self.wrong("the lines before it are not those that were saved");
        }
        if self.restored.len() != self.accounts.len() {
            return self.wrong("an account is missing");
        }
        #[cfg(feature = "callbacks")]
        if self.restored.iter().any(|one| one.outbox.is_none()) {
            return self.wrong("callbacks are missing: a program built without them saved it");
        }
        self.ended = true;
        Ok(())
    }
}
