//! The simulator's arguments.

pub(crate) const HELP: &str = "\
simulate --seeds N [--from SEED] [--until-failure] [--verbose] [--json]

  --seeds N     how many seeds to play [default: 1000]
  --from SEED   the first of them [default: 0]
  --until-failure
                stop at the first seed that fails, instead of the fifth
  --verbose     tell what happened, line by line
  --json        the result as one JSON object";

/// What to play, and what to say about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) seeds: u64,
    pub(crate) from: u64,
    pub(crate) until_failure: bool,
    pub(crate) verbose: bool,
    pub(crate) json: bool,
    pub(crate) help: bool,
}

pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        seeds: 1000,
        from: 0,
        until_failure: false,
        verbose: false,
        json: false,
        help: false,
    };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let text = arguments.next().ok_or(format!("{argument} what?"))?;
            text.parse().map_err(|_| format!("{argument} must be a whole number, not {text:?}"))
        };
        match argument.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--until-failure" => options.until_failure = true,
            "--verbose" => options.verbose = true,
            "--json" => options.json = true,
            "--help" | "-h" => options.help = true,
            _ => return Err(format!("unknown option {argument:?}\n\n{HELP}")),
        }
    }
    Ok(options)
}
