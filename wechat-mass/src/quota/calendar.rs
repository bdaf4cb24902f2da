//! Beijing's days and months: eight hours ahead of UTC, without summer time since 1991.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 3600;
const AHEAD: u64 = 8 * 3600;

/// Later than anything that is planned, and still a date that one may add to.
pub(super) fn far() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1 << 40)
}

/// The beginning of the day.
pub(super) fn day(at: SystemTime) -> SystemTime {
    midnight(days(at))
}

/// The beginning of the next day.
pub(super) fn next_day(at: SystemTime) -> SystemTime {
    midnight(days(at) + 1)
}

/// The beginning of the month.
pub(super) fn month(at: SystemTime) -> SystemTime {
    let days = days(at);
    midnight(days + 1 - day_of_month(days))
}

/// The beginning of the next month.
pub(super) fn next_month(at: SystemTime) -> SystemTime {
    // No month has more than 31 days, and the next one has more than three.
    let first = days(month(at));
    month(midnight(first + 31))
}

/// The beginning of a day that the calendar has, by the same count of days.
pub(super) fn begin(year: u64, month: u64, day: u64) -> SystemTime {
    // January and February belong to the year before.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    midnight(era * 146_097 + day_of_era - 719_468)
}

/// Days since 1970 in Beijing.
fn days(at: SystemTime) -> u64 {
    (at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + AHEAD) / DAY
}

/// 1970-01-01 began in Beijing eight hours before the epoch; earlier moments count as the epoch.
fn midnight(days: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs((days * DAY).saturating_sub(AHEAD))
}

fn day_of_month(days: u64) -> u64 {
    let (_, _, day) = date(days);
    day
}

/// Year, month and day of the month, by the usual count of days from March of the year 0.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March.
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = days / 146_097 * 400 + year_of_era + u64::from(month >= 10);
    (year, if month < 10 { month + 3 } else { month - 9 }, day)
}

/// A moment as the account's people read it: `2026-11-22 15:03:04`, in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BeijingTime(SystemTime);

impl BeijingTime {
    /// This moment.
    pub fn new(at: SystemTime) -> Self {
        Self(at)
    }
}

impl fmt::Display for BeijingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(days(self.0));
        let seconds = self.0.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + AHEAD;
        let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
        write!(f, "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn seconds(at: SystemTime) -> u64 {
        at.duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    /// By `TZ=Asia/Shanghai date -d 2026-02-28 +%s` and the like.
    #[test]
    fn days_and_months_begin_in_beijing() {
        const FEB_28: u64 = 1_772_208_000;
        const MARCH_1: u64 = FEB_28 + DAY;
        const FEB_1: u64 = FEB_28 - 27 * DAY;
        assert_eq!(seconds(day(at(FEB_28))), FEB_28);
        assert_eq!(seconds(day(at(MARCH_1 - 1))), FEB_28);
        assert_eq!(seconds(next_day(at(MARCH_1 - 1))), MARCH_1);
        assert_eq!(seconds(month(at(MARCH_1 - 1))), FEB_1);
        assert_eq!(seconds(next_month(at(MARCH_1 - 1))), MARCH_1);
        assert_eq!(seconds(month(at(MARCH_1))), MARCH_1);
        // 2028 is a leap year: 2028-02-29 00:00 in Beijing.
        assert_eq!(seconds(next_month(at(1_835_366_400))), 1_835_366_400 + DAY);
        // 2026-12-31 23:59:59.
        assert_eq!(seconds(next_month(at(1_798_732_799))), 1_798_732_800);
    }

    /// By `TZ=Asia/Shanghai date -d @…`.
    #[test]
    fn a_moment_is_told_as_in_beijing() {
        for (seconds, text) in [
            (0, "1970-01-01 08:00:00"),
            (1_772_207_999, "2026-02-27 23:59:59"),
            (1_772_208_000, "2026-02-28 00:00:00"),
            (1_798_732_799, "2026-12-31 23:59:59"),
            (1_835_366_400, "2028-02-29 00:00:00"),
            (951_840_000, "2000-03-01 00:00:00"),
        ] {
            assert_eq!(BeijingTime::new(at(seconds)).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn a_moment_lies_in_its_day_and_month(seconds in DAY..40_000 * DAY) {
            let now = at(seconds);
            prop_assert!(day(now) <= now && now < next_day(now));
            prop_assert!(month(now) <= day(now) && now < next_month(now));
            prop_assert_eq!(month(next_month(now)), next_month(now));
            prop_assert_eq!(month(month(now)), month(now));
            let length = next_month(now).duration_since(month(now)).unwrap().as_secs() / DAY;
            prop_assert!((28..=31).contains(&length));
        }
    }
}
