//! The project's own checks and chores. `cargo xtask help` lists them.

mod build_cost;
mod callback_load;
mod ci;
mod coverage;
mod crash;
mod features;
mod fixup;
mod fuzz;
mod layers;
mod mutations;
mod openapi;
mod peers;
mod readme;
mod run;
mod services;
mod simulate;
mod soak;
mod tidy;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        ["build-cost"] => build_cost::build_cost(&Workspace::load()?),
        ["callback-load", "--seconds", seconds] => {
            callback_load::callback_load(&Workspace::load()?, seconds)
        }
        ["ci"] => ci::all(&Workspace::load()?),
        ["coverage"] => coverage::coverage(&Workspace::load()?),
        ["coverage", "--summary"] => coverage::summary(&Workspace::load()?),
        ["crash", options @ ..] if !options.is_empty() => {
            crash::crash(&Workspace::load()?, options)
        }
        ["simulate", options @ ..] if !options.is_empty() => {
            simulate::simulate(&Workspace::load()?, options)
        }
        ["mutations"] => mutations::mutations(&Workspace::load()?),
        ["fixup"] => fixup::fixup(&Workspace::load()?),
        ["fuzz", wish @ ..] => fuzz::fuzz(&Workspace::load()?, &fuzz::wish(wish)?),
        ["openapi"] => openapi::openapi(&Workspace::load()?),
        ["peers"] => peers::peers(&Workspace::load()?),
        ["readme"] => readme::readme(&Workspace::load()?),
        ["soak"] => soak::soak(&Workspace::load()?, soak::SECONDS),
        ["soak", "--seconds", seconds] => soak::soak(&Workspace::load()?, seconds),
        [] | ["help" | "--help" | "-h"] => {
            println!("{}", help());
            Ok(())
        }
        [name] => match ci::step(name) {
            Some(step) => ci::alone(step, &Workspace::load()?),
            None => Err(format!("there is no command `{name}`\n\n{}", help())),
        },
        more => Err(format!("one command at a time, not `{}`\n\n{}", more.join(" "), help())),
    }
}

fn help() -> String {
    let mut text = String::from(
        "cargo xtask ci        all of the following steps, stopping at the first that fails\n",
    );
    for step in ci::STEPS {
        text.push_str(&format!("cargo xtask {:<9} {}\n", step.name, step.about));
    }
    text.push_str("cargo xtask callback-load --seconds N  the same for N seconds\n");
    text.push_str("cargo xtask fuzz --seconds N TARGET  one target for N seconds\n");
    text.push_str("cargo xtask fuzz --seed-corpus  write the seeds of fuzz/corpus anew\n");
    text.push_str(
        "cargo xtask peers     SDKs of other languages drive the mock (needs python3, node)\n",
    );
    text.push_str(
        "cargo xtask openapi   is the mock's OpenAPI document valid? (needs node, npm)\n",
    );
    text.push_str(
        "cargo xtask soak      two clients and every fault, --seconds N (needs python3, node)\n",
    );
    text.push_str(
        "cargo xtask simulate --seeds N [--from SEED] [--verbose]  more of it, optimized\n",
    );
    text.push_str("cargo xtask crash --kills N [--journal sqlite] [--seed S]  more of it\n");
    text.push_str(
        "cargo xtask mutations does the simulator catch the bugs of wechat-mass/mutations?\n",
    );
    text.push_str("cargo xtask readme    run the commands of README.md that are marked for CI\n");
    text.push_str(
        "cargo xtask build-cost  what wechat-types alone costs to build, against serde\n",
    );
    text.push_str("cargo xtask fixup     repair what can be repaired without a decision");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_each_command() {
        let help = help();
        for step in ci::STEPS {
            assert!(help.contains(&format!("cargo xtask {}", step.name)), "{}", step.name);
        }
        for command in [
            "ci",
            "build-cost",
            "coverage",
            "fuzz",
            "mutations",
            "openapi",
            "peers",
            "soak",
            "readme",
            "fixup",
        ] {
            assert!(help.contains(&format!("cargo xtask {command} ")), "{command}");
        }
    }

    #[test]
    fn an_unknown_command_says_which_there_are() {
        let message = dispatch(&["clipy"]).unwrap_err();
        assert!(message.contains("no command `clipy`"), "{message}");
        assert!(message.contains("cargo xtask clippy"), "{message}");
    }

    #[test]
    fn two_commands_are_refused() {
        assert!(dispatch(&["fmt", "clippy"]).unwrap_err().contains("one command at a time"));
    }
}
