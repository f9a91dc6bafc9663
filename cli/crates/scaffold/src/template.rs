//! A template: what its `template.toml` says, and its files.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use conjoin_diagnostics::Source;
use serde::Deserialize;
use serde_json::Value;

use crate::ScaffoldError;

/// The names that every template can use without asking for them.
pub(crate) const GIVEN: [&str; 8] =
    ["app", "at-version", "components", "description", "libs", "name", "package", "prefix"];

/// The names that mean something else in a file of a template.
const HELPERS: &str = "and camel each eq else gt gte if len log lookup lt lte ne not or packages-by-name pascal raw replace \
     rust-path snake this unless with wit-name";

/// What the templates' folders contain besides `files/`.
pub(crate) const ABOUT: &str = "template.toml";
pub(crate) const MANIFEST: &str = "manifest.toml.hbs";
pub(crate) const WIT: &str = "world.wit.hbs";

/// One template.
///
/// The keys of `template.toml`: `id`, `description`, `kind`, `languages`, `minimum-conjoin`; for components the table
/// `component` with `name` (what it is called if the user does not say), `serves-http`, `exports-interface` (its world exports
/// the interface `NAME-api`, which others import), and `call` with `call-file` (the line in one of its files, below `files/`
/// without `.hbs`, with which the component `caller` calls a library `name`); `[[variable]]` with the fields of [`Variable`];
/// `[[file]]` with `path` and `when = { variable = "..", is = .. }` for a file or folder of `files/` that is there only for one
/// value. Files whose name ends in `.hbs` are Handlebars templates; all paths are.
///
/// What the files can name besides the variables: `app` and `name` (of the component), `description`, `prefix` (of the routes:
/// empty, or `/` and a name), `package` (the shared WIT package, as `shop:api`), `at-version` (its version, as `@1.0.0`; empty in
/// a new app), `libs` (the libraries that are made together with it, each with `name`), and the helpers of the module `engine`.
#[derive(Clone, Debug)]
pub struct Template {
    about: About,
    minimum: semver::Version,
    /// What messages call it: the folder as the user typed it, or its id.
    called: String,
    /// Whether it is the user's, and no part of conjoin.
    own: bool,
    /// The files below `files/`, with their names as they stand there.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The component's piece of `conjoin.toml`; empty for other kinds.
    pub(crate) manifest: String,
    /// The component's piece of the shared WIT; empty for other kinds.
    pub(crate) wit: String,
}

/// What a list of templates shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSummary {
    /// The name to choose it by.
    pub id: String,
    /// What it makes, in a sentence without full stop.
    pub description: String,
    /// What it makes, for programs.
    pub kind: Kind,
    /// The languages of its components, as a manifest writes them.
    pub languages: Vec<String>,
}

/// What a template makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A whole app.
    App,
    /// A component of an app.
    Component,
    /// What is around the components of an app; chosen alone, an app without any.
    Skeleton,
}

