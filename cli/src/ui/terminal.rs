//! The terminal that live lines are drawn on.
//!
//! indicatif fills lines to the right end of the terminal, so that each next one begins by itself. There the `^C` that the terminal writes
//! when somebody types it begins a line, too, and the lines above are not found again to be removed. So they end some letters before.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use console::{Term, measure_text_width};
use indicatif::{ProgressDrawTarget, TermLike};

/// How many letters at the right are left free: two times `^C`.
const MARGIN: u16 = 4;

/// How many times a second lines are drawn at most.
const TIMES_A_SECOND: u8 = 20;

/// stderr, for live lines; nowhere if that is no terminal.
pub(super) fn draw_target() -> ProgressDrawTarget {
    let term = Term::buffered_stderr();
    if !term.is_term() {
        return ProgressDrawTarget::hidden();
    }
    let narrowed = Narrowed { term, column: AtomicUsize::new(0) };
    ProgressDrawTarget::term_like_with_hz(Box::new(narrowed), TIMES_A_SECOND)
}

/// A terminal less [`MARGIN`].
#[derive(Debug)]
struct Narrowed {
    term: Term,
    /// How many letters were written since the line began.
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
        self.term.flush()
    }
}
