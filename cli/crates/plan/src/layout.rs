//! Where everything lies: the app's folder and the cache folder.

use std::fmt;

use conjoin_manifest::ComponentName;

use crate::AbsPath;

/// How components are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Fast to build, with names for backtraces.
    Dev,
    /// Small and fast to run.
    Release,
}

impl Profile {
    /// The name in folders and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Every folder that conjoin writes to.
///
/// Below the app: `.conjoin/work/PROFILE/COMPONENT/` (what tools write while they work), `.conjoin/artifacts/PROFILE/` (the
/// components), `.conjoin/build/PROFILE/` (the compositions), `.conjoin/state/` (the engine's memory).
/// Below the cache folder: `toolchains/` (what conjoin installed), `artifacts/` (the store shared by all apps), `code/`
/// (compiled code), `probes.json` (the remembered versions of tools).
#[derive(Clone, Debug)]
pub struct Layout {
    /// The app's folder.
    pub app: AbsPath,
    /// The cache folder.
    pub cache: AbsPath,
    /// What is built.
    pub profile: Profile,
}

impl Layout {
    /// The folder in the app for what can be thrown away.
    pub fn dot_conjoin(&self) -> AbsPath {
        self.app.join(".conjoin")
    }

    /// The folder for native code.
    pub fn native_code(&self) -> AbsPath {
        self.cache.join("code")
    }

    /// The folder in which the tools that build `component` put what they make on the way.
    pub fn work(&self, component: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("work").join(self.profile.as_str()).join(component.as_str())
    }

    /// The WIT of its world as `component`'s toolchain wants it.
    pub fn wit(&self, component: &ComponentName) -> AbsPath {
        self.work(component).join("wit")
    }

    /// The built component.
    pub fn artifact(&self, component: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("artifacts").join(self.profile.as_str()).join(format!("{component}.wasm"))
    }

    /// The composition of an entry.
    pub fn composition(&self, entry: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("build").join(self.profile.as_str()).join(format!("{entry}.wasm"))
    }

    /// The folder into which a recipe installs; `recipe` names the tool and everything that the result depends on.
    pub fn toolchain(&self, recipe: &str) -> AbsPath {
        self.cache.join("toolchains").join(recipe)
    }
}
