//! What a `package.json` and the files beside it say: where the sources begin, and whether there are packages to install.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Source};
use conjoin_plan::{AbsPath, Layout, ProbeResults, Target};
use serde::Deserialize;
use serde_json::Value;

use crate::javascript::language::TYPESCRIPT;

/// Where the sources may begin, the preferred file first.
const ENTRIES: [&str; 4] = ["src/index.ts", "src/index.js", "index.ts", "index.js"];

/// What is there when the project's own TypeScript is installed.
const INSTALLED: &str = "node_modules/typescript/package.json";

/// A project of JavaScript or TypeScript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// The file in which the sources begin, relative to the project's folder.
    pub(crate) entry: String,
    /// The packages that npm installs, by the tables of `package.json` that name them, as JSON; empty if the code needs none.
    pub(crate) dependencies: String,
    /// Whether its types are checked, and with a TypeScript of its own that is there or will be.
    pub(crate) checks_types: bool,
}

/// The part of the format that matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Json {
    main: Option<String>,
    dependencies: serde_json::Map<String, Value>,
    dev_dependencies: Value,
    optional_dependencies: Value,
    peer_dependencies: Value,
    overrides: Value,
}

/// The files that [`Package::read`] must know.
pub(crate) fn reads(dir: &AbsPath) -> Vec<AbsPath> {
    ["package.json", "package-lock.json", "tsconfig.json", INSTALLED]
        .into_iter()
        .chain(ENTRIES)
        .map(|name| dir.join(name))
        .collect()
}

impl Package {
    /// The project in the folder of `target`.
    pub(crate) fn read(target: &Target<'_>, probed: &ProbeResults, layout: &Layout) -> Result<Self, Box<Diagnostic>> {
        let dir = &target.dir;
        let folder = dir.as_path().strip_prefix(layout.app.as_path()).unwrap_or(dir.as_path()).display();
        let path = dir.join("package.json");
        let json = match probed.source(&path, &format!("{folder}/package.json"))? {
            Some(source) => parse(&source)?,
            None => Json::default(),
        };
        let entry = ENTRIES.into_iter().find(|name| probed.text(&dir.join(name)).is_some()).map(str::to_owned);
        let entry = entry.or_else(|| json.main.clone());
        let Some(entry) = entry else {
            return Err(Box::new(
                Diagnostic::error(
                    "starling::no-entry",
                    format!("there is no file in `{folder}` in which its code begins"),
                )
                .note(format!("looked for {}, and `main` in package.json", ENTRIES.join(", ")))
                .hint(format!(
                    "write `{folder}/{}`",
                    if target.language == Some(&TYPESCRIPT) { ENTRIES[0] } else { ENTRIES[1] }
                ))
                .hint("`path = \"...\"` in conjoin.toml names the component's folder if it is another one"),
            ));
        };
        let dependencies = json.packages();
        if !dependencies.is_empty() && probed.text(&dir.join("package-lock.json")).is_none() {
            return Err(Box::new(
                Diagnostic::error(
                    "starling::no-lock-file",
                    format!("`{folder}/package.json` has dependencies but no lock file"),
                )
                .note("conjoin installs exactly what a lock file says, so that a component is the same everywhere")
                .hint(format!("run `npm install` in `{folder}` and keep the `package-lock.json` that it writes")),
            ));
        }
        let listed = json.dependencies.contains_key("typescript") || json.dev_dependencies.get("typescript").is_some();
        let is_there = |name: &str| probed.text(&dir.join(name)).is_some();
        let checks_types = listed && is_there("tsconfig.json") && (!dependencies.is_empty() || is_there(INSTALLED));
        Ok(Self { entry, dependencies, checks_types })
    }

    /// Whether the code needs packages that npm installs.
    pub(crate) fn has_dependencies(&self) -> bool {
        !self.dependencies.is_empty()
    }
}

impl Json {
    fn packages(&self) -> String {
        if self.dependencies.is_empty() {
            return String::new();
        }
        let others = [&self.dev_dependencies, &self.optional_dependencies, &self.peer_dependencies, &self.overrides];
        serde_json::json!([self.dependencies, others]).to_string()
    }
}

fn parse(source: &Arc<Source>) -> Result<Json, Box<Diagnostic>> {
    serde_json::from_str(&source.text).map_err(|error| {
        let at = byte(&source.text, error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Box::new(
            Diagnostic::error("starling::package-json", format!("`{}` is not what npm expects", source.name)).label(
                source,
                at..at + 1,
                message,
            ),
        )
    })
}

/// The byte at a line and column, both counted from 1.
fn byte(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary((start + column.saturating_sub(1)).min(text.len().saturating_sub(1)))
}
