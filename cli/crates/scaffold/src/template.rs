//! A template: its `template.toml` and its files.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use conjoin_diagnostics::{Source, list};
use serde::Deserialize;
use serde_json::Value;

use crate::ScaffoldError;

/// The variables that every template has without declaring them.
pub(crate) const GIVEN: [&str; 8] =
    ["app", "at-version", "components", "description", "libs", "name", "package", "prefix"];

/// The names of helpers, which no variable can have.
const HELPERS: &str = "and camel each eq else gt gte if len log lookup lt lte ne not or packages-by-name pascal raw replace \
     rust-path snake this unless with wit-name";

/// The files in a template's folder besides `files/`.
pub(crate) const ABOUT: &str = "template.toml";
pub(crate) const MANIFEST: &str = "manifest.toml.hbs";
pub(crate) const WIT: &str = "world.wit.hbs";

/// One template.
///
/// The keys of `template.toml`: `id`, `description`, `kind`, `languages`, `minimum-conjoin`; for components the table
/// `component` with `name` (what it is called if the user does not say), `serves-http`, `exports-interface` (its world
/// exports the interface `NAME-api`, which others import), and `call` with `call-file` (the line in one of its files,
/// below `files/` without `.hbs`, with which the component `caller` calls a library `name`); `[[variable]]` with the
/// fields of [`Variable`]; `[[file]]` with `path` and `when = { variable = "..", is = .. }` for a file or folder of
/// `files/` that is created only for one value. Files whose name ends in `.hbs` are Handlebars templates, and so is
/// every path.
///
/// Besides its variables, the files can use: `app` and `name` (of the component), `description`, `prefix` (of the
/// routes: empty, or `/` and a name), `package` (the shared WIT package, as `shop:api`), `at-version` (its version, as
/// `@1.0.0`; empty in a new app), `libs` (the libraries that are created together with it, each with `name`), and the
/// helpers of the module `engine`.
#[derive(Clone, Debug)]
pub struct Template {
    about: About,
    minimum: semver::Version,
    /// Its name in messages: the folder as the user typed it, or its id.
    display_name: String,
    /// Whether it is the user's own template, not one of conjoin's.
    own: bool,
    /// The files below `files/`, by their paths in the template.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The component's piece of `conjoin.toml`; empty for other kinds.
    pub(crate) manifest: String,
    /// The component's piece of the shared WIT; empty for other kinds.
    pub(crate) wit: String,
}

/// What a list of templates shows about one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSummary {
    /// The name to select it by.
    pub id: String,
    /// What it creates, in a sentence without a full stop.
    pub description: String,
    /// What kind of thing it creates.
    pub kind: TemplateKind,
    /// The languages of its components, spelled as in a manifest.
    pub languages: Vec<String>,
}

/// What a template creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateKind {
    /// A whole app.
    App,
    /// A component of an app.
    Component,
    /// The frame around the components of an app. Alone, it makes an app without components.
    Skeleton,
}

