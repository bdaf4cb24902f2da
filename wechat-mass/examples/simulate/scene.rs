//! What a seed decides before anything happens: the platform's manners, and how much goes wrong.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wechat_mass::campaign::{Canary, Policy};
use wechat_mock::{DraftConsumed, JobProgress, KeyCheck, ManualClock, Settings};

use crate::cast::{Campaign, Cast};
use crate::dice::Dice;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A seed's world before its beginning.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) campaigns: Vec<Arc<Campaign>>,
    pub(crate) settings: Settings,
    pub(crate) policy: Policy,
    /// A campaign is started twice.
    pub(crate) twice: bool,
    /// How many share a campaign; 0: it is taken up by one at a time.
    pub(crate) workers: u64,
    /// The journal is a database.
    pub(crate) database: bool,
    /// Reports of jobs come by callback.
    pub(crate) callbacks: bool,
    /// How often the program is ended, and how often the machine sleeps.
    pub(crate) kills: u64,
    pub(crate) stalls: u64,
    /// How often a human stops a campaign.
    pub(crate) stops: u64,
    /// One request in so many is disturbed, one record in so many fails, one job in so many; 0:
    /// none.
    pub(crate) disturbed: u64,
    pub(crate) unrecorded: u64,
    pub(crate) failing: u64,
}

impl Scene {
    pub(crate) fn draw(dice: &mut Dice, cast: &Cast) -> Self {
        let campaigns = cast.choose(dice);
        let (mut settings, mut policy) = (Settings::default(), Policy::default());
        manners(&mut settings, dice);
        let callbacks = dice.one_in(2);
        patience(&mut policy, &mut settings, callbacks, dice);
        // One world in sixteen is without any fault: there, everybody must be reached.
        let calm = dice.one_in(16);
        if dice.one_in(8) && !calm {
            let end = ManualClock::default_start() + dice.time(Duration::ZERO, 48 * HOUR);
            policy.not_after = Some(end);
        }
        let unless_calm = |drawn: u64| if calm { 0 } else { drawn };
        let workers = if dice.one_in(2) { 2 + dice.below(3) } else { 0 };
        if workers > 0 {
            policy.lease = dice.time(MINUTE, 10 * MINUTE);
        }
        Self {
            campaigns,
            settings,
            policy,
            twice: dice.one_in(4),
            workers,
            // One that several share is not in a file.
            database: dice.one_in(20) && workers == 0,
            callbacks,
            kills: unless_calm(dice.below(6)),
            stalls: unless_calm(dice.below(4)),
            stops: unless_calm(dice.below(3)),
            disturbed: unless_calm(dice.pick(&[0, 3, 5, 10, 30]).unwrap_or_default()),
            unrecorded: unless_calm(dice.pick(&[0, 0, 15, 60]).unwrap_or_default()),
            failing: unless_calm(dice.pick(&[0, 0, 0, 3]).unwrap_or_default()),
        }
    }

    /// When nothing may be sent any more, with so much grace.
    pub(crate) fn ends(&self, grace: Duration) -> Option<SystemTime> {
        self.policy.not_after.map(|end| end + grace)
    }

    /// Nothing goes wrong here.
    pub(crate) fn is_calm(&self) -> bool {
        self.kills + self.stalls + self.stops + self.disturbed + self.unrecorded + self.failing == 0
    }
}

/// What the documents leave open, and what users saw.
fn manners(settings: &mut Settings, dice: &mut Dice) {
    let checks = [KeyCheck::BeforeMedia, KeyCheck::AfterMedia, KeyCheck::AfterQuota];
    settings.key_check = dice.pick(&checks).unwrap_or_default();
    if dice.one_in(3) {
        settings.draft_consumed = DraftConsumed::WhenJobSucceeds;
    }
    settings.known_content_refused = dice.one_in(3);
    if dice.one_in(6) {
        settings.batch_pause = Some(dice.time(Duration::from_secs(1), 10 * MINUTE));
    }
    if dice.one_in(3) {
        settings.repeat_too_fast = Some(dice.time(Duration::from_secs(1), 3 * MINUTE));
    }
    settings.failed_job_frees_key = !dice.one_in(3);
    settings.failed_job_frees_quota = !dice.one_in(3);
    settings.messages_per_follower_and_month = 100;
    settings.progress = match dice.below(3) {
        0 => JobProgress::Immediate,
        1 => JobProgress::AfterQueries(u32::try_from(dice.below(5)).unwrap_or_default()),
        _ => JobProgress::ByTime {
            review: dice.time(Duration::ZERO, HOUR),
            followers_per_minute: 1 + dice.below(100),
        },
    };
}

fn patience(policy: &mut Policy, settings: &mut Settings, callbacks: bool, dice: &mut Dice) {
    policy.past_undecided = dice.one_in(2);
    // A look at the journal takes a turn: in a wait of days they would be all that happens.
    let looks = [5 * MINUTE, HOUR, 6 * HOUR];
    policy.look_every = dice.pick(&looks).unwrap_or(HOUR);
    if dice.one_in(4) {
        policy.canary = Canary::ThenRest;
    }
    policy.attempts = 2 + u32::try_from(dice.below(6)).unwrap_or_default();
    if !callbacks {
        policy.wait_for_counters = Duration::ZERO;
    }
    if dice.one_in(3) {
        let (minute, day) = (1 + dice.below(3), 3 + dice.below(6));
        let (minute, day) = (u32::try_from(minute).unwrap_or(1), u32::try_from(day).unwrap_or(3));
        (policy.limits.sends_per_minute, settings.mass_calls_per_minute) = (minute, minute);
        policy.limits.by_open_ids_per_day = day;
        policy.limits.sendall_per_day = day;
        settings.mass_calls_per_day = day;
    }
    if dice.one_in(4) {
        let month = 1 + u32::try_from(dice.below(2)).unwrap_or_default();
        policy.limits.to_everyone_per_month = month;
        settings.to_all_per_month = month;
    }
    if dice.one_in(3) {
        // The platform knows of a limit that the account's owner does not.
        policy.limits.to_everyone_per_day = u32::MAX;
    }
}
