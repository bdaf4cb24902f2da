//! `completions`, and the help of every command.

use std::path::Path;

use crate::program::{program, run};

#[test]
fn every_shell_gets_a_script() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef wechat-cli"),
        ("fish", "complete -c wechat-cli"),
    ] {
        let run = run(program(Path::new(".")).args(["completions", shell]));
        run.assert_status(0).assert_says(mark).assert_says("followers").assert_says("base-url");
    }
    run(program(Path::new(".")).args(["completions", "cmd"])).assert_status(2);
}

/// Each command that does something shows how it is called.
#[test]
fn every_help_has_an_example() {
    let mut seen = 0;
    let mut to_see = vec![Vec::new()];
    while let Some(words) = to_see.pop() {
        let help = run(program(Path::new(".")).args(&words).arg("--help"));
        help.assert_status(0);
        let commands: Vec<&str> = help
            .stdout
            .split_once("Commands:\n")
            .map(|(_, rest)| rest.split("\n\n").next().unwrap())
            .into_iter()
            .flat_map(str::lines)
            .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect();
        if commands.is_empty() {
            let shown = format!("wechat-cli {}", words.join(" "));
            let example = help.stdout.split_once("Example");
            let example = example.unwrap_or_else(|| panic!("{shown}: no example")).1;
            assert!(example.contains(&shown), "{shown}: another command's example: {example}");
            seen += 1;
        }
        to_see.extend(
            commands.into_iter().map(|name| {
                words.iter().cloned().chain([name.to_owned()]).collect::<Vec<String>>()
            }),
        );
    }
    assert!(seen > 20, "only {seen} commands were found");
}
