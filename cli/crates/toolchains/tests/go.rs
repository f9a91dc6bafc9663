//! The bindings that Go gets of a world: files, and what they say in the places that matter.

use std::sync::Arc;

use conjoin_diagnostics::Source;
use conjoin_plan::{Generate as _, GeneratedFile};
use conjoin_toolchains::generators::Go;
use conjoin_wit::{Dialect, WitFile, missing_wasi, parse, wasi_deps};

const WIT: &str = "package shop:api;

interface store {
  record item { name: string, count: u32 }
  add: func(item: item);
  get: func(name: string) -> option<item>;
  open: func() -> u32;
  resource basket { constructor(size: u32); put: func(item: item) -> u32; join: static func(other: basket) -> basket; }
}

interface sizes { sum: func(of: list<u32>) -> u32; }

interface later { soon: async func(); }
interface rows { row: func() -> tuple<u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8>; }
interface parts { read: func() -> stream<u8>; }

world keeper { import sizes; export store; }
world front { import store; export wasi:http/incoming-handler@0.2.12; }
world program { export wasi:cli/run@0.2.12; }
world asking-program { import sizes; export wasi:cli/run@0.2.12; }
world waiting { import later; }
world wide { export rows; }
world flowing { export parts; }
";

fn wit(world: &str) -> Vec<WitFile> {
    let mut files = vec![Arc::new(Source::new("wit/shop.wit", WIT))];
    for file in wasi_deps(&missing_wasi(&files, "wit")) {
        files.push(Arc::new(Source::new(format!("wit/{}", file.path.display()), file.text)));
    }
    let wit = parse(&files, "wit").unwrap_or_else(|found| panic!("{found:?}"));
    wit.world(world).expect("the world is there").render(&Dialect::default())
}

fn bindings(world: &str) -> Vec<GeneratedFile> {
    let generator = Go { package: "example.com/a/bindings".to_owned() };
    generator.generate(&wit(world), world).unwrap_or_else(|error| panic!("{error}"))
}

fn paths(files: &[GeneratedFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

fn text<'a>(files: &'a [GeneratedFile], path: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == path);
    file.map_or_else(|| panic!("no {path} among {:?}", paths(files)), |file| file.text.as_str())
}

/// The function that begins so, to its end.
fn function<'a>(text: &'a str, start: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    let end = text[from..].find("\n}\n").expect("it ends");
    &text[from..from + end]
}

#[test]
fn exports_are_variables_and_resources_call_what_the_user_puts_in() {
    let files = bindings("keeper");
    let exports = text(&files, "export_shop_api_store/bindings.go");
    for expected in [
        "var Add = func(item shop_api_store.Item) {\n\tpanic(\"export_shop_api_store.Add is called",
        "var Get = func(name string) witTypes.Option[shop_api_store.Item] {\n",
        "var MakeBasket = func(size uint32) *Basket {\n",
        "var BasketJoin = func(other *Basket) *Basket {\n",
        "func (self *Basket) Put(item shop_api_store.Item) uint32 {\n\treturn self.Implementation.Put(item)\n}\n",
        "type BasketMethods interface {\n\tPut(item shop_api_store.Item) uint32\n}\n",
        "\tImplementation BasketMethods\n",
    ] {
        assert!(exports.contains(expected), "{expected}\n---\n{exports}");
    }
}

#[test]
fn each_export_gives_up_its_arguments_once_and_after_it_has_read_them() {
    let files = bindings("keeper");
    let exports = text(&files, "wit_exports/exports.go");
    for name in ["add", "get", "open", "constructor_basket", "method_basket_put", "static_basket_join"] {
        let body = function(exports, &format!("func wasm_export_shop_api_store_{name}("));
        assert_eq!(body.matches("witRuntime.Unpin()").count(), 1, "{body}");
        let unpin = body.find("witRuntime.Unpin()").expect("it is there");
        let call = body.find("export_shop_api_store.").expect("it calls the user's function");
        let before = &body[..unpin];
        assert!(unpin < call || name == "method_basket_put", "{body}");
        assert_eq!(before.contains("unsafe.String("), ["add", "get", "method_basket_put"].contains(&name), "{body}");
    }
    let post = function(exports, "func wasm_export_post_return_shop_api_store_get(");
    assert!(!post.contains("witRuntime.Unpin()"), "{post}");
}

#[test]
fn functions_of_the_host_are_told_apart_from_tests_on_the_users_machine() {
    let files = bindings("keeper");
    let inside = text(&files, "shop_api_sizes/host_wasm.go");
    assert!(
        inside.contains(
            "//go:wasmimport shop:api/sizes sum\nfunc host_wasm_import_sum(arg0 uintptr, arg1 uint32) int32\n"
        )
    );
    assert_eq!(
        function(inside, "func wasm_import_sum("),
        "func wasm_import_sum(arg0 uintptr, arg1 uint32) int32 {\n\twitRuntime.Call(true)\n\tresult := host_wasm_import_sum(arg0, \
         arg1)\n\twitRuntime.Call(false)\n\treturn result"
    );
    let outside = text(&files, "shop_api_sizes/host_other.go");
    assert!(outside.contains("//go:build !wasm\n"), "{outside}");
    assert!(outside.contains("panic(\"`shop:api/sizes#sum` is there only inside of a component\")"), "{outside}");
    assert!(!text(&files, "shop_api_sizes/bindings.go").contains("go:wasmimport"));
}

#[test]
fn results_of_imports_are_given_up_when_they_have_been_read() {
    let files = bindings("front");
    let store = text(&files, "shop_api_store/bindings.go");
    let get = function(store, "func Get(");
    assert!(get.contains("defer pinner.Unpin()\n\twitRuntime.Enter()\n\tdefer witRuntime.Leave()\n"), "{get}");
}

#[test]
fn the_bridge_is_there_for_http_alone() {
    let front = bindings("front");
    assert!(paths(&front).contains(&"wasihttp/handler.go"));
    assert!(text(&front, "wasihttp/handler.go").contains("types \"example.com/a/bindings/wasi_http_types\""));
    assert!(!paths(&bindings("keeper")).iter().any(|path| path.starts_with("wasihttp/")));
    for file in front.iter().filter(|file| !file.path.ends_with("_wasm.s")) {
        assert!(file.text.starts_with("// Code generated by conjoin. DO NOT EDIT.\n"), "{}", file.path);
        assert!(!file.text.contains("go.bytecodealliance.org") && !file.text.contains("BINDINGS"), "{}", file.path);
    }
}

#[test]
fn a_program_gets_what_it_imports() {
    assert!(bindings("program").is_empty());
    let files = bindings("asking-program");
    assert!(paths(&files).contains(&"shop_api_sizes/bindings.go"));
    assert!(!paths(&files).iter().any(|path| path.starts_with("wit_exports/")));
}

#[test]
fn what_go_cannot_have_is_named() {
    let error = |world: &str| {
        let generator = Go { package: "a/bindings".to_owned() };
        generator.generate(&wit(world), world).expect_err("it cannot be had").to_string()
    };
    let advice = "which Go components cannot have; leave it out of what this world imports and exports";
    assert_eq!(error("waiting"), format!("the world `waiting` uses the `async` function `soon`, {advice}"));
    assert_eq!(error("wide"), format!("the world `wide` uses a tuple of 17 values, {advice}"));
    assert_eq!(error("flowing"), format!("the world `flowing` uses a `stream`, {advice}"));
}
