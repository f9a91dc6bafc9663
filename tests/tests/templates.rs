//! Templates for real: what `conjoin new` makes builds and answers at the first try.

use std::{
    collections::BTreeMap,
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
};

use conjoin_tests::{
    conjoin::{conjoin, program, repository, run, shared_cache, succeed, text},
    http::{Client, Running},
    server::{Line, Server, Signal, send},
    terminal::on_terminal,
};

/// An app in a new folder.
fn new(template: &str, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = succeed(&mut conjoin(folder.path(), &["new", name, "-t", template]));
    assert_eq!(path.trim(), name);
    let app = folder.path().join(name);
    (folder, app)
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs_err::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                let made = [".conjoin", "bindings", "internal", "__pycache__", "target", "node_modules"];
                if !made.contains(&name.as_str()) {
                    pending.push(path);
                }
            } else {
                let bytes = fs_err::read(&path).expect("a file");
                files.insert(path.strip_prefix(folder).expect("below it").to_owned(), bytes);
            }
        }
    }
    files
}

#[test]
fn the_sample_is_what_its_template_renders() {
    let (_folder, app) = new("polyglot", "polyglot-pipeline");
    let rendered = files(&app);
    let sample = files(&repository().join("sample-apps/polyglot-pipeline"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&rendered), names(&sample), "`cargo xtask bless` renders it anew");
    for (path, bytes) in &rendered {
        assert_eq!(text(bytes), text(&sample[path]), "{}: `cargo xtask bless` renders it anew", path.display());
    }
}

#[test]
fn http_rust_answers_and_stops_cleanly() {
    let (_folder, app) = new("http-rust", "my-service");
    let mut server = Server::start(&mut conjoin(&app, &["run", "--install-tools", "--listen", "127.0.0.1:0"]));
    let client = Client::new();
    let answer = client.get(&format!("{}/", server.address));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.starts_with("Hello"), "{answer:?}");
    let Line::Err(line) = server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("curl"))) else {
        panic!("only stderr was looked at")
    };
    assert!(line.contains(&server.address), "{line}");

    // A second one cannot have the same port, and says what to do.
    let port = server.address.trim_start_matches("http://").to_owned();
    let second = run(&mut conjoin(&app, &["run", "--listen", &port]));
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains("another program uses this port") && said.contains("--listen"), "{said}");
    assert_eq!(client.get(&format!("{}/", server.address)).status, 200);

    let (status, lines) = server.stop();
    assert_eq!(status.code(), Some(0), "{lines:?}");
}

#[test]
fn a_request_that_runs_is_answered_before_the_server_ends() {
    let (_folder, app) = new("http-rust", "my-service");
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let mut server = Server::start(&mut conjoin(&app, &["run", "--install-tools", "--listen", "127.0.0.1:0"]));
        let request = Running::post(&server.address, "/echo", b"to be, ", 19);
        send(signal, server.id());
        server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("Stopping")));
        assert_eq!(request.finish(b"or not to be"), (200, b"to be, or not to be".to_vec()), "{signal:?}");
        let (status, lines) = server.end();
        assert_eq!(status.code(), Some(0), "{signal:?}: {lines:?}");
    }
}

#[test]
fn on_a_terminal_what_a_guest_prints_names_it_and_cannot_move_the_cursor() {
    let (_folder, app) = new("http-js", "my-service");
    let greeting = app.join("service/src/greeting.js");
    let before = fs_err::read_to_string(&greeting).expect("the greeting");
    let prints = before.replacen("  return ", "  console.log('clear \\u001b[2J');\n  return ", 1);
    assert_ne!(prints, before);
    fs_err::write(&greeting, prints).expect("an edit");

    let conjoin = program("conjoin");
    let typed = format!("exec {} run --install-tools --listen 127.0.0.1:0", conjoin.display());
    let mut typed = on_terminal(&typed);
    let mut server = Server::start(typed.current_dir(&app).env("CONJOIN_CACHE", shared_cache()).env("NO_COLOR", "1"));
    assert_eq!(Client::new().get(&format!("{}/", server.address)).body, "Hello, world!\n");
    server.wait_for(|line| matches!(line, Line::Out(text) if text.contains("service | clear \\u{1b}[2J")));
    server.stop();
}

#[test]
fn a_build_that_is_interrupted_or_killed_is_made_good_by_the_next() {
    let (_folder, app) = new("http-rust", "my-service");
    // A registry that takes the connection and never answers: cargo waits in the middle of its build.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let mut config = fs_err::read_to_string(app.join("service/Cargo.toml")).expect("the manifest");
    config.push_str("\n# Changed, so that it is built.\n");
    fs_err::write(app.join("service/Cargo.toml"), &config).expect("an edit");
    fs_err::create_dir_all(app.join("service/.cargo")).expect("a folder");
    let slow = format!(
        "[source.crates-io]\nreplace-with = \"slow\"\n[source.slow]\nregistry = \"sparse+http://{address}/\"\n"
    );
    let config = app.join("service/.cargo/config.toml");
    for signal in [Some(Signal::Interrupt), Some(Signal::Terminate), None] {
        fs_err::write(&config, &slow).expect("cargo's configuration");
        let mut build = conjoin(&app, &["build", "--install-tools"]).spawn().expect("a program to start");
        let (mut connection, _) = silent.accept().expect("cargo to ask");
        let mut asked = [0; 4];
        connection.read_exact(&mut asked).expect("a request");
        assert_eq!(&asked, b"GET ");
        match signal {
            Some(signal) => send(signal, build.id()),
            None => build.kill().expect("it runs"),
        }
        let status = build.wait().expect("an end");
        assert_eq!(status.code(), signal.map(|_| 130), "{signal:?}: {status}");
        assert!(!app.join(".conjoin/artifacts/dev/service.wasm").exists());
    }
    fs_err::remove_file(&config).expect("cargo's configuration");
    let path = succeed(&mut conjoin(&app, &["build"]));
    let composed = fs_err::read(app.join(path.trim())).expect("the composition");
    assert_eq!(composed[..8], *b"\0asm\x0d\0\x01\0");
}

#[test]
fn two_builds_at_once_both_succeed() {
    let (_folder, app) = new("http-rust", "my-service");
    let build = || conjoin(&app, &["build", "--install-tools"]).output();
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(build);
        let other = scope.spawn(build);
        (one.join().expect("no panic"), other.join().expect("no panic"))
    });
    for output in [one, other] {
        let output = output.expect("a program to start");
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout).trim(), ".conjoin/build/dev/service.wasm");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let (_folder, app) = new("http-rust", "my-service");
    let mut plan = conjoin(&app, &["plan"]);
    let mut child = plan.stdout(std::process::Stdio::piped()).spawn().expect("a program to start");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}
