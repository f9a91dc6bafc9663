//! What is said where conjoin itself is at fault: `tests/defects/*/error.txt`.

use conjoin_compose::ComposeError;
use conjoin_diagnostics::{Style, render};
use snapbox::{assert_data_eq, file};

#[test]
fn defects_of_the_composer_ask_for_a_report() {
    let wiring = || "gateway <- pricing".to_owned();
    let panicked = ComposeError::Panicked { wiring: wiring(), reason: "IndexMap: key not found".to_owned() };
    let refused =
        ComposeError::Refused { wiring: wiring(), reason: "it still imports `shop:api/tax@0.1.0`".to_owned() };
    let invalid = ComposeError::Invalid { wiring: wiring(), reason: "type mismatch".to_owned(), offset: 42 };
    for (error, expected) in [
        (panicked, file!["defects/panicked/error.txt"]),
        (refused, file!["defects/refused/error.txt"]),
        (invalid, file!["defects/invalid/error.txt"]),
    ] {
        assert!(error.is_bug());
        assert_data_eq!(render(&error.diagnostic(), Style::Plain), expected.raw());
    }
}
