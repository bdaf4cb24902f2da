//! Parameters of headers: the boundary of a form, the names of its parts, the name of a file.

/// The value of one parameter, such as `filename` in `attachment; filename="a.jpg"`.
///
/// Neither the platform nor browsers write `\"` inside quotes, so that a backslash is a character
/// like any other.
pub(crate) fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => {
                let end = after.find(';').unwrap_or(after.len());
                let (value, next) = after.split_at(end);
                (value.trim_end(), next)
            }
        };
        // What stands before the last semicolon has no value of its own.
        let key = key.rsplit(';').next().unwrap_or(key).trim();
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn parameters_are_found_in_all_their_shapes() {
        for (header, expected) in [
            ("attachment; filename=\"a.jpg\"", Some("a.jpg")),
            ("attachment;FileName=a.jpg", Some("a.jpg")),
            ("attachment; filename=a.jpg ; x=y", Some("a.jpg")),
            ("form-data; name=\"x; filename=no\"; filename=\"茶; 春.png\"", Some("茶; 春.png")),
            ("attachment; flag; filename=\"a\"", Some("a")),
            ("attachment; filename=\"cut", Some("cut")),
            ("attachment; filename=\"\"", Some("")),
            ("attachment; filename=", Some("")),
            ("attachment; filename*=UTF-8''a", None),
            ("filename=a", None),
            ("attachment;", None),
            ("", None),
        ] {
            assert_eq!(parameter(header, "filename"), expected, "{header}");
        }
    }
}
