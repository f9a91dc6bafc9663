//! What changes the digest of a world, and what does not.

use std::sync::Arc;

use conjoin_diagnostics::Source;
use conjoin_wit::parse;

const BASE: &str = "package shop:api@0.1.0;

interface pricing {
  use types.{money};
  record quote { price: money, tax: f64 }
  price: func(sku: string) -> result<quote, string>;
  discount: func(sku: string) -> u8;
}

interface types {
  record money { cents: u64 }
  enum size { small, large }
}

interface ranking {
  rank: func(sku: string) -> u32;
}

world gateway {
  import pricing;
  import log: func(line: string);
  export run: func();
}

world other {
  import ranking;
}
";

fn digest(text: &str) -> String {
    let wit = parse(&[Arc::new(Source::new("wit/a.wit", text))], "wit").unwrap_or_else(|found| panic!("{found:?}"));
    wit.world("gateway").expect("the world is there").digest()
}

fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "`{from}` is not in the text");
    digest(&BASE.replace(from, to))
}

#[test]
fn comments_and_white_space_do_not_count() {
    assert_eq!(digest(BASE), changed("interface pricing", "/// Prices.\ninterface   pricing"));
    assert_eq!(digest(BASE), changed("  price: func", "  // asks\n  /* for */ price: func"));
    assert_eq!(digest(BASE), digest(&BASE.replace('\n', "\r\n")));
}

#[test]
fn the_order_of_items_does_not_count() {
    let swapped = changed(
        "  price: func(sku: string) -> result<quote, string>;\n  discount: func(sku: string) -> u8;\n",
        "  discount: func(sku: string) -> u8;\n  price: func(sku: string) -> result<quote, string>;\n",
    );
    assert_eq!(digest(BASE), swapped);
    let moved = changed(
        "  import pricing;\n  import log: func(line: string);",
        "  import log: func(line: string);\n  import pricing;",
    );
    assert_eq!(digest(BASE), moved);
    assert_eq!(digest(BASE), changed("world other {\n  import ranking;\n}\n", ""));
}

#[test]
fn what_the_world_does_not_reach_does_not_count() {
    assert_eq!(digest(BASE), changed("rank: func(sku: string) -> u32", "rank: func(sku: u64) -> u32"));
    assert_eq!(digest(BASE), changed("world other {", "world another {"));
    assert_eq!(
        digest(BASE),
        changed("interface ranking {", "interface unrelated { nothing: func(); }\ninterface ranking {")
    );
}

#[test]
fn what_the_world_reaches_counts() {
    for (from, to) in [
        ("cents: u64", "cents: u32"),
        ("price: money, tax: f64", "tax: f64, price: money"),
        ("price: func(sku", "price: func(id"),
        ("price: func(sku", "price: async func(sku"),
        ("discount: func(sku: string) -> u8;", "discount: func(sku: string) -> u8;\n  more: func();"),
        ("export run: func();", "export run: func() -> result;"),
        ("import log: func(line: string);", ""),
        ("export run: func();", ""),
        ("world gateway {", "world gateway {\n  import ranking;"),
        ("shop:api@0.1.0", "shop:api@0.1.1"),
    ] {
        assert_ne!(digest(BASE), changed(from, to), "`{from}` became `{to}`");
    }
}

#[test]
fn a_world_split_over_several_files_is_the_same_world() {
    let (first, second) = BASE.split_at(BASE.find("interface types").expect("it is there"));
    let second = format!("package shop:api@0.1.0;\n{second}");
    let files = [Arc::new(Source::new("wit/a.wit", first)), Arc::new(Source::new("wit/b.wit", second))];
    let wit = parse(&files, "wit").unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(wit.world("gateway").expect("the world is there").digest(), digest(BASE));
}
