//! What `conjoin new` makes in Python and in Go for TinyGo, before the first build: the language's own tools accept it, know the
//! WIT's types, and run its tests.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use conjoin_tests::conjoin::{conjoin, repository, run, succeed, text};

const KINDS: [&str; 3] = ["http", "lib", "cli"];

/// The component of a new app from the template `id`, as `conjoin new` leaves it.
fn project(id: &str, component: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    succeed(&mut conjoin(folder.path(), &["new", "shop", "--install-tools", "-t", id]));
    let component = folder.path().join("shop").join(component);
    (folder, component)
}

fn default_name(kind: &str) -> &'static str {
    match kind {
        "http" => "service",
        "lib" => "words",
        _ => "greet",
    }
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn program(name: impl AsRef<OsStr>, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(folder);
    command
}

/// The folder of mypy and pytest, installed once.
fn python_tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let folder = repository().join("target/tests/python-tools");
        let target = folder.to_string_lossy().into_owned();
        let install =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target", &target];
        let packages = ["mypy==2.4.1", "pytest==9.2.0"];
        succeed(&mut program("python3", &repository(), &[&install[..], &packages].concat()));
        folder
    })
}

fn python(folder: &Path, args: &[&str]) -> Output {
    let mut command = program("python3", folder, &[&["-B", "-m"], args].concat());
    run(command.env("PYTHONPATH", python_tools()).env_remove("VIRTUAL_ENV"))
}

fn go(folder: &Path, args: &[&str]) -> Output {
    run(program("go", folder, args).env("GOTOOLCHAIN", "local").env("GOWORK", "off"))
}

fn accepted(output: &Output, what: &str) {
    assert!(output.status.success(), "{what}: {}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
}

/// Replaces `right` by `wrong` in a file.
fn mistake(file: &Path, right: &str, wrong: &str) {
    let before = fs_err::read_to_string(file).expect("a file of the project");
    assert!(before.contains(right), "{before}");
    fs_err::write(file, before.replace(right, wrong)).expect("a file of the project");
}

#[test]
fn python_projects_pass_mypy_and_pytest() {
    for kind in KINDS {
        let (_folder, project) = project(&format!("{kind}-python"), default_name(kind));
        accepted(&python(&project, &["mypy"]), kind);
        accepted(&python(&project, &["pytest", "-q", "-p", "no:cacheprovider"]), kind);
    }
}

#[test]
fn mypy_knows_the_types_of_the_wit() {
    let (_folder, project) = project("lib-python", "words");
    mistake(&project.join("app.py"), "WordCount(word, number)", "WordCount(word, str(number))");
    let output = python(&project, &["mypy"]);
    let said = text(&output.stdout);
    assert!(!output.status.success() && said.contains("app.py:") && said.contains("[arg-type]"), "{said}");
}

#[test]
fn tinygo_projects_pass_go_vet_and_go_test() {
    for kind in KINDS {
        let (_folder, project) = project(&format!("{kind}-tinygo"), default_name(kind));
        accepted(&go(&project, &["vet", "./..."]), kind);
        accepted(&go(&project, &["test", "./..."]), kind);
        let listed = run(&mut program("gofmt", &project, &["-l", "main.go"]));
        assert_eq!(text(&listed.stdout), "", "{kind}");
    }
}

#[test]
fn go_vet_knows_the_types_of_the_wit() {
    let (_folder, project) = project("lib-tinygo", "words");
    mistake(&project.join("main.go"), "Count: word.Count", "Count: word.Text");
    let output = go(&project, &["vet", "./..."]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("main.go:"), "{said}");
}
