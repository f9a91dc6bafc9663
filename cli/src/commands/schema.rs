//! `conjoin schema`: what editors know of `conjoin.toml`.

use conjoin_plan::Layout;
use serde_json::json;

use crate::{
    exit::CommandError,
    ui::{Format, Ui},
};

/// Prints the JSON schema of `conjoin.toml`.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same shape")]
pub(crate) fn schema(ui: &mut Ui) -> Result<(), CommandError> {
    match ui.format {
        Format::Human => ui.answer(&schema_text()),
        Format::Json => ui.answer_json("schema", json!({ "schema": conjoin_manifest::schema() })),
    }
    Ok(())
}

/// The JSON schema of `conjoin.toml`, as it is kept in files.
fn schema_text() -> String {
    format!("{:#}", conjoin_manifest::schema())
}

/// Keeps the schema where the first line of a manifest made by `new` says, so that editors find that of this version, offline.
pub(crate) fn keep_schema(layout: &Layout) {
    // Only an editor misses it: no reason to fail.
    drop(conjoin_engine::keep_file(layout, "conjoin.schema.json", format!("{}\n", schema_text()).as_bytes()));
}
