//! What is said of files that are components, and of those that are not.

use conjoin_wit::{InspectError, inspect};

const COMPONENT: &str = r#"(component
  (import "shop:api/store@0.1.0" (instance
    (export "bucket" (type (sub resource)))
  ))
  (core module $m (func (export "run")))
  (core instance $i (instantiate $m))
  (func $run (canon lift (core func $i "run")))
  (instance $pricing (export "price" (func $run)))
  (export "shop:api/pricing@0.1.0" (instance $pricing))
  (export "run" (func $run))
)"#;

fn component() -> Vec<u8> {
    wat::parse_str(COMPONENT).expect("the text is right")
}

fn message(bytes: &[u8]) -> String {
    inspect(bytes).expect_err("it is not a component").to_string()
}

#[test]
fn a_component_tells_its_imports_and_exports() {
    let surface = inspect(&component()).expect("it is a component");
    let names = |items: &[conjoin_wit::Item]| items.iter().map(|item| item.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&surface.imports), ["shop:api/store@0.1.0"]);
    assert_eq!(names(&surface.exports), ["run", "shop:api/pricing@0.1.0"]);
    assert_eq!(surface.exports[1].definition, "interface shop:api/pricing@0.1.0 {\n  price: func();\n}\n");
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(inspect(b""), Err(InspectError::Empty));
    assert_eq!(inspect(&wat::parse_str("(module)").expect("it is a module")), Err(InspectError::CoreModule));
    assert_eq!(
        message(b"#!/bin/sh\nexit"),
        "it is not WebAssembly: it begins with `#!/bin/sh`, and a component begins with `\\0asm`"
    );
    assert_eq!(
        message(b"\x7fELF\x02"),
        "it is not WebAssembly: it begins with the bytes 7f 45 4c 46, and a component begins with `\\0asm`"
    );
}

#[test]
fn a_cut_file_is_recognised() {
    let whole = component();
    let exports = inspect(&whole).expect("it is a component").exports.len();
    for length in 1..whole.len() {
        match inspect(&whole[..length]) {
            Err(InspectError::Truncated { length: found }) => assert_eq!(found, length),
            Err(InspectError::Invalid { .. }) => {}
            Err(other) => panic!("{length}: {other}"),
            // Cut between two sections, what is left is a component that has no more exports.
            Ok(surface) => assert!(surface.exports.len() <= exports, "{length}"),
        }
    }
    assert_eq!(inspect(&whole[..whole.len() - 1]), Err(InspectError::Truncated { length: whole.len() - 1 }));
}

#[test]
fn wrong_contents_are_placed() {
    let mut bytes = component();
    let position = bytes.windows(4).position(|window| window == b"shop").expect("the name is there");
    bytes[position] = b'S';
    let error = message(&bytes);
    assert!(error.starts_with("it is not a valid component: "), "{error}");
    assert!(error.contains("(at byte "), "{error}");
}

#[test]
fn no_changed_byte_makes_it_panic() {
    let whole = component();
    for position in 0..whole.len() {
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff, whole[position] ^ 0x10] {
            let mut bytes = whole.clone();
            bytes[position] = value;
            drop(inspect(&bytes));
        }
    }
}
