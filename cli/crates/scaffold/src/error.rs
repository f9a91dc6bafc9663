//! What can go wrong between a template and a folder.

use std::{io, ops::Range, path::PathBuf, sync::Arc};

use conjoin_diagnostics::{Source, nearest};

/// Why an app could not be made. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// No template has this id.
    #[error("there is no template `{id}`")]
    UnknownTemplate {
        /// What was asked for.
        id: String,
        /// The ids there are.
        known: Vec<String>,
    },
    /// A name that cannot be one.
    #[error("`{}` cannot be the name of {}: {why}", line(name), if *what == "app" { "an app" } else { "a component" })]
    BadName {
        /// `app` or `component`.
        what: &'static str,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
        /// A similar one that is allowed.
        better: Option<String>,
    },
    /// An answer to a question that the template does not ask.
    #[error("the template `{template}` has no variable `{name}`")]
    UnknownVariable {
        /// The template.
        template: String,
        /// What was answered.
        name: String,
        /// The variables there are.
        known: Vec<String>,
    },
    /// An answer that the template does not take.
    #[error("`{}` cannot be the value of `{name}`: {why}", line(value))]
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
        /// What it is for.
        prompt: String,
    },
    /// A template of an app where one of a component is needed.
    #[error("the template `{id}` makes a whole app, not a component of one")]
    NotAComponent {
        /// The template.
        id: String,
    },
    /// Two components of one name.
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
        /// Where in its files, if that is known.
        place: Option<(Arc<Source>, Range<usize>)>,
        /// Whether it is the user's own, and no part of conjoin.
        own: bool,
    },
    /// There is no such folder.
    #[error("there is no folder `{}` with a template", path.display())]
    NoTemplateFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds no template.
    #[error("`{name}` is no template: it has no template.toml")]
    NoTemplate {
        /// The folder, as it was typed.
        name: String,
    },
    /// A file that a template cannot have.
    #[error("the template `{name}` cannot be used: `{}`: {why}", line(path))]
    BadTemplate {
        /// The template.
        name: String,
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Two things that would have one name in the app's WIT.
    #[error("the component `{name}` and the interface of `{other}` would both be called `{name}` in the app's WIT")]
    SameNameInWit {
        /// The component.
        name: String,
        /// The library.
        other: String,
    },
    /// A file that would not lie in the app's folder, or where another one lies.
    #[error("`{}` cannot be a file of the app: {why}", line(path))]
    BadPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something is in the way.
    #[error("the folder `{}` is not empty: it contains {}", dir.display(), shown(entries))]
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
    /// A file is where a new one should be.
    #[error("`{path}` exists already")]
    Occupied {
        /// The path, below the app.
        path: String,
    },
    /// A path that leads out of the app through a link.
    #[error("`{path}` lies outside of the app: a folder on the way is a link")]
    Outside {
        /// The path, below the app.
        path: String,
    },
    /// A change that was interrupted cannot be completed.
    #[error("an interrupted change cannot be completed, because `{path}` was edited since")]
    Interrupted {
        /// The path of the edited file.
        path: String,
        /// The files that the change had added already.
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
    /// What to do next, each a sentence or a line to type.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownTemplate { id, known } => meant(id, known)
                .map(|ids| format!("did you mean {ids}?"))
                .into_iter()
                .chain(["`conjoin templates` lists them all".to_owned()])
                .collect(),
            Self::UnknownVariable { name, known, .. } if known.is_empty() => vec![format!("leave out `{name}`")],
            Self::UnknownVariable { name, known, .. } => choose("variables", name, known),
            Self::BadName { better: Some(better), .. } => vec![format!("call it `{better}`, for example")],
            Self::BadName { better: None, .. } => vec!["a name looks like `my-shop2`".to_owned()],
            Self::MissingAnswer { name, .. } => vec![format!("give one with `--set {name}=VALUE`")],
            Self::NotAComponent { id } => {
                vec![format!("`conjoin new my-app -t {id}` makes one; no other template goes with it")]
            }
            Self::DuplicateComponent { .. } => vec!["name them, as in `-t http-rust=gateway`".to_owned()],
            Self::TooOld { .. } => vec!["install a newer conjoin".to_owned()],
            Self::Broken { own: false, .. } => vec!["this is an error in conjoin: please report it".to_owned()],
            Self::Broken { own: true, place, why, .. } => {
                let word = place.as_ref().and_then(|(source, span)| source.text.get(span.clone()));
                let is_value = |word: &&str| why.starts_with("invalid") && word.starts_with(char::is_alphabetic);
                let quote = word.filter(is_value).map(|word| format!("a text needs quotes: `\"{word}\"`"));
                quote.into_iter().chain(["fix the template, or use another one".to_owned()]).collect()
            }
            Self::NoTemplateFolder { .. } => {
                vec!["what contains a `/` is the folder of a template; conjoin's own have names: see `conjoin templates`".to_owned()]
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
            Self::BadTemplate { .. } => vec!["take it out of the template, or use another one".to_owned()],
            Self::BadAnswer { name, .. } => vec![format!("give another one with `--set {name}=VALUE`")],
            Self::BadPath { .. } => {
                vec!["fix the template, or use another one; nothing was written".to_owned()]
            }
            Self::Occupied { .. } => {
                vec!["move it away, or give what is added another name; nothing was written".to_owned()]
            }
            Self::Outside { .. } => vec!["put a folder of the app in the place of the link".to_owned()],
            Self::Change { .. } | Self::Write { .. } => {
                vec!["see to it that you may write there and that there is room".to_owned()]
            }
        }
    }
}

/// The ids that `id` may have meant: those with all its words, in any order and under any name, or else the nearest one.
fn meant(id: &str, known: &[String]) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', '/']).map(short).collect();
    let has_all = |id: &&String| words.iter().all(|word| id.split('-').any(|other| other == *word));
    let with_all: Vec<String> = known.iter().filter(has_all).map(|id| format!("`{id}`")).collect();
    match with_all.split_last() {
        Some((last, [])) => Some(last.clone()),
        Some((last, others)) => Some(format!("{} or {last}", others.join(", "))),
        None => nearest(&words.join("-"), known.iter().map(String::as_str)).map(|id| format!("`{id}`")),
    }
}

/// The word for a language or a kind of component in ids of templates.
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

fn choose(what: &str, typed: &str, known: &[String]) -> Vec<String> {
    let meant = nearest(typed, known.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`?"));
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    meant.into_iter().chain([format!("{what}: {}", list.join(", "))]).collect()
}

/// A text that somebody typed, in one line.
fn line(text: &str) -> String {
    if text.chars().any(char::is_control) { text.escape_debug().to_string() } else { text.to_owned() }
}

/// The first few names, and how many more there are.
fn shown(entries: &[String]) -> String {
    let first: Vec<String> = entries.iter().take(5).map(|entry| format!("`{entry}`")).collect();
    match entries.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

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
            assert_eq!(meant(id, &known).as_deref(), expected, "{id}");
        }
    }
}
