//! Calendar of the platform: days, months and minutes roll over in Beijing (UTC+8, no summer time).

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn unix_seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn local_seconds(now: SystemTime) -> u64 {
    unix_seconds(now) + 8 * 3600
}

/// Number of the minute since 1970.
pub(crate) fn minute(now: SystemTime) -> u64 {
    local_seconds(now) / 60
}

/// Number of the Beijing day since 1970.
pub(crate) fn day(now: SystemTime) -> u64 {
    local_seconds(now) / 86_400
}

/// Number of the Beijing month since the year 0, 12 a year.
pub(crate) fn month(now: SystemTime) -> u64 {
    // Days to civil date in a year that starts in March (Hinnant's algorithm), for days since 1970.
    let shifted = day(now) + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    // March is month 2 of the common year, counted from 0.
    (era * 400 + year_of_era) * 12 + march_month + 2
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn months_and_days_turn_at_midnight_in_beijing() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        // 2026-01-31 15:59:59 UTC is 23:59:59 in Beijing.
        let last = 1_769_875_199;
        assert_eq!(month(at(last)), 2026 * 12);
        assert_eq!(month(at(last + 1)), 2026 * 12 + 1);
        assert_eq!(day(at(last)) + 1, day(at(last + 1)));
        // 2024-02-29 and 2024-03-01, noon UTC.
        assert_eq!(month(at(1_709_208_000)), 2024 * 12 + 1);
        assert_eq!(month(at(1_709_294_400)), 2024 * 12 + 2);
        // 2026-12-31, noon UTC.
        assert_eq!(month(at(1_798_718_400)), 2026 * 12 + 11);
    }
}
