//! The tables of one kind of trigger, `[[trigger.KIND]]`.

use std::{borrow::Cow, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::{
    ComponentName, Spanned,
    check::{Findings, Names, check_reference},
    raw::Table,
};

/// Tables in the order of the file, each with its place.
#[derive(Deserialize)]
#[serde(transparent, bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Tables<T>(Vec<toml::Spanned<Table<T>>>);

impl<T> Default for Tables<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Tables<T> {
    type Target = [toml::Spanned<Table<T>>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: JsonSchema> JsonSchema for Tables<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}

/// The component that a table names. `owner` fits before "names the component".
pub(super) fn check_component<T>(
    findings: &mut Findings<'_>,
    table: &toml::Spanned<T>,
    component: Option<&toml::Spanned<String>>,
    names: &Names<'_>,
    owner: &str,
) -> Option<Spanned<ComponentName>> {
    let line = format!("component = \"{}\"", names.first().copied().unwrap_or("api"));
    let component = findings.required(component, table.span(), owner, &line)?;
    check_reference(findings, component, names, owner)
}