/// A question that a template asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// Its name in the files.
    pub name: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// The question.
    pub prompt: String,
    /// The answer when none is given.
    pub default: Option<Value>,
    /// A regular expression that the whole text must match.
    pub pattern: Option<String>,
    /// The only texts allowed, if any are listed.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// The kind of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableType {
    /// Text in one line.
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
    kind: Kind,
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
    /// A template of conjoin's from the files of its folder, by their paths below it. `id` is what it must be called there.
    pub fn parse(id: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ScaffoldError> {
        let template = Self::assemble(id, files, false)?;
        if template.about.id != id {
            let why = format!("its folder says `{id}`, its {ABOUT} `{}`", template.about.id);
            return Err(ScaffoldError::Broken { id: id.to_owned(), why, place: None, own: false });
        }
        Ok(template)
    }

    /// A template of the user's, which is called `name` in messages.
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
                None => return Err(broken(format!("`{path}` belongs into `files/`"))),
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
            let why = format!("`minimum-conjoin` is a version such as \"0.1.0\", and `{minimum}` is none ({error})");
            broken_at(why, Some(about.minimum_conjoin.span()))
        })?;
        let mut text = |name: &str| texts.remove(name).unwrap_or_default();
        let (called, manifest, wit) = (id.to_owned(), text(MANIFEST), text(WIT));
        let template = Self { about, minimum, called, own, files: content, manifest, wit };
        match template.contradiction() {
            Some(why) => Err(broken(why)),
            None => Ok(template),
        }
    }

    /// What a list shows of it.
    pub fn summary(&self) -> TemplateSummary {
        let About { id, description, kind, languages, .. } = &self.about;
        TemplateSummary { id: id.clone(), description: description.clone(), kind: *kind, languages: languages.clone() }
    }

    /// The questions it asks, in the order in which they make sense.
    pub fn variables(&self) -> &[Variable] {
        &self.about.variable
    }

    /// What its component is called if the user does not say; none for whole apps.
    pub fn default_name(&self) -> Option<&str> {
        self.about.component.as_ref().map(|component| component.name.as_str())
    }

    /// Whether its component answers HTTP requests.
    pub fn serves_http(&self) -> bool {
        self.about.component.as_ref().is_some_and(|component| component.serves_http)
    }

    /// Whether its component exports the interface `NAME-api`, for others to import.
    pub fn exports_interface(&self) -> bool {
        self.about.component.as_ref().is_some_and(|component| component.exports_interface)
    }

    /// How its component calls a library: a file below `files/` without `.hbs`, and a line; both are Handlebars templates.
    pub(crate) fn call(&self) -> Option<(&str, &str)> {
        let component = self.about.component.as_ref()?;
        Some((component.call_file.as_deref()?, component.call.as_deref()?))
    }

    /// What it is called on the command line.
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

    /// The files that these answers leave, with their names as they stand in the template.
    pub(crate) fn files_for(&self, answers: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&str, &[u8])> {
        let hidden = |condition: &&ConditionalFile| answers.get(&condition.when.variable) != Some(&condition.when.is);
        let hidden: Vec<&str> = self.about.file.iter().filter(hidden).map(|file| file.path.as_str()).collect();
        let kept = self.files.iter().filter(move |(path, _)| !hidden.iter().any(|hidden| is_at_or_below(path, hidden)));
        kept.map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Whether it is the user's, and no part of conjoin.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// What messages call it: the folder as the user typed it, or its id.
    pub fn called(&self) -> &str {
        &self.called
    }

    /// The path of its file that becomes `path`, as the user would type it.
    pub fn file_of(&self, path: &str) -> String {
        let hbs = format!("{path}.hbs");
        let file = if self.files.contains_key(&hbs) { &hbs } else { path };
        format!("{}/files/{file}", self.called)
    }

    /// The error that this template is wrong.
    pub(crate) fn broken(&self, why: String) -> ScaffoldError {
        ScaffoldError::Broken { id: self.called.clone(), why, place: None, own: self.own }
    }

    /// The error that a line of one of its files is wrong.
    pub(crate) fn broken_line(&self, (file, text): (&str, &str), line: usize, why: String) -> ScaffoldError {
        let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = text[before..].lines().next().map_or(0, str::len);
        let source = Arc::new(Source::new(format!("{}/{file}", self.called), text));
        let place = Some((source, before..before + length));
        ScaffoldError::Broken { id: self.called.clone(), why, place, own: self.own }
    }

    /// What in `template.toml` cannot be.
    fn contradiction(&self) -> Option<String> {
        if (self.about.kind == Kind::Component) != self.about.component.is_some() {
            return Some("a component has a table `component`, anything else has none".to_owned());
        }
        if self.about.kind == Kind::Component && (self.manifest.is_empty() || self.wit.is_empty()) {
            return Some(format!("a component has a `{MANIFEST}` and a `{WIT}`"));
        }
        if let Some(why) = self.contradictory_call() {
            return Some(why);
        }
        let mut names: BTreeSet<&str> = GIVEN.into_iter().chain(HELPERS.split(' ')).collect();
        for variable in self.variables() {
            if !names.insert(&variable.name) {
                return Some(format!("the variable `{}` is declared twice, or means something else", variable.name));
            }
            if let Some(why) = variable.contradiction() {
                return Some(format!("the variable `{}`: {why}", variable.name));
            }
        }
        self.about.file.iter().find_map(|file| self.pointless(file))
    }

    /// What in `call` and `call-file` cannot be.
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

    fn pointless(&self, file: &ConditionalFile) -> Option<String> {
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
            return Some("its default has another type".to_owned());
        }
        default.as_str().and_then(|text| self.refuse(text))
    }

    /// Why `text` cannot be the answer, for a variable of text.
    pub(crate) fn refuse(&self, text: &str) -> Option<String> {
        if text.chars().any(char::is_control) {
            return Some("it is one line".to_owned());
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == text) {
            return Some(format!("it is one of `{}`", self.choices.join("`, `")));
        }
        let pattern = self.pattern.as_ref()?;
        let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
        (!whole.is_match(text)).then(|| format!("it has to match `{pattern}`"))
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
