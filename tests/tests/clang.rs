//! Components in C and C++, beyond what all languages share: what is compiled anew, and what is said of mistakes.

use std::path::Path;

use conjoin_tests::{
    app::App,
    conjoin::{conjoin, run, succeed, text},
};
use serde_json::Value;

const MANIFEST: &str = r#"conjoin = 1

[app]
name = "shop"

[component.pricing]
language = "c"
path = "code/pricing"

[component.report]
language = "cpp"
permissions.stdio = true

[[trigger.command]]
component = "report"
"#;

const WIT: &str = "package shop:api@0.1.0;

interface prices {
  price: func(item: string) -> u32;
}

world pricing {
  export prices;
}

world report {
  import prices;
  export wasi:cli/run@0.2.12;
}
";

/// Includes a header of the app that lies outside of its folder.
const PRICING: &str = r#"#include "bindings/pricing.h"
#include "../../../shared/vat.h"
#include "base.h"

uint32_t exports_shop_api_prices_price(pricing_string_t *item) {
  uint32_t price = base_price(item->len) + VAT;
  pricing_string_free(item);
  return price;
}
"#;

/// Has a comment that is not UTF-8.
const BASE: &[u8] = b"// Gr\xf6\xdfe\n#include \"base.h\"\n\nunsigned base_price(unsigned size) { return size; }\n";

/// Has a constructor and destructors that run, and no parameters.
const REPORT: &str = r#"#include <cstdio>
#include <string>

#include "bindings/report.h"

static const std::string item = "a name that does not fit into a string of its own size";

struct Last {
  ~Last() { std::puts("done"); }
};
static Last last;

int main() {
  report_string_t name;
  report_string_set(&name, item.c_str());
  std::printf("%u\n", static_cast<unsigned>(shop_api_prices_price(&name)));
}
"#;

fn app() -> App {
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", WIT.as_bytes()),
        ("shared/vat.h", b"#define VAT 20\n"),
        ("code/pricing/src/pricing.c", PRICING.as_bytes()),
        ("code/pricing/src/base.c", BASE),
        ("code/pricing/include/base.h", b"unsigned base_price(unsigned size);\n"),
        ("report/src/report.cpp", REPORT.as_bytes()),
    ])
}

/// The sources that a build compiles, as `COMPONENT/FILE`.
fn compiled(app: &Path) -> Vec<String> {
    let events = succeed(&mut conjoin(app, &["build", "--install-tools", "--message-format", "json"]));
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let built = events.filter(|event| event["event"] == "step-finished" && event["outcome"] == "built");
    let steps = built.filter_map(|event| event["step"].as_str().map(str::to_owned));
    let is_source = |step: &String| Path::new(step).extension().is_some_and(|end| end == "c" || end == "cpp");
    let mut sources: Vec<String> = steps.filter(is_source).collect();
    sources.sort();
    sources
}

#[test]
fn what_a_source_includes_is_compiled_with_it() {
    // What an earlier run has compiled lies in the store.
    let process = std::process::id();
    let app = app();
    let says = |price: u32| {
        assert_eq!(succeed(&mut conjoin(&app.path(), &["run", "--quiet"])), format!("{price}\ndone\n"));
    };
    compiled(&app.path());
    says(54 + 20);
    assert_eq!(compiled(&app.path()), [""; 0]);

    app.write("shared/vat.h", format!("#define VAT {process}\n"));
    assert_eq!(compiled(&app.path()), ["pricing/pricing.c"], "a header outside of the folder");
    says(54 + process);

    app.write("wit/app.wit", WIT.replace("interface prices", "/// What things cost.\ninterface prices"));
    assert_eq!(compiled(&app.path()), [""; 0], "a comment");

    // It takes the place of the one in `include/`.
    app.write("code/pricing/src/base.h", format!("// {process}\n#define base_price(size) (2 * (size))\n"));
    app.write("code/pricing/src/base.c", format!("int unused{process};\n"));
    assert_eq!(compiled(&app.path()), ["pricing/base.c", "pricing/pricing.c"], "a header of the same name");
    says(2 * 54 + process);
}

#[test]
fn mistakes_are_told_with_their_cure() {
    let app = app();
    let said = |path: &str, source: &str| {
        app.write(path, source);
        let output = run(&mut conjoin(&app.path(), &["build", "--install-tools"]));
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let missing = said("code/pricing/src/pricing.c", "int nothing;\n");
    assert!(missing.contains("undefined symbol: exports_shop_api_prices_price"), "{missing}");
    assert!(missing.contains("help: The world exports a function that the component does not define"), "{missing}");
    let unknown = said("code/pricing/src/pricing.c", &PRICING.replace("pricing_string_free", "pricing_text_free"));
    assert!(unknown.contains("error[clang::error]: call to undeclared function 'pricing_text_free'"), "{unknown}");
    assert!(unknown.contains("--> code/pricing/src/pricing.c:7:3\n"), "{unknown}");
    let no_main = said("report/src/report.cpp", "int nothing;\n");
    assert!(no_main.contains("help: A component that exports nothing but `wasi:cli/run` is a program"), "{no_main}");
    let throws = said("report/src/report.cpp", "int main() { throw 1; }\n");
    assert!(throws.contains("help: C++ components are built without exceptions"), "{throws}");
}

/// Of one that is released; what is built for development holds the path of the app for debuggers.
#[test]
fn a_component_has_the_same_bytes_in_any_folder() {
    let verified = run(&mut conjoin(&app().path(), &["build", "--install-tools", "--release", "--verify"]));
    let story = text(&verified.stderr);
    assert!(verified.status.success(), "{story}");
    assert!(story.contains("Same pricing, built by clang") && story.contains("Same report, built by clang"), "{story}");
}
