//! What a manifest can say of languages. What builds them declares it; it is handed to [`crate::parse`] and [`crate::schema()`].

use std::fmt;

/// A language, as far as a manifest and the stages after it know it. Two are the same if their names are.
#[derive(Debug)]
pub struct LanguageSpec {
    /// The name as it is written in a manifest, e.g. `cpp`.
    pub name: &'static str,
    /// What it is called elsewhere, in lower case: by templates, by the ends of file names, by people.
    pub called: &'static [&'static str],
    /// What builds it when neither `toolchain` nor `engine` is written.
    pub default: &'static ToolchainSpec,
    /// What `toolchain` chooses from; nothing for most languages.
    pub toolchains: &'static [&'static ToolchainSpec],
    /// What `engine` chooses from; nothing for most languages.
    pub engines: &'static [&'static ToolchainSpec],
}

/// A language that conjoin builds.
pub type Language = &'static LanguageSpec;

/// What builds a language, as far as a manifest and the stages after it know it. Two are the same if their names are.
#[derive(Debug)]
pub struct ToolchainSpec {
    /// The name in manifests and messages, e.g. `tinygo`.
    pub name: &'static str,
    /// Which components of its can answer no second request with the same instance, if there are such.
    pub serves_once: Option<ServesOnce>,
    /// Whether a component that was not granted `stdio` cannot write what it fails with.
    pub is_silent: bool,
}

/// A handler whose instance answers one request.
#[derive(Debug)]
pub struct ServesOnce {
    /// The interface that such a handler exports, without its version.
    pub exports: &'static str,
    /// What makes it so, a clause.
    pub because: &'static str,
    /// What happens at the second request, a sentence without a full stop.
    pub otherwise: &'static str,
    /// What to change, a clause that fits after "or let `NAME`".
    pub instead: &'static str,
}

/// All languages that conjoin builds, in the order in which lists show them.
#[derive(Clone, Debug, Default)]
pub struct LanguageSet {
    all: Vec<Language>,
}

impl ToolchainSpec {
    /// A toolchain of this name, whose components serve as often as wanted and say what they fail with.
    pub const fn new(name: &'static str) -> Self {
        Self { name, serves_once: None, is_silent: false }
    }
}

impl LanguageSet {
    /// The set of `languages`, each once.
    pub fn new(languages: impl IntoIterator<Item = Language>) -> Self {
        let mut all: Vec<Language> = Vec::new();
        for language in languages {
            if !all.contains(&language) {
                all.push(language);
            }
        }
        Self { all }
    }

    /// The languages, in the order in which lists show them.
    pub fn all(&self) -> &[Language] {
        &self.all
    }

    /// The names of all languages.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().map(|language| language.name)
    }

    /// The language of this name.
    pub fn parse(&self, text: &str) -> Option<Language> {
        self.all.iter().copied().find(|language| language.name == text)
    }

    /// The language that is called `text` elsewhere.
    pub fn meant(&self, text: &str) -> Option<Language> {
        let text = text.to_ascii_lowercase();
        self.all.iter().copied().find(|language| language.called.contains(&text.as_str()))
    }

    /// The key and the language for which `text` is a choice, e.g. `toolchain` of `go`, where it is no language itself.
    pub fn choice(&self, text: &str) -> Option<(&'static str, Language, &'static ToolchainSpec)> {
        let text = text.replace(['-', '_'], "").to_ascii_lowercase();
        self.all.iter().find_map(|language| {
            let choices = [("toolchain", language.toolchains), ("engine", language.engines)];
            let mut all =
                choices.into_iter().flat_map(|(key, choices)| choices.iter().map(move |choice| (key, *choice)));
            let (key, choice) = all.find(|(_, choice)| choice.name == text && choice.name != language.name)?;
            Some((key, *language, choice))
        })
    }

    /// What `key`, `toolchain` or `engine`, chooses from in any language.
    pub(crate) fn choices(&self, of: impl Fn(Language) -> &'static [&'static ToolchainSpec]) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for choice in self.all.iter().flat_map(|language| of(language)) {
            if !names.contains(&choice.name) {
                names.push(choice.name);
            }
        }
        names
    }
}

impl PartialEq for LanguageSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for LanguageSpec {}

impl fmt::Display for LanguageSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for ToolchainSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ToolchainSpec {}

impl fmt::Display for ToolchainSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}
