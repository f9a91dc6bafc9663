//! What counts as an input of a build, with the tools themselves: what a component is made of, wherever it lies, and nothing else.

use std::path::PathBuf;

use conjoin_tests::conjoin::{conjoin, succeed};
use serde_json::Value;
use tempfile::TempDir;

/// What is in no component, whatever its language: of editors, of other tools, made, ignored, or about it.
const BESIDE: [&str; 14] = [
    "app/part/README.md",
    "app/part/.notes.swp",
    "app/part/notes~",
    "app/part/#notes#",
    "app/part/.idea/workspace.xml",
    "app/part/.vscode/settings.json",
    "app/part/.pytest_cache/x",
    "app/part/.venv/lib/x.py",
    "app/part/node_modules/left-pad/index.js",
    "app/part/target/debug/build.rs",
    "app/part/ignored.rs",
    "app/part/ignored.ts",
    "app/README.md",
    "lib/README.md~",
];

/// An app with the component `part`, and the folder `lib` beside the app.
struct Project(TempDir);

impl Project {
    fn new(template: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let template = format!("{template}=part");
        succeed(&mut conjoin(folder.path(), &["new", "app", "-t", &template, "--install-tools"]));
        let project = Self(folder);
        let ignore = format!("{}ignored.*\n", project.read("app/part/.gitignore"));
        project.write("app/part/.gitignore", &ignore);
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.path(path)).expect("a file")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs_err::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs_err::write(path, text).expect("a file");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let before = self.read(path);
        assert!(before.contains(from), "{path}: {before}");
        self.write(path, &before.replace(from, to));
    }

    fn remove(&self, path: &str) {
        fs_err::remove_file(self.path(path)).expect("a file");
    }

    /// Why the tool of `part` was started by a build, or its result taken from the store, as `CHANGE FILE`; nothing if it was not.
    fn reasons(&self) -> Vec<String> {
        self.reasons_of(&["cargo", "go", "tinygo", "componentize"])
    }

    /// The same of the steps of `part` with these last words.
    fn reasons_of(&self, steps: &[&str]) -> Vec<String> {
        let events = succeed(&mut conjoin(&self.path("app"), &["build", "-c", "part", "--message-format", "json"]));
        let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
        let compiled = events.filter(|event| {
            let step = event["step"].as_str().unwrap_or_default();
            event["event"] == "step-finished" && steps.iter().any(|last| step == format!("part/{last}"))
        });
        let reasons: Vec<Value> =
            compiled.flat_map(|event| event["reasons"].as_array().cloned().unwrap_or_default()).collect();
        let word = |reason: &Value, key: &str| reason[key].as_str().unwrap_or_default().to_owned();
        reasons.iter().map(|reason| format!("{} {}", word(reason, "reason"), word(reason, "file"))).collect()
    }

    /// A build does what these say, and the next one nothing.
    #[track_caller]
    fn builds(&self, reasons: &[&str]) {
        assert_eq!(self.reasons(), reasons);
        assert_eq!(self.reasons(), [""; 0], "a second time");
    }

    /// Nothing of `part` is built because of new files that are in no component.
    #[track_caller]
    fn ignores(&self, more: &[&str]) {
        for path in BESIDE.iter().chain(more) {
            self.write(path, "not a source of anything\n");
        }
        assert_eq!(self.reasons(), [""; 0]);
    }
}

