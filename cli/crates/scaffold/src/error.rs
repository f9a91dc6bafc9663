//! What can go wrong between a template and a folder.

use std::{io, ops::Range, path::PathBuf, sync::Arc};

use conjoin_diagnostics::{Source, list, list_with, nearest};

/// Why an app could not be created or changed. Where it could not be created, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// No template has this id.
    #[error("there is no template `{id}`")]
    UnknownTemplate {
        /// The id that was given.
        id: String,
        /// The ids of all templates.
        known: Vec<String>,
    },
    /// A name that is not allowed.
    #[error("`{}` cannot be the name of {}: {why}", one_line(name), if *what == "app" { "an app" } else { "a component" })]
    BadName {
        /// `app` or `component`.
        what: &'static str,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
        /// A similar name that is allowed.
        suggestion: Option<String>,
    },
    /// An answer to a question that the template does not ask.
    #[error("the template `{template}` has no variable `{name}`")]
    UnknownVariable {
        /// The template.
        template: String,
        /// The variable that was given.
        name: String,
        /// The variables of the template.
        known: Vec<String>,
    },
    /// An answer that the template does not accept.
    #[error("`{}` cannot be the value of `{name}`: {why}", one_line(value))]
    BadAnswer {
        /// The variable.
        name: String,
        /// The answer.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// A question without answer and without default.
    #[error("the template `{template}` needs a value for `{name}`: {prompt}")]
    MissingAnswer {
        /// The template.
        template: String,
        /// The variable.
        name: String,
        /// The question.
        prompt: String,
    },
    /// The template of an app where the template of a component is needed.
    #[error("the template `{id}` makes a whole app, not a component of one")]
    NotAComponent {
        /// The template.
        id: String,
    },
    /// Two components with the same name.
    #[error("two components would be called `{name}`")]
    DuplicateComponent {
        /// The name.
        name: String,
    },
    /// The template was made for a newer conjoin.
    #[error("the template `{id}` needs conjoin {needs} or newer, and this is {has}")]
    TooOld {
        /// The template.
        id: String,
        /// The version it needs.
        needs: semver::Version,
        /// The version of this conjoin.
        has: semver::Version,
    },
    /// The template itself is wrong.
    #[error("the template `{id}` is broken: {why}")]
    Broken {
        /// The template.
        id: String,
        /// What is wrong with it.
        why: String,
        /// The place in its files, if known.
        place: Option<(Arc<Source>, Range<usize>)>,
        /// Whether it is the user's own template, not one of conjoin's.
        own: bool,
    },
    /// There is no such folder.
    #[error("there is no folder `{}` with a template", path.display())]
    NoTemplateFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds no template.
    #[error("`{name}` is not a template: it has no template.toml")]
    NoTemplate {
        /// The folder, as it was typed.
        name: String,
    },
    /// A file that a template cannot have.
    #[error("the template `{name}` cannot be used: `{}`: {why}", one_line(path))]
    BadTemplate {
        /// The template.
        name: String,
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A component and an interface that would have the same name in the app's WIT.
    #[error("the component `{name}` and the interface of `{other}` would both be called `{name}` in the app's WIT")]
    SameNameInWit {
        /// The component.
        name: String,
        /// The library.
        other: String,
    },
    /// A path that leaves the app's folder, that some system cannot store, or that is taken by another file.
    #[error("`{}` cannot be a file of the app: {why}", one_line(path))]
    BadPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The folder of the new app is not empty.
    #[error("the folder `{}` is not empty: it contains {}", dir.display(), first_entries(entries))]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
        /// The names of what it contains, sorted.
        entries: Vec<String>,
    },
    /// A file is where the folder should be.
    #[error("`{}` exists and is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// A file to be added exists.
    #[error("`{path}` exists already")]
    Occupied {
        /// The path, below the app.
        path: String,
    },
    /// A path that leads out of the app through a link.
    #[error("`{path}` is outside of the app: one of its folders is a link")]
    Outside {
        /// The path, below the app.
        path: String,
    },
    /// A change that was interrupted cannot be completed.
    #[error("an interrupted change cannot be completed, because `{path}` was edited since")]
    Interrupted {
        /// The path of the edited file.
        path: String,
        /// The files that the change had added before it was interrupted.
        added: Vec<String>,
    },
    /// The file system refused a change of the app.
    #[error("cannot write to `{path}`")]
    Change {
        /// The path, below the app.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file system refused.
    #[error("cannot create the folder `{}`", dir.display())]
    Write {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ScaffoldError {
    /// Hints about what to do next, each a sentence or a line to type.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownTemplate { id, known } => similar_ids(id, known)
                .map(|ids| format!("did you mean {ids}?"))
                .into_iter()
                .chain(["`conjoin templates` lists them all".to_owned()])
                .collect(),
            Self::UnknownVariable { name, known, .. } if known.is_empty() => vec![format!("leave out `{name}`")],
            Self::UnknownVariable { name, known, .. } => suggest("variables", name, known),
            Self::BadName { suggestion: Some(suggestion), .. } => vec![format!("call it `{suggestion}`, for example")],
            Self::BadName { suggestion: None, .. } => vec!["a name looks like `my-shop2`".to_owned()],
            Self::MissingAnswer { name, .. } => vec![format!("give one with `--set {name}=VALUE`")],
            Self::NotAComponent { id } => {
                vec![format!("`conjoin new my-app -t {id}` makes the whole app; other templates cannot be added to it")]
            }
            Self::DuplicateComponent { .. } => vec!["name them, as in `-t http-rust=gateway`".to_owned()],
            Self::TooOld { .. } => vec!["install a newer conjoin".to_owned()],
            Self::Broken { own: false, .. } => vec!["this is a bug in conjoin: please report it".to_owned()],
            Self::Broken { own: true, place, why, .. } => {
                let word = place.as_ref().and_then(|(source, span)| source.text.get(span.clone()));
                let is_value = |word: &&str| why.starts_with("invalid") && word.starts_with(char::is_alphabetic);
                let quote = word.filter(is_value).map(|word| format!("a text needs quotes: `\"{word}\"`"));
                quote.into_iter().chain(["fix the template, or use another one".to_owned()]).collect()
            }
            Self::NoTemplateFolder { .. } => {
                vec!["a name with a `/` is read as the folder of a template; conjoin's own templates have plain names: see `conjoin templates`".to_owned()]
            }
            Self::NoTemplate { .. } => {
                vec![
                    "name a folder with a template.toml, or one of conjoin's own templates: see `conjoin templates`"
                        .to_owned(),
                ]
            }
            Self::SameNameInWit { .. } => vec!["rename one of the two components".to_owned()],
            Self::Interrupted { .. } => {
                vec!["compare them with what you want, remove them, and repeat the command".to_owned()]
            }
            Self::NotEmpty { .. } | Self::NotAFolder { .. } => {
                vec!["choose another name, or move away what is there; nothing was written".to_owned()]
            }
            Self::BadTemplate { .. } => vec!["remove it from the template, or use another template".to_owned()],
            Self::BadAnswer { name, .. } => vec![format!("give another one with `--set {name}=VALUE`")],
            Self::BadPath { .. } => {
                vec!["fix the template, or use another one; nothing was written".to_owned()]
            }
            Self::Occupied { .. } => {
                vec!["move it away, or choose another name for what is added; nothing was written".to_owned()]
            }
            Self::Outside { .. } => vec!["replace the link with a folder".to_owned()],
            Self::Change { .. } | Self::Write { .. } => {
                vec!["check that you may write there and that the disk has room".to_owned()]
            }
        }
    }
}

/// The ids that the user may have meant by `id`: those with all its words or their synonyms in any order, or else the
/// nearest one.
fn similar_ids(id: &str, known: &[String]) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', '/']).map(short).collect();
    let has_all = |id: &&String| words.iter().all(|word| id.split('-').any(|other| other == *word));
    let with_all: Vec<&String> = known.iter().filter(has_all).collect();
    if with_all.is_empty() {
        return nearest(&words.join("-"), known.iter().map(String::as_str)).map(|id| format!("`{id}`"));
    }
    Some(list_with("or", with_all))
}

