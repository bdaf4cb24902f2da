//! Carrying out what is due, with the account's lock opened after every slice.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::server::MockServer;
use crate::settings::Settings;
use crate::world::account::Account;

/// Followers served without a pause: less than a millisecond.
const SLICE: usize = 1 << 16;

/// The right to carry out a large job to its end. Others see the account as far as it has come.
pub(crate) struct Turn<'a> {
    account: &'a Mutex<Account>,
    ended: bool,
}

fn lock(account: &Mutex<Account>) -> MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Turn<'a> {
    /// Carries out the first slice. `None`: that was all, or another turn is being taken.
    pub(crate) fn begin(
        account: &'a Mutex<Account>,
        settings: &Settings,
        now: SystemTime,
    ) -> Option<Self> {
        let mut opened = lock(account);
        if opened.is_advancing || !opened.advance(settings, now, SLICE) {
            return None;
        }
        opened.is_advancing = true;
        Some(Self { account, ended: false })
    }

    /// Carries out another slice; `true`: there are more.
    pub(crate) fn slice(&mut self, settings: &Settings, now: SystemTime) -> bool {
        let mut opened = lock(self.account);
        // Another account stands here by now, by a reset or a load: its time is another as well.
        let more = opened.is_advancing && opened.advance(settings, now, SLICE);
        if !more {
            self.ended = true;
            opened.is_advancing = false;
        }
        more
    }
}

/// A turn that was broken off leaves the rest to the next one.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.ended {
            lock(self.account).is_advancing = false;
        }
    }
}

/// Carries out all that is due by `now`.
pub(crate) fn catch_up(account: &Mutex<Account>, settings: &Settings, now: SystemTime) {
    let Some(mut turn) = Turn::begin(account, settings, now) else { return };
    loop {
        // Whoever waits for the lock is let in.
        std::thread::yield_now();
        if !turn.slice(settings, now) {
            return;
        }
    }
}

impl MockServer {
    /// After a request: most leave nothing to do for the background.
    pub(crate) fn wake(&self) {
        if self.next_due().is_some() {
            self.changed();
        }
    }
}

#[cfg(feature = "server")]
impl MockServer {
    /// What [`catch_up`] does, with other tasks let in between slices.
    pub(crate) async fn catch_up_in_turns(&self, now: SystemTime) {
        let settings = self.settings();
        let Some(mut turn) = Turn::begin(self.account_lock(), &settings, now) else { return };
        let _wake = Wake(self);
        loop {
            tokio::task::yield_now().await;
            if !turn.slice(&settings, now) {
                return;
            }
        }
    }

    /// The same, and what another turn carries out is awaited: for control calls, which must find
    /// the same however busy the background is.
    pub(crate) async fn caught_up(&self, now: SystemTime) {
        self.catch_up_in_turns(now).await;
        while self.account().is_advancing {
            tokio::task::yield_now().await;
            self.catch_up_in_turns(now).await;
        }
    }
}

/// Whoever carries out what is due must look again, also when this turn was broken off.
#[cfg(feature = "server")]
struct Wake<'a>(&'a MockServer);

#[cfg(feature = "server")]
impl Drop for Wake<'_> {
    fn drop(&mut self) {
        self.0.changed();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wechat_types::id::OpenId;

    use super::*;
    use crate::world::follower::Hindrance;

    /// Everybody of three slices and a half is sent to; the job is due.
    fn rig() -> (MockServer, Vec<OpenId>, SystemTime) {
        let server = MockServer::builder().build();
        let fans = server.add_followers(SLICE * 7 / 2);
        let clock = server.manual_clock().unwrap();
        let body = |text: String| bytes::Bytes::from(text);
        let peer = server.settings().in_process_ip;
        let post = |url: String, text: String| {
            let request = http::Request::post(url).body(body(text)).unwrap();
            let reply = server.handle(&request, clock.now(), peer).response.unwrap();
            serde_json::from_slice::<serde_json::Value>(reply.body()).unwrap()
        };
        let credentials = format!(
            r#"{{"grant_type":"client_credential","appid":"{}","secret":"{}"}}"#,
            server.app_id(),
            server.app_secret().expose()
        );
        let token = post("/cgi-bin/stable_token".to_owned(), credentials);
        let url = format!(
            "/cgi-bin/message/mass/sendall?access_token={}",
            token["access_token"].as_str().unwrap()
        );
        let all = r#"{"filter":{"is_to_all":true},"msgtype":"text","text":{"content":"x"}}"#;
        assert_eq!(post(url, all.to_owned())["errcode"], 0);
        (server, fans, clock.now() + Duration::from_secs(3600))
    }

    #[test]
    fn others_are_served_between_slices() {
        let (server, fans, now) = rig();
        let settings = server.settings();
        let id = server.jobs()[0].msg_id;
        let mut turn = Turn::begin(server.account_lock(), &settings, now).unwrap();
        let mut slices = 1;
        loop {
            assert_eq!(server.deliveries(id).len(), slices * SLICE);
            // Whoever comes now neither waits nor carries the job on.
            catch_up(server.account_lock(), &settings, now);
            assert!(server.due(now).is_empty());
            assert_eq!(server.next_due(), None);
            assert_eq!(server.job(id).unwrap().counts.sent, 0);
            if slices == 2 {
                // What he changes holds for those who are not served yet.
                server.set_hindrance(fans.last().unwrap(), Some(Hindrance::Refuses));
            }
            slices += 1;
            if !turn.slice(&settings, now) {
                break;
            }
        }
        assert_eq!(slices, 4);
        assert_eq!(server.job(id).unwrap().counts.sent, fans.len() as u64 - 1);
        assert_eq!(server.job(id).unwrap().state, crate::JobState::Success);
    }

    #[test]
    fn a_turn_that_is_broken_off_is_taken_up_again() {
        let (server, fans, now) = rig();
        let settings = server.settings();
        drop(Turn::begin(server.account_lock(), &settings, now).unwrap());
        assert!(server.next_due().is_some_and(|due| due < now));
        server.due(now);
        let job = &server.jobs()[0];
        assert_eq!((job.counts.sent, server.next_due()), (fans.len() as u64, None));
    }
}
