//! The JSON schema of `conjoin.toml` as a file that editors find.

use conjoin_plan::Layout;

/// The schema, as it is kept in files.
pub(crate) fn schema_text() -> String {
    format!("{:#}", conjoin_manifest::schema(&conjoin_toolchains::all().languages()))
}

/// Keeps the schema where the first line of a manifest made by `new` says, so that editors find that of this version, offline.
pub(crate) fn keep_schema(layout: &Layout) {
    // Only an editor misses it: no reason to fail.
    drop(conjoin_engine::keep_file(layout, "conjoin.schema.json", format!("{}\n", schema_text()).as_bytes()));
}
