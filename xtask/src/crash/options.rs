//! What `cargo xtask crash` is asked for.

/// How often, and by which dice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) kills: u32,
    pub(super) seed: u64,
    /// How many share a campaign by PostgreSQL; none: one at a time, by SQLite.
    pub(super) workers: Option<u32>,
}

impl Options {
    pub(super) fn read(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self { kills: 20, seed: 1, workers: None };
        let (mut postgres, mut workers) = (false, None);
        let mut arguments = arguments.iter();
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or(format!("{option} what?"))?;
            let number = || value.parse().map_err(|_| format!("{option} {value}: no whole number"));
            match *option {
                "--kills" => options.kills = u32::try_from(number()?).unwrap_or(u32::MAX),
                "--seed" => options.seed = number()?,
                "--workers" => workers = Some(u32::try_from(number()?).unwrap_or(u32::MAX)),
                "--journal" if *value == "sqlite" => postgres = false,
                "--journal" if *value == "postgres" => postgres = true,
                "--journal" => {
                    return Err(format!("the journal is sqlite or postgres, not {value}"));
                }
                _ => {
                    return Err(format!(
                        "crash has --kills, --journal, --workers and --seed, not {option}"
                    ));
                }
            }
        }
        if workers.is_some() && !postgres {
            return Err("several workers share a campaign by --journal postgres".to_owned());
        }
        options.workers = postgres.then_some(workers.unwrap_or(4).max(1));
        Ok(options)
    }

    pub(super) fn dice(&self) -> Dice {
        Dice(self.seed)
    }

    /// Of one worker of a campaign.
    pub(super) fn dice_of(&self, campaign: u32, worker: u32) -> Dice {
        let mut dice = Dice(self.seed ^ u64::from(campaign) << 32 ^ u64::from(worker) << 16);
        dice.below(2);
        dice
    }
}

/// SplitMix64, so that a seed means the same moments on every machine.
pub(super) struct Dice(u64);

impl Dice {
    /// A number below `end`; 0 when that is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_mistakes_named() {
        let read = Options::read(&["--kills", "200", "--journal", "sqlite", "--seed", "7"]);
        assert_eq!(read, Ok(Options { kills: 200, seed: 7, workers: None }));
        assert_eq!(Options::read(&[]), Ok(Options { kills: 20, seed: 1, workers: None }));
        let four = Options { kills: 20, seed: 1, workers: Some(4) };
        assert_eq!(Options::read(&["--journal", "postgres"]), Ok(four));
        assert!(Options::read(&["--workers", "4"]).is_err());
        for bad in [&["--kills"][..], &["--kills", "x"], &["--journal", "paper"], &["--x", "1"]] {
            assert!(Options::read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut dice = [Dice(1), Dice(1)];
        let [one, two] = &mut dice;
        for _ in 0..9 {
            let number = one.below(10);
            assert!(number < 10);
            assert_eq!(number, two.below(10));
        }
        assert_eq!(one.below(0), 0);
    }
}
