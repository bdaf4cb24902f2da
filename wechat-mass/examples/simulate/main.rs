//! Campaigns, journals and the mock in one process under one virtual clock and one seed, with
//! everything going wrong that can: what each seed did is judged by the mock's inboxes.

mod cast;
mod dice;
mod faults;
mod gate;
mod judge;
mod mail;
mod options;
mod process;
mod scene;
mod stage;
mod summary;
mod world;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use cast::Cast;
use options::Options;
use stage::Played;
use summary::Summary;

fn main() -> ExitCode {
    match options::read(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("simulate: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Plays all seeds; false when one failed.
fn run(options: &Options) -> Result<bool, String> {
    if options.help {
        println!("{}", options::HELP);
        return Ok(true);
    }
    let cast = Cast::new()?;
    let (next, end) = (AtomicU64::new(options.from), options.from + options.seeds);
    let mut summary = Summary::new(options);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<(u64, Result<Played, String>)>();
        for _ in 0..threads {
            let (sender, cast, next) = (sender.clone(), &cast, &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    // The receiver is gone when enough seeds have failed.
                    let played = || stage::play(seed, cast, options.verbose);
                    if seed >= end || sender.send((seed, played())).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (seed, played) in receiver {
            summary.add(seed, played?);
            if summary.is_enough() {
                break;
            }
        }
        Ok::<(), String>(())
    })?;
    summary.print();
    Ok(summary.is_good())
}
