//! `conjoin schema`: the JSON schema of `conjoin.toml`, for editors.

use serde_json::json;

use crate::{
    exit::CommandError,
    schema::schema_text,
    ui::{Format, Ui},
};

/// Prints the JSON schema of `conjoin.toml`.
#[expect(clippy::unnecessary_wraps, reason = "every command has the same shape")]
pub(crate) fn schema(ui: &mut Ui) -> Result<(), CommandError> {
    match ui.format {
        Format::Human => ui.answer(&schema_text()),
        Format::Json => ui.answer_json(
            "schema",
            json!({ "schema": conjoin_manifest::schema(&conjoin_toolchains::all().languages()) }),
        ),
    }
    Ok(())
}
