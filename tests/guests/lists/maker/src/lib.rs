//! Makes the lists that `passer` fetches.

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "maker" });
}

use bindings::exports::tests::lists::source::{Guest, Item, Outcome};

struct Component;

bindings::export!(Component with_types_in bindings);

impl Guest for Component {
    fn nested(outer: u32, inner: u32) -> Vec<Vec<String>> {
        (0..outer).map(|row| (0..inner).map(|column| format!("text {row}/{column}")).collect()).collect()
    }

    fn items(count: u32) -> Vec<Item> {
        let tags = |id: u32| (0..id % 5).map(|tag| format!("tag {id}.{tag}")).collect();
        (0..count).map(|id| Item { id, name: format!("item {id}"), tags: tags(id) }).collect()
    }

    fn outcomes(count: u32) -> Vec<Outcome> {
        (0..count).map(Self::one).collect()
    }

    fn one(number: u32) -> Outcome {
        match number % 4 {
            0 => Outcome::Text(format!("outcome {number}")),
            1 => Outcome::Texts((0..number % 7).map(|text| format!("text {number}.{text}")).collect()),
            // The largest number that all languages of the test know exactly.
            2 => Outcome::Numbers((number.into(), (1 << 53) - 1, 1)),
            _ => Outcome::Nothing,
        }
    }
}
