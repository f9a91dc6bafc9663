//! Completions, asked for as shells ask: by bash itself, by zsh and fish where they are, and in the words of the other shells' scripts.

use std::{path::Path, process::Command};

use conjoin_test_support::TestEnv;
use conjoin_tests::conjoin::{program, repository, text};

const MANIFEST: &str = r#"
conjoin = 1
app.name = "shop"

[component.gateway]
language = "typescript"

[component.pricing]
language = "rust"

[[trigger.http]]
route = "/..."
component = "gateway"
"#;

/// A folder `app` with a manifest and a folder `gateway/src`, and a folder `elsewhere` beside it.
fn shop(manifest: &str) -> TestEnv {
    let env = TestEnv::new();
    fs_err::create_dir_all(env.app().join("gateway/src")).expect("a folder");
    fs_err::create_dir_all(env.path("elsewhere")).expect("a folder");
    fs_err::write(env.app().join("conjoin.toml"), manifest).expect("a file");
    env
}

/// What a shell gets that runs `program` in `folder`, with nothing on PATH but `conjoin`.
fn ask(env: &TestEnv, folder: &Path, mut command: Command, variables: &[(&str, &str)]) -> String {
    let conjoin = env.bin().join("conjoin");
    if !conjoin.exists() {
        std::os::unix::fs::symlink(program("conjoin"), conjoin).expect("a link");
    }
    let output = command
        .current_dir(folder)
        .env_clear()
        .envs(env.variables())
        .envs(variables.iter().copied())
        .output()
        .expect("a program to start");
    assert!(output.status.success() && output.stderr.is_empty(), "{command:?}: {output:?}");
    text(&output.stdout)
}

