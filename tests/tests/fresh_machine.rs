//! The README's first command on what looks like a fresh machine: no toolchain but the ones that it says are needed, and nothing
//! writable but the cache folder, the package managers' own folders and the temporary folder.

use conjoin_tests::{
    conjoin::{copy_app, program, repository, run, shared_cache, succeed, text},
    http::Client,
    server::{Line, Server},
};

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn the_sample_runs_from_nothing() {
    let scratch = tempfile::tempdir().expect("a folder");
    let app = scratch.path().join("polyglot-pipeline");
    copy_app(&repository().join("sample-apps/polyglot-pipeline"), &app);
    // The other tests use what is installed here.
    let cache = shared_cache();
    fs_err::remove_dir_all(&cache).expect("the cache folder of the last run");
    fs_err::create_dir_all(&cache).expect("an empty cache folder");
    let fresh = |args: &[&str]| {
        let mut command = std::process::Command::new("unshare");
        command
            .arg("-rm")
            .arg(program("fresh-machine"))
            .arg(&cache)
            .arg(scratch.path())
            .arg("--")
            .arg(program("conjoin"));
        command.args(args).current_dir(&app);
        command
    };

    let missing = run(&mut fresh(&["doctor"]));
    let table = text(&missing.stdout);
    assert_eq!(missing.status.code(), Some(3), "{table}");
    for tool in ["TinyGo", "wit-bindgen-go", "Rust's standard library", "componentize-js", "componentize-py"] {
        assert!(table.contains(&format!("  missing  {tool}")), "{tool}: {table}");
    }

    let mut server = Server::start(&mut fresh(&["run", "--install-tools", "--listen", "127.0.0.1:0"]));
    let answer = Client::new().ask(
        "POST",
        &format!("{}/process", server.address),
        &[("authorization", "Bearer demo-token")],
        br#"{"id": "1", "author": "ada", "text": "What a wonderful day"}"#,
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["decision"], "publish", "{answer:?}");
    let Line::Err(line) = server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("Try curl"))) else {
        panic!("only stderr was looked at")
    };
    let typed = line.trim_start().trim_start_matches("Try ");
    let printed = succeed(std::process::Command::new("sh").args(["-c", typed]));
    assert!(printed.starts_with("HTTP/1.1 200"), "{typed}: {printed}");
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));

    // What was installed into the cache folder is found again; rustup's part went with that run's mount namespace.
    let again = run(&mut fresh(&["build", "--install-tools"]));
    let said = text(&again.stderr);
    assert!(again.status.success(), "{said}");
    assert!(!said.contains("Installed TinyGo") && !said.contains("Installed componentize"), "{said}");
}
