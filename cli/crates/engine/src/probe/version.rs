//! Versions in the output of tools.

use conjoin_plan::Version;

/// The first `N.N` or `N.N.N` of `output`, after the text `after`, with the line that it stands in.
pub(super) fn find_version<'a>(output: &'a str, after: &str) -> Option<(Version, &'a str)> {
    let start = output.find(after)? + after.len();
    let bytes = output.as_bytes();
    let starts_number =
        |index: usize| bytes[index].is_ascii_digit() && (index == start || !bytes[index - 1].is_ascii_digit());
    let place = (start..output.len()).find(|index| starts_number(*index) && parse(&output[*index..]).is_some())?;
    let line_start = output[..place].rfind('\n').map_or(0, |newline| newline + 1);
    let line = output[line_start..].lines().next().unwrap_or_default();
    Some((parse(&output[place..])?, line.trim()))
}

/// The version that `text` begins with.
fn parse(text: &str) -> Option<Version> {
    let (major, rest) = number(text)?;
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    let patch = rest.strip_prefix('.').and_then(number).map_or(0, |(patch, _)| patch);
    Some((major, minor, patch))
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_where_tools_print_them() {
        for (output, after, expected, line) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)\n", "", (1, 95, 0), "rustc 1.95.0 (59807616e 2026-04-14)"),
            ("go version go1.26.8 linux/amd64\n", "go version go", (1, 26, 8), "go version go1.26.8 linux/amd64"),
            ("v20.20.2\n", "", (20, 20, 2), "v20.20.2"),
            ("warning: file 7 is odd\nPython 3.11.7\n", "Python ", (3, 11, 7), "Python 3.11.7"),
            ("tool 2026 build 12.3", "", (12, 3, 0), "tool 2026 build 12.3"),
            ("1.10", "", (1, 10, 0), "1.10"),
        ] {
            assert_eq!(find_version(output, after), Some((expected, line)), "{output}");
        }
        for output in ["", "no version", "12", "1.", "99999999999999999999.1"] {
            assert_eq!(find_version(output, ""), None, "{output}");
        }
        assert_eq!(find_version("1.2.3", "version "), None);
    }
}
