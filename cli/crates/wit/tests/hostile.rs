//! Files that strangers made to cost more than they should: each is refused, in little memory, with little stack, and without a panic.
//!
//! The whole program runs with an address space of 1 GiB: what reserves memory for what a file announces ends it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use conjoin_wit::{InspectError, encode_either, inspect, packages_of_component, strip, types_provider};
use rustix::process::{Resource, Rlimit, setrlimit};

const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
/// The number 2^32 - 1.
const MOST: &[u8] = b"\xff\xff\xff\xff\x0f";

fn limited() {
    setrlimit(Resource::As, Rlimit { current: Some(1 << 30), maximum: Some(1 << 30) }).unwrap();
}

/// The number in the form that its kind of integer takes, with or without a sign.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x3f {
        bytes.push(0x80 | u8::try_from(value & 0x7f).unwrap());
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// `begin`, and a section of these contents.
fn with_section(begin: &[u8], id: u8, contents: &[u8]) -> Vec<u8> {
    [begin, &[id], &number(contents.len()), contents].concat()
}

/// Gives `file` to everything that reads bytes of strangers; gives what the inspection says.
fn read(file: &[u8]) -> Result<(), InspectError> {
    drop((strip(file), types_provider(file), packages_of_component(file), encode_either(file, &[], "none")));
    inspect(file).map(drop)
}

/// Gives `component` to everything, also in another component and in a module that says what it is to become.
fn refused(component: &[u8]) -> InspectError {
    drop(read(&with_section(HEADER, 4, component)).unwrap_err());
    let described = [&number(14)[..], b"component-type", component].concat();
    drop(read(&with_section(b"\0asm\x01\0\0\0", 0, &described)));
    read(component).unwrap_err()
}

#[test]
fn a_section_of_four_gibibytes_in_fourteen_bytes_costs_nothing() {
    limited();
    for id in 0..=12 {
        let component = [HEADER, &[id], MOST].concat();
        assert_eq!(component.len(), 14);
        let error = refused(&component).to_string();
        assert!(
            error.contains("it is cut off after 14 bytes") || error.contains("section is too large"),
            "{id}: {error}"
        );
    }
}

#[test]
fn what_is_announced_and_not_there_costs_nothing() {
    limited();
    // Core instances, core types, instances, aliases, types, functions, imports, exports.
    for id in [2, 3, 5, 6, 7, 8, 10, 11] {
        assert_eq!(
            refused(&with_section(HEADER, id, MOST)),
            InspectError::TooMany { limit: 2_000_000 },
            "section {id}"
        );
        for count in [999_999, 1_999_999] {
            let error = refused(&with_section(HEADER, id, &number(count)));
            assert!(matches!(error, InspectError::Invalid { .. } | InspectError::Truncated { .. }), "{id}: {error}");
        }
    }
    // Declarations of the type of a component, of an instance, and of a core module; fields, cases, elements, flags, parameters.
    for kind in [&b"\x41"[..], b"\x42", b"\x50", b"\x72", b"\x71", b"\x6f", b"\x6e", b"\x6d", b"\x40"] {
        let contents = [&[1], kind, MOST].concat();
        drop(refused(&with_section(HEADER, 7, &contents)));
        drop(refused(&with_section(HEADER, 3, &contents)));
    }
}

/// `levels` types of components or instances in one another.
fn nested_types(opener: u8, levels: usize) -> Vec<u8> {
    let mut contents = vec![1];
    for _ in 1..levels {
        contents.extend([opener, 1, 1]);
    }
    contents.extend([opener, 0]);
    with_section(HEADER, 7, &contents)
}

#[test]
fn types_in_types_need_no_stack() {
    limited();
    for opener in [0x41, 0x42] {
        assert_eq!(read(&nested_types(opener, 100)), Ok(()));
        for levels in [101, 2_000, 1_000_000] {
            let error = refused(&nested_types(opener, levels));
            assert!(matches!(error, InspectError::TooDeep { what: "types", limit: 100, .. }), "{levels}: {error}");
        }
    }
    let error = read(&nested_types(0x42, 101)).unwrap_err();
    assert_eq!(error.to_string(), "its types are nested more than 100 deep (at byte 314)");
    assert_eq!(error.hint(), "build it again from WIT with flatter types, and with current tools");
}

