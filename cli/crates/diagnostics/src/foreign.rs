//! Text that conjoin did not write, made safe to print.
//!
//! A guest, a tool, a file name, a request or a backtrace may contain characters that move a terminal's cursor, change its title, hide
//! text or reverse its order. [`printable`] is the one door for such text on its way to a terminal: it makes these characters visible.

use std::borrow::Cow;

use crate::Style;

/// The control sequence that ends all colours.
const RESET: &str = "\x1b[0m";

/// What kind of text is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A name, a path or anything else that takes one line: line breaks and tabs are made visible, too.
    Line,
    /// A text of several lines: line breaks and tabs stay.
    Lines,
    /// What a program printed. As [`Foreign::Lines`], but its colours stay where colours are drawn, and are left out elsewhere.
    Output(Style),
}

/// Makes visible what a terminal would not show or would obey.
///
/// Takes any text, and gives it with escapes such as `\u{1b}` in place of control characters, marks of the writing direction, and
/// characters without width that hide or forge text. Text without such characters is given back as it is.
///
/// ```
/// use conjoin_diagnostics::{Foreign, printable};
///
/// assert_eq!(printable("src/main.rs", Foreign::Line), "src/main.rs");
/// assert_eq!(printable("\x1b]0;gotcha\x07", Foreign::Lines), r"\u{1b}]0;gotcha\u{7}");
/// ```
pub fn printable(text: &str, foreign: Foreign) -> Cow<'_, str> {
    if !text.chars().any(|letter| misleads(letter) || matches!(letter, '\n' | '\t') && foreign == Foreign::Line) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut colours = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Foreign::Output(style) = foreign
            && let Some(length) = colour(rest)
        {
            if style == Style::Coloured {
                shown.push_str(&rest[..length]);
                colours = !matches!(&rest[..length], RESET | "\x1b[m");
            }
            rest = &rest[length..];
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\n' | '\t' if foreign != Foreign::Line => shown.push(letter),
            '\r' if foreign != Foreign::Line && rest.starts_with('\n') => {}
            _ => push_visible(&mut shown, letter),
        }
    }
    if colours {
        shown.insert_str(shown.trim_end_matches('\n').len(), RESET);
    }
    Cow::Owned(shown)
}

/// Whether a terminal would not show the character as itself, or the character changes how others are shown.
///
/// The joiners U+200C and U+200D are not among them: languages and emoji are written with them.
pub(crate) fn misleads(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Adds the character, as an escape if it would not be seen.
pub(crate) fn push_visible(shown: &mut String, letter: char) {
    match letter {
        '\n' | '\t' | '\r' => shown.extend(letter.escape_default()),
        _ if misleads(letter) => shown.extend(letter.escape_unicode()),
        _ => shown.push(letter),
    }
}

/// The length of the control sequence for colours with which `text` begins, if it begins with one that hides nothing.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1b[")?;
    let length = parameters.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ';' | ':'))?;
    let is_colour = parameters[length..].starts_with('m') && !conceals(&parameters[..length]);
    is_colour.then_some("\x1b[".len() + length + "m".len())
}

/// Whether one of the parameters is 8, which hides text, and not a part of a colour such as `38;5;8`.
fn conceals(parameters: &str) -> bool {
    let mut parameters = parameters.split(';');
    while let Some(parameter) = parameters.next() {
        match parameter {
            "38" | "48" | "58" => match parameters.next() {
                Some("5") => drop(parameters.next()),
                Some("2") => drop(parameters.nth(2)),
                _ => return true,
            },
            _ if parameter.trim_start_matches('0') == "8" => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Foreign; 4] =
        [Foreign::Line, Foreign::Lines, Foreign::Output(Style::Plain), Foreign::Output(Style::Coloured)];

    #[test]
    fn what_a_terminal_obeys_or_hides_becomes_visible() {
        let cases = [
            ("\x1b[2J", r"\u{1b}[2J"),
            ("\x1b]0;title\x07", r"\u{1b}]0;title\u{7}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{9d}0;title\u{9c}", r"\u{9d}0;title\u{9c}"),
            ("a\u{8}b\u{7f}", r"a\u{8}b\u{7f}"),
            ("over\rwritten", r"over\rwritten"),
            ("\u{202e}cba\u{202c}", r"\u{202e}cba\u{202c}"),
            ("\u{2067}x\u{2069}\u{61c}\u{200e}\u{200f}", r"\u{2067}x\u{2069}\u{61c}\u{200e}\u{200f}"),
            ("one\u{2028}two\u{2029}", r"one\u{2028}two\u{2029}"),
            ("\u{200b}\u{feff}\u{e0041}", r"\u{200b}\u{feff}\u{e0041}"),
        ];
        for foreign in ALL {
            for (text, shown) in cases {
                assert_eq!(printable(text, foreign), shown, "{foreign:?}");
            }
        }
    }

    #[test]
    fn languages_and_emoji_stay_as_they_are() {
        for foreign in ALL {
            for text in ["größer", "日本語", "שלום", "می\u{200c}خواهم", "👩\u{200d}💻", ""] {
                assert!(matches!(printable(text, foreign), Cow::Borrowed(same) if same == text), "{foreign:?}");
            }
        }
    }

    #[test]
    fn only_a_line_has_no_line_breaks_and_tabs() {
        assert_eq!(printable("a\tb\nc\r\n", Foreign::Line), r"a\tb\nc\r\n");
        for foreign in &ALL[1..] {
            assert_eq!(printable("a\tb\nc\r\n", *foreign), "a\tb\nc\n", "{foreign:?}");
        }
    }

    #[test]
    fn colours_of_programs_stay_where_colours_are_drawn_and_end_with_the_text() {
        let text = "\x1b[1;31merror\x1b[m: \x1b[38;5;8mgrey \x1b[48;2;8;8;8mon grey\n";
        let coloured = "\x1b[1;31merror\x1b[m: \x1b[38;5;8mgrey \x1b[48;2;8;8;8mon grey\x1b[0m\n";
        assert_eq!(printable(text, Foreign::Output(Style::Coloured)), coloured);
        assert_eq!(printable(text, Foreign::Output(Style::Plain)), "error: grey on grey\n");
        assert_eq!(printable("\x1b[31mred\x1b[0m\n", Foreign::Output(Style::Coloured)), "\x1b[31mred\x1b[0m\n");
        assert_eq!(printable("\x1b[31mname", Foreign::Lines), r"\u{1b}[31mname");
    }

    #[test]
    fn sequences_of_programs_that_are_no_colours_or_hide_text_become_visible() {
        for text in ["\x1b[8mhidden", "\x1b[0;08m", "\x1b[38;8m", "\x1b[?25l", "\x1b[1", "\x1b[31 m", "\x1b"] {
            let visible = text.replace('\x1b', r"\u{1b}");
            for style in [Style::Plain, Style::Coloured] {
                assert_eq!(printable(text, Foreign::Output(style)), visible);
            }
        }
    }
}
