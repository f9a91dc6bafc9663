//! The shape of `conjoin.toml`: which keys there are and what kind of value each has.
//!
//! Nothing here is checked for sense, and every key is optional: what is missing is an error of meaning, so that it is reported
//! together with the others. Never `flatten` or `untagged`: both lose the places of values.

use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::Spanned;

/// A table whose keys the user chooses.
pub(crate) type Named<T> = BTreeMap<Spanned<String>, T>;

/// A table, and nothing else: what serde derives for a struct would take an array of its values, too.
#[derive(Default)]
pub(crate) struct Table<T>(T);

impl<T> Deref for Table<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Table)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawManifest {
    pub(crate) conjoin: Option<Spanned<i64>>,
    pub(crate) app: Option<Spanned<Table<RawApp>>>,
    #[serde(default)]
    pub(crate) component: Named<Table<RawComponent>>,
    #[serde(default)]
    pub(crate) trigger: Table<RawTriggers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawApp {
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) version: Option<Spanned<String>>,
    pub(crate) wit: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawComponent {
    pub(crate) language: Option<Spanned<String>>,
    pub(crate) toolchain: Option<Spanned<String>>,
    pub(crate) engine: Option<Spanned<String>>,
    pub(crate) source: Option<Spanned<String>>,
    pub(crate) build: Option<Spanned<Table<RawBuild>>>,
    pub(crate) path: Option<Spanned<String>>,
    pub(crate) world: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) permissions: Table<RawPermissions>,
    #[serde(default)]
    pub(crate) imports: Named<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawBuild {
    pub(crate) command: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) inputs: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) output: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the manifest, granted or not")]
pub(crate) struct RawPermissions {
    pub(crate) stdio: bool,
    pub(crate) clocks: bool,
    pub(crate) random: bool,
    pub(crate) env: Vec<Spanned<String>>,
    pub(crate) args: bool,
    pub(crate) directories: Vec<Spanned<Table<RawDirectory>>>,
    pub(crate) outbound_http: Vec<Spanned<String>>,
    pub(crate) sockets: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawDirectory {
    pub(crate) path: Option<Spanned<String>>,
    pub(crate) at: Option<Spanned<String>>,
    pub(crate) access: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct RawTriggers {
    pub(crate) http: Vec<Spanned<Table<RawHttp>>>,
    pub(crate) command: Vec<Spanned<Table<RawCommand>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawHttp {
    pub(crate) route: Option<Spanned<String>>,
    pub(crate) component: Option<Spanned<String>>,
    pub(crate) isolation: Option<Spanned<Table<RawIsolation>>>,
    pub(crate) example: Option<Spanned<Table<RawExample>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawIsolation {
    pub(crate) reuse: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawExample {
    pub(crate) method: Option<Spanned<String>>,
    pub(crate) path: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) headers: Named<Spanned<String>>,
    pub(crate) body: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawCommand {
    pub(crate) component: Option<Spanned<String>>,
}
