//! Components that a command of the user's builds: languages that conjoin does not know.

use conjoin_tests::{
    app::App,
    conjoin::{program, run, succeed, text},
};

const MANIFEST: &str = r#"conjoin = 1

[app]
name = "shop"

# A core module that exports and imports what its world says, made by a program of the machine.
[component.check]
build = { command = ["cp", "check.wasm", "built.wasm"], inputs = ["check.wasm", "../shared/*.txt"], output = "built.wasm" }

# The same by a script, whose output lies where its inputs do.
[component.prices]
build = { command = ["./build.sh", "out"], inputs = ["**"], output = "out/prices.wasm" }

# A program for WASI preview 1.
[component.hello]
build = { command = ["cp", "hello.wasm", "built.wasm"], inputs = ["hello.wasm"], output = "built.wasm" }
permissions.stdio = true

[[trigger.command]]
component = "check"

[[trigger.command]]
component = "hello"
"#;

const WIT: &str = "package shop:api@0.1.0;

interface pricing {
  price: func() -> u32;
}

world prices {
  export pricing;
}

world check {
  import pricing;
  export wasi:cli/run@0.2.12;
}

world hello {
  export wasi:cli/run@0.2.12;
}
";

/// Fails unless the price is 7.
const CHECK: &str = r#"(module
  (import "shop:api/pricing@0.1.0" "price" (func $price (result i32)))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.2.12#run") (result i32) (i32.ne (call $price) (i32.const 7))))"#;

const PRICES: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "shop:api/pricing@0.1.0#price") (result i32) (i32.const 7)))"#;

const HELLO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// Copies its module if the world is the one that it was promised.
const SCRIPT: &str = "#!/bin/sh
set -e
grep -q 'world prices' \"$CONJOIN_WIT\"/*.wit
test \"$CONJOIN_WORLD $CONJOIN_PROFILE\" = 'prices dev'
mkdir -p \"$1\"
cp prices.wasm \"$1/prices.wasm\"
";

fn app() -> App {
    let [check, prices, hello] =
        [CHECK, PRICES, HELLO].map(|module| wat::parse_str(module).expect("the text is right"));
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", WIT.as_bytes()),
        ("check/check.wasm", &check),
        ("shared/prices.txt", b"7"),
        ("prices/prices.wasm", &prices),
        ("prices/build.sh", SCRIPT.as_bytes()),
        ("hello/hello.wasm", &hello),
    ])
}

#[test]
fn modules_of_any_language_become_components() {
    let app = app();
    succeed(&mut app.conjoin(&["build"]));
    succeed(&mut app.conjoin(&["run", "-e", "check"]));
    assert_eq!(succeed(&mut app.conjoin(&["run", "-e", "hello"])), "hello\n");
    // What is a component already is taken as it is.
    let component = app.path().join(".conjoin/artifacts/dev/prices.wasm");
    fs_err::copy(component, app.path().join("prices/prices.wasm")).expect("a file");
    succeed(&mut app.conjoin(&["run", "-e", "check"]));
}

#[test]
fn a_command_runs_when_something_changed_that_it_reads() {
    let app = app();
    assert_eq!(app.built(), ["check", "hello", "prices"]);
    assert_eq!(app.built(), [""; 0]);
    // Its output is no input, although it matches.
    app.write("check/notes.txt", "not listed");
    assert_eq!(app.built(), [""; 0]);
    for of_an_editor in ["notes~", ".notes.swp", "#notes#", ".idea/notes", ".vscode/notes"] {
        app.write(&format!("prices/{of_an_editor}"), "matches");
    }
    assert_eq!(app.built(), [""; 0]);
    app.write("shared/prices.txt", "8");
    assert_eq!(app.built(), ["check"], "a file outside of its folder");
    app.write("prices/notes.txt", "listed");
    assert_eq!(app.built(), ["prices"]);
    app.write("prices/build.sh", format!("{SCRIPT}true\n"));
    assert_eq!(app.built(), ["prices"]);
    // Undone, it comes from the store.
    app.write("prices/build.sh", SCRIPT);
    assert_eq!(app.built(), [""; 0]);
    fs_err::remove_file(app.path().join("prices/out/prices.wasm")).expect("a file");
    assert_eq!(app.built(), [""; 0]);
    app.write("wit/app.wit", WIT.replace("world prices {", "/// Prices.\nworld prices {"));
    assert_eq!(app.built(), [""; 0], "a comment");
    app.write("wit/app.wit", WIT.replace("interface pricing {", "interface pricing {\n  type unused = u8;"));
    assert_eq!(app.built(), ["check", "prices"], "what has it in its world");
}

