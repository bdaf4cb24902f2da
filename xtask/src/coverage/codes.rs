//! The return codes: each has an answer among the fixtures.

use super::table::Empty;

/// What is missing: `codes` are those of the types, `examples` the fixtures' lines.
pub(super) fn gaps(codes: &[String], examples: &str) -> Vec<String> {
    if codes.is_empty() {
        let remedy = "let xtask/src/coverage.rs read it where it stands now";
        let what = "no line of wechat-types/src/error_code/table.rs is read";
        return vec![Empty::new(what, remedy).line("return codes", "number")];
    }
    let shown: Vec<&str> = examples
        .lines()
        .filter_map(|line| line.strip_prefix("{\"errcode\":")?.split([',', '}']).next())
        .collect();
    let without = codes.iter().filter(|code| !shown.contains(&code.as_str())).map(|code| {
        let remedy = "copy its text from the platform's table to wechat-types/fixtures/codes.jsonl";
        Empty::new("there is no example", remedy).line(code, "code")
    });
    let unknown =
        shown.iter().filter(|code| !codes.iter().any(|known| known == *code)).map(|code| {
            let remedy = "add it to wechat-types/src/error_code/table.rs";
            Empty::new("the fixtures have it, the types do not", remedy).line(code, "code")
        });
    without.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_examples_are_the_same() {
        let codes = ["-1", "0"].map(str::to_owned);
        let both = "{\"errcode\":-1,\"errmsg\":\"a\"}\n{\"errcode\":0}\n";
        assert_eq!(gaps(&codes, both), [""; 0]);
        let missing = gaps(&codes, "{\"errcode\":0}\n{\"errcode\":7}");
        assert_eq!(missing.len(), 2, "{missing:?}");
        assert!(missing[0].starts_with("-1, code: there is no example"), "{missing:?}");
        assert!(missing[1].starts_with("7, code: the fixtures have it"), "{missing:?}");
        assert!(gaps(&[], both)[0].starts_with("return codes, number: no line"));
    }
}
