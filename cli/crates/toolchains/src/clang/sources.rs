//! What is compiled: the files in the folder `src/` of a project.

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::Language;
use conjoin_plan::{AbsPath, ProbeResults, Target};

use super::language::{C, CPP};

/// The folder of sources in a project.
pub(super) const FOLDER: &str = "src";

/// The ends of the names of files that are compiled as C.
const C_ENDS: &[&str] = &["c"];
/// The same for C++.
const CPP_ENDS: &[&str] = &["cc", "cpp", "cxx"];

/// A source of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// Its name in [`FOLDER`].
    pub(super) name: String,
    /// What it is written in.
    pub(super) language: Language,
}

/// The sources of `target` in the order of their names.
pub(super) fn of(target: &Target<'_>, probed: &ProbeResults) -> Result<Vec<SourceFile>, Box<Diagnostic>> {
    let folder = target.dir.join(FOLDER);
    let in_folder = probed.texts.keys().filter(|path| path.parent() == folder);
    let sources: Vec<SourceFile> = in_folder.filter_map(|path| source(target, path)).collect();
    if sources.is_empty() { Err(Box::new(none(target))) } else { Ok(sources) }
}

fn source(target: &Target<'_>, path: &AbsPath) -> Option<SourceFile> {
    let name = path.file_name();
    let (_, end) = name.rsplit_once('.')?;
    let language: Language = if C_ENDS.contains(&end) {
        &C
    } else if CPP_ENDS.contains(&end) && target.language == Some(&CPP) {
        &CPP
    } else {
        return None;
    };
    Some(SourceFile { name, language })
}

fn none(target: &Target<'_>) -> Diagnostic {
    let (language, example) = if target.language == Some(&CPP) { ("C or C++", "main.cpp") } else { ("C", "main.c") };
    Diagnostic::error(
        "clang::no-sources",
        format!(
            "component `{}` has no source in {language}: nothing in its folder `{FOLDER}` can be compiled",
            target.name
        ),
    )
    .note("the files directly in that folder are compiled")
    .hint(format!("write `{FOLDER}/{example}` in the component's folder"))
}
