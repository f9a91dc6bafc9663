//! Every language at the first try: the packed binary, in an empty folder far from this repository, makes an app of all component
//! templates, which builds, answers, takes one library more, and is at home in its languages' own tools.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Instant,
};

use conjoin_tests::{
    conjoin::{conjoin, conjoin_at, copy_app, program, repository, run, shared_cache, succeed, text},
    http::Client,
    server::Server,
};

/// The languages as the ids of templates name them.
const LANGUAGES: [&str; 9] = ["rust", "go", "tinygo", "js", "ts", "python", "c", "cpp", "zig"];

/// What a library in any language answers to [`QUESTION`].
const ANSWER: &str = "is 3\nit 2\nso 1\n";
const QUESTION: &str = "text=so+it+is,+Is+it%3F+IS";

#[test]
fn every_language_at_the_first_try() {
    timed("all languages", || {
        let packed = Packed::new();
        let (app, unbuilt) = (packed.new_app("all"), packed.new_app("unbuilt"));
        thread::scope(|scope| {
            scope.spawn(|| is_at_home_before_the_first_build(&unbuilt));
            timed("build", || succeed(&mut packed.conjoin(&app, &["build"])));
            every_http_template_answers_through_a_library_in_every_language(&packed, &app);
            every_command_template_takes_arguments_and_stdin(&packed, &app);
            libraries_on_quickjs_import_nothing(&packed, &app);
            one_library_more_is_called_with_the_line_that_add_prints(&packed, &app);
        });
    });
}

/// Does it and says how long it took, in the log of whoever runs the tests: what is printed by macros stays with the test.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let line = format!("{what}: {:.1} s\n", start.elapsed().as_secs_f64());
    std::io::stderr().write_all(line.as_bytes()).expect("somebody listens");
    result
}

/// A copy of the binary in an empty folder.
struct Packed {
    folder: tempfile::TempDir,
    binary: PathBuf,
}

impl Packed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let binary = folder.path().join("bin/conjoin");
        fs_err::create_dir(folder.path().join("bin")).expect("a folder");
        fs_err::copy(program("conjoin"), &binary).expect("a copy of the binary");
        Self { folder, binary }
    }

    fn conjoin(&self, folder: &Path, args: &[&str]) -> Command {
        conjoin_at(&self.binary, folder, args)
    }

    /// An app of the twenty-seven component templates: `front-LANGUAGE`, `words-LANGUAGE`, `greet-LANGUAGE`.
    fn new_app(&self, name: &str) -> PathBuf {
        let mut args = vec!["new".to_owned(), name.to_owned(), "--install-tools".to_owned()];
        for (kind, name) in [("http", "front"), ("lib", "words"), ("cli", "greet")] {
            for language in LANGUAGES {
                args.extend(["-t".to_owned(), format!("{kind}-{language}={name}-{language}")]);
            }
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        timed(&format!("new {name}"), || succeed(&mut self.conjoin(self.folder.path(), &args)));
        self.folder.path().join(name)
    }

    /// The app, served, and where each http component has its routes: the first has all, the others those below their name.
    fn serve(&self, app: &Path) -> (Server, Vec<(&'static str, String)>) {
        let server = Server::start(&mut self.conjoin(app, &["run", "--listen", "127.0.0.1:0"]));
        let base = |(index, front): (usize, &&'static str)| match index {
            0 => (*front, server.address.clone()),
            _ => (*front, format!("{}/front-{front}", server.address)),
        };
        let bases = LANGUAGES.iter().enumerate().map(base).collect();
        (server, bases)
    }
}

fn every_http_template_answers_through_a_library_in_every_language(packed: &Packed, app: &Path) {
    let (server, fronts) = packed.serve(app);
    let client = Client::new();
    for (front, base) in fronts {
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
            let answer = get(&format!("/words-{words}?{QUESTION}"));
            assert_eq!(answer, (200, ANSWER.to_owned()), "http-{front} through lib-{words}");
            let nothing = get(&format!("/words-{words}?text="));
            assert_eq!(nothing, (200, String::new()), "http-{front} through lib-{words}, of an empty text");
        }
    }
    let (status, lines) = server.stop();
    assert_eq!(status.code(), Some(0), "{lines:?}");
}