#[test]
fn components_in_components_need_no_stack() {
    limited();
    let nested = |levels: usize| (0..levels).fold(HEADER.to_vec(), |inner, _| with_section(HEADER, 4, &inner));
    assert_eq!(read(&nested(100)), Ok(()));
    for levels in [101, 5_000] {
        let error = read(&nested(levels)).unwrap_err();
        assert!(matches!(error, InspectError::TooDeep { what: "components", limit: 100, .. }), "{levels}: {error}");
    }
}

/// Types that each refer to the one before: `of` gives the bytes of one.
fn chained_types(count: usize, of: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut contents = number(count);
    for index in 0..count {
        contents.extend(of(index));
    }
    with_section(HEADER, 7, &contents)
}

#[test]
fn types_of_types_need_no_stack() {
    limited();
    let first_or = |index: usize, bytes: Vec<u8>| if index == 0 { b"\x70\x7d".to_vec() } else { bytes };
    for count in [2_000, 100_000] {
        let before = |index: usize| number(index.saturating_sub(1));
        // Lists, options, records, variants, tuples and results.
        drop(refused(&chained_types(count, |index| first_or(index, [vec![0x70], before(index)].concat()))));
        drop(refused(&chained_types(count, |index| first_or(index, [vec![0x6b], before(index)].concat()))));
        let record = |index| first_or(index, [vec![0x72, 1, 1, b'a'], before(index)].concat());
        drop(refused(&chained_types(count, record)));
        let variant = |index| first_or(index, [vec![0x71, 1, 1, b'a', 1], before(index), vec![0]].concat());
        drop(refused(&chained_types(count, variant)));
        drop(refused(&chained_types(count, |index| first_or(index, [vec![0x6f, 1], before(index)].concat()))));
        let error =
            refused(&chained_types(count, |index| first_or(index, [vec![0x6a, 1], before(index), vec![0]].concat())));
        assert!(error.to_string().contains("type nesting is too deep"), "{error}");
        // Instances that each export the one before.
        let instance = |index: usize| {
            if index == 0 {
                return vec![0x42, 0];
            }
            let alias = [&[2, 3, 2, 1][..], &before(index)].concat();
            [&[0x42, 2][..], &alias, &[4, 0, 1, b'a', 5, 0]].concat()
        };
        drop(refused(&chained_types(count, instance)));
    }
}

#[test]
fn as_many_types_as_a_component_may_have_take_memory_in_proportion() {
    limited();
    assert!(inspect(&chained_types(1_000_000, |_| vec![0x7d])).is_ok());
    drop(inspect(&chained_types(1_000_000, |_| vec![0x42, 0])));
    let declarations = [&[1, 0x42][..], &number(900_000), &[1, 0x7d].repeat(900_000)].concat();
    assert!(inspect(&with_section(HEADER, 7, &declarations)).is_ok());
}

/// A component with everything: types, an import, a core module, functions, exports.
fn whole() -> Vec<u8> {
    let text = r#"(component
      (import "shop:api/store@0.1.0" (instance
        (export "bucket" (type (sub resource)))
        (type $fields (record (field "name" string) (field "sizes" (list u32))))
        (export "item" (type $item (eq $fields)))
        (export "put" (func (param "item" $item) (result (option string))))))
      (type (component (import "a:b/c" (instance (export "f" (func)))) (export "g" (func))))
      (component (core module (func)))
      (core module $m (func (export "run")))
      (core instance $i (instantiate $m))
      (func $run (canon lift (core func $i "run")))
      (instance $pricing (export "price" (func $run)))
      (export "shop:api/pricing@0.1.0" (instance $pricing))
      (export "run" (func $run)))"#;
    let component = wat::parse_str(text).unwrap();
    assert_eq!(read(&component), Ok(()));
    component
}

#[test]
fn a_component_cut_at_any_byte_is_read_or_refused() {
    limited();
    let whole = whole();
    for length in 0..whole.len() {
        drop(read(&whole[..length]));
    }
}

/// Numbers that look random and are the same in every run.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

#[test]
fn a_changed_component_is_read_or_refused() {
    limited();
    let whole = whole();
    let mut state = 7;
    for _ in 0..3_000 {
        let mut component = whole.clone();
        for _ in 0..=random(&mut state) % 4 {
            let position = random(&mut state) % component.len();
            let byte = u8::try_from(random(&mut state) & 0xff).unwrap();
            match random(&mut state) % 4 {
                0 => component.insert(position, byte),
                1 => drop(component.remove(position)),
                2 => component[position] ^= 1 << (byte & 7),
                _ => component[position] = byte,
            }
        }
        drop(read(&component));
    }
}
