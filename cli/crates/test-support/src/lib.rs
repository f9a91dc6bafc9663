//! What tests need to run without a toolchain, without a network and without the machine's own settings.
//!
//! [`TestEnv`] is a temporary folder with a home, a cache, an app and a `bin` that holds nothing but fake tools: programs that
//! behave as a script says and record each start (`src/bin/fake-tool.rs` describes the scripts). Nothing here knows conjoin: tests
//! of every crate may use it. It refuses to sleep and to look at the machine.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{FileTimes, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// The fake tool, compiled by this crate's build script.
const FAKE_TOOL: &str = concat!(env!("OUT_DIR"), "/fake-tool");

/// A temporary folder with all that a program may see; it is removed when it is dropped.
#[derive(Debug)]
pub struct TestEnv {
    folder: tempfile::TempDir,
}

/// One start of a fake tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// The name by which it was started.
    pub tool: String,
    /// The folder it was started in.
    pub cwd: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
}

impl TestEnv {
    /// An environment without a tool.
    #[expect(clippy::new_without_default, reason = "it makes folders")]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("conjoin-test-").tempdir().expect("a temporary folder");
        let env = Self { folder };
        for name in ["home", "cache", "bin", "tmp", "app"] {
            fs_err::create_dir(env.path(name)).expect("a new folder");
            fs_err::set_permissions(env.path(name), Permissions::from_mode(0o755)).expect("our own folder");
        }
        env
    }

    /// The folder that contains all others, without links in its path.
    pub fn root(&self) -> PathBuf {
        fs_err::canonicalize(self.folder.path()).expect("the folder exists")
    }

    /// A path below the root.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root().join(below)
    }

    /// An app's folder, empty at first.
    pub fn app(&self) -> PathBuf {
        self.path("app")
    }

    /// The cache folder, empty at first.
    pub fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// The only folder on `PATH`.
    pub fn bin(&self) -> PathBuf {
        self.path("bin")
    }

    /// All environment variables that a program should get.
    pub fn variables(&self) -> BTreeMap<OsString, OsString> {
        let paths = [("HOME", "home"), ("PATH", "bin"), ("TMPDIR", "tmp"), ("CONJOIN_CACHE", "cache")];
        let paths = paths.into_iter().map(|(name, below)| (OsString::from(name), self.path(below).into_os_string()));
        paths.chain([("LANG".into(), "C.UTF-8".into()), ("COLUMNS".into(), "100".into())]).collect()
    }

    /// Puts a fake tool on `PATH`, or in place of the one that is there; gives its path.
    pub fn fake_tool(&self, name: &str, script: &str) -> PathBuf {
        fake_tool_in(&self.bin(), name, script)
    }

    /// The starts of the fake tools on `PATH` since [`TestEnv::forget_starts`], sorted.
    pub fn starts(&self) -> Vec<Start> {
        starts_in(&self.bin())
    }

    /// Begins the record anew.
    pub fn forget_starts(&self) {
        let log = self.bin().join("starts.log");
        if log.exists() {
            fs_err::remove_file(log).expect("our own file");
        }
    }

    /// Writes a file below the root, and the folders that it needs.
    pub fn write(&self, below: impl AsRef<Path>, text: &str) -> PathBuf {
        let path = self.path(below);
        fs_err::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder of ours");
        fs_err::write(&path, text).expect("a file of ours");
        path
    }

    /// The text of a file below the root.
    pub fn read(&self, below: impl AsRef<Path>) -> String {
        fs_err::read_to_string(self.path(below)).expect("a file that the test expects")
    }

    /// Makes a named pipe below the root, at which two programs can meet.
    pub fn fifo(&self, below: impl AsRef<Path>) -> PathBuf {
        let path = self.path(below);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a new named pipe");
        path
    }

    /// `text` with the root's path replaced by `[ROOT]`.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.root().display().to_string(), "[ROOT]")
    }
}

/// Puts a fake tool into `folder`, or in place of the one that is there; gives its path.
pub fn fake_tool_in(folder: &Path, name: &str, script: &str) -> PathBuf {
    fs_err::create_dir_all(folder).expect("a folder of ours");
    let path = folder.join(name);
    if path.symlink_metadata().is_ok() {
        fs_err::remove_file(&path).expect("a link of ours");
    }
    fs_err::write(folder.join(format!("{name}.script")), script).expect("a file of ours");
    symlink(FAKE_TOOL, &path).expect("a new link");
    path
}

/// The recorded starts of the fake tools in `folder`, sorted.
pub fn starts_in(folder: &Path) -> Vec<Start> {
    let Ok(log) = fs_err::read_to_string(folder.join("starts.log")) else { return Vec::new() };
    let parse = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let mut part = || parts.next().unwrap_or_default();
        let (tool, cwd, args) = (part().to_owned(), PathBuf::from(part()), part());
        let args = if args.is_empty() { Vec::new() } else { args.split('\x1f').map(str::to_owned).collect() };
        Start { tool, cwd, args }
    };
    let mut starts: Vec<Start> = log.lines().map(parse).collect();
    starts.sort();
    starts
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder of ours");
    for entry in fs_err::read_dir(from).expect("a folder of ours") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).expect("a file of ours");
        }
    }
}

/// Gives all files below `folder` a time stamp that none of them had: `ago` before the epoch's billionth second.
pub fn touch_all(folder: &Path, ago: Duration) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000) - ago;
    for entry in fs_err::read_dir(folder).expect("a folder of ours") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            touch_all(&path, ago);
        } else {
            let file = fs_err::OpenOptions::new().append(true).open(&path).expect("a file of ours");
            file.into_parts().0.set_times(FileTimes::new().set_modified(time)).expect("a time stamp");
        }
    }
}