/// What bash completes `words` to, the last of which is being typed in `folder`.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn bash(env: &TestEnv, folder: &Path, words: &[&str]) -> Vec<String> {
    let mut command = Command::new("/bin/bash");
    let script = "source <(conjoin completions bash)\n\
                  COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMP_TYPE=9\n\
                  _clap_complete_conjoin conjoin \"${!#}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"\n\
                  [[ ${#COMPREPLY[@]} = 0 ]] || printf '%s\\n' \"${COMPREPLY[@]}\"";
    command.args(["--norc", "-c", script, "bash"]).args(words);
    ask(env, folder, command, &[]).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_the_names_of_the_app() {
    let env = shop(MANIFEST);
    let app = env.app();
    for folder in [app.clone(), app.join("gateway/src")] {
        for words in [["conjoin", "build", "-c", ""], ["conjoin", "plan", "--component", ""]] {
            assert_eq!(bash(&env, &folder, &words), ["gateway", "pricing"], "{words:?} in {}", folder.display());
        }
        assert_eq!(bash(&env, &folder, &["conjoin", "build", "-c", "p"]), ["pricing"]);
        assert_eq!(bash(&env, &folder, &["conjoin", "run", "-e", ""]), ["gateway"]);
    }
    let elsewhere = env.path("elsewhere");
    assert_eq!(bash(&env, &elsewhere, &["conjoin", "build", "../app", "-c", ""]), ["gateway", "pricing"]);
    assert_eq!(bash(&env, &elsewhere, &["conjoin", "build", "-c", ""]), [""; 0]);
}

#[test]
fn bash_completes_commands_templates_and_folders() {
    let env = shop(MANIFEST);
    let app = env.app();
    assert_eq!(bash(&env, &app, &["conjoin", "bu"]), ["build"]);
    assert_eq!(bash(&env, &app, &["conjoin", "completions", "z"]), ["zsh"]);
    let templates = bash(&env, &app, &["conjoin", "new", "x", "-t", ""]);
    assert!(templates.contains(&"http-rust".to_owned()) && templates.contains(&"polyglot".to_owned()), "{templates:?}");
    assert_eq!(bash(&env, &app, &["conjoin", "new", "x", "-t", "poly"]), ["polyglot"]);
    assert_eq!(bash(&env, &app, &["conjoin", "build", "gate"]), ["gateway/"]);
    assert_eq!(bash(&env, &app, &["conjoin", "doctor", "ty"]), ["typescript"]);
    assert_eq!(bash(&env, &app, &["conjoin", "doctor", "rust", "tiny"]), ["tinygo"]);
}

#[test]
fn a_manifest_that_is_being_written_has_names_and_no_errors() {
    let env = shop("conjoin = 1\n[component.api]\nlanguage = \"ru\n[component.db]\n");
    assert_eq!(bash(&env, &env.app(), &["conjoin", "build", "-c", ""]), ["api", "db"]);
    let env = shop("\u{0}\u{1}");
    assert_eq!(bash(&env, &env.app(), &["conjoin", "build", "-c", ""]), [""; 0]);
}

/// Where they are on the machine: zsh with its own part, which shows what the script found, replaced; fish as it is.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn zsh_and_fish_complete_by_their_scripts() {
    let env = shop(MANIFEST);
    let zsh = "compdef() { :; }\n\
               _describe() { print -l -- \"${(@P)3}\" }\n\
               expr() { print $(( $* )) }\n\
               source <(conjoin completions zsh)\n\
               words=(conjoin build -c '') CURRENT=4\n\
               _clap_dynamic_completer_conjoin; true";
    let fish = "conjoin completions fish | source; complete --do-complete 'conjoin build -c '";
    for (shell, args, names) in [
        ("/usr/bin/zsh", ["-f", "-c", zsh], "gateway:typescript\npricing:rust\n"),
        ("/usr/bin/fish", ["--no-config", "-c", fish], "gateway\ttypescript\npricing\trust\n"),
    ] {
        if Path::new(shell).exists() {
            let mut command = Command::new(shell);
            command.args(args);
            assert_eq!(ask(&env, &env.app(), command, &[]), names, "{shell}");
        }
    }
}

/// The other shells, in the words that their scripts use: names with what they are.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn every_shell_gets_names_in_its_own_form() {
    let env = shop(MANIFEST);
    let expected = [
        ("zsh", &[("_CLAP_COMPLETE_INDEX", "3"), ("_CLAP_IFS", "\n")][..], "gateway:typescript\npricing:rust"),
        ("fish", &[], "gateway\ttypescript\npricing\trust\n"),
        ("powershell", &[], "gateway\ttypescript\npricing\trust\n"),
        ("elvish", &[("_CLAP_COMPLETE_INDEX", "3"), ("_CLAP_IFS", "\n")], "gateway\npricing"),
    ];
    for (shell, variables, names) in expected {
        let mut command = Command::new(program("conjoin"));
        command.args(["--", "conjoin", "build", "-c", ""]);
        let asks = [variables, &[("CONJOIN_COMPLETE", shell)]].concat();
        assert_eq!(ask(&env, &env.app(), command, &asks), names, "{shell}");
        let mut command = Command::new(program("conjoin"));
        command.args(["completions", shell]);
        let script = ask(&env, &env.app(), command, &[]);
        assert!(script.contains("CONJOIN_COMPLETE"), "{shell}: {script}");
    }
}

/// Completing reads the manifest and nothing else: it works where tools, WIT and the cache folder are missing.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn completing_leaves_nothing_behind() {
    let env = shop(MANIFEST);
    fs_err::remove_dir(env.cache()).expect("an empty folder");
    assert_eq!(bash(&env, &env.app(), &["conjoin", "build", "-c", ""]), ["gateway", "pricing"]);
    assert!(!env.cache().exists() && !env.app().join(".conjoin").exists());
    // A shell that nobody knows, and a line that is no line.
    for (shell, words) in [("tcsh", &["--", "conjoin", "build"][..]), ("bash", &["--"]), ("bash", &[])] {
        let mut command = Command::new(program("conjoin"));
        command.args(words);
        assert_eq!(ask(&env, &repository(), command, &[("CONJOIN_COMPLETE", shell)]), "", "{shell} {words:?}");
    }
}
