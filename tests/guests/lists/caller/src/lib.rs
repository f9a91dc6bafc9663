//! Runs one test on `passer`, named by the first argument, and fails if a value is not what it should be. The second argument is the
//! length of outer lists.

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "caller", generate_all });
}

use bindings::{
    exports::wasi::cli::run::Guest,
    tests::lists::{
        lists, source,
        types::{Item, Outcome},
    },
};

/// How long the outer lists are where no argument says so, and the inner ones.
const SIZES: (u32, u32) = (20_000, 20);
/// How many records are passed.
const COUNT: u32 = 20_000;
/// How many variants: fewer, because the collector runs for nearly every one.
const VARIANTS: u32 = 2_000;

struct Component;

bindings::export!(Component with_types_in bindings);

impl Guest for Component {
    fn run() -> Result<(), ()> {
        let name = std::env::args().nth(1).unwrap_or_default();
        let Some((_, test)) = TESTS.iter().find(|(other, _)| *other == name) else {
            eprintln!("there is no test `{name}`");
            return Err(());
        };
        test();
        println!("{name} passed");
        Ok(())
    }
}

/// The tests: a difference ends the run with a panic.
const TESTS: &[(&str, fn())] = &[
    ("nested-arguments", nested_arguments),
    ("nested-results", nested_results),
    ("nested-both-ways", nested_both_ways),
    ("nested-results-of-imports", nested_results_of_imports),
    ("records-both-ways", records_both_ways),
    ("records-of-imports", records_of_imports),
    ("variants-copied", variants_copied),
    ("variants-of-imports", variants_of_imports),
    ("variants-kept", variants_kept),
    ("long-texts", long_texts),
    ("many-calls", many_calls),
];

fn outer() -> u32 {
    std::env::args().nth(2).map_or(SIZES.0, |length| length.parse().expect("a number"))
}

fn nested() -> Vec<Vec<String>> {
    source::nested(outer(), SIZES.1)
}

fn bytes(texts: &[Vec<String>]) -> u64 {
    texts.iter().flatten().map(|text| text.len() as u64).sum()
}

fn nested_arguments() {
    let texts = nested();
    assert_eq!(lists::sum_nested(&texts), bytes(&texts));
}

fn nested_results() {
    assert!(lists::make_nested(outer(), SIZES.1) == nested());
}

fn nested_both_ways() {
    let texts = nested();
    assert!(lists::echo_nested(&texts) == texts);
}

fn nested_results_of_imports() {
    assert_eq!(lists::sum_fetched(outer(), SIZES.1, 3), 3 * bytes(&nested()));
}

fn same_items(found: &[Item], expected: &[Item], more_tags: impl Fn(&Item) -> Vec<String>) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let tags = [expected.tags.clone(), more_tags(expected)].concat();
        assert_eq!((found.id, &found.name, &found.tags), (expected.id, &expected.name, &tags));
    }
}

fn records_both_ways() {
    let items = source::items(COUNT);
    same_items(&lists::tag_items(&items), &items, |item| vec![format!("tag of {}", item.name)]);
}

fn records_of_imports() {
    same_items(&lists::fetch_items(COUNT), &source::items(COUNT), |_| Vec::new());
}

fn same_outcomes(found: &[Outcome], expected: &[Outcome]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }
}

fn variants_copied() {
    let outcomes = source::outcomes(VARIANTS);
    same_outcomes(&lists::copy_outcomes(&outcomes), &outcomes);
}

fn variants_of_imports() {
    same_outcomes(&lists::fetch_outcomes(VARIANTS), &source::outcomes(VARIANTS));
}

fn variants_kept() {
    let outcomes = source::outcomes(VARIANTS);
    lists::keep(&outcomes);
    let texts = source::nested(500, 20);
    assert_eq!(lists::sum_nested(&texts), bytes(&texts));
    same_outcomes(&lists::kept(), &outcomes);
}

fn long_texts() {
    for size in [1 << 20, 30 << 20] {
        let texts = vec![vec!["x".repeat(size)]];
        assert_eq!(lists::sum_nested(&texts), size as u64);
        assert!(lists::echo_nested(&texts) == texts);
    }
}

fn many_calls() {
    let texts = source::nested(50, 20);
    let size = bytes(&texts);
    let call = || {
        assert_eq!(lists::sum_nested(&texts), size);
        assert_eq!(lists::sum_fetched(50, 20, 1), size);
    };
    (0..200).for_each(|_| call());
    let before = lists::memory();
    (0..2_000).for_each(|_| call());
    // 4,000 times 12 KB went in; all of it was given back but for what one call needs.
    let more = lists::memory().saturating_sub(before);
    assert!(more < 2 << 20, "the memory has grown by {more} bytes from {before}");
}
