//! Programs that steps run, fully described.

use std::{collections::BTreeMap, fmt};

use crate::{AbsPath, FoundTool, Tool, quote::quote};

/// A program to run, fully described. Creating this value runs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The tool.
    pub tool: Tool,
    /// The program.
    pub program: AbsPath,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// The folder it runs in.
    pub cwd: AbsPath,
    /// Changes to the environment that it inherits.
    pub env: EnvChanges,
    /// Megabytes of memory that it takes at most; 0 if too little to count.
    pub memory: u64,
    /// The tools that it needs which are missing: it must not be run, and is planned only to tell whether it would be.
    pub missing: Vec<Tool>,
    /// A program that is run when this one fails: what it prints belongs to the message.
    pub explained_by: Option<Box<Self>>,
    /// Variables that have it tell how far it is, in lines that end with a carriage return. Set where somebody looks;
    /// in no key.
    pub progress: &'static [(&'static str, &'static str)],
}

/// An argument or the value of a variable: text that may end in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The text.
    pub text: String,
    /// The path after it, if any.
    pub path: Option<AbsPath>,
}

/// Changes to the environment that a program inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvChanges {
    /// Variables by name, each with a value or removed.
    pub variables: BTreeMap<&'static str, Option<Arg>>,
    /// Folders to put in front of `PATH`, the first one searched first.
    pub path: Vec<AbsPath>,
}

impl Arg {
    /// The argument as it is passed to the program.
    pub fn to_os(&self) -> std::ffi::OsString {
        let mut value = std::ffi::OsString::from(&self.text);
        if let Some(path) = &self.path {
            value.push(path.as_path());
        }
        value
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), path: None }
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self { text, path: None }
    }
}

impl From<&AbsPath> for Arg {
    fn from(path: &AbsPath) -> Self {
        Self { text: String::new(), path: Some(path.clone()) }
    }
}

impl From<AbsPath> for Arg {
    fn from(path: AbsPath) -> Self {
        Self { text: String::new(), path: Some(path) }
    }
}

impl Invocation {
    /// Runs `found` in `cwd` without arguments.
    pub fn new(tool: Tool, found: &FoundTool, cwd: &AbsPath) -> Self {
        Self {
            tool,
            program: found.path.clone(),
            args: Vec::new(),
            cwd: cwd.clone(),
            env: EnvChanges::default(),
            memory: 0,
            missing: Vec::new(),
            explained_by: None,
            progress: &[],
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<Arg>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an argument that is text followed by a path, e.g. `-target=` and a file.
    #[must_use]
    pub fn joined(mut self, text: &str, path: &AbsPath) -> Self {
        self.args.push(Arg { text: text.to_owned(), path: Some(path.clone()) });
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.env.variables.insert(name, Some(value.into()));
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn env_remove(mut self, name: &'static str) -> Self {
        self.env.variables.insert(name, None);
        self
    }

    /// Runs `other` if this fails, and adds its output to the message.
    #[must_use]
    pub fn explained_by(mut self, other: Self) -> Self {
        self.explained_by = Some(Box::new(other));
        self
    }

    /// Puts a folder in front of `PATH`, before those added earlier.
    #[must_use]
    pub fn prepend_path(mut self, folder: &AbsPath) -> Self {
        self.env.path.insert(0, folder.clone());
        self
    }
}

/// Writes the command so that it can be pasted into a POSIX shell.
impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cd {} &&", quote(self.cwd.as_path().as_os_str()))?;
        let removed: Vec<_> =
            self.env.variables.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        if !removed.is_empty() {
            formatter.write_str(" env")?;
            for name in removed {
                write!(formatter, " -u {name}")?;
            }
        }
        for (name, value) in &self.env.variables {
            if let Some(value) = value {
                write!(formatter, " {name}={}", quote(&value.to_os()))?;
            }
        }
        if !self.env.path.is_empty() {
            formatter.write_str(" PATH=")?;
            for folder in &self.env.path {
                write!(formatter, "{}:", quote(folder.as_path().as_os_str()))?;
            }
            formatter.write_str("\"$PATH\"")?;
        }
        write!(formatter, " {}", quote(self.program.as_path().as_os_str()))?;
        for arg in &self.args {
            write!(formatter, " {}", quote(&arg.to_os()))?;
        }
        Ok(())
    }
}