/// A question that a template asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// Its name in the files.
    pub name: String,
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// The question.
    pub prompt: String,
    /// The value if none is given.
    pub default: Option<Value>,
    /// A regular expression that the whole value must match.
    pub pattern: Option<String>,
    /// The allowed values; empty if all are allowed.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableType {
    /// Text on one line.
    String,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct About {
    id: String,
    description: String,
    kind: TemplateKind,
    languages: Vec<String>,
    minimum_conjoin: toml::Spanned<String>,
    component: Option<AboutComponent>,
    #[serde(default)]
    variable: Vec<Variable>,
    #[serde(default)]
    file: Vec<ConditionalFile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AboutComponent {
    name: String,
    #[serde(default)]
    serves_http: bool,
    #[serde(default)]
    exports_interface: bool,
    call: Option<String>,
    call_file: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ConditionalFile {
    path: String,
    when: Condition,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Condition {
    variable: String,
    is: Value,
}

impl Template {
    /// Parses one of conjoin's own templates from the files of its folder, given by their paths below it. Its
    /// `template.toml` must have this `id`.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::Broken`] with the reason.
    pub fn parse(id: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ScaffoldError> {
        let template = Self::assemble(id, files, false)?;
        if template.about.id != id {
            let why = format!("its folder says `{id}`, its {ABOUT} `{}`", template.about.id);
            return Err(ScaffoldError::Broken { id: id.to_owned(), why, place: None, own: false });
        }
        Ok(template)
    }

    /// Parses a template of the user. `name` is its name in messages.
    pub(crate) fn parse_own(
        name: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, ScaffoldError> {
        Self::assemble(name, files, true)
    }

    fn assemble(
        id: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        own: bool,
    ) -> Result<Self, ScaffoldError> {
        let broken = |why: String| ScaffoldError::Broken { id: id.to_owned(), why, place: None, own };
        let (mut texts, mut content) = (BTreeMap::new(), BTreeMap::new());
        for (path, bytes) in files {
            match path.strip_prefix("files/") {
                Some(path) => {
                    content.insert(path.to_owned(), bytes);
                }
                None if [ABOUT, MANIFEST, WIT].contains(&path.as_str()) => {
                    let text = String::from_utf8(bytes).map_err(|_| broken(format!("`{path}` is not UTF-8")))?;
                    texts.insert(path, text);
                }
                None => return Err(broken(format!("`{path}` belongs in `files/`"))),
            }
        }
        let text = texts.get(ABOUT).ok_or_else(|| broken(format!("it has no {ABOUT}")))?;
        let source = Arc::new(Source::new(format!("{id}/{ABOUT}"), text.as_str()));
        let broken_at = |why: String, span: Option<Range<usize>>| {
            let place = span.map(|span| (Arc::clone(&source), span));
            ScaffoldError::Broken { id: id.to_owned(), why, place, own }
        };
        let about: About = toml::from_str(text).map_err(|error| broken_at(error.message().to_owned(), error.span()))?;
        let minimum = about.minimum_conjoin.get_ref();
        let minimum = semver::Version::parse(minimum).map_err(|error| {
            let why =
                format!("`minimum-conjoin` must be a version such as \"0.1.0\", and `{minimum}` is not ({error})");
            broken_at(why, Some(about.minimum_conjoin.span()))
        })?;
        let mut text = |name: &str| texts.remove(name).unwrap_or_default();
        let (display_name, manifest, wit) = (id.to_owned(), text(MANIFEST), text(WIT));
        let template = Self { about, minimum, display_name, own, files: content, manifest, wit };
        match template.contradiction() {
            Some(why) => Err(broken(why)),
            None => Ok(template),
        }
    }

    /// Its summary, for a list of templates.
    pub fn summary(&self) -> TemplateSummary {
        let About { id, description, kind, languages, .. } = &self.about;
        TemplateSummary { id: id.clone(), description: description.clone(), kind: *kind, languages: languages.clone() }
    }

    /// The questions it asks, in the order to ask them.
    pub fn variables(&self) -> &[Variable] {
        &self.about.variable
    }

    /// The default name of its component; `None` for whole apps.
    pub fn default_name(&self) -> Option<&str> {
        self.about.component.as_ref().map(|component| component.name.as_str())
    }

    /// Whether its component answers HTTP requests.
    pub fn serves_http(&self) -> bool {
        self.about.component.as_ref().is_some_and(|component| component.serves_http)
    }

    /// Whether its component exports the interface `NAME-api` for others to import.
    pub fn exports_interface(&self) -> bool {
        self.about.component.as_ref().is_some_and(|component| component.exports_interface)
    }

    /// How its component calls a library: a path below `files/` without `.hbs`, and a line. Both are Handlebars
    /// templates.
    pub(crate) fn call(&self) -> Option<(&str, &str)> {
        let component = self.about.component.as_ref()?;
        Some((component.call_file.as_deref()?, component.call.as_deref()?))
    }

    /// The id by which the command line selects it.
    pub fn id(&self) -> &str {
        &self.about.id
    }

    /// Refuses a template that was made for a newer conjoin.
    pub(crate) fn check_version(&self, has: &semver::Version) -> Result<(), ScaffoldError> {
        if *has >= self.minimum {
            return Ok(());
        }
        Err(ScaffoldError::TooOld { id: self.id().to_owned(), needs: self.minimum.clone(), has: has.clone() })
    }

    /// The files that these answers select, by their paths in the template.
    pub(crate) fn files_for(&self, answers: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&str, &[u8])> {
        let hidden = |condition: &&ConditionalFile| answers.get(&condition.when.variable) != Some(&condition.when.is);
        let hidden: Vec<&str> = self.about.file.iter().filter(hidden).map(|file| file.path.as_str()).collect();
        let kept = self.files.iter().filter(move |(path, _)| !hidden.iter().any(|hidden| is_at_or_below(path, hidden)));
        kept.map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Whether it is the user's own template, not one of conjoin's.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// Its name in messages: the folder as the user typed it, or its id.
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// The path of the file that `path` is rendered from, as the user would type it.
    pub fn source_path(&self, path: &str) -> String {
        let hbs = format!("{path}.hbs");
        let file = if self.files.contains_key(&hbs) { &hbs } else { path };
        format!("{}/files/{file}", self.display_name)
    }

    /// An error about this template.
    pub(crate) fn broken(&self, why: String) -> ScaffoldError {
        ScaffoldError::Broken { id: self.display_name.clone(), why, place: None, own: self.own }
    }

    /// An error about a line of one of its files.
    pub(crate) fn broken_line(&self, (file, text): (&str, &str), line: usize, why: String) -> ScaffoldError {
        let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = text[before..].lines().next().map_or(0, str::len);
        let source = Arc::new(Source::new(format!("{}/{file}", self.display_name), text));
        let place = Some((source, before..before + length));
        ScaffoldError::Broken { id: self.display_name.clone(), why, place, own: self.own }
    }

    /// What is wrong in `template.toml`, if anything.
    fn contradiction(&self) -> Option<String> {
        if (self.about.kind == TemplateKind::Component) != self.about.component.is_some() {
            return Some("a template of a component has a table `component`, and no other template has one".to_owned());
        }
        if self.about.kind == TemplateKind::Component && (self.manifest.is_empty() || self.wit.is_empty()) {
            return Some(format!("a component has a `{MANIFEST}` and a `{WIT}`"));
        }
        if let Some(why) = self.contradictory_call() {
            return Some(why);
        }
        let mut names: BTreeSet<&str> = GIVEN.into_iter().chain(HELPERS.split(' ')).collect();
        for variable in self.variables() {
            if !names.insert(&variable.name) {
                return Some(format!("the variable `{}` is declared twice, or its name is reserved", variable.name));
            }
            if let Some(why) = variable.contradiction() {
                return Some(format!("the variable `{}`: {why}", variable.name));
            }
        }
        self.about.file.iter().find_map(|file| self.useless_condition(file))
    }

    /// What is wrong with `call` and `call-file`, if anything.
    fn contradictory_call(&self) -> Option<String> {
        let component = self.about.component.as_ref()?;
        match (&component.call, &component.call_file) {
            (None, None) => None,
            (Some(_), Some(file)) => {
                let there = self.files.contains_key(file) || self.files.contains_key(&format!("{file}.hbs"));
                (!there).then(|| format!("`call-file`: there is no `{file}` below `files/`"))
            }
            _ => Some("`call` and `call-file` belong together".to_owned()),
        }
    }

    fn useless_condition(&self, file: &ConditionalFile) -> Option<String> {
        let variable = self.variables().iter().find(|variable| variable.name == file.when.variable);
        if !variable.is_some_and(|variable| variable.kind.fits(&file.when.is)) {
            return Some(format!("`{}` depends on a value that no variable has", file.path));
        }
        let there = self.files.keys().any(|path| is_at_or_below(path, &file.path));
        (!there).then(|| format!("there is no `{}` below `files/`", file.path))
    }
}

impl Variable {
    fn contradiction(&self) -> Option<String> {
        if self.kind != VariableType::String && (self.pattern.is_some() || !self.choices.is_empty()) {
            return Some("only a string has a pattern or choices".to_owned());
        }
        if let Some(pattern) = &self.pattern
            && let Err(error) = regex_lite::Regex::new(pattern)
        {
            return Some(error.to_string());
        }
        let default = self.default.as_ref()?;
        if !self.kind.fits(default) {
            return Some("its default has the wrong type".to_owned());
        }
        default.as_str().and_then(|text| self.refuse(text))
    }

    /// Why `text` cannot be the value of this variable of type string.
    pub(crate) fn refuse(&self, text: &str) -> Option<String> {
        if text.chars().any(char::is_control) {
            return Some("it must be one line".to_owned());
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == text) {
            return Some(format!("it must be one of {}", list(&self.choices)));
        }
        let pattern = self.pattern.as_ref()?;
        let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
        (!whole.is_match(text)).then(|| format!("it must match `{pattern}`"))
    }
}

impl VariableType {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Bool => value.is_boolean(),
            Self::Integer => value.is_i64(),
        }
    }
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
