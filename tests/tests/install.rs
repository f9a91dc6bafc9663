//! Installing tools, interrupted and killed: the next run is right.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

use conjoin_tests::{
    app::App,
    conjoin::{conjoin, copy_app, program, repository, run, succeed, text},
    server::{Signal, send},
    terminal::{answer, on_terminal},
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

    // Nobody can be asked, so nothing is installed, and what is missing is said.
    let refused = run(&mut with_cache(&["build"]));
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("componentize-py is not installed") && said.contains("--install-tools"), "{said}");

    // An index that takes connections and never answers: pip waits in the middle of the installation.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let index = format!("http://{}/simple", silent.local_addr().expect("an address"));
    let mut waiting = None;
    for signal in [Some(Signal::Interrupt), Some(Signal::Terminate), None] {
        let mut install = with_cache(&["doctor", "--fix"]);
        install.env("PIP_INDEX_URL", &index).env("PIP_NO_CACHE_DIR", "1");
        let mut install = install.spawn().expect("a program to start");
        let asking = asked(&silent);
        if let Some(signal) = signal {
            send(signal, install.id());
        } else {
            build_beside(&cache);
            waiting = Some(wait_for(&mut with_cache(&["build", "--install-tools"]), install.id()));
            install.kill().expect("it runs");
        }
        let status = install.wait().expect("an end");
        assert_eq!(status.code(), signal.map(|_| 130), "{signal:?}: {status}");
        assert!(!complete(&cache), "an installation in the middle counts as complete");
        drop(asking);
    }

    // Who waited goes on: the tools that were left behind do not disturb it.
    let (mut waiting, rest) = waiting.expect("a build that waits");
    let said: Vec<String> = rest.lines().map_while(Result::ok).collect();
    assert!(waiting.wait().expect("an end").success(), "{said:#?}");
    assert!(complete(&cache));
    succeed(&mut with_cache(&["build", "--offline"]));
}

/// While another process installs, what needs no tool that is missing is built.
fn build_beside(cache: &Path) {
    let app = App::new(&[
        ("conjoin.toml", b"conjoin = 1\napp.name = \"beside\"\n\n[component.one]\nbuild = { command = [\"cp\", \"one.wasm\", \"out.wasm\"], inputs = [\"one.wasm\"], output = \"out.wasm\" }\n"),
        ("wit/app.wit", b"package beside:app;\n\nworld one {}\n"),
        ("one/one.wasm", b"\0asm\x0d\0\x01\0"),
    ]);
    for _ in 0..2 {
        let said = run(app.conjoin(&["build"]).env("CONJOIN_CACHE", cache));
        assert!(said.status.success() && !text(&said.stderr).contains("Blocking"), "{}", text(&said.stderr));
    }
}

/// Starts a build, and waits until it says that it waits for this process; what more it will say.
fn wait_for(build: &mut Command, process: u32) -> (Child, BufReader<ChildStderr>) {
    let mut build = build.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a program to start");
    let mut said = BufReader::new(build.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains(&format!("Blocking: another installation of tools is running (process {process})")) {
        line.clear();
        assert_ne!(said.read_line(&mut line).expect("a line"), 0, "it does not wait");
    }
    (build, said)
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
fn a_question_is_asked_on_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("python-hello");
    copy_app(&repository().join("tests/guests/python-hello"), &app);
    let cache = folder.path().join("cache");
    for command in ["build", "doctor --fix"] {
        let mut typed = on_terminal(&format!("{} {command}", program("conjoin").display()));
        let output = answer(typed.current_dir(&app).env("CONJOIN_CACHE", &cache), "n\n");
        let said = text(&output.stdout);
        assert!(said.contains("Install them now?"), "{command}: {said}");
        assert!(said.contains("conjoin doctor --fix"), "{command}: {said}");
        assert_eq!(output.status.code(), Some(3), "{command}: {said}");
        assert!(!complete(&cache), "{command}");
    }

    // Who has agreed already is not asked; nobody serves packages here.
    let mut typed = on_terminal(&format!("{} doctor --fix --install-tools", program("conjoin").display()));
    typed.current_dir(&app).env("CONJOIN_CACHE", &cache);
    typed.env("PIP_INDEX_URL", "http://127.0.0.1:9/simple").env("PIP_RETRIES", "0").env("PIP_NO_CACHE_DIR", "1");
    let output = answer(&mut typed, "");
    let said = text(&output.stdout);
    assert!(!said.contains("Install them now?") && said.contains("the installation of componentize-py"), "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
}
