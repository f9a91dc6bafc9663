//! The book: `SUMMARY.md`, and the pages that it lists.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The pages in their order, and the headings between them.
pub struct Book {
    /// The lines of `SUMMARY.md`.
    pub entries: Vec<Entry>,
}

/// A line of `SUMMARY.md`.
pub enum Entry {
    /// A heading above the pages that follow.
    Part(String),
    /// A page.
    Page(Page),
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is called in the summary.
    pub title: String,
    /// Its path below `src`, e.g. `guides/rust.md`.
    pub path: PathBuf,
    /// Its Markdown.
    pub text: String,
}

impl Book {
    /// Reads the book whose `SUMMARY.md` is in `folder`. It must list every Markdown file of the folder.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or `SUMMARY.md` is invalid or incomplete.
    pub fn load(folder: &Path) -> Result<Self> {
        let summary = fs_err::read_to_string(folder.join("SUMMARY.md"))?;
        let mut entries = Vec::new();
        for line in summary.lines() {
            if let Some(part) = line.strip_prefix("# ").filter(|part| *part != "Summary") {
                entries.push(Entry::Part(part.to_owned()));
            } else if let Some(rest) = line.trim_start().strip_prefix("- [") {
                let (title, rest) = rest.split_once("](").with_context(|| format!("not a link: {line}"))?;
                let path = PathBuf::from(rest.trim_end().trim_end_matches(')'));
                let text = fs_err::read_to_string(folder.join(&path))?;
                entries.push(Entry::Page(Page { title: title.to_owned(), path, text }));
            }
        }
        let book = Self { entries };
        for path in markdown_files(folder)? {
            if path != Path::new("SUMMARY.md") && !book.pages().any(|page| page.path == path) {
                bail!("SUMMARY.md does not list {}", path.display());
            }
        }
        Ok(book)
    }

    /// The pages in their order.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Page(page) => Some(page),
            Entry::Part(_) => None,
        })
    }
}

fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs_err::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    Ok(files)
}
