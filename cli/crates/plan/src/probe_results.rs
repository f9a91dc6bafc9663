//! What the probe found out: the only thing that plans know of the machine.

use std::{collections::BTreeMap, fmt, sync::Arc};

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
    /// The text of files that toolchains and providers asked for, as far as they exist; what is no UTF-8 in them is replaced.
    pub texts: BTreeMap<AbsPath, String>,
    /// Those of these files that are not UTF-8, and the offset of the first byte that is not.
    pub not_utf_8: BTreeMap<AbsPath, usize>,
}

/// What looking for one tool gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbedTool {
    /// It is there and will do.
    Found(FoundTool),
    /// It is nowhere.
    Missing,
    /// One is there, but outside of the window.
    OutsideWindow(FoundTool),
    /// One is there, but asking for its version failed.
    Broken {
        /// Where it is.
        path: AbsPath,
        /// What was run, pasteable.
        command: String,
        /// What it printed, or why it could not be started.
        output: String,
    },
}

/// A tool that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTool {
    /// The program (for what is no program, the file or folder that shows it is there).
    pub path: AbsPath,
    /// Its version; zeros where it need not be known.
    pub version: Version,
    /// The version as the tool says it, for keys and messages; empty where it need not be known.
    pub says: String,
    /// Where it was found.
    pub found_in: FoundIn,
}

/// Where a tool was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// Named by its environment variable.
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
    /// The tool, if it is there and will do.
    pub fn tool(&self, tool: Tool) -> Option<&FoundTool> {
        match self.tools.get(tool) {
            Some(ProbedTool::Found(found)) => Some(found),
            Some(ProbedTool::Missing | ProbedTool::OutsideWindow(_) | ProbedTool::Broken { .. }) | None => None,
        }
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

    /// The same of a file that plans are made from what it says, which people call `name`: it must be UTF-8.
    pub fn source(&self, path: &AbsPath, name: &str) -> Result<Option<Arc<Source>>, Box<Diagnostic>> {
        let source = self.text(path).map(|text| Arc::new(Source::new(name, text)));
        match (source, self.not_utf_8.get(path)) {
            (Some(source), Some(offset)) => Err(Box::new(not_utf_8(&source, *offset))),
            (source, _) => Ok(source),
        }
    }
}
