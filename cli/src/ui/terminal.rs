//! The terminal that live lines are drawn on.
//!
//! indicatif fills lines up to the right edge, so that the next one starts by itself. A `^C` that the terminal echoes
//! there would also start a new line, and the live lines above could not be found again and removed. So lines end a few
//! columns earlier.

use std::{
    io::{self, Write},
    os::fd::{AsRawFd, RawFd},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use console::{Term, measure_text_width};
use indicatif::{ProgressDrawTarget, TermLike};

use super::Stream;

/// The number of free columns at the right: room for two `^C`.
const MARGIN: u16 = 4;

/// The largest number of redraws per second.
const TIMES_A_SECOND: u8 = 20;

/// A target on `stream`, which is stderr, for live lines. If stderr is not a terminal, it draws nothing.
pub(super) fn draw_target(stream: Stream) -> ProgressDrawTarget {
    let drawn = Drawn::default();
    let term = Term::read_write_pair(io::stdin(), drawn.clone());
    if !term.is_term() {
        return ProgressDrawTarget::hidden();
    }
    let narrowed = Narrowed { term, drawn, stream: Mutex::new(stream), column: AtomicUsize::new(0) };
    ProgressDrawTarget::term_like_with_hz(Box::new(narrowed), TIMES_A_SECOND)
}

/// A buffer of drawn output that acts as the terminal of stderr.
#[derive(Clone, Debug, Default)]
struct Drawn(Arc<Mutex<Vec<u8>>>);

impl Drawn {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Drawn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // It is written when the drawing is complete.
        Ok(())
    }
}

impl AsRawFd for Drawn {
    fn as_raw_fd(&self) -> RawFd {
        io::stderr().as_raw_fd()
    }
}

/// A terminal that is narrower by [`MARGIN`].
#[derive(Debug)]
struct Narrowed {
    term: Term,
    drawn: Drawn,
    stream: Mutex<Stream>,
    /// The number of characters written on the current line.
    column: AtomicUsize,
}

impl TermLike for Narrowed {
    fn width(&self) -> u16 {
        TermLike::width(&self.term).saturating_sub(MARGIN).max(1)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.term)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.term.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.term.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, letters: usize) -> io::Result<()> {
        self.term.move_cursor_right(letters)
    }

    fn move_cursor_left(&self, letters: usize) -> io::Result<()> {
        self.term.move_cursor_left(letters)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.column.store(0, Ordering::Relaxed);
        self.term.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let full = usize::from(self.width());
        let mut column = self.column.load(Ordering::Relaxed);
        if column >= full {
            self.term.write_line("")?;
            column = 0;
        }
        self.column.store(column + measure_text_width(text), Ordering::Relaxed);
        self.term.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.column.store(0, Ordering::Relaxed);
        self.term.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        let drawn = self.drawn.take();
        if drawn.is_empty() {
            return Ok(());
        }
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).write_all(&drawn)
    }
}
