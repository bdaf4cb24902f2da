//! Starting other programs, and saying what was started.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

/// What `cargo run` tells about xtask itself. A nested cargo would take these for its own and
/// build packages again whose build scripts look at them.
const OWN_VARIABLES: &[&str] = &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// A cargo command at the root, with an environment as if it were typed.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root);
    forget_own_variables(&mut command);
    command
}

/// Takes away what describes xtask and not the command that is started.
pub(crate) fn forget_own_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OWN_VARIABLES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// Runs to the end with our own input and output; any other end than success is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let line = line(command);
    run_as(command, &line)
}

/// The same for a command that is better known by another line than its own.
pub(crate) fn run_as(command: &mut Command, line: &str) -> Result<(), String> {
    println!("$ {line}");
    let status =
        command.status().map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})")) }
}

/// Runs to the end and hands back what it printed to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let line = line(command);
    let output =
        command.output().map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{line}` failed ({}):\n{}", output.status, said.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` printed no UTF-8"))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        let plain = !argument.is_empty() && !argument.contains([' ', '\n', '"', '\'', '$', '*']);
        words.push(if plain { argument.into_owned() } else { format!("{argument:?}") });
    }
    words.join(" ")
}

/// Lets time pass: here nobody ever says anything.
pub(crate) fn rest(span: Duration) {
    let (_quiet, nothing) = mpsc::channel::<()>();
    let _ = nothing.recv_timeout(span);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_what_one_would_type() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "--workspace", "a b"]);
        assert_eq!(line(&command), "cargo test --workspace \"a b\"");
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let message = run(&mut Command::new("false")).unwrap_err();
        assert!(message.starts_with("`false` failed"), "{message}");
    }

    #[test]
    fn a_missing_program_is_an_error_that_names_it() {
        let message = output(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(message.starts_with("`no-such-program-here` could not be started"), "{message}");
    }
}
