//! Passes values through that take many pieces of memory.

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "passer" });
}

use std::cell::RefCell;

use bindings::{
    exports::tests::lists::lists::{Guest, Item, Outcome},
    tests::lists::source,
};

struct Component;

bindings::export!(Component with_types_in bindings);

thread_local! {
    static KEPT: RefCell<Vec<Outcome>> = const { RefCell::new(Vec::new()) };
}

impl Guest for Component {
    fn sum_nested(texts: Vec<Vec<String>>) -> u64 {
        texts.iter().flatten().map(|text| text.len() as u64).sum()
    }

    fn make_nested(outer: u32, inner: u32) -> Vec<Vec<String>> {
        (0..outer).map(|row| (0..inner).map(|column| format!("text {row}/{column}")).collect()).collect()
    }

    fn echo_nested(texts: Vec<Vec<String>>) -> Vec<Vec<String>> {
        texts
    }

    fn tag_items(mut items: Vec<Item>) -> Vec<Item> {
        for item in &mut items {
            item.tags.push(format!("tag of {}", item.name));
        }
        items
    }

    fn sum_fetched(outer: u32, inner: u32, times: u32) -> u64 {
        (0..times).map(|_| Self::sum_nested(source::nested(outer, inner))).sum()
    }

    fn fetch_items(count: u32) -> Vec<Item> {
        source::items(count)
    }

    fn copy_outcomes(outcomes: Vec<Outcome>) -> Vec<Outcome> {
        outcomes
    }

    fn fetch_outcomes(count: u32) -> Vec<Outcome> {
        (0..count).map(source::one).collect()
    }

    fn keep(outcomes: Vec<Outcome>) {
        KEPT.set(outcomes);
    }

    fn kept() -> Vec<Outcome> {
        KEPT.with_borrow(Clone::clone)
    }

    fn memory() -> u64 {
        (core::arch::wasm32::memory_size(0) as u64) << 16
    }
}