/// The short form of a word that ids of templates use for a language or a kind of component.
fn short(word: &str) -> &str {
    match word {
        "javascript" | "node" => "js",
        "typescript" => "ts",
        "golang" => "go",
        "py" => "python",
        "rs" => "rust",
        "c++" | "cc" | "cxx" => "cpp",
        "library" => "lib",
        "command" => "cli",
        "server" | "web" => "http",
        other => other,
    }
}

fn suggest(what: &str, typed: &str, known: &[String]) -> Vec<String> {
    let nearest_name = nearest(typed, known.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`?"));
    nearest_name.into_iter().chain([format!("{what}: {}", list(known))]).collect()
}

/// Text that somebody typed, on one line.
fn one_line(text: &str) -> String {
    if text.chars().any(char::is_control) { text.escape_debug().to_string() } else { text.to_owned() }
}

/// The first five names, and how many more there are.
fn first_entries(entries: &[String]) -> String {
    const MOST: usize = 5;
    let first = list(entries.iter().take(MOST));
    match entries.len().saturating_sub(MOST) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::similar_ids;

    #[test]
    fn a_template_is_meant_by_its_words() {
        let known = ["cli-go", "http-go", "http-js", "http-python", "http-rust", "http-ts", "lib-rust", "polyglot"];
        let known = known.map(str::to_owned);
        let cases = [
            ("http-typescript", Some("`http-ts`")),
            ("python-http", Some("`http-python`")),
            ("rust/library", Some("`lib-rust`")),
            ("Golang", Some("`cli-go` or `http-go`")),
            ("http-rst", Some("`http-rust`")),
            ("poliglot", Some("`polyglot`")),
            ("http-cobol", None),
        ];
        for (id, expected) in cases {
            assert_eq!(similar_ids(id, &known).as_deref(), expected, "{id}");
        }
    }
}