fn every_command_template_takes_arguments_and_stdin(packed: &Packed, app: &Path) {
    for language in LANGUAGES {
        let entry = format!("greet-{language}");
        let args = ["run", "-e", &entry, "--quiet", "--"];
        assert_eq!(
            succeed(&mut packed.conjoin(app, &[args.as_slice(), &["Ada", "Grace Hopper"]].concat())),
            "Hello, Ada!\nHello, Grace Hopper!\n",
            "cli-{language}"
        );

        let mut child = packed
            .conjoin(app, &args[..4])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program to start");
        child.stdin.take().expect("a pipe").write_all("Zoë\n\nyou 🎉\n".as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("an end");
        assert_eq!(text(&output.stdout), "Hello, Zoë!\nHello, you 🎉!\n", "cli-{language}: {}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "cli-{language}");

        let refused = run(&mut packed.conjoin(app, &[args.as_slice(), &["--loud"]].concat()));
        assert_eq!(refused.status.code(), Some(1), "cli-{language}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("--loud"), "cli-{language}: {}", text(&refused.stderr));
        assert_eq!(text(&refused.stdout), "", "cli-{language}");
    }
}

/// Another app that takes a built library in is told what it imports.
fn libraries_on_quickjs_import_nothing(packed: &Packed, app: &Path) {
    for (language, imports) in [("js", false), ("ts", false), ("go", true)] {
        let other = format!("other-{language}");
        succeed(&mut packed.conjoin(packed.folder.path(), &["new", &other, "-t", "empty"]));
        let built = app.join(format!(".conjoin/artifacts/dev/words-{language}.wasm")).display().to_string();
        let args = ["add", "--component", "words", &built];
        let added = run(&mut packed.conjoin(&packed.folder.path().join(other), &args));
        let story = text(&added.stderr);
        assert!(added.status.success(), "{story}");
        assert_eq!(story.contains("It imports"), imports, "lib-{language}: {story}");
    }
}

fn one_library_more_is_called_with_the_line_that_add_prints(packed: &Packed, app: &Path) {
    let fronts = LANGUAGES.map(|language| format!("front-{language}"));
    let importers: Vec<&str> = fronts.iter().flat_map(|front| ["--for", front]).collect();
    let args = [&["add", "-t", "lib-js=rules"], &importers[..]].concat();
    let added = timed("add", || run(&mut packed.conjoin(app, &args)));
    let story = text(&added.stderr);
    assert!(added.status.success(), "{story}");
    for front in &fronts {
        let said = story.lines().skip_while(|line| *line != format!("To call `rules` from `{front}`:")).skip(1);
        let said: Vec<&str> = said.take_while(|line| line.starts_with(' ')).collect();
        let [file, lines @ ..] = said.as_slice() else { panic!("nothing is said of {front}:\n{story}") };
        let file = file.strip_prefix("  in ").and_then(|file| file.strip_suffix(':')).expect("the name of a file");
        write_call(&app.join(file), lines);
    }
    timed("build with one library more", || succeed(&mut packed.conjoin(app, &["build"])));
    let (server, fronts) = packed.serve(app);
    for (front, base) in fronts {
        let answer = Client::new().get(&format!("{base}/rules?{QUESTION}"));
        assert_eq!((answer.status, answer.body.as_str()), (200, ANSWER), "http-{front}");
    }
    let (status, lines) = server.stop();
    assert_eq!(status.code(), Some(0), "{lines:?}");
}

/// Writes the call of a library below that of another one; the import that it needs in Go, to the top.
fn write_call(file: &Path, lines: &[&str]) {
    let source = fs_err::read_to_string(file).expect("the file that was named");
    let mut source: Vec<&str> = source.lines().collect();
    let is_call = |line: &&str| line.contains("words-python") || line.contains("words_python");
    let below = source.iter().rposition(is_call).expect("the call of another library") + 1;
    let (imports, calls): (Vec<&str>, Vec<&str>) =
        lines.iter().map(|line| line.trim()).partition(|line| line.starts_with("import "));
    source.splice(below..below, calls);
    source.splice(1..1, imports);
    fs_err::write(file, source.join("\n") + "\n").expect("the project can be changed");
}

/// A program in the folder of a component.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn tool(component: &Path, program: &str, args: &[&str]) -> Output {
    let name = component.file_name().expect("a component has a name").to_string_lossy().into_owned();
    timed(&format!("{name}: {program} {}", args.join(" ")), || {
        run(Command::new(program).args(args).current_dir(component))
    })
}

/// The same, which has to succeed.
fn passes(component: &Path, program: &str, args: &[&str]) {
    let output = tool(component, program, args);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}: {program} {args:?}\n{stdout}\n{stderr}", component.display());
}

/// Those in Python and in Go for TinyGo: see `projects.rs`.
fn is_at_home_before_the_first_build(app: &Path) {
    for name in ["front", "words", "greet"] {
        let component = |language: &str| app.join(format!("{name}-{language}"));
        passes(&component("rust"), "cargo", &["test", "--quiet"]);
        passes(&component("rust"), "cargo", &["check", "--quiet", "--target", "wasm32-wasip2"]);
        passes(&component("go"), "go", &["vet", "./..."]);
        passes(&component("go"), "go", &["test", "./..."]);
        passes(&component("ts"), "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        passes(&component("ts"), "npm", &["test"]);
        passes(&component("ts"), "node_modules/.bin/tsc", &["--noEmit"]);
        passes(&component("js"), "npm", &["test"]);
        passes(&component("c"), "make", &["test"]);
        passes(&component("cpp"), "make", &["test"]);
        let logic = if name == "words" { "src/words.zig" } else { "src/greeting.zig" };
        passes(&component("zig"), &zig(), &["test", "-lc", logic, "--global-cache-dir", ".zig-cache"]);
        let tsc = component("ts").join("node_modules/.bin/tsc").display().to_string();
        passes(&component("js"), &tsc, &["--noEmit", "--project", "jsconfig.json"]);
    }
    let tsc = app.join("words-ts/node_modules/.bin/tsc").display().to_string();
    let rust = ("src/lib.rs", "WordCount { word, count }", "WordCount { word, count: true }");
    finds(&app.join("words-rust"), rust, "cargo", &["check", "--quiet", "--target", "wasm32-wasip2"]);
    finds(&app.join("words-go"), ("main.go", "WordCount(one)", "WordCount(one.Word)"), "go", &["vet", "./..."]);
    finds(&app.join("words-ts"), ("src/index.ts", "count(text)", "text.length"), &tsc, &["--noEmit"]);
    let javascript = ("src/index.js", "countWords: count", "countWords: () => 7");
    finds(&app.join("words-js"), javascript, &tsc, &["--noEmit", "--project", "jsconfig.json"]);
    // A compiler of the machine reads the flags that clangd reads.
    let c = ("src/component.c", "counts[i].count", "counts[i].number");
    finds(&app.join("words-c"), c, "cc", &["@compile_flags.txt", "-fsyntax-only", "src/component.c"]);
    let cpp = ("src/component.cpp", "ret->ptr[i].count", "ret->ptr[i].number");
    finds(&app.join("words-cpp"), cpp, "c++", &["@compile_flags.txt", "-fsyntax-only", "src/component.cpp"]);
    assert!(!app.join(".conjoin/artifacts").exists(), "it was built");
}

/// The compiler that conjoin has installed.
fn zig() -> String {
    shared_cache().join("toolchains/zig-0.16.0-1/site/ziglang/zig").display().to_string()
}

/// A program names the file in which `right` has become `wrong`.
fn finds(component: &Path, (file, right, wrong): (&str, &str, &str), program: &str, args: &[&str]) {
    let source = fs_err::read_to_string(component.join(file)).expect("a file of the project");
    assert!(source.contains(right), "{source}");
    fs_err::write(component.join(file), source.replace(right, wrong)).expect("the project can be changed");
    let output = tool(component, program, args);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!output.status.success() && said.contains(file), "{}: {said}", component.display());
}

#[test]
fn a_module_may_have_the_name_of_the_world() {
    let folder = tempfile::tempdir().expect("a folder");
    copy_app(&repository().join("tests/mistakes/python-no-class"), folder.path());
    let dir = folder.path().join("adder");
    fs_err::write(dir.join("adder.py"), "def add(x: int, y: int) -> int:\n    return x + y\n").expect("a module");
    let app = "import adder\nfrom wit_world import exports\n\n\nclass Add(exports.Add):\n    def add(self, x: int, y: int) -> \
               int:\n        return adder.add(x, y)\n";
    fs_err::write(dir.join("app.py"), app).expect("the module app");
    succeed(&mut conjoin(folder.path(), &["build", "--install-tools"]));
}
