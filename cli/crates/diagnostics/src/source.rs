//! A text with the name under which the user knows it.

/// The text of a file, and how to call it in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it, e.g. `conjoin.toml` or `wit/api.wit`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A source of this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The line and column, both from 1 and the column in characters, of a byte of the text.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(byte)];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// The byte at a line and column, both from 1 and the column in characters; the end of the line, or of the text, where it has
    /// none such.
    pub fn byte(&self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let rest = self.text[start..].split('\n').next().unwrap_or_default();
        let rest = rest.strip_suffix('\r').unwrap_or(rest);
        start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(byte, _)| byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_characters_not_bytes() {
        let source = Source::new("x", "é = 1\nüü = 2\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(2), (1, 2));
        let two = source.text.find('2').expect("there is a 2");
        assert_eq!(source.position(two), (2, 6));
        assert_eq!((source.byte(1, 2), source.byte(2, 6)), (2, two));
        assert_eq!((source.byte(1, 99), source.byte(9, 1)), ("é = 1".len(), source.text.len()));
    }
}
