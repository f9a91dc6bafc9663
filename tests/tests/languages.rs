//! Every language for real: an app of all component templates builds, answers, and is at home in its languages' own tools.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Instant,
};

use conjoin_tests::{
    conjoin::{conjoin, repository, run, succeed, text},
    http::Client,
    server::Server,
};

/// The languages as the ids of templates name them.
const LANGUAGES: [&str; 6] = ["rust", "go", "tinygo", "js", "ts", "python"];

/// An app of the eighteen component templates, made and built once: `front-LANGUAGE`, `words-LANGUAGE`, `greet-LANGUAGE`.
fn app() -> &'static Path {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    APP.get_or_init(|| {
        let folder = repository().join("target/tests/languages");
        if folder.exists() {
            fs_err::remove_dir_all(&folder).expect("the folder of the last run");
        }
        fs_err::create_dir_all(&folder).expect("a folder");
        let mut args = vec!["new".to_owned(), "all".to_owned(), "--install-tools".to_owned()];
        for (kind, name) in [("http", "front"), ("lib", "words"), ("cli", "greet")] {
            for language in LANGUAGES {
                args.extend(["-t".to_owned(), format!("{kind}-{language}={name}-{language}")]);
            }
        }
        timed("new", || succeed(&mut conjoin(&folder, &args.iter().map(String::as_str).collect::<Vec<_>>())));
        let app = folder.join("all");
        timed("build", || succeed(&mut conjoin(&app, &["build", "--install-tools"])));
        app
    })
}

/// Does it and says how long it took.
#[expect(clippy::print_stderr, reason = "figures for whoever reads the log")]
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    eprintln!("{what}: {:.1} s", start.elapsed().as_secs_f64());
    result
}

/// A program in the folder of a component; the test fails with what it printed unless it succeeds.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn tool(component: &str, program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(args).current_dir(app().join(component));
    timed(&format!("{component}: {program} {}", args.join(" ")), || succeed(&mut command))
}

#[test]
fn every_http_template_answers_through_a_library_in_every_language() {
    let server = Server::start(&mut conjoin(app(), &["run", "--listen", "127.0.0.1:0"]));
    let client = Client::new();
    for (index, front) in LANGUAGES.iter().enumerate() {
        // The first has all routes, the others those below their name.
        let base = match index {
            0 => server.address.clone(),
            _ => format!("{}/front-{front}", server.address),
        };
        let get = |path: &str| {
            let answer = client.get(&format!("{base}{path}"));
            (answer.status, answer.body)
        };
        assert_eq!(get("/?name=Ada%20L."), (200, "Hello, Ada L.!\n".to_owned()), "http-{front}");
        assert_eq!(get("/"), (200, "Hello, world!\n".to_owned()), "http-{front}");
        assert_eq!(get("/nothing").0, 404, "http-{front}");
        let long = "Grüße 🎉 ".repeat(100_000);
        let echo = client.ask("POST", &format!("{base}/echo"), &[], long.as_bytes());
        assert!(echo.status == 200 && echo.body == long, "http-{front}: {} bytes", echo.body.len());
        for words in LANGUAGES {
            let answer = get(&format!("/words-{words}?text=so+it+is,+Is+it%3F+IS"));
            assert_eq!(answer, (200, "is 3\nit 2\nso 1\n".to_owned()), "http-{front} through lib-{words}");
        }
    }
    let (status, lines) = server.stop();
    assert_eq!(status.code(), Some(0), "{lines:?}");
}

#[test]
fn every_command_template_takes_arguments_and_stdin() {
    for language in LANGUAGES {
        let entry = format!("greet-{language}");
        let args = ["run", "-e", &entry, "--quiet", "--"];
        assert_eq!(
            succeed(&mut conjoin(app(), &[args.as_slice(), &["Ada", "Grace Hopper"]].concat())),
            "Hello, Ada!\nHello, Grace Hopper!\n",
            "cli-{language}"
        );

        let mut child = conjoin(app(), &args[..4])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program to start");
        child.stdin.take().expect("a pipe").write_all("Zoë\n\nyou 🎉\n".as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("an end");
        assert_eq!(text(&output.stdout), "Hello, Zoë!\nHello, you 🎉!\n", "cli-{language}: {}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "cli-{language}");

        let refused = run(&mut conjoin(app(), &[args.as_slice(), &["--loud"]].concat()));
        assert_eq!(refused.status.code(), Some(1), "cli-{language}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("--loud"), "cli-{language}: {}", text(&refused.stderr));
        assert_eq!(text(&refused.stdout), "", "cli-{language}");
    }
}

/// Those in Python and in Go for TinyGo: see `projects.rs`.
#[test]
fn every_template_is_at_home_in_its_languages_own_tools() {
    for name in ["front", "words", "greet"] {
        let rust = format!("{name}-rust");
        tool(&rust, "cargo", &["test", "--quiet"]);
        tool(&rust, "cargo", &["check", "--quiet", "--target", "wasm32-wasip2"]);
        let go = format!("{name}-go");
        tool(&go, "go", &["vet", "./..."]);
        tool(&go, "go", &["test", "./..."]);
        let typescript = format!("{name}-ts");
        tool(&typescript, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        tool(&typescript, "npm", &["test"]);
        let tsc = app().join(&typescript).join("node_modules/.bin/tsc").display().to_string();
        tool(&typescript, &tsc, &["--noEmit"]);
        let javascript = format!("{name}-js");
        tool(&javascript, "npm", &["test"]);
        tool(&javascript, &tsc, &["--noEmit", "--project", "jsconfig.json"]);
    }
}
