//! Problems in the user's files, parsed from a tool's output.

/// An error or a warning of a tool, as far as it could be parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// A stable code, e.g. `rust::error`.
    pub code: &'static str,
    /// What is wrong, in the tool's words.
    pub message: String,
    /// The places, the main one first; empty if the tool names none.
    pub places: Vec<Place>,
    /// Explanations.
    pub notes: Vec<String>,
    /// The tool's advice.
    pub hints: Vec<String>,
}

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the tool names it: absolute, or relative to the tool's working folder or a folder above it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column; `None` means the whole line.
    pub column: Option<usize>,
    /// The line and column after the last character; `None` means one word.
    pub end: Option<(usize, usize)>,
    /// The text at the place; may be empty.
    pub text: String,
}

/// A parsed output: the findings in it and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The findings, in the tool's order.
    pub findings: Vec<Finding>,
    /// The lines that could not be parsed, unchanged. All of the output if there are no findings.
    pub rest: String,
}

impl Reading {
    /// An output without findings.
    pub fn nothing(output: &str) -> Self {
        Self { findings: Vec::new(), rest: output.to_owned() }
    }
}

impl Place {
    /// A place of which only the start is known.
    pub fn at(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column: Some(column), ..Self::default() }
    }
}
