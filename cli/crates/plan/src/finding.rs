//! What a tool's output says about the user's files.

/// An error or a warning of a tool, as far as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// A stable name, e.g. `rust::error`.
    pub code: &'static str,
    /// What is wrong, in the tool's words.
    pub message: String,
    /// Where, the main place first; empty where the tool names none.
    pub places: Vec<Place>,
    /// What explains it.
    pub notes: Vec<String>,
    /// What the tool advises.
    pub hints: Vec<String>,
}

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the tool names it: absolute, or relative to the folder that the tool ran in or to one around it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column; the whole line is meant where it is not known.
    pub column: Option<usize>,
    /// The line and column behind the last character; one word is meant where they are not known.
    pub end: Option<(usize, usize)>,
    /// What is said at the place; may be empty.
    pub text: String,
}

/// What was understood of an output, and the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is wrong, in the tool's order.
    pub findings: Vec<Finding>,
    /// The lines that were not understood, untouched. All of the output where there are no findings.
    pub rest: String,
}

impl Reading {
    /// An output that nobody understands.
    pub fn nothing(output: &str) -> Self {
        Self { findings: Vec::new(), rest: output.to_owned() }
    }
}

impl Place {
    /// A place of which the beginning is known.
    pub fn at(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column: Some(column), ..Self::default() }
    }
}
