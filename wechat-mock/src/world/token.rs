//! Access tokens: two kinds side by side, their lifetimes, overlaps and deaths.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::random::{Random, digest};
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// The two calls that issue tokens; neither touches the tokens of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum TokenKind {
    /// From `/cgi-bin/token`.
    Plain,
    /// From `/cgi-bin/stable_token`.
    Stable,
}

#[derive(Debug, Serialize, Deserialize)]
struct Token {
    kind: TokenKind,
    issued: SystemTime,
    expires: SystemTime,
    /// When it stops to work because it was replaced or revoked.
    dies: Option<SystemTime>,
}

impl Token {
    /// It works until `at` at most.
    fn kill(&mut self, at: SystemTime) {
        self.dies = Some(self.dies.map_or(at, |earlier| earlier.min(at)));
    }
}

/// All tokens ever issued; the dead are kept, for they are answered otherwise than the unknown.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    all: BTreeMap<String, Token>,
    current: BTreeMap<TokenKind, String>,
    last_forced: Option<SystemTime>,
    /// Issued since somebody asked for them.
    #[serde(skip)]
    fresh: Vec<String>,
}

/// Of each text a digest: it tells states apart, and nobody can make a call with it.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = |text: &String| digest(&[text.as_bytes()]);
        let all: Vec<_> = self.all.iter().map(|(text, token)| (digest(text), token)).collect();
        let current: Vec<_> =
            self.current.iter().map(|(kind, text)| (kind, digest(text))).collect();
        f.debug_struct("Tokens")
            .field("all", &all)
            .field("current", &current)
            .field("last_forced", &self.last_forced)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// All of them count as issued since: after they were read from a file.
    pub(crate) fn make_all_fresh(&mut self) {
        self.fresh = self.all.keys().cloned().collect();
    }

    /// The tokens issued since the last call of this.
    pub(crate) fn take_fresh(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }

    /// May this token be used? 40014 malformed, 40001 unknown or replaced, 42001 expired.
    pub(crate) fn check(&self, text: &str, now: SystemTime) -> Result<(), i64> {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            return Err(40014);
        }
        let token = self.all.get(text).ok_or(40001)?;
        if token.dies.is_some_and(|dies| dies <= now) {
            return Err(40001);
        }
        if token.expires <= now { Err(42001) } else { Ok(()) }
    }

    /// How long ago a token that works was issued.
    pub(crate) fn age(&self, text: &str, now: SystemTime) -> Option<Duration> {
        self.check(text, now).ok()?;
        now.duration_since(self.all.get(text)?.issued).ok()
    }

    /// A new token; the one before it of the same kind works for `overlap` longer at most.
    pub(crate) fn issue(
        &mut self,
        kind: TokenKind,
        overlap: Duration,
        settings: &Settings,
        random: &mut Random,
        now: SystemTime,
    ) -> String {
        if let Some(old) = self.current.get(&kind).and_then(|text| self.all.get_mut(text)) {
            old.kill(now + overlap);
        }
        let text = format!("75_{}", random.text(150));
        let token = Token { kind, issued: now, expires: now + settings.token_lifetime, dies: None };
        self.all.insert(text.clone(), token);
        self.fresh.push(text.clone());
        self.current.insert(kind, text.clone());
        text
    }

    /// The current stable token and its remaining time; renewed by the platform when no more than
    /// the overlap remains, the old one then living out its time.
    pub(crate) fn stable(
        &mut self,
        settings: &Settings,
        random: &mut Random,
        now: SystemTime,
    ) -> (String, Duration) {
        let current = self.current.get(&TokenKind::Stable);
        if let Some(text) = current
            && let Some(token) = self.all.get(text)
            && token.dies.is_none()
            && let Ok(left) = token.expires.duration_since(now)
            && left > settings.token_overlap
        {
            return (text.clone(), left);
        }
        let text = self.issue(TokenKind::Stable, settings.token_overlap, settings, random, now);
        (text, settings.token_lifetime)
    }

    /// The pause since the last forced refresh is not over yet.
    pub(crate) fn forced_too_soon(&self, settings: &Settings, now: SystemTime) -> bool {
        self.last_forced.is_some_and(|last| now < last + settings.forced_refresh_pause)
    }

    /// A new stable token at once; the current one dies. One that still overlapped with it lives on
    /// until the second force: the documented way to kill both.
    pub(crate) fn force(
        &mut self,
        settings: &Settings,
        random: &mut Random,
        now: SystemTime,
    ) -> String {
        if let Some(last) = self.last_forced {
            let older = self.all.values_mut().filter(|t| t.kind == TokenKind::Stable);
            for token in older.filter(|token| token.issued < last) {
                token.kill(now);
            }
        }
        self.last_forced = Some(now);
        self.issue(TokenKind::Stable, Duration::ZERO, settings, random, now)
    }

    /// Every token stops to work now.
    pub(crate) fn revoke(&mut self, now: SystemTime) {
        for token in self.all.values_mut() {
            token.kill(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use wechat_types::id::{AppId, AppSecret, OpenId};

    use super::*;
    use crate::world::account::Account;

    #[test]
    fn an_account_shows_neither_its_tokens_nor_its_secret() {
        let secret = AppSecret::new("bd2b1aaf7ef4f09be9f52ce2d8d59967").unwrap();
        let (app_id, owner) = (AppId::new("wx1").unwrap(), OpenId::new("oOwner").unwrap());
        let mut account = Account::new(app_id, secret.clone(), owner, Random::new(1));
        let settings = Settings::default();
        let (plain, _) = account.plain_token(&settings, UNIX_EPOCH).unwrap();
        let one = format!("{account:?}");
        let (stable, _) = account.stable_token(false, &settings, UNIX_EPOCH).unwrap();
        let two = format!("{account:?} {account:#?}");
        for text in [plain.as_str(), stable.as_str(), secret.expose()] {
            // Not even a part that is long enough to try the rest.
            let part = text.get(4..20).unwrap();
            assert!(!one.contains(part) && !two.contains(part), "{part} in {two}");
        }
        assert_ne!(one, format!("{account:?}"), "states are told apart by it");
    }
}
