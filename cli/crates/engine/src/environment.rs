//! The environment that programs inherit.
//!
//! It is captured once, by the caller; this module refuses to read it. What would change what a tool makes without being part
//! of a step's key is taken out, each name with its reason in [`WITHHELD`].

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use conjoin_plan::EnvChanges;

/// The environment variables that conjoin was started with.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

/// Variables that no program inherits, and why. A `*` at the end stands for any ending.
pub const WITHHELD: &[(&str, &str)] = &[
    ("CARGO", "set by `cargo run` for the program it runs; describes conjoin's build, not the app's"),
    ("CARGO_MANIFEST_*", "set by `cargo run`"),
    ("CARGO_PKG_*", "set by `cargo run`"),
    ("CARGO_BIN_*", "set by `cargo run`"),
    ("CARGO_CRATE_NAME", "set by `cargo run`"),
    ("CARGO_PRIMARY_PACKAGE", "set by `cargo run`"),
    ("OUT_DIR", "set by cargo for build scripts"),
    ("CARGO_MAKEFLAGS", "a jobserver that is not conjoin's"),
    ("MAKEFLAGS", "a jobserver that is not conjoin's"),
    ("MFLAGS", "a jobserver that is not conjoin's"),
    ("RUSTC", "another compiler than the one whose version is in the key"),
    ("RUSTC_WORKSPACE_WRAPPER", "another compiler than the one whose version is in the key"),
    ("RUSTFLAGS", "changes the artifact without being part of the key"),
    ("CARGO_ENCODED_RUSTFLAGS", "changes the artifact without being part of the key"),
    ("CARGO_BUILD_*", "changes the artifact, or where it lies"),
    ("CARGO_TARGET_DIR", "changes where artifacts lie"),
    ("CARGO_TARGET_WASM32_*", "changes the artifact without being part of the key"),
    ("CARGO_PROFILE_*", "changes the artifact without being part of the key"),
    ("GOFLAGS", "changes the artifact without being part of the key"),
    ("GOOS", "changes the artifact without being part of the key"),
    ("GOARCH", "changes the artifact without being part of the key"),
    ("GOWASM", "changes the artifact without being part of the key"),
    ("GOEXPERIMENT", "changes the artifact without being part of the key"),
    ("NODE_OPTIONS", "loads code into every tool that runs on Node"),
    ("NODE_PATH", "adds modules that the app does not name"),
    ("PYTHONPATH", "adds modules that the app does not name"),
    ("PYTHONSTARTUP", "loads code into every tool that runs on Python"),
    ("CFLAGS", "changes what is built without being part of the key"),
    ("CXXFLAGS", "changes what is built without being part of the key"),
    ("CPPFLAGS", "changes what is built without being part of the key"),
    ("LDFLAGS", "changes what is built without being part of the key"),
    ("GIT_DIR", "set by git for its hooks; names another repository than the app's"),
    ("GIT_WORK_TREE", "set by git for its hooks"),
    ("GIT_INDEX_FILE", "set by git for its hooks"),
    ("FORCE_COLOR", "puts escape sequences into output that hints are compared with"),
    ("CLICOLOR_FORCE", "puts escape sequences into output that hints are compared with"),
    ("CARGO_TERM_COLOR", "puts escape sequences into output that hints are compared with"),
    ("CARGO_TERM_PROGRESS_*", "draws bars into output that is kept"),
];

impl Environment {
    /// The environment of these variables.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { variables: variables.into_iter().collect() }
    }

    /// A variable as conjoin got it, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The absolute folders of `PATH`, in order.
    pub fn path_folders(&self) -> Vec<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()
    }

    /// What a program gets: everything but [`WITHHELD`], with `changes`, which win.
    pub fn for_program(&self, changes: &EnvChanges) -> BTreeMap<OsString, OsString> {
        let inherited = self.variables.iter().filter(|(name, _)| !is_withheld(name));
        let mut variables: BTreeMap<_, _> = inherited.map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in &changes.variables {
            match value {
                Some(value) => {
                    variables.insert(OsString::from(name), value.to_os());
                }
                None => {
                    variables.remove(OsStr::new(name));
                }
            }
        }
        if !changes.path.is_empty() {
            let path = variables.entry(OsString::from("PATH")).or_default();
            let mut front = OsString::new();
            for folder in &changes.path {
                front.push(folder.as_path());
                front.push(":");
            }
            front.push(&*path);
            *path = front;
        }
        variables
    }
}

fn is_withheld(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    WITHHELD.iter().any(|(withheld, _)| match withheld.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *withheld,
    })
}

#[cfg(test)]
mod tests {
    use conjoin_plan::{AbsPath, Arg};

    use super::*;

    #[test]
    fn programs_inherit_all_but_what_is_withheld() {
        let environment = environment(&[("HOME", "/home/u"), ("RUSTFLAGS", "-g"), ("CARGO_PKG_NAME", "conjoin")]);
        let program = environment.for_program(&EnvChanges::default());
        assert_eq!(program.into_keys().collect::<Vec<_>>(), ["HOME"]);
    }

    #[test]
    fn changes_win_and_folders_go_in_front_of_path() {
        let environment = environment(&[("PATH", "/usr/bin"), ("HOME", "/home/u"), ("RUSTFLAGS", "-g")]);
        let mut changes = EnvChanges::default();
        changes.variables.insert("HOME", None);
        changes.variables.insert("RUSTFLAGS", Some(Arg::from("-O")));
        changes.path = vec![AbsPath::new("/a").unwrap(), AbsPath::new("/b").unwrap()];
        let program = environment.for_program(&changes);
        assert_eq!(&program[OsStr::new("PATH")], "/a:/b:/usr/bin");
        assert_eq!(&program[OsStr::new("RUSTFLAGS")], "-O");
        assert_eq!(program.len(), 2);
    }

    #[test]
    fn a_relative_folder_on_path_is_no_place_to_look() {
        let environment = environment(&[("PATH", "bin::/usr/bin:.")]);
        assert_eq!(environment.path_folders(), [PathBuf::from("/usr/bin")]);
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
    }
}
