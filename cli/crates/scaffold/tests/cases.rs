//! Folders of cases: `cases/NAME.toml`, templates and answers, becomes `cases/NAME.out`, every file or the error with its hints.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use conjoin_scaffold::{Answers, FileSet, NewComponent, ScaffoldError, Template, find, render, render_app};
use serde::Deserialize;

/// One case. `template` or the `part`s name a template of the case or an embedded one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    template: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    part: Vec<CasePart>,
    /// Files by path, of templates by id.
    #[serde(default)]
    templates: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasePart {
    template: String,
    name: String,
}

fn main() {
    tryfn::Harness::new("tests/cases", setup, outcome).select(["*.toml"]).test();
}

fn setup(input: PathBuf) -> tryfn::Case {
    let name = input.file_stem().expect("a file").to_string_lossy().into_owned();
    let expected = tryfn::Data::read_from(&input.with_extension("out"), None).raw();
    tryfn::Case { name, fixture: input, expected }
}

fn outcome(input: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let case: Case = toml::from_str(&fs_err::read_to_string(input)?)?;
    Ok(match render_case(&case) {
        Ok(files) => dump(&files),
        Err(error) => {
            let mut text = format!("error: {error}\n");
            for hint in error.hints() {
                let _ = writeln!(text, "help: {hint}");
            }
            text
        }
    })
}

fn render_case(case: &Case) -> Result<FileSet, ScaffoldError> {
    let answers = Answers { name: case.name.clone(), values: case.values.clone() };
    if let Some(template) = &case.template {
        return render(&template_of(case, template)?, &answers);
    }
    let parts = case.part.iter().map(|part| Ok((template_of(case, &part.template)?, Answers::new(&part.name))));
    let parts: Vec<(Template, Answers)> = parts.collect::<Result<_, ScaffoldError>>()?;
    let parts: Vec<NewComponent<'_>> =
        parts.iter().map(|(template, answers)| NewComponent { template, answers }).collect();
    render_app(&case.name, &parts)
}

fn template_of(case: &Case, id: &str) -> Result<Template, ScaffoldError> {
    let Some(files) = case.templates.get(id) else { return find(id) };
    Template::parse(id, files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())))
}

fn dump(files: &FileSet) -> String {
    let mut text = String::new();
    for (path, bytes) in files.iter() {
        let content = std::str::from_utf8(bytes).expect("the files of these templates are texts");
        let _ = writeln!(text, "======== {path}\n{content}");
    }
    text
}
