//! Installing tools, interrupted and killed: the next run is right.

use std::{
    io::Read as _,
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
};

use conjoin_tests::{
    conjoin::{conjoin, copy_app, repository, run, succeed, text},
    server::terminate,
};

#[test]
fn an_installation_that_is_interrupted_or_killed_is_made_good_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("python-hello");
    copy_app(&repository().join("tests/guests/python-hello"), &app);
    let cache = folder.path().join("cache");
    let with_cache = |args: &[&str]| {
        let mut command = conjoin(&app, args);
        command.env("CONJOIN_CACHE", &cache);
        command
    };

    // Nobody can be asked, so nothing is installed, and what is lacking is said.
    let refused = run(&mut with_cache(&["build"]));
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("componentize-py is not installed") && said.contains("--install-tools"), "{said}");

    // An index that takes connections and never answers: pip waits in the middle of the installation.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let index = format!("http://{}/simple", silent.local_addr().expect("an address"));
    for how in ["interrupted", "killed"] {
        let mut install = with_cache(&["doctor", "--fix"]);
        install.env("PIP_INDEX_URL", &index).env("PIP_NO_CACHE_DIR", "1");
        let mut install = install.spawn().expect("a program to start");
        let asking = asked(&silent);
        if how == "killed" {
            install.kill().expect("it runs");
        } else {
            terminate(install.id());
        }
        let status = install.wait().expect("an end");
        assert_eq!(status.code(), (how == "interrupted").then_some(130), "{status}");
        assert!(!complete(&cache), "an installation in the middle counts as complete");
        drop(asking);
    }

    succeed(&mut with_cache(&["build", "--install-tools"]));
    assert!(complete(&cache));
    succeed(&mut with_cache(&["build", "--offline"]));
}

/// Waits for a request.
fn asked(listener: &TcpListener) -> TcpStream {
    let (mut connection, _) = listener.accept().expect("someone to ask");
    let mut beginning = [0; 4];
    connection.read_exact(&mut beginning).expect("a request");
    assert_eq!(&beginning, b"GET ");
    connection
}

/// Whether any recipe in the cache folder counts as installed.
fn complete(cache: &Path) -> bool {
    let Ok(recipes) = fs_err::read_dir(cache.join("toolchains")) else { return false };
    recipes.flatten().any(|recipe| recipe.path().join("complete").exists())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn a_question_is_asked_on_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("python-hello");
    copy_app(&repository().join("tests/guests/python-hello"), &app);
    // `script` gives the program a terminal of its own.
    let conjoin = conjoin_tests::conjoin::program("conjoin");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &format!("{} build", conjoin.display()), "/dev/null"]);
    script.current_dir(&app).env("CONJOIN_CACHE", folder.path().join("cache")).stdin(std::process::Stdio::piped());
    let mut child = script.stdout(std::process::Stdio::piped()).spawn().expect("the program `script`");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), b"n\n").expect("an answer");
    let output = child.wait_with_output().expect("an end");
    let said = text(&output.stdout);
    assert!(said.contains("Install them now?"), "{said}");
    assert!(said.contains("conjoin doctor --fix"), "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(!complete(&folder.path().join("cache")));
}
