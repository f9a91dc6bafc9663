//! The folders that conjoin uses: below the app and below the cache folder.

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
/// Below the app: `.conjoin/work/PROFILE/COMPONENT/` (intermediate files of tools), `.conjoin/artifacts/PROFILE/` (the
/// components), `.conjoin/build/PROFILE/` (the compositions), `.conjoin/state/` (the engine's records).
/// Below the cache folder: `toolchains/` (installed tools), `artifacts/` (the store shared by all apps), `code/`
/// (compiled code), `probes.json` (remembered versions of tools).
#[derive(Clone, Debug)]
pub struct Layout {
    /// The app's folder.
    pub app: AbsPath,
    /// The cache folder.
    pub cache: AbsPath,
    /// The profile to build for.
    pub profile: Profile,
}

impl Layout {
    /// The folder in the app for files that can be thrown away.
    pub fn dot_conjoin(&self) -> AbsPath {
        self.app.join(".conjoin")
    }

    /// The folder for native code.
    pub fn native_code(&self) -> AbsPath {
        self.cache.join("code")
    }

    /// The folder for intermediate files of the tools that build `component`.
    pub fn work(&self, component: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("work").join(self.profile.as_str()).join(component.as_str())
    }

    /// The folder with the WIT of `component`'s world in the dialect of its toolchain.
    pub fn wit(&self, component: &ComponentName) -> AbsPath {
        self.work(component).join("wit")
    }

    /// The path of the built component.
    pub fn artifact(&self, component: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("artifacts").join(self.profile.as_str()).join(format!("{component}.wasm"))
    }

    /// The path of an entry's composition.
    pub fn composition(&self, entry: &ComponentName) -> AbsPath {
        self.dot_conjoin().join("build").join(self.profile.as_str()).join(format!("{entry}.wasm"))
    }

    /// The folder into which a recipe installs. `recipe` names the tool and everything that the result depends on.
    pub fn toolchain(&self, recipe: &str) -> AbsPath {
        self.cache.join("toolchains").join(recipe)
    }
}
