//! Quotes text for POSIX shells, so that shown commands can be pasted.

use std::{borrow::Cow, ffi::OsStr};

/// Quotes `text` as one word of a POSIX shell.
pub fn quote(text: &OsStr) -> Cow<'_, str> {
    let text = text.to_string_lossy();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@%+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}
