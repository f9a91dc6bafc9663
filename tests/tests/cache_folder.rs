//! A cache folder that others can change is not used: not by any command, and not for anything.

use std::{
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::{Command, Output},
};

use conjoin_test_support::{TestEnv, copy_tree, starts_in};
use conjoin_tests::conjoin::{program, repository, run, text};

/// A Rust compiler that is found wherever it is asked for.
const PLANTED: &str = "when\nsay cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n";

/// An app with a component in Rust.
fn app() -> TestEnv {
    let env = TestEnv::new();
    copy_tree(&repository().join("tests/cases/tool-fails/app"), &env.app());
    env
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn conjoin(env: &TestEnv, args: &[&str], variables: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(program("conjoin"));
    run(command.args(args).current_dir(env.app()).env_clear().envs(env.variables()).envs(variables.iter().copied()))
}

fn set_mode(folder: &Path, mode: u32) {
    fs_err::set_permissions(folder, std::fs::Permissions::from_mode(mode)).expect("our own folder");
}

/// The number of files and folders in `folder`.
fn contents(folder: &Path) -> usize {
    fs_err::read_dir(folder).expect("a folder").count()
}

#[test]
fn no_command_uses_a_cache_folder_that_others_can_write_to() {
    let env = app();
    let planted = env.cache().join("toolchains/rust/bin");
    conjoin_test_support::fake_tool_in(&planted, "cargo", PLANTED);
    set_mode(&env.cache(), 0o777);
    for args in [
        &["build"][..],
        &["bindings"],
        &["compose"],
        &["run"],
        &["plan"],
        &["explain", "build"],
        &["add", "-t", "lib-rust=more"],
        &["new", "shop", "-t", "http-rust"],
        &["doctor"],
        &["doctor", "--fix"],
        &["doctor", "--fix", "--dry-run"],
        &["doctor", "--remove", "rust", "--yes"],
    ] {
        let output = conjoin(&env, args, &[]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
        assert!(said.contains("is not safe to use") && said.contains("its mode is 0777"), "{args:?}: {said}");
        assert!(said.contains("set CONJOIN_CACHE to a folder that belongs to you"), "{args:?}: {said}");
    }
    assert!(starts_in(&planted).is_empty(), "a planted program was started");
    assert_eq!(contents(&env.cache()), 1, "something was written");
    assert!(!env.app().join("more").exists() && !env.app().join("shop").exists());

    // What needs no tool needs no cache folder.
    for args in [&["templates"][..], &["clean"], &["schema"], &["completions", "bash"], &["new", "shop", "-t", "empty"]]
    {
        let output = conjoin(&env, args, &[]);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    }
    assert!(text(&conjoin(&env, &["templates"], &[]).stderr).starts_with("warning[machine::unsafe-cache-folder]"));
    assert_eq!(contents(&env.cache()), 1, "something was written");
}

#[test]
fn a_folder_above_that_others_can_write_to_is_refused_unless_it_is_sticky() {
    let env = app();
    let above = env.path("above");
    let cache = above.join("caches/conjoin");
    fs_err::create_dir_all(&cache).expect("a folder");
    let doctor = |mode: u32| {
        set_mode(&above, mode);
        text(&conjoin(&env, &["doctor"], &[("CONJOIN_CACHE", &cache)]).stderr)
    };
    let said = doctor(0o777);
    assert!(said.contains(&format!("other users can write to `{}`", above.display())), "{said}");
    let said = doctor(0o1777);
    assert!(!said.contains("not safe"), "{said}");
}

#[test]
fn a_link_is_as_safe_as_what_it_leads_to() {
    let env = app();
    let (target, link) = (env.path("target"), env.path("link"));
    fs_err::create_dir(&target).expect("a folder");
    symlink("target", &link).expect("a link");
    let doctor = |mode: u32| {
        set_mode(&target, mode);
        text(&conjoin(&env, &["doctor"], &[("CONJOIN_CACHE", &link)]).stderr)
    };
    let said = doctor(0o777);
    assert!(said.contains(&format!("other users can write to `{}`", target.display())), "{said}");
    let said = doctor(0o755);
    assert!(!said.contains("not safe"), "{said}");
}

#[test]
fn a_cache_folder_that_does_not_exist_is_created_for_its_user_alone() {
    let env = app();
    let nothing = Path::new("");
    let variables = [("CONJOIN_CACHE", nothing), ("XDG_CACHE_HOME", nothing), ("HOME", &env.path("home"))];
    conjoin(&env, &["plan"], &variables);
    for created in ["home/.cache", "home/.cache/conjoin"] {
        let mode = fs_err::metadata(env.path(created)).expect("a new folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{created}");
    }
}
