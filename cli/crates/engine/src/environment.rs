//! The environment that programs inherit.
//!
//! The caller captures it once; this module does not read it. Variables that would affect outputs without being part of
//! a step's key are removed. [`WITHHELD`] lists each with the reason.

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
    withheld: Vec<(&'static str, &'static str)>,
    set: Vec<(&'static str, &'static str)>,
}

/// Variables that no program inherits, whatever the app's languages, and why. A `*` at the end of a name matches any
/// suffix.
pub const WITHHELD: &[(&str, &str)] = &[
    ("CARGO_MAKEFLAGS", "a jobserver that is not conjoin's"),
    ("MAKEFLAGS", "a jobserver that is not conjoin's"),
    ("MFLAGS", "a jobserver that is not conjoin's"),
    ("GIT_DIR", "set by git for its hooks; names another repository than the app's"),
    ("GIT_WORK_TREE", "set by git for its hooks"),
    ("GIT_INDEX_FILE", "set by git for its hooks"),
    ("FORCE_COLOR", "puts escape sequences into output that hints are compared with"),
    ("CLICOLOR_FORCE", "puts escape sequences into output that hints are compared with"),
];

impl Environment {
    /// Creates an environment from these variables.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { variables: variables.into_iter().collect(), withheld: WITHHELD.to_vec(), set: Vec::new() }
    }

    /// Also withholds these variables, each given with a reason. A `*` at the end of a name matches any suffix.
    #[must_use]
    pub fn without(mut self, withheld: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        self.withheld.extend(withheld);
        self
    }

    /// Sets these variables for every program, over what is inherited.
    #[must_use]
    pub fn with(mut self, variables: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        self.set.extend(variables);
        self
    }

    /// A variable as conjoin inherited it, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The absolute folders of `PATH`, in order.
    pub fn path_folders(&self) -> Vec<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()
    }

    /// The environment of a program: all variables that are not withheld, with `changes` applied last.
    pub fn for_program(&self, changes: &EnvChanges) -> BTreeMap<OsString, OsString> {
        let inherited = self.variables.iter().filter(|(name, _)| !self.is_withheld(name));
        let mut variables: BTreeMap<_, _> = inherited.map(|(name, value)| (name.clone(), value.clone())).collect();
        variables.extend(self.set.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))));
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

    fn is_withheld(&self, name: &OsStr) -> bool {
        let Some(name) = name.to_str() else { return false };
        self.withheld.iter().any(|(withheld, _)| match withheld.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *withheld,
        })
    }
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
    fn what_is_set_wins_over_what_is_inherited_and_withheld() {
        let environment =
            environment(&[("PROXY", "on"), ("HOME", "/home/u")]).with([("PROXY", "off"), ("RUSTFLAGS", "")]);
        let mut changes = EnvChanges::default();
        changes.variables.insert("HOME", None);
        let program = environment.for_program(&changes);
        assert_eq!(
            program,
            [("PROXY", "off"), ("RUSTFLAGS", "")].map(|(name, value)| (name.into(), value.into())).into()
        );
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
            .without([("RUSTFLAGS", "of a test"), ("CARGO_PKG_*", "of a test")])
    }
}