#[test]
fn of_rust() {
    let project = Project::new("lib-rust");
    project.edit("app/part/Cargo.toml", "[dependencies]", "[dependencies]\nlib = { path = \"../../lib\" }");
    project.edit("app/part/Cargo.toml", "[workspace]", "");
    project.write("app/Cargo.toml", "[workspace]\nmembers = [\"part\"]\nresolver = \"3\"\n");
    project.write("lib/Cargo.toml", "[package]\nname = \"lib\"\nedition = \"2024\"\n");
    project.write("lib/src/lib.rs", "pub mod parts;\npub fn size() -> usize { parts::SIZE }\n");
    project.write("lib/src/parts.rs", "pub const SIZE: usize = include_str!(\"../data/size.txt\").len();\n");
    project.write("lib/data/size.txt", "1");
    let before = project.read("app/part/src/lib.rs");
    project.write("app/part/src/lib.rs", &format!("{before}\npub fn size() -> usize {{ lib::size() }}\n"));
    project.builds(&["first-time "]);
    project.ignores(&["app/part/tests/all.rs", "app/part/examples/one.rs", "lib/tests/all.rs", "app/part/notes.txt"]);

    project.write("lib/src/parts.rs", "pub const SIZE: usize = 2 + include_str!(\"../data/size.txt\").len();\n");
    project.builds(&["file-changed ../lib/src/parts.rs"]);
    project.write("lib/data/size.txt", "12");
    project.builds(&["file-changed ../lib/data/size.txt"]);
    project.write("lib/src/more.rs", "");
    project.builds(&["file-added ../lib/src/more.rs"]);
    project.write("lib/build.rs", "fn main() {}\n");
    project.builds(&["file-added ../lib/build.rs"]);
    project.write("lib/build.rs", "fn main() { println!(\"cargo::rerun-if-changed=data\") }\n");
    project.builds(&["file-changed ../lib/build.rs"]);
    project.write("lib/data/new.txt", "");
    project.builds(&["file-added ../lib/data/new.txt"]);
    project.edit("lib/Cargo.toml", "2024", "2021");
    project.builds(&["file-changed ../lib/Cargo.toml"]);
    project.edit("app/Cargo.toml", "\"3\"", "\"2\"");
    project.builds(&["file-changed Cargo.toml"]);
    project.write("app/.cargo/config.toml", "[build]\n");
    project.builds(&["file-added .cargo/config.toml"]);
    project.write("app/part/src/one/mod.rs", "");
    project.builds(&["file-added part/src/one/mod.rs"]);
    project.write("app/part/README.md", "changed");
    project.write(
        "app/part/src/lib.rs",
        &format!("#![doc = include_str!(\"../README.md\")]\n{}", project.read("app/part/src/lib.rs")),
    );
    project.builds(&["file-changed part/src/lib.rs"]);
    project.write("app/part/README.md", "changed again");
    project.builds(&["file-changed part/README.md"]);
    let lock = format!("# Changed.\n{}", project.read("app/Cargo.lock"));
    project.write("app/Cargo.lock", &lock);
    assert_eq!(project.reasons(), ["file-changed Cargo.lock"]);
}

#[test]
fn of_go() {
    go("lib-go");
}

#[test]
fn of_tinygo() {
    go("lib-tinygo");
}

fn go(template: &str) {
    let project = Project::new(template);
    let requires = "\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../../lib\n";
    project.write("app/part/go.mod", &format!("{}{requires}", project.read("app/part/go.mod")));
    project.write("app/part/size.go", "package main\n\nimport \"example.com/lib\"\n\nvar size = lib.Size()\n");
    project.write("lib/go.mod", "module example.com/lib\n\ngo 1.25\n");
    let source =
        "package lib\n\nimport \"embed\"\n\n//go:embed static\nvar files embed.FS\n\nfunc Size() int { return 1 }\n";
    project.write("lib/lib.go", source);
    project.write("lib/static/a.txt", "a");
    project.builds(&["first-time "]);
    project.ignores(&["app/part/notes.txt", "lib/notes.txt", "lib/static/.hidden"]);

    project.edit("lib/lib.go", "return 1", "return 2");
    project.builds(&["file-changed ../lib/lib.go"]);
    project.write("lib/more.go", "package lib\n");
    project.builds(&["file-added ../lib/more.go"]);
    project.write("lib/lib_test.go", "package lib\n");
    project.reasons();
    project.write("lib/lib_test.go", "package lib\n\nvar tested = true\n");
    project.builds(&[]);
    project.write("lib/static/a.txt", "b");
    project.builds(&["file-changed ../lib/static/a.txt"]);
    project.write("lib/static/deep/b.txt", "b");
    project.builds(&["file-added ../lib/static/deep/b.txt"]);
    project.write("lib/go.mod", "module example.com/lib\n\ngo 1.24\n");
    project.builds(&["file-changed ../lib/go.mod"]);
    project.write("app/part/ignored.go", "package main\n");
    project.builds(&["file-added part/ignored.go"]);
    project.write("app/part/ignored.go", "package main\n\nvar ignored = true\n");
    project.builds(&["file-changed part/ignored.go"]);
    project.write(
        "app/part/go.sum",
        &format!("{}\n", fs_err::read_to_string(project.path("app/part/go.sum")).unwrap_or_default()),
    );
    assert_eq!(project.reasons().len(), 1, "the lock file");
    project.remove("lib/more.go");
    project.builds(&["file-removed ../lib/more.go", "file-removed ../lib/more.go"]);
}

#[test]
fn of_typescript() {
    javascript("lib-ts", "ts");
}

#[test]
fn of_javascript() {
    javascript("lib-js", "js");
}

