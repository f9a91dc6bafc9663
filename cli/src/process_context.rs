//! The environment of the process, read once and passed on.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use conjoin_plan::AbsPath;

/// The environment variables, the current folder, and which streams are terminals.
#[derive(Clone, Debug)]
pub struct ProcessContext {
    /// The environment variables.
    pub environment: BTreeMap<OsString, OsString>,
    /// The current folder, which relative paths in arguments refer to.
    pub current_dir: PathBuf,
    /// Whether stdin is a terminal.
    pub stdin_is_terminal: bool,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
}

impl ProcessContext {
    /// Reads them from the process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn capture() -> Self {
        Self {
            environment: std::env::vars_os().collect(),
            current_dir: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&OsString> {
        self.environment.get(std::ffi::OsStr::new(name)).filter(|value| !value.is_empty())
    }

    /// `path` as an absolute path, without `.` and inner `..`.
    pub fn absolute(&self, path: &Path) -> AbsPath {
        let mut clean = PathBuf::new();
        for part in self.current_dir.join(path).components() {
            match part {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => {
                    clean.pop();
                }
                std::path::Component::Prefix(_) | std::path::Component::RootDir | std::path::Component::Normal(_) => {
                    clean.push(part);
                }
            }
        }
        AbsPath::new(clean).expect("a path joined to the current folder is absolute")
    }

    /// `path` as the user would type it: relative to the current folder if it is below that.
    pub fn shown(&self, path: &AbsPath) -> String {
        match path.as_path().strip_prefix(&self.current_dir) {
            Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
            Ok(below) => below.display().to_string(),
            Err(_) => path.to_string(),
        }
    }

    /// The path of the cache folder: `$CONJOIN_CACHE`, or else `$XDG_CACHE_HOME/conjoin`, or else
    /// `$HOME/.cache/conjoin`. `None` if none of them is set. The latter two count only if they are absolute.
    pub(crate) fn cache_folder(&self) -> Option<AbsPath> {
        let absolute = |name| self.variable(name).map(Path::new).filter(|path| path.is_absolute());
        let folder = match self.variable("CONJOIN_CACHE") {
            Some(folder) => PathBuf::from(folder),
            None => match absolute("XDG_CACHE_HOME") {
                Some(caches) => caches.join("conjoin"),
                None => absolute("HOME")?.join(".cache").join("conjoin"),
            },
        };
        Some(self.absolute(&folder))
    }

    /// How many bytes the artifacts of all apps may take in the cache folder: `$CONJOIN_STORE_SIZE`, or else ten
    /// gigabytes.
    ///
    /// # Errors
    ///
    /// The text of the variable, if it is not a size.
    pub fn store_limit(&self) -> Result<u64, String> {
        let Some(text) = self.variable("CONJOIN_STORE_SIZE") else { return Ok(10_000_000_000) };
        let text = text.to_string_lossy();
        bytes(&text).ok_or_else(|| text.into_owned())
    }
}

/// A size such as `500MB` or `20GB`, in bytes.
fn bytes(text: &str) -> Option<u64> {
    let units = [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];
    let (number, unit) =
        units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit))).unwrap_or((text, 1));
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_a_number_and_perhaps_a_unit() {
        assert_eq!([bytes("0"), bytes("20GB"), bytes("5 MB")], [Some(0), Some(20_000_000_000), Some(5_000_000)]);
        assert_eq!([bytes(""), bytes("GB"), bytes("-1"), bytes("1.5GB"), bytes("99999999TB")], [None; 5]);
    }
}
