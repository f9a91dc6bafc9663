//! Keeping what a program prints, within bounds.

/// How much is kept of the beginning and of the end, each.
const HALF: usize = 2 * 1024 * 1024;

/// The beginning and the end of a program's output.
#[derive(Debug, Default)]
pub(crate) struct Output {
    beginning: Vec<u8>,
    end: Vec<u8>,
    left_out: usize,
}

/// Cuts output into pieces that end where lines end.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pending: Vec<u8>,
}

/// A line longer than this is handed on in pieces.
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

impl Lines {
    /// Adds `bytes`; gives the lines that are complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.pending.extend_from_slice(bytes);
        let end = match self.pending.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => newline + 1,
            None if self.pending.len() > LONGEST_LINE => self.pending.len(),
            None => return None,
        };
        Some(self.pending.drain(..end).collect())
    }

    /// What is left when there is no more.
    pub(crate) fn rest(self) -> Option<Vec<u8>> {
        (!self.pending.is_empty()).then_some(self.pending)
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
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"one\ntw"), Some(b"one\n".to_vec()));
        assert_eq!(lines.push(b"o"), None);
        assert_eq!(lines.push(b"\n"), Some(b"two\n".to_vec()));
        assert_eq!(lines.rest(), None);
    }
}
