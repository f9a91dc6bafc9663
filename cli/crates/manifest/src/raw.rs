//! The shape of `conjoin.toml`: which keys there are and what kind of value each has.
//!
//! Nothing here is checked for sense, and every key is optional: what is missing is an error of meaning, so that it is reported
//! together with the others. Never `flatten` or `untagged`: both lose the places of values.
//!
//! The JSON schema and the manifest reference are made from these types: comments here are texts for users, and a field without
//! `#[serde(default)]` must be written.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::Spanned;

use crate::{raw_permissions::RawPermissions, schema, triggers::RawTriggers};

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

impl<T: JsonSchema> JsonSchema for Table<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// `conjoin.toml`: what one app is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "manifest")]
pub(crate) struct RawManifest {
    /// The format of this file: `1`.
    #[schemars(schema_with = "schema::format")]
    pub(crate) conjoin: Option<Spanned<i64>>,
    /// The app itself.
    #[schemars(with = "RawApp")]
    pub(crate) app: Option<Spanned<Table<RawApp>>>,
    /// The components, by name. A component's name is also that of its folder and of its world in the shared WIT, unless `path` and
    /// `world` say otherwise.
    #[schemars(schema_with = "schema::components")]
    #[serde(default)]
    pub(crate) component: Named<Table<RawComponent>>,
    /// What calls components from outside.
    #[serde(default)]
    pub(crate) trigger: Table<RawTriggers>,
}

/// The app itself.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "app")]
pub(crate) struct RawApp {
    /// The app's name: words of lower-case letters and digits joined by `-`, each starting with a letter.
    #[schemars(schema_with = "schema::name")]
    pub(crate) name: Option<Spanned<String>>,
    /// The app's version: three numbers, such as `0.1.0`.
    #[schemars(schema_with = "schema::version")]
    #[serde(default)]
    pub(crate) version: Option<Spanned<String>>,
    /// The folder of the shared WIT; `wit` if it is not written.
    #[schemars(schema_with = "schema::path")]
    #[serde(default)]
    pub(crate) wit: Option<Spanned<String>>,
}

/// One component: `language` for a project that conjoin builds, `source` for a finished component, or `build` for a command that makes it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "component", transform = schema::component_rules)]
pub(crate) struct RawComponent {
    /// The language of the project, which conjoin builds with that language's own toolchain.
    #[schemars(schema_with = "schema::choice")]
    #[serde(default)]
    pub(crate) language: Option<Spanned<String>>,
    /// What builds it, for Go: `go`, the standard compiler, which is the default, or `tinygo`.
    #[schemars(schema_with = "schema::choice")]
    #[serde(default)]
    pub(crate) toolchain: Option<Spanned<String>>,
    /// The engine, for JavaScript and TypeScript: `starling` (StarlingMonkey) or `quickjs`.
    #[schemars(schema_with = "schema::choice")]
    #[serde(default)]
    pub(crate) engine: Option<Spanned<String>>,
    /// The file of a component that was built elsewhere, by any toolchain.
    #[schemars(schema_with = "schema::path")]
    #[serde(default)]
    pub(crate) source: Option<Spanned<String>>,
    /// A command of your own that makes the component.
    #[schemars(with = "RawBuild")]
    #[serde(default)]
    pub(crate) build: Option<Spanned<Table<RawBuild>>>,
    /// The project's folder; the component's name if it is not written.
    #[schemars(schema_with = "schema::path")]
    #[serde(default)]
    pub(crate) path: Option<Spanned<String>>,
    /// The world of the shared WIT that it implements; the component's name if it is not written.
    #[schemars(schema_with = "schema::world")]
    #[serde(default)]
    pub(crate) world: Option<Spanned<String>>,
    /// What it may do beyond computing. Nothing that is not written here.
    #[serde(default)]
    pub(crate) permissions: Table<RawPermissions>,
    /// Which component satisfies an import, by the interface's name, with its version or without. Only needed where several
    /// components export the interface.
    #[schemars(schema_with = "schema::imports")]
    #[serde(default)]
    pub(crate) imports: Named<Spanned<String>>,
}

/// A command that makes a component, for a language that conjoin does not know.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "build")]
pub(crate) struct RawBuild {
    /// The program and its arguments. No shell is involved; it runs in the component's folder.
    #[schemars(schema_with = "schema::command")]
    pub(crate) command: Option<Spanned<Vec<Spanned<String>>>>,
    /// The files it reads, as patterns such as `src/**` or `../shared/*.h`, relative to the component's folder.
    #[schemars(schema_with = "schema::patterns")]
    pub(crate) inputs: Option<Spanned<Vec<Spanned<String>>>>,
    /// The component or core module that it makes.
    #[schemars(schema_with = "schema::path")]
    pub(crate) output: Option<Spanned<String>>,
}