fn javascript(template: &str, ending: &str) {
    let project = Project::new(template);
    let index = format!("app/part/src/index.{ending}");
    let before = project.read(&index);
    project.write(&index, &format!("import {{ size }} from '../../../lib/shared';\nglobalThis.size = size;\n{before}"));
    project.write("lib/shared.js", "export const size = 1;\n");
    project.write("lib/base.json", "{ /* common */ \"compilerOptions\": {} }\n");
    project.write("app/part/tsconfig.json", "{ \"extends\": \"../../lib/base\" }\n");
    project.builds(&["first-time "]);
    project.ignores(&["app/part/dist/index.js", "app/part/test/index.test.ts", "app/part/notes.txt", "lib/notes.txt"]);

    project.write("lib/shared.js", "export const size = 2;\n");
    project.builds(&["file-changed ../lib/shared.js"]);
    project.write("lib/shared.ts", "export const size: number = 3;\n");
    project.builds(&["file-added ../lib/shared.ts"]);
    project.remove("lib/shared.ts");
    project.builds(&["file-removed ../lib/shared.ts"]);
    project.write("lib/base.json", "{ \"compilerOptions\": { \"useDefineForClassFields\": false } }\n");
    project.builds(&["file-changed ../lib/base.json"]);
    project.write("lib/package.json", "{ \"sideEffects\": false }\n");
    project.builds(&["file-added ../lib/package.json"]);
    project.write(&format!("app/part/src/new.{ending}"), "export {};\n");
    project.builds(&[&format!("file-added part/src/new.{ending}")]);
    project.write(&format!("app/part/src/new.{ending}"), "export const unused = 1;\n");
    project.builds(&[]);
}

#[test]
fn of_python() {
    let project = Project::new("lib-python");
    let before = project.read("app/part/app.py");
    project.write("app/part/app.py", &format!("import vendored\n{before}"));
    project.write("app/part/.gitignore", &format!("{}/vendor/\n", project.read("app/part/.gitignore")));
    project.write("app/part/vendor/vendored/__init__.py", "from vendored.size import SIZE\n");
    project.write("app/part/vendor/vendored/size.py", "SIZE = 1\n");
    project.builds(&["first-time "]);
    let beside = [
        "app/part/tests/test_more.py",
        "app/part/vendor/vendored/__pycache__/size.pyc",
        "app/part/__pycache__/app.pyc",
    ];
    project.ignores(&beside);

    project.write("app/part/vendor/vendored/size.py", "SIZE = 2\n");
    project.builds(&["file-changed part/vendor/vendored/size.py"]);
    project.write("app/part/more.py", "");
    project.builds(&["file-added part/more.py"]);
    project.edit("app/part/tests/test_counting.py", "import", "# Changed.\nimport");
    project.builds(&[]);
    project.write("app/part/tests/__init__.py", "");
    project.write("app/part/tests/data.py", "DATA = 1\n");
    project.write("app/part/more.py", "import tests.data\n");
    project.write("app/part/app.py", &format!("import more\n{}", project.read("app/part/app.py")));
    project.builds(&["file-changed part/app.py", "file-changed part/more.py"]);
    project.write("app/part/tests/data.py", "DATA = 2\n");
    project.builds(&["file-changed part/tests/data.py"]);
}

#[test]
fn packages_of_npm_are_installed_when_their_list_changed() {
    let project = Project::new("lib-js");
    let version = |version: &str| {
        project.write("left/package.json", &format!("{{ \"name\": \"left\", \"version\": \"{version}\" }}"));
        let own = r#""": { "name": "part", "dependencies": { "left": "file:../../left" } }"#;
        let linked = r#""node_modules/left": { "resolved": "../../left", "link": true }"#;
        let packages = format!("{own}, \"../../left\": {{ \"version\": \"{version}\" }}, {linked}");
        let lock = format!("{{ \"name\": \"part\", \"lockfileVersion\": 3, \"packages\": {{ {packages} }} }}");
        project.write("app/part/package-lock.json", &lock);
    };
    version("1.0.0");
    let json = r#"{ "name": "part", "type": "module", "dependencies": { "left": "file:../../left" } }"#;
    project.write("app/part/package.json", json);
    assert_eq!(project.reasons_of(&["npm"]), ["first-time "]);
    let index = project.read("app/part/src/index.js");
    project.write("app/part/src/index.js", &format!("{index}\n// Changed.\n"));
    project.edit("app/part/package.json", "\"type\"", "\"scripts\": {}, \"type\"");
    assert_eq!(project.reasons_of(&["npm", "componentize"]).len(), 2, "only the component is built");
    version("1.0.1");
    assert_eq!(project.reasons_of(&["npm"]), ["file-changed part/package-lock.json"]);
    assert_eq!(project.reasons_of(&["npm"]), [""; 0]);
}
