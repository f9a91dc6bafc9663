//! What a component may do beyond computing. Nothing by default.

use std::collections::BTreeMap;

use conjoin_policy::{Origin, Permission};

use crate::{AppPath, Spanned};

/// The `permissions` of one component.
#[derive(Clone, Debug, Default)]
pub struct Permissions(BTreeMap<&'static Permission, PermissionValue>);

/// What is written for one permission.
#[derive(Clone, Debug)]
pub enum PermissionValue {
    /// `true`.
    Switch,
    /// Names of environment variables.
    Variables(Vec<Spanned<String>>),
    /// Folders.
    Folders(Vec<Directory>),
    /// Origins.
    Origins(Vec<Spanned<Origin>>),
}

/// A folder of the host that a component sees.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The folder on the host.
    pub path: Spanned<AppPath>,
    /// Where the component sees it; absolute.
    pub at: String,
    /// What it may do there.
    pub access: Access,
}

/// What a component may do in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    Read,
    /// Read and write.
    ReadWrite,
}

impl Permissions {
    /// Permissions of which each says something: an empty list is left out.
    pub(crate) fn new(values: impl IntoIterator<Item = (&'static Permission, PermissionValue)>) -> Self {
        Self(values.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Whether anything of this permission is granted.
    pub fn has(&self, permission: &Permission) -> bool {
        self.0.contains_key(permission)
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is granted, by permission.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Permission, &PermissionValue)> {
        self.0.iter().map(|(permission, value)| (*permission, value))
    }
}

impl PermissionValue {
    fn is_empty(&self) -> bool {
        match self {
            Self::Switch => false,
            Self::Variables(names) => names.is_empty(),
            Self::Folders(folders) => folders.is_empty(),
            Self::Origins(origins) => origins.is_empty(),
        }
    }
}
