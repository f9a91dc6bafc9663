//! What a change builds anew, counted in an app of five components, which commands build.

use conjoin_tests::{
    app::App,
    conjoin::{run, succeed, text},
};
use serde_json::Value;

/// Two pairs, one component of which calls the other, and one that is alone.
const COMPONENTS: [&str; 5] = ["check", "hello", "prices", "shelf", "stock"];

const WIT: &str = "package shop:api@0.1.0;

interface pricing {
  price: func() -> u32;
}

interface storage {
  count: func() -> u32;
}

world prices {
  export pricing;
}

world check {
  import pricing;
  export wasi:cli/run@0.2.12;
}

world stock {
  export storage;
}

world shelf {
  import storage;
  export wasi:cli/run@0.2.12;
}

world hello {
  export wasi:cli/run@0.2.12;
}
";

/// Exports a number.
fn number(name: &str, value: u32) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module (memory (export "memory") 1) (func (export "shop:api/{name}") (result i32) (i32.const {value})))"#
    ))
    .expect("the text is right")
}

/// Runs, and fails unless the imported number is 7.
fn command(import: Option<&str>) -> Vec<u8> {
    let (import, result) = match import {
        Some(import) => {
            let (interface, function) = import.split_once('#').expect("a function of an interface");
            (
                format!(r#"(import "shop:api/{interface}" "{function}" (func $number (result i32)))"#),
                "(i32.ne (call $number) (i32.const 7))",
            )
        }
        None => (String::new(), "(i32.const 0)"),
    };
    let run = r#"(func (export "wasi:cli/run@0.2.12#run") (result i32)"#;
    wat::parse_str(format!(r#"(module {import} (memory (export "memory") 1) {run} {result}))"#))
        .expect("the text is right")
}

fn app() -> App {
    let build = "build = { command = [\"./build.sh\"], inputs = [\"*.wasm\"], output = \"out/made.wasm\" }";
    let components = COMPONENTS.map(|name| format!("\n[component.{name}]\n{build}\n")).concat();
    let entries = ["check", "shelf", "hello"].map(|name| format!("\n[[trigger.command]]\ncomponent = \"{name}\"\n"));
    let manifest = format!("conjoin = 1\n\n[app]\nname = \"shop\"\n{components}{}", entries.concat());
    let modules = [
        ("check", command(Some("pricing@0.1.0#price"))),
        ("hello", command(None)),
        ("prices", number("pricing@0.1.0#price", 7)),
        ("shelf", command(Some("storage@0.1.0#count"))),
        ("stock", number("storage@0.1.0#count", 7)),
    ];
    let mut files: Vec<(String, Vec<u8>)> =
        vec![("conjoin.toml".to_owned(), manifest.into_bytes()), ("wit/app.wit".to_owned(), WIT.into())];
    for (name, module) in modules {
        files.push((format!("{name}/module.wasm"), module));
        files.push((format!("{name}/build.sh"), SCRIPT.into()));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, contents)| (path.as_str(), contents.as_slice())).collect();
    App::new(&files)
}

const SCRIPT: &str = "#!/bin/sh\nmkdir -p out && cp module.wasm out/made.wasm\n";

/// The steps that a build carries out.
fn carried_out(app: &App) -> Vec<String> {
    let events = succeed(&mut app.conjoin(&["build", "--message-format", "json"]));
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let steps = events.filter(|event| event["event"] == "step-finished" && event["outcome"] != "fresh");
    let mut steps: Vec<String> = steps.map(|event| event["step"].as_str().unwrap_or_default().to_owned()).collect();
    steps.sort();
    steps
}

fn built() -> App {
    let app = app();
    assert_eq!(app.built(), COMPONENTS);
    assert_eq!(carried_out(&app), [""; 0]);
    app
}

#[test]
fn code_behind_an_interface_is_built_and_composed_and_its_consumer_is_not() {
    let app = built();
    app.write("prices/module.wasm", number("pricing@0.1.0#price", 8));
    assert_eq!(carried_out(&app), ["check/compose", "prices/build", "prices/encode"]);
    assert!(!run(&mut app.conjoin(&["run", "-e", "check"])).status.success(), "the price is another");
    succeed(&mut app.conjoin(&["run", "-e", "shelf"]));
}

#[test]
fn a_result_that_is_the_same_ends_the_build() {
    let app = built();
    app.write("prices/build.sh", format!("{SCRIPT}true\n"));
    assert_eq!(carried_out(&app), ["prices/build"]);
}

#[test]
fn an_interface_builds_the_two_of_five_that_use_it_and_a_comment_none() {
    let app = built();
    app.write(
        "wit/app.wit",
        WIT.replace("interface pricing {", "/// What things cost.\ninterface pricing {\n  // All."),
    );
    assert_eq!(app.built(), [""; 0], "a comment");
    app.write("wit/app.wit", WIT.replace("interface pricing {", "interface pricing {\n  type unused = u8;"));
    let steps = carried_out(&app);
    let of = |name: &str| steps.iter().filter(|step| step.ends_with(name)).map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("/build"), ["check/build", "prices/build"]);
    assert!(steps.iter().all(|step| step.starts_with("check/") || step.starts_with("prices/")), "{steps:?}");
    let others = WIT.replace(
        "world hello {",
        "interface unused {\n  f: func();\n}\n\nworld other {\n  export unused;\n}\n\nworld hello {",
    );
    app.write("wit/app.wit", others.replace("interface pricing {", "interface pricing {\n  type unused = u8;"));
    assert_eq!(app.built(), [""; 0], "a world that no component has");
}

#[test]
fn the_reasons_name_each_file() {
    let app = built();
    app.write("stock/module.wasm", number("storage@0.1.0#count", 7 + 1));
    let explained = succeed(&mut app.conjoin(&["explain", "build"]));
    assert!(explained.contains("stock/build: build, because `stock/module.wasm` changed"), "{explained}");
    assert!(explained.contains("shelf/compose: depends on what becomes of stock/encode"), "{explained}");
    let shown: Vec<&str> = explained.lines().collect();
    let up_to_date = shown.iter().position(|line| line.ends_with(": up to date")).expect("a line");
    let to_be_built = shown.iter().rposition(|line| line.ends_with(": to be built")).expect("a line");
    assert!(to_be_built < up_to_date, "what would run comes first: {explained}");
    assert!(!explained.contains("as when it took"), "{explained}");
    for all in [&["explain", "build", "-v"][..], &["explain", "build", "check"]] {
        let explained = succeed(&mut app.conjoin(all));
        assert!(explained.contains("check/build: as when it took"), "{explained}");
    }
    let told = text(&run(&mut app.conjoin(&["build", "-v"])).stderr);
    assert!(told.contains("stock/build: build, because `stock/module.wasm` changed"), "{told}");
}
