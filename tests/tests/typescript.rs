//! What conjoin declares for TypeScript, judged by its compiler: right code passes, and each mistake is found in its line.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use conjoin_tests::conjoin::{repository, run, succeed, text};

/// A project with the compiler and the declarations of a world with every kind of type, in strict settings, made once.
fn project() -> &'static Path {
    static PROJECT: OnceLock<PathBuf> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let folder = repository().join("target/tests/typescript");
        fs_err::create_dir_all(folder.join("bindings")).expect("a folder");
        let from = repository().join("tests/guests/typescript");
        for name in ["package.json", "package-lock.json", "tsconfig.json", "right.ts"] {
            fs_err::copy(from.join(name), folder.join(name)).expect("a file of the project");
        }
        let declared = "cli/crates/toolchains/tests/typescript/every-kind/wit.d.ts";
        fs_err::copy(repository().join(declared), folder.join("bindings/wit.d.ts")).expect("a golden file");
        succeed(&mut program("npm", &folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]));
        folder
    })
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn program(name: &str, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(folder);
    command
}

fn check(project: &Path) -> Output {
    run(&mut program("node", project, &["node_modules/typescript/bin/tsc", "--noEmit", "--pretty", "false"]))
}

#[test]
fn the_compiler_accepts_what_is_right_and_finds_each_mistake() {
    let output = check(project());
    assert!(output.status.success(), "{}", text(&output.stdout));

    let mistakes = fs_err::read_to_string(repository().join("tests/guests/typescript/wrong.ts")).expect("mistakes");
    fs_err::write(project().join("wrong.ts"), &mistakes).expect("a file");
    let output = text(&check(project()).stdout);
    fs_err::remove_file(project().join("wrong.ts")).expect("the file");
    let expected: Vec<String> = mistakes
        .lines()
        .zip(1..)
        .filter_map(|(line, number)| Some((line.split_once("// ")?.1, number)))
        .map(|(error, number)| format!("wrong.ts({number},{error}"))
        .collect();
    let found: Vec<String> = output
        .lines()
        .filter(|line| line.starts_with("wrong.ts("))
        .map(|line| {
            let (place, rest) = line.split_once(',').expect("a line and a column");
            let code = rest.split_once("error ").expect("a code").1.split(':').next().expect("a code");
            format!("{place},{code}")
        })
        .collect();
    assert_eq!(found, expected, "{output}");
    assert!(expected.len() > 5, "the mistakes are gone");
}
