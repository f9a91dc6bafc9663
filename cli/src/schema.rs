//! The JSON schema of `conjoin.toml`, as a file for editors.

use conjoin_plan::Layout;

/// The text of the schema.
pub(crate) fn schema_text() -> String {
    format!("{:#}", conjoin_manifest::schema(&conjoin_toolchains::all().languages()))
}

/// Writes the schema to the path in the first line of manifests that `new` creates. So editors find the schema of this
/// version offline.
pub(crate) fn keep_schema(layout: &Layout) {
    // Only editors need it, so a failure is ignored.
    drop(conjoin_engine::keep_file(layout, "conjoin.schema.json", format!("{}\n", schema_text()).as_bytes()));
}
