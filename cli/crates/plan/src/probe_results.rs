//! What the probe found out: the only thing that plans know of the machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use conjoin_diagnostics::{Diagnostic, Source, not_utf_8};

use crate::{AbsPath, Tool, Version};

/// What is known of the machine and of files outside the manifest and the WIT.
#[derive(Clone, Debug, Default)]
pub struct ProbeResults {
    /// The tools that were looked for.
    pub tools: BTreeMap<Tool, ProbedTool>,
    /// What tools say of their version in folders where they are others than elsewhere in the app.
    pub says_in: BTreeMap<(Tool, AbsPath), String>,
    /// The programs that commands of the manifest name, by the word that they are named by, as far as they are there.
    pub programs: BTreeMap<String, FoundTool>,
    /// The text of files that toolchains and providers asked for, as far as they exist; what is no UTF-8 in them is
    /// replaced.
    pub texts: BTreeMap<AbsPath, String>,
    /// The tools that are missing, or will not do, and for which what an earlier build of the app found stands in `tools`; with what
    /// looking for them gave. No step may start them.
    pub assumed: BTreeMap<Tool, ProbedTool>,
    /// The words of `programs` that are missing, and for which what an earlier build of the app found stands. No step may start them.
    pub assumed_programs: BTreeSet<String>,
    /// Those of these files that are not UTF-8, and the offset of the first byte that is not.
    pub not_utf_8: BTreeMap<AbsPath, usize>,
}

/// The result of looking for one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbedTool {
    /// It was found and is supported.
    Found(FoundTool),
    /// It was not found.
    Missing,
    /// It was found, but its version is outside of the window.
    OutsideWindow(FoundTool),
    /// It was found, but asking for its version failed.
    Broken {
        /// Its path.
        path: AbsPath,
        /// The command that was run, ready to paste.
        command: String,
        /// Its output, or why it could not be started.
        output: String,
    },
}

/// A tool that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTool {
    /// The program. If the tool is not a program, a file or folder of it.
    pub path: AbsPath,
    /// Its version; zeros if it does not matter.
    pub version: Version,
    /// The version as the tool prints it, for keys and messages; empty if it does not matter.
    pub says: String,
    /// Where it was found.
    pub found_in: FoundIn,
}

/// Where a tool was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// In the place that its environment variable names.
    Variable,
    /// On `PATH`.
    Path,
    /// In conjoin's cache folder.
    Cache,
}

impl fmt::Display for FoundIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Variable => "environment",
            Self::Path => "PATH",
            Self::Cache => "conjoin's cache",
        })
    }
}

impl ProbeResults {
    /// The tool, if it was found and is supported.
    pub fn tool(&self, tool: Tool) -> Option<&FoundTool> {
        match self.tools.get(tool) {
            Some(ProbedTool::Found(found)) => Some(found),
            Some(ProbedTool::Missing | ProbedTool::OutsideWindow(_) | ProbedTool::Broken { .. }) | None => None,
        }
    }

    /// Whether what an earlier build found stands for a tool or program that is missing.
    pub fn assumes(&self) -> bool {
        !self.assumed.is_empty() || !self.assumed_programs.is_empty()
    }

    /// What the tool, if it is there and will do, says of its version when it is started in `dir`.
    pub fn says_in(&self, tool: Tool, dir: &AbsPath) -> Option<&str> {
        let here = self.says_in.get(&(tool, dir.clone()));
        here.or_else(|| self.tool(tool).map(|found| &found.says)).map(String::as_str)
    }

    /// The text of a file that was asked for, if it exists. It need not be right where it is not UTF-8.
    pub fn text(&self, path: &AbsPath) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The probed file as a [`Source`] called `name`, if it exists.
    ///
    /// # Errors
    ///
    /// A diagnostic if the file is not UTF-8.
    pub fn source(&self, path: &AbsPath, name: &str) -> Result<Option<Arc<Source>>, Box<Diagnostic>> {
        let source = self.text(path).map(|text| Arc::new(Source::new(name, text)));
        match (source, self.not_utf_8.get(path)) {
            (Some(source), Some(offset)) => Err(Box::new(not_utf_8(&source, *offset))),
            (source, _) => Ok(source),
        }
    }
}
