//! A year of an account against the mock, with faults at 5 %, reconciled to the last message:
//! `cargo run --release -p wechat-mock --example year -- --followers 1000000 --seed 7`.

mod caller;
mod chance;
mod simulation;

use std::error::Error;
use std::io::Write as _;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut followers, mut seed) = (10_000, 7);
    let mut args = std::env::args().skip(1);
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} what?"))?;
        match option.as_str() {
            "--followers" => followers = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => return Err(format!("unknown option {option:?}; --followers N, --seed N").into()),
        }
    }
    let summary = simulation::year(followers, seed)?;
    Ok(writeln!(std::io::stdout(), "{summary}")?)
}
