//! Keeps a program's output, up to a limit.

/// How much is kept of the beginning, and as much of the end, in bytes.
const HALF: usize = 2 * 1024 * 1024;

/// The beginning and the end of a program's output.
#[derive(Debug, Default)]
pub(crate) struct Output {
    beginning: Vec<u8>,
    end: Vec<u8>,
    left_out: usize,
}

/// Splits output at line ends.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    pending: Vec<u8>,
}

/// Removes lines that end in a carriage return and so are overwritten by the next one. Programs use them to show
/// progress.
#[derive(Debug, Default)]
pub(crate) struct ProgressFilter {
    pending: Vec<u8>,
}

/// A longer line is passed on in pieces. In bytes.
const LONGEST_LINE: usize = 64 * 1024;

impl Output {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = HALF - self.beginning.len();
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.beginning.extend_from_slice(first);
        self.end.extend_from_slice(rest);
        if self.end.len() > 2 * HALF {
            let surplus = self.end.len() - HALF;
            self.end.drain(..surplus);
            self.left_out += surplus;
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.beginning;
        if self.left_out > 0 {
            bytes.extend_from_slice(format!("\n[{} bytes left out]\n", self.left_out).as_bytes());
        }
        bytes.extend_from_slice(&self.end);
        bytes
    }
}

impl LineSplitter {
    /// Adds `bytes`. Gives the complete lines.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.pending.extend_from_slice(bytes);
        let end = match self.pending.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => newline + 1,
            None if self.pending.len() > LONGEST_LINE => self.pending.len(),
            None => return None,
        };
        Some(self.pending.drain(..end).collect())
    }

    /// Gives the last, incomplete line.
    pub(crate) fn rest(self) -> Option<Vec<u8>> {
        (!self.pending.is_empty()).then_some(self.pending)
    }
}

impl ProgressFilter {
    /// Adds `bytes`. Gives the complete lines that stay, and the last one that is overwritten.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
        let (mut stays, mut last) = (Vec::new(), None);
        for byte in bytes {
            // A carriage return before a line feed belongs to the line end.
            if *byte != b'\n'
                && let Some(line) = self.pending.strip_suffix(b"\r")
            {
                last = Some(line.to_vec());
                self.pending.clear();
            }
            self.pending.push(*byte);
            if *byte == b'\n' || self.pending.len() > LONGEST_LINE {
                stays.append(&mut self.pending);
            }
        }
        // It is not known yet whether it stays, but it can be reported as progress.
        let now = self.pending.strip_suffix(b"\r").map(<[u8]>::to_vec);
        (stays, now.or(last))
    }

    /// Gives the last, incomplete line.
    pub(crate) fn rest(self) -> Vec<u8> {
        if self.pending.ends_with(b"\r") { Vec::new() } else { self.pending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_keeps_its_beginning_and_its_end() {
        let mut output = Output::default();
        output.push(b"first\n");
        for _ in 0..100 {
            output.push(&vec![b'x'; 100_000]);
        }
        output.push(b"last\n");
        let bytes = output.into_bytes();
        assert!(bytes.starts_with(b"first\n") && bytes.ends_with(b"last\n") && bytes.len() < 3 * 2 * HALF);
        assert!(String::from_utf8_lossy(&bytes).contains("bytes left out]"));
    }

    #[test]
    fn little_output_stays_untouched() {
        let mut output = Output::default();
        output.push(b"a\xff");
        output.push(b"b");
        assert_eq!(output.into_bytes(), b"a\xffb");
    }

    #[test]
    fn pieces_end_where_lines_end() {
        let mut lines = LineSplitter::default();
        assert_eq!(lines.push(b"one\ntw"), Some(b"one\n".to_vec()));
        assert_eq!(lines.push(b"o"), None);
        assert_eq!(lines.push(b"\n"), Some(b"two\n".to_vec()));
        assert_eq!(lines.rest(), None);
    }

    #[test]
    fn lines_that_are_written_over_do_not_stay() {
        let mut overwritten = ProgressFilter::default();
        let mut push = |bytes: &str| {
            let (stays, line) = overwritten.push(bytes.as_bytes());
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            (text(stays), line.map(text))
        };
        let none = || String::new();
        assert_eq!(push("one\ntw"), ("one\n".to_owned(), None));
        assert_eq!(push("o\n1/3\r"), ("two\n".to_owned(), Some("1/3".to_owned())));
        assert_eq!(push("2/3\r3/"), (none(), Some("2/3".to_owned())));
        assert_eq!(push("3"), (none(), None));
        assert_eq!(push("\r"), (none(), Some("3/3".to_owned())));
        assert_eq!(push("three\r"), (none(), Some("three".to_owned())));
        assert_eq!(push("\nfour\r\nfive\r"), ("three\r\nfour\r\n".to_owned(), Some("five".to_owned())));
        assert_eq!(push("six"), (none(), Some("five".to_owned())));
        assert_eq!(overwritten.rest(), b"six");
    }

    #[test]
    fn a_line_without_end_is_handed_on() {
        let mut overwritten = ProgressFilter::default();
        let stays = overwritten.push(&vec![b'x'; 2 * LONGEST_LINE]).0.len() + overwritten.rest().len();
        assert_eq!(stays, 2 * LONGEST_LINE);
    }
}
