//! Runs the commands that README.md gives, so that they cannot drift from what works.

use std::process::Command;

use crate::run;
use crate::workspace::Workspace;

/// Stands on a line of its own, directly before each `sh` block that CI runs.
const MARKER: &str = "<!-- ci -->";

pub(crate) fn readme(workspace: &Workspace) -> Result<(), String> {
    let path = workspace.root().join("README.md");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("README.md cannot be read: {error}"))?;
    for block in marked_blocks(&text)? {
        println!("\n== README.md:{}", block.line);
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &block.commands]).current_dir(workspace.root());
        run::forget_own_variables(&mut shell);
        run::run_as(&mut shell, &block.commands)
            .map_err(|message| format!("README.md:{}: {message}", block.line))?;
    }
    Ok(())
}

/// One `sh` block of the README.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// Where its first command stands.
    line: usize,
    commands: String,
}

/// The `sh` blocks that directly follow the marker, in order.
fn marked_blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        if line.trim() != MARKER {
            continue;
        }
        let opening = lines.find(|(_, line)| !line.trim().is_empty());
        let Some((opened, "```sh")) = opening else {
            return Err(format!("README.md:{number}: `{MARKER}` is not followed by ```sh"));
        };
        let mut body = Vec::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => body.push(line),
                // All the text behind it would be run as commands.
                None => return Err(format!("README.md:{opened}: the ```sh block has no end")),
            }
        }
        blocks.push(Block { line: opened + 1, commands: body.join("\n") });
    }
    if blocks.is_empty() {
        return Err(format!(
            "README.md marks no command for CI: put `{MARKER}` before the ```sh blocks that show \
             how to run and how to test"
        ));
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_blocks_are_taken_in_order_and_others_are_not() {
        let text = "# A\n\n<!-- ci -->\n```sh\ncargo run\n```\n\n```sh\nrm -r x\n```\n\n\
                    <!-- ci -->\n\n```sh\na \\\n  b\nc\n```\n";
        let blocks = marked_blocks(text).unwrap();
        assert_eq!(
            blocks,
            [
                Block { line: 5, commands: "cargo run".to_owned() },
                Block { line: 15, commands: "a \\\n  b\nc".to_owned() },
            ]
        );
    }

    #[test]
    fn a_readme_without_marked_blocks_is_an_error() {
        assert!(marked_blocks("```sh\nls\n```\n").unwrap_err().contains("marks no command"));
    }

    #[test]
    fn a_block_without_an_end_is_an_error() {
        for end in ["", "``\n", "text\n ```\n"] {
            let text = format!("# A\n<!-- ci -->\n```sh\nls\n{end}");
            assert_eq!(
                marked_blocks(&text).unwrap_err(),
                "README.md:3: the ```sh block has no end",
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_marker_before_something_else_is_an_error() {
        for text in ["<!-- ci -->\ntext\n", "<!-- ci -->\n```rust\n```\n", "<!-- ci -->\n"] {
            assert!(marked_blocks(text).unwrap_err().starts_with("README.md:1:"), "{text}");
        }
    }
}
