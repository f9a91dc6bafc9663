//! Small apps whose components are built by commands of their own: no toolchain is needed for them.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::conjoin::{conjoin, succeed};

/// An app, and a cache folder that nothing else uses.
pub struct App {
    folder: TempDir,
}

impl App {
    /// An app of these files; those that end in `.sh` can be run. What its WIT needs of WASI is added.
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let app = Self { folder: tempfile::tempdir().expect("a folder") };
        fs_err::create_dir(app.cache()).expect("a folder");
        for (path, contents) in files {
            app.write(path, contents);
        }
        succeed(&mut app.conjoin(&["doctor", "--fix"]));
        app
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    /// Its cache folder.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Writes a file of the app.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs_err::create_dir_all(path.parent().expect("it lies in the app")).expect("a folder");
        fs_err::write(&path, contents).expect("a file");
        if path.extension().is_some_and(|end| end == "sh") {
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a script");
        }
    }

    /// `conjoin ARGS` in the app's folder.
    pub fn conjoin(&self, args: &[&str]) -> Command {
        let mut command = conjoin(&self.path(), args);
        command.env("CONJOIN_CACHE", self.cache());
        command
    }

    /// `conjoin ARGS` in the app's folder, where `folder` has the file system that `mount` makes of it, a command line for `sh` in
    /// which `$1` is the folder.
    #[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
    pub fn conjoin_on(&self, folder: &Path, mount: &str, args: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        let script = format!("{mount} && shift && exec \"$@\"");
        command.args(["-rm", "sh", "-c", &script, "sh"]).arg(folder).arg(crate::conjoin::program("conjoin")).args(args);
        command.current_dir(self.path()).env("CONJOIN_CACHE", self.cache());
        command
    }

    /// The components whose command was started by a build.
    pub fn built(&self) -> Vec<String> {
        let events = succeed(&mut self.conjoin(&["build", "--message-format", "json"]));
        let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
        let steps = events.filter(|event| event["event"] == "step-finished" && event["outcome"] == "built");
        let mut names: Vec<String> = steps
            .filter_map(|event| event["step"].as_str().and_then(|step| step.strip_suffix("/build").map(str::to_owned)))
            .collect();
        names.sort();
        names
    }
}
