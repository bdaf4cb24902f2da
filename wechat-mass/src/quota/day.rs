//! A day in Beijing, as people write it.

use std::fmt;
use std::time::SystemTime;

use super::calendar;

/// A day in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A day from 1970 on; none when the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let date = Self { year, month, day };
        let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (year >= 1970 && (1..=days).contains(&day)).then_some(date)
    }

    /// When it begins.
    pub fn begins(self) -> SystemTime {
        calendar::begin(self.year.into(), self.month.into(), self.day.into())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_beijing() {
        // Of `date -d "TZ=\"Asia/Shanghai\" 2026-04-01" +%s` and the like.
        for ((year, month, day), seconds) in [
            ((2026, 4, 1), 1_774_972_800),
            ((2024, 2, 29), 1_709_136_000),
            ((2000, 12, 31), 978_192_000),
            ((1970, 1, 2), 57_600),
        ] {
            let begins = Day::new(year, month, day).unwrap().begins();
            assert_eq!(begins, UNIX_EPOCH + Duration::from_secs(seconds), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn what_no_calendar_has() {
        for (year, month, day) in
            [(2026, 2, 29), (2026, 13, 1), (2026, 4, 31), (2026, 1, 0), (1969, 1, 1)]
        {
            assert_eq!(Day::new(year, month, day), None);
        }
    }
}
