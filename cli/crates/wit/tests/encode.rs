//! Core modules that become components, and those that do not.

use std::sync::Arc;

use conjoin_diagnostics::Source;
use conjoin_wit::{Dialect, WitFile, encode, inspect, missing_wasi, parse, wasi_deps};

const WIT: &str = "package shop:api@0.1.0;

interface log {
  log: func(line: string);
  count: func() -> u32;
}

world logger {
  import wasi:clocks/wall-clock@0.2.12;
  export log;
}
";

/// A guest as TinyGo makes it: its runtime imports parts of WASI 0.2.0 that its world does not name.
const MODULE: &str = r#"(module
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop (param i32)))
  (import "wasi:clocks/wall-clock@0.2.12" "now" (func $now (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
  (func (export "shop:api/log@0.1.0#log") (param i32 i32) call $stdout call $drop)
  (func (export "shop:api/log@0.1.0#count") (result i32) i32.const 0 call $now i32.const 7)
)"#;

/// The WIT as a toolchain gets it: only what the world reaches.
fn wit() -> Vec<WitFile> {
    let mut files = vec![Arc::new(Source::new("wit/log.wit", WIT))];
    for file in wasi_deps(&missing_wasi(&files, "wit")) {
        files.push(Arc::new(Source::new(format!("wit/{}", file.path.display()), file.text)));
    }
    let wit = parse(&files, "wit").unwrap_or_else(|found| panic!("{found:?}"));
    wit.world("logger").expect("the world is there").render(&Dialect::default())
}

fn message(module: &str) -> String {
    let module = wat::parse_str(module).expect("the text is right");
    encode(&module, &wit(), "logger", None).expect_err("it does not fit").to_string()
}

#[test]
fn imports_of_a_runtime_come_out_in_one_version() {
    let module = wat::parse_str(MODULE).expect("the text is right");
    let component = encode(&module, &wit(), "logger", None).expect("it fits");
    let surface = inspect(&component).expect("it is a component");
    let names = |items: &[conjoin_wit::Item]| items.iter().map(|item| item.name.to_string()).collect::<Vec<_>>();
    assert_eq!(
        names(&surface.imports),
        ["wasi:cli/stdout@0.2.12", "wasi:clocks/wall-clock@0.2.12", "wasi:io/streams@0.2.12"]
    );
    assert_eq!(names(&surface.exports), ["shop:api/log@0.1.0"]);
    assert_eq!(encode(&module, &wit(), "logger", None).expect("it fits"), component, "the same each time");
}

#[test]
fn a_forgotten_export_is_named() {
    assert_eq!(
        message(&MODULE.replace("@0.1.0#count", "@0.1.0#number")),
        "the guest does not export `shop:api/log@0.1.0#count`, which its world `logger` demands; implement and export it, or remove \
         it from the world"
    );
}

#[test]
fn an_import_that_the_world_lacks_is_named() {
    let module = MODULE.replace("wasi:clocks/wall-clock@0.2.12", "shop:api/clock@0.1.0");
    assert_eq!(
        message(&module),
        "the guest imports `shop:api/clock@0.1.0`, which its world `logger` does not; add `import shop:api/clock@0.1.0;` to the \
         world, or build again with current bindings"
    );
}

#[test]
fn a_function_with_other_parameters_is_explained() {
    let error = message(&MODULE.replace("(param i32 i32) call $stdout call $drop", "(param i64)"));
    assert!(error.starts_with("the module does not fit its world `logger`: "), "{error}");
    assert!(error.contains("type mismatch for function `log`"), "{error}");
}

#[test]
fn other_files_are_refused() {
    let error =
        |bytes: &[u8], world: &str| encode(bytes, &wit(), world, None).expect_err("it does not fit").to_string();
    assert_eq!(
        error(b"", "logger"),
        "what the compiler wrote is not a core WebAssembly module: the file is empty; build it again"
    );
    assert_eq!(
        error(&wat::parse_str("(component)").expect("the text is right"), "logger"),
        "what the compiler wrote is not a core WebAssembly module: it is a component already; build it again"
    );
    let module = wat::parse_str(MODULE).expect("the text is right");
    assert_eq!(error(&module, "loger"), "the WIT has no world `loger`; it has `logger`");
    assert_eq!(
        message(r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))))"#),
        "the guest was built for WASI preview 1 (it imports `wasi_snapshot_preview1`); build it for the target of its toolchain that \
         uses WASI 0.2"
    );
}
