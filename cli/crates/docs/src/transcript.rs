//! The blocks of a page that a test carries out: what is typed, what is then printed, and files that the reader writes.
//!
//! - `console`: lines that start with `$ ` are typed, in the folder that the block before left; a line that ends with `\` goes on in the
//!   next. What follows is printed; `…` stands for any text of a line, and alone in a line for any lines. Nothing printed in the block
//!   means that the output does not count. `exit=3` in the head of the block is the exit code of its last command.
//! - `console serve`: the last command is a server, which goes on until the page ends or another one starts.
//! - `file=PATH` in the head of any block: the text of a file. `diff=PATH`: a change of a file, as lines with ` `, `-` and `+` in front.
//!
//! trycmd is not used: it runs each block by itself, and pages go on from block to block, with files that the reader writes and servers
//! that keep running in between.

use anyhow::{Context as _, Result, bail};

/// A block of code that is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its line in the page, from 1.
    pub line: usize,
    /// What is done.
    pub action: Action,
}

/// What a block is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Commands are typed, one after the other; the last ends with this exit code.
    Run(Vec<Command>, i32),
    /// The same, and the last command is a server.
    Serve(Vec<Command>),
    /// A file is written.
    Write {
        /// Its path in the folder that the block before left.
        path: String,
        /// Its text.
        text: String,
    },
    /// A file is changed.
    Change {
        /// Its path in the folder that the block before left.
        path: String,
        /// The lines, with ` `, `-` and `+` in front.
        diff: String,
    },
}

/// One command of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What is typed.
    pub typed: String,
    /// The lines that are then printed; none where they do not count.
    pub printed: Vec<String>,
}

/// The blocks of a page that are run, in order.
///
/// # Errors
///
/// A block is invalid.
pub fn blocks(text: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(head) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```")).collect();
        let action = action(head, &body).with_context(|| format!("line {}", number + 1))?;
        blocks.extend(action.map(|action| Block { line: number + 1, action }));
    }
    Ok(blocks)
}

fn action(head: &str, body: &[&str]) -> Result<Option<Action>> {
    let mut words = head.split_whitespace();
    let language = words.next().unwrap_or_default();
    let (mut serve, mut exit) = (false, 0);
    let text: String = body.iter().flat_map(|line| [line, "\n"]).collect();
    for word in words {
        match word.split_once('=') {
            None if word == "serve" && language == "console" => serve = true,
            Some(("exit", code)) if language == "console" => exit = code.parse()?,
            Some(("file", path)) => return Ok(Some(Action::Write { path: path.to_owned(), text })),
            Some(("diff", path)) => return Ok(Some(Action::Change { path: path.to_owned(), diff: text })),
            _ => bail!("`{word}` in the head of a block means nothing"),
        }
    }
    if language != "console" {
        return Ok(None);
    }
    let commands = commands(body)?;
    Ok(Some(if serve { Action::Serve(commands) } else { Action::Run(commands, exit) }))
}

fn commands(body: &[&str]) -> Result<Vec<Command>> {
    let mut commands: Vec<Command> = Vec::new();
    let mut open = false;
    for line in body {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (_, Some(command)) if open => {
                command.typed = format!("{}\n{line}", command.typed);
                open = line.ends_with('\\');
            }
            (Some(typed), _) => {
                commands.push(Command { typed: typed.to_owned(), printed: Vec::new() });
                open = typed.ends_with('\\');
            }
            (None, Some(command)) => command.printed.push((*line).to_owned()),
            (None, None) => bail!("a transcript starts with `$ `"),
        }
    }
    if commands.is_empty() {
        bail!("a transcript has a command");
    }
    Ok(commands)
}

/// Whether what was printed is what a page says.
pub fn matches(expected: &[String], actual: &[&str]) -> bool {
    match (expected.split_first(), actual.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.trim() == "…" => {
            (0..=actual.len()).any(|skipped| matches(rest, &actual[skipped..]))
        }
        (Some((first, rest)), Some((line, others))) => {
            line_matches(first.trim_end(), line.trim_end()) && matches(rest, others)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn line_matches(expected: &str, actual: &str) -> bool {
    let Some((start, rest)) = expected.split_once('…') else { return expected == actual };
    let Some(mut actual) = actual.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = actual.split_once(part) else { return false };
        actual = after;
    }
    actual.ends_with(end)
}

/// `text` after the change; the lines with ` ` and `-` in front must stand in it once.
///
/// # Errors
///
/// The diff is invalid or does not apply.
pub fn apply_diff(text: &str, diff: &str) -> Result<String> {
    let (mut old, mut new) = (String::new(), String::new());
    for line in diff.lines() {
        let (mark, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        let sides: &mut [&mut String] = match mark {
            " " => &mut [&mut old, &mut new],
            "-" => &mut [&mut old],
            "+" => &mut [&mut new],
            _ => bail!("a line of a change starts with a space, `-` or `+`: {line}"),
        };
        for side in sides {
            side.push_str(rest);
            side.push('\n');
        }
    }
    match text.matches(&old).count() {
        1 => Ok(text.replacen(&old, &new, 1)),
        times => bail!("what is to be changed stands there {times} times:\n{old}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_page_is_read_into_what_is_done() {
        let page = "# A page\n\n```console\n$ one \\\n    two\nprinted\n$ three\n```\n\n```text\nno\n```\n\
                    ```console exit=3\n$ four\n```\n```toml file=a/b.toml\nx = 1\n```\n```console serve\n$ five\n```\n";
        let blocks = blocks(page).expect("a page");
        let command = |typed: &str, printed: &[&str]| Command { typed: typed.to_owned(), printed: owned(printed) };
        let expected = [
            (3, Action::Run(vec![command("one \\\n    two", &["printed"]), command("three", &[])], 0)),
            (13, Action::Run(vec![command("four", &[])], 3)),
            (16, Action::Write { path: "a/b.toml".to_owned(), text: "x = 1\n".to_owned() }),
            (19, Action::Serve(vec![command("five", &[])])),
        ];
        assert_eq!(blocks, expected.map(|(line, action)| Block { line, action }));
    }

    #[test]
    fn a_head_that_means_nothing_is_an_error() {
        for page in
            ["```console skip\n$ a\n```\n", "```console\na\n```\n", "```text exit=1\n```\n", "```console\n```\n"]
        {
            assert!(blocks(page).is_err(), "{page}");
        }
    }

    #[test]
    fn three_dots_stand_for_anything() {
        assert!(matches(&owned(&["a … c", "…", "end"]), &["a b b c", "x", "y", "end"]));
        assert!(matches(&owned(&["…"]), &[]));
        assert!(matches(&owned(&["a…b…c"]), &["a-b-bc"]));
        assert!(!matches(&owned(&["a…b…c"]), &["a-c"]));
        assert!(!matches(&owned(&["a"]), &["a", "b"]));
        assert!(!matches(&owned(&["a", "b"]), &["a"]));
    }

    #[test]
    fn a_change_fits_in_one_place() {
        let changed = apply_diff("a\nb\nc\n", " a\n-b\n+B\n").expect("it fits");
        assert_eq!(changed, "a\nB\nc\n");
        assert!(apply_diff("a\na\n", "-a\n").is_err());
        assert!(apply_diff("a\n", "-b\n").is_err());
    }
}
