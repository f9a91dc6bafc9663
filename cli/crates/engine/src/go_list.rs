//! Parses the output of `go list -deps -json`, which describes the packages of a program.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The fields of a package that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Package {
    dir: PathBuf,
    standard: bool,
    module: Option<Module>,
    go_files: Vec<String>,
    cgo_files: Vec<String>,
    #[serde(rename = "CFiles")]
    c_files: Vec<String>,
    #[serde(rename = "CXXFiles")]
    cxx_files: Vec<String>,
    #[serde(rename = "HFiles")]
    header_files: Vec<String>,
    #[serde(rename = "SFiles")]
    assembly_files: Vec<String>,
    syso_files: Vec<String>,
    embed_patterns: Vec<String>,
    embed_files: Vec<String>,
    ignored_go_files: Vec<String>,
    ignored_other_files: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Module {
    version: String,
    replace: Option<Box<Self>>,
}

/// The files of all packages outside of Go's module cache, which never changes. Includes files that build constraints
/// exclude, and embedded files and folders. Relative paths are resolved against `base`.
pub(crate) fn files(printed: &[u8], base: &Path) -> Result<Vec<PathBuf>, serde_json::Error> {
    // Warnings of Go come before the JSON.
    let start = printed.iter().position(|byte| *byte == b'{').unwrap_or(printed.len());
    let mut files = Vec::new();
    for package in serde_json::Deserializer::from_slice(&printed[start..]).into_iter::<Package>() {
        let package = package?;
        if !package.standard && (package.is_local() || package.dir.starts_with(base)) {
            files.extend(package.names().map(|name| package.dir.join(name)));
            files.extend(package.embed_patterns.iter().map(|pattern| package.dir.join(fixed_part(pattern))));
        }
    }
    Ok(files)
}

impl Package {
    fn is_local(&self) -> bool {
        let Some(module) = &self.module else { return true };
        module.replace.as_deref().unwrap_or(module).version.is_empty()
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        let sources = [&self.go_files, &self.cgo_files, &self.c_files, &self.cxx_files, &self.header_files];
        let others = [&self.assembly_files, &self.syso_files, &self.embed_files];
        let left_out = [&self.ignored_go_files, &self.ignored_other_files];
        sources.into_iter().chain(others).chain(left_out).flatten()
    }
}

/// The leading parts of a `//go:embed` pattern that contain no wildcard.
fn fixed_part(pattern: &str) -> PathBuf {
    let pattern = pattern.strip_prefix("all:").unwrap_or(pattern);
    pattern.split('/').take_while(|part| !part.contains(['*', '?', '['])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_project_and_of_its_replacements_are_found() {
        let printed = br#"go: a warning
{ "Dir": "/go/src/fmt", "Standard": true, "GoFiles": ["print.go"] }
{ "Dir": "/cache/x@v1.0.0", "Module": { "Path": "x", "Version": "v1.0.0" }, "GoFiles": ["x.go"] }
{ "Dir": "/cache/y@v1.1.0", "Module": { "Version": "v1.0.0", "Replace": { "Version": "v1.1.0" } }, "GoFiles": ["y.go"] }
{ "Dir": "/app/vendor/z", "Module": { "Path": "z", "Version": "v1.0.0" }, "GoFiles": ["z.go"] }
{ "Dir": "/lib", "Module": { "Version": "v0.0.0", "Replace": { "Path": "../lib" } }, "EmbedPatterns": ["all:static", "p/*/x"], "EmbedFiles": ["static/a.txt"] }
{ "Dir": "/app", "Module": { "Main": true }, "GoFiles": ["main.go"], "SFiles": ["a.s"], "IgnoredGoFiles": ["x_linux.go"] }
"#;
        let embedded = ["/lib/static/a.txt", "/lib/static", "/lib/p"];
        let expected = [&["/app/vendor/z/z.go"], &embedded[..], &["/app/main.go", "/app/a.s", "/app/x_linux.go"]];
        let found = files(printed, Path::new("/app")).unwrap();
        assert_eq!(found, expected.concat().into_iter().map(PathBuf::from).collect::<Vec<_>>());
        assert!(files(b"{ \"Dir\": ", Path::new("/app")).is_err());
        assert!(files(b"", Path::new("/app")).unwrap().is_empty());
    }
}