#[test]
fn a_command_that_fails_or_makes_nothing_is_told() {
    let app = app();
    let said = |text_of_script: &str| {
        app.write("prices/build.sh", text_of_script);
        let output = run(&mut app.conjoin(&["build"]));
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let failed = said("#!/bin/sh\necho the module is lost\nexit 3\n");
    assert!(failed.contains("the module is lost"), "{failed}");
    assert!(failed.contains("`build.sh` failed with exit status 3"), "{failed}");
    let nothing = said("#!/bin/sh\n");
    assert!(nothing.contains("out/prices.wasm"), "{nothing}");
    let no_module = said("#!/bin/sh\nmkdir -p out\necho no module > out/prices.wasm\n");
    assert!(no_module.contains("not a core WebAssembly module"), "{no_module}");
    assert!(no_module.contains("prices/out/prices.wasm`"), "{no_module}");
    app.write("conjoin.toml", MANIFEST.replace("[\"**\"]", "[\"prices.wasm\", \"sources/*\"]"));
    let output = run(&mut app.conjoin(&["build"]));
    assert!(text(&output.stderr).contains("matches `sources/*`"), "{}", text(&output.stderr));
    let manifest = MANIFEST.replace("[\"./build.sh\", \"out\"]", "[\"no-such-compiler\"]");
    app.write("conjoin.toml", &manifest);
    let output = run(&mut app.conjoin(&["build"]));
    let unknown = text(&output.stderr);
    assert!(unknown.contains("`no-such-compiler`, which is not on PATH"), "{unknown}");
}

#[test]
fn a_second_build_from_nothing_finds_what_is_another_each_time() {
    let app = app();
    let verify = |app: &App| run(&mut app.conjoin(&["build", "--verify"]));
    let output = verify(&app);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    for name in ["check", "hello", "prices"] {
        assert!(said.contains(&format!("Same {name}, built by its command")), "{said}");
    }
    // A name for the component's own sake, which is another one in each folder.
    let script =
        SCRIPT.replace("cp prices.wasm", "{ cat prices.wasm; printf '\\000\\005\\001x'; pwd | cksum | head -c 3; } >");
    app.write("prices/build.sh", script);
    let output = verify(&app);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("component `prices` differs each time it is built"), "{said}");
    let beside = fs_err::read_dir(app.path().parent().expect("a folder")).expect("a folder");
    let mut left: Vec<_> = beside.map(|entry| entry.expect("an entry").file_name()).collect();
    left.sort();
    assert_eq!(left, ["app", "cache"], "the copy is gone");
}

/// An app that answers HTTP, with what builds it.
fn service(script: &str) -> App {
    let world = "package shop:api;\n\nworld web {\n  export wasi:http/incoming-handler@0.2.12;\n}\n";
    let manifest = "conjoin = 1\napp.name = \"shop\"\n\n[component.web]\n\
                    build = { command = [\"./build.sh\"], inputs = [\"build.sh\"], output = \"web.wasm\" }\n\n\
                    [[trigger.http]]\nroute = \"/...\"\ncomponent = \"web\"\n";
    App::new(&[
        ("conjoin.toml", manifest.as_bytes()),
        ("wit/app.wit", world.as_bytes()),
        ("web/build.sh", format!("#!/bin/sh\n{script}\nexit 1\n").as_bytes()),
    ])
}

#[test]
fn an_address_is_kept_while_the_app_is_built() {
    let other = service("echo begun");
    // An address of this machine that no other test has, and a port that the system gives to nobody by itself.
    let [.., high, low] = std::process::id().to_be_bytes();
    let address = format!("127.71.{high}.{low}:3000");
    let conjoin = program("conjoin");
    let start = format!("cd {} && {} run --listen {address}", other.path().display(), conjoin.display());
    let app = service(&start);
    let output = run(&mut app.conjoin(&["run", "--listen", &address]));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error[run::port-in-use]") && !said.contains("begun"), "{said}");
}

#[test]
fn an_address_that_is_taken_is_told_before_anything_is_built() {
    let app = service("echo begun");
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = other.local_addr().expect("it has one").to_string();
    let output = run(&mut app.conjoin(&["run", "--listen", &address]));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error[run::port-in-use]"), "{said}");
}
