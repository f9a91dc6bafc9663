//! Packages from PyPI, installed by pip into the cache folder.
//!
//! Into a folder of their own (`--target`), which needs no virtual environment and leaves the machine's Python alone; and only files
//! whose hashes the list of packages has.

use conjoin_plan::{AbsPath, FoundTool, Invocation, Step, Subject, Tool, WrittenFile};

use crate::{
    python::PYTHON,
    steps::{self, Run},
};

/// The folder of packages below that of a recipe.
pub(crate) const SITE: &str = "site";

/// Packages, and what they are for.
pub(crate) struct Packages<'a> {
    /// What the ids of the steps begin with.
    pub(crate) id: &'a str,
    /// What they are installed for.
    pub(crate) tool: Tool,
    /// The folder of the recipe.
    pub(crate) root: &'a AbsPath,
    /// The list, as pip reads it: versions with hashes.
    pub(crate) list: &'static str,
    /// A file below [`SITE`] that is there afterwards.
    pub(crate) installs: &'a str,
}

impl Packages<'_> {
    /// The steps that write the list and install what stands there.
    pub(crate) fn steps(&self, python: &FoundTool) -> [Step; 2] {
        let subject = Subject::Installation(self.tool);
        let (site, requirements) = (self.root.join(SITE), self.root.join("requirements.txt"));
        let list = steps::write(
            format!("{}/packages", self.id),
            subject.clone(),
            "write the list of packages",
            vec![WrittenFile::text(requirements.clone(), self.list)],
        );
        let install = Run {
            id: format!("{}/pip", self.id),
            subject,
            title: "pip install",
            inputs: steps::outputs_of(&list).collect(),
            outputs: vec![site.join(self.installs)],
            versions: vec![python.says.clone()],
        };
        let install = install.step(pip_install(Invocation::new(&PYTHON, python, self.root), &site, &requirements));
        [list, install]
    }
}

fn pip_install(python: Invocation, site: &AbsPath, requirements: &AbsPath) -> Invocation {
    python
        .args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"])
        // What a killed installation left behind is replaced.
        .args(["--upgrade", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--target"])
        .arg(site)
        .arg("--requirement")
        .arg(requirements)
        .env("PIP_ROOT_USER_ACTION", "ignore")
        // Settings for other folders, which pip refuses to combine with `--target`.
        .env_remove("PIP_USER")
        .env_remove("PIP_REQUIRE_VIRTUALENV")
}
