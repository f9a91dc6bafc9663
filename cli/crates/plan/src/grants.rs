//! What the components of a composition are granted: the permissions of the manifest, with the values of this machine.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use conjoin_manifest::{Access, ComponentName, Manifest, PermissionValue, Permissions};
use conjoin_policy::{Directory, Granted, Grants};

use crate::{AbsPath, AppWiring};

/// Where the values of permissions come from.
#[derive(Clone, Copy, Debug)]
pub struct HostValues<'a> {
    /// The app's folder, to which paths are relative.
    pub app: &'a AbsPath,
    /// The environment of `conjoin run`.
    pub variables: &'a BTreeMap<OsString, OsString>,
}

/// What each component of a composition is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompositionGrants {
    /// The components, each after those it imports from; the entry is the last.
    pub members: Vec<MemberGrants>,
}

/// One component of a composition, and what its own permissions grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberGrants {
    /// The component.
    pub component: ComponentName,
    /// What it is granted.
    pub grants: Grants,
}

/// Computes what each component of the composition of `entry` is granted, with the paths and the variables of `host`.
///
/// A variable that is not set is not granted.
pub fn grants(
    manifest: &Manifest,
    wiring: &AppWiring,
    entry: &ComponentName,
    host: HostValues<'_>,
) -> CompositionGrants {
    let member = |component: ComponentName| {
        let permissions = manifest.components.get(&component).map(|component| &component.permissions);
        let grants = permissions.map(|permissions| granted_by(permissions, host)).unwrap_or_default();
        MemberGrants { component, grants }
    };
    CompositionGrants { members: wiring.closure(entry).into_iter().map(member).collect() }
}

impl CompositionGrants {
    /// What the composition as a whole is granted: everything that any of its components is. The host cannot tell which
    /// of them calls.
    pub fn union(&self) -> Grants {
        Grants::union(self.members.iter().map(|member| &member.grants))
    }
}

fn granted_by(permissions: &Permissions, host: HostValues<'_>) -> Grants {
    let mut grants = Grants::default();
    for (permission, value) in permissions.iter() {
        let granted = match value {
            PermissionValue::Switch => Granted::Switch,
            PermissionValue::Variables(names) => {
                let variable = |name: &str| {
                    let value = host.variables.get(OsStr::new(name))?;
                    Some((name.to_owned(), value.to_string_lossy().into_owned()))
                };
                Granted::Variables(names.iter().filter_map(|name| variable(&name.value)).collect())
            }
            PermissionValue::Folders(folders) => {
                let folders = folders.iter().map(|folder| Directory {
                    path: host.app.join(folder.path.value.as_path()).as_path().to_owned(),
                    at: folder.at.clone(),
                    write: folder.access == Access::ReadWrite,
                });
                Granted::Folders(folders.collect())
            }
            PermissionValue::Origins(origins) => {
                Granted::Origins(origins.iter().map(|origin| origin.value.clone()).collect())
            }
        };
        grants.add(permission, granted);
    }
    grants
}
