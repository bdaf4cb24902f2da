//! Moments in files: read with their offset, or else as the clocks in Beijing show them; written as seconds since 1970.

use std::time::{Duration, SystemTime};

use toml::value::{Datetime, Offset};

const BEIJING: i64 = 8 * 60;

/// Reads a moment; what is wrong with it otherwise.
pub(crate) fn read(written: &Datetime) -> Result<SystemTime, String> {
    let (Some(date), Some(time)) = (written.date, written.time) else {
        return Err(format!(
            "{written} is no moment: write date and time, such as 2026-12-01T10:00:00 (in Beijing) or \
             2026-12-01T10:00:00+08:00"
        ));
    };
    let minutes_ahead = match written.offset {
        None => BEIJING,
        Some(Offset::Z) => 0,
        Some(Offset::Custom { minutes }) => i64::from(minutes),
    };
    let days = days(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let minutes = days * 24 * 60 + i64::from(time.hour) * 60 + i64::from(time.minute);
    let seconds = (minutes - minutes_ahead) * 60 + i64::from(time.second.unwrap_or(0));
    let seconds = u64::try_from(seconds).map_err(|_| format!("{written} is before 1970"))?;
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// As all JSON of this program has it.
pub(crate) fn unix_seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Days since 1970, by the usual count of days from March of the year 0.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<u64, String> {
        let moment = read(&text.parse().unwrap())?;
        Ok(moment.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    /// By `date -d … +%s`.
    #[test]
    fn a_moment_without_an_offset_is_beijing_s() {
        for text in [
            "2026-12-01T10:00:00",
            "2026-12-01 10:00:00",
            "2026-12-01T10:00:00+08:00",
            "2026-12-01T02:00:00Z",
            "2026-11-30T21:00:00-05:00",
        ] {
            assert_eq!(seconds(text), Ok(1_796_090_400), "{text}");
        }
        assert_eq!(seconds("2028-02-29T00:00:00"), Ok(1_835_366_400));
        assert_eq!(seconds("1970-01-01T08:00:01"), Ok(1));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["2026-12-01", "10:00:00", "1970-01-01T07:59:59"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
