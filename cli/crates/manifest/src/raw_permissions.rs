//! The shape of the table `permissions`: a key for each row of the table of permissions, with a value of the row's shape.

use std::{borrow::Cow, fmt};

use conjoin_policy::{PERMISSION_KEYS, PERMISSIONS, Permission, Shape};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value, json};
use toml::Spanned;

use crate::{raw::Table, schema};

/// What a component may do beyond computing, as it is written.
#[derive(Default)]
pub(crate) struct RawPermissions(pub(crate) Vec<(&'static Permission, RawPermission)>);

/// The value of one permission.
pub(crate) enum RawPermission {
    Switch(bool),
    Variables(Vec<Spanned<String>>),
    Folders(Vec<Spanned<Table<RawDirectory>>>),
    Origins(Vec<Spanned<String>>),
}

/// A folder that a component sees.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "directory")]
pub(crate) struct RawDirectory {
    /// The folder on this machine.
    #[schemars(schema_with = "schema::path")]
    pub(crate) path: Option<Spanned<String>>,
    /// Where the component sees it: an absolute path.
    #[schemars(schema_with = "schema::absolute")]
    pub(crate) at: Option<Spanned<String>>,
    /// What it may do there: `read` or `read-write`.
    #[schemars(schema_with = "schema::access")]
    pub(crate) access: Option<Spanned<String>>,
}

/// A key of the table.
struct Key(&'static Permission);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a permission")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        let permission = PERMISSIONS.iter().find(|permission| permission.key == key);
        permission.map(|permission| Key(permission)).ok_or_else(|| E::unknown_field(key, PERMISSION_KEYS))
    }
}

impl<'de> Deserialize<'de> for RawPermissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PermissionsVisitor)
    }
}

struct PermissionsVisitor;

impl<'de> Visitor<'de> for PermissionsVisitor {
    type Value = RawPermissions;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawPermissions, A::Error> {
        let mut permissions = Vec::new();
        while let Some(Key(permission)) = map.next_key()? {
            let value = match permission.shape {
                Shape::Switch => RawPermission::Switch(map.next_value()?),
                Shape::Variables => RawPermission::Variables(map.next_value()?),
                Shape::Folders => RawPermission::Folders(map.next_value()?),
                Shape::Origins => RawPermission::Origins(map.next_value()?),
            };
            permissions.push((permission, value));
        }
        Ok(RawPermissions(permissions))
    }
}

impl JsonSchema for RawPermissions {
    fn schema_name() -> Cow<'static, str> {
        "permissions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        for permission in PERMISSIONS {
            let mut property = value_schema(permission.shape, generator);
            property.insert("description".to_owned(), permission.allows.into());
            properties.insert(permission.key.to_owned(), property.to_value());
        }
        json_schema!({
            "description": "What a component may do beyond computing.",
            "type": "object",
            "properties": Value::Object(properties),
            "additionalProperties": false,
        })
    }
}

fn value_schema(shape: Shape, generator: &mut SchemaGenerator) -> Schema {
    let (mut schema, default) = match shape {
        Shape::Switch => (json_schema!({ "type": "boolean" }), json!(false)),
        Shape::Variables => (schema::variables(generator), json!([])),
        Shape::Origins => (schema::origins(generator), json!([])),
        Shape::Folders => {
            let items = generator.subschema_for::<RawDirectory>();
            return json_schema!({ "type": "array", "items": items });
        }
    };
    schema.insert("default".to_owned(), default);
    schema
}
