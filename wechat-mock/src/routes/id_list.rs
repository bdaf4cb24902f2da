//! The list of a send to thousands, read without looking at any byte twice.

use crate::world::follower::packed::Packed;

/// A body whose list of usual OpenIDs was taken out.
pub(super) struct Split {
    pub(super) openids: Vec<Packed>,
    /// The body with an empty list in its place.
    pub(super) rest: Vec<u8>,
}

/// Takes the list under `key` out of the outermost object. `None` for whatever is unusual: another
/// OpenID, an escape, no such list; then all of it is read in the usual way.
pub(super) fn take_out(body: &[u8], key: &str) -> Option<Split> {
    let start = find(body, key)?;
    let mut openids = Vec::with_capacity((body.len() - start) / 31 + 1);
    let mut rest = body.get(start..)?;
    loop {
        rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
        let (id, after) = rest.split_at_checked(28)?;
        openids.push(Packed::new(id)?);
        rest = after.strip_prefix(b"\"")?.trim_ascii_start();
        match rest.split_first()? {
            (b',', after) => rest = after,
            (b']', _) => break,
            _ => return None,
        }
    }
    let quoted = format!("\"{key}\"");
    let is_again = |text: &[u8]| text.windows(quoted.len()).any(|part| part == quoted.as_bytes());
    let is_escaped = |text: &[u8]| text.windows(2).any(|two| two == b"\\u");
    let before = body.get(..start)?;
    // Of two lists the last would count, and a key may hide behind escapes.
    if is_again(rest) || is_escaped(rest) || is_escaped(before) {
        return None;
    }
    Some(Split { openids, rest: [before, rest].concat() })
}

/// Where the elements of the list under `key` begin, in the outermost object.
fn find(body: &[u8], key: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match body.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let start = at + 1;
                at = start;
                while *body.get(at)? != b'"' {
                    at += if *body.get(at)? == b'\\' { 2 } else { 1 };
                }
                let after = body.get(at + 1..)?.trim_ascii_start();
                if depth == 1 && body.get(start..at)? == key.as_bytes() && after.starts_with(b":") {
                    let list = after.get(1..)?.trim_ascii_start().strip_prefix(b"[")?;
                    return Some(body.len() - list.len());
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAN: &str = "oTESTfan48X1xf6krmgnKRPWerco";

    fn rest(body: &str) -> Option<(usize, String)> {
        let split = take_out(body.as_bytes(), "touser")?;
        Some((split.openids.len(), String::from_utf8(split.rest).unwrap()))
    }

    #[test]
    fn the_list_is_taken_out_wherever_it_stands() {
        let list = format!("[ \"{FAN}\" ,\n\"{FAN}\"]");
        for (body, expected) in [
            ("{\"touser\":LIST,\"a\":1}", "{\"touser\":[],\"a\":1}"),
            (
                "{\"a\":\"\\\"touser\\\":[\", \"touser\" : LIST}",
                "{\"a\":\"\\\"touser\\\":[\", \"touser\" : []}",
            ),
            ("{\"b\":{\"touser\":[1]},\"touser\":LIST}", "{\"b\":{\"touser\":[1]},\"touser\":[]}"),
        ] {
            assert_eq!(
                rest(&body.replace("LIST", &list)),
                Some((2, expected.to_owned())),
                "{body}"
            );
        }
    }

    #[test]
    fn whatever_is_unusual_is_left_alone() {
        for body in [
            "",
            "{}",
            "[]",
            "{\"touser\"",
            "{\"touser\":[",
            "{\"touser\":[]}",
            "{\"touser\":1}",
            "{\"touser\":[\"o\"]}",
            "{\"touser\":[FAN",
            "{\"touser\":[FAN,]}",
            "{\"touser\":[FAN;FAN]}",
            "{\"touser\":[FAN],\"touser\":1}",
            "{\"touser\":[FAN],\"a\":\"\\u0041\"}",
            "{\"a\":\"\\u0041\",\"touser\":[FAN]}",
            "{\"a\":{\"touser\":[FAN]}}",
            "[{\"touser\":[FAN]}]",
            "{\"a",
            "}",
            "{\"a\\",
        ] {
            assert_eq!(rest(&body.replace("FAN", &format!("\"{FAN}\""))), None, "{body}");
        }
    }
}
