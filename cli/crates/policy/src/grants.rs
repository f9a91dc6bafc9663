//! What one component, or a composition of several, was granted on this machine.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
};

use crate::{Origin, Permission};

/// What was granted, with values in place of names. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<&'static Permission, Granted>);

/// What one permission grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// All of it.
    Switch,
    /// Environment variables with their values.
    Variables(BTreeMap<String, String>),
    /// Folders.
    Folders(Vec<Directory>),
    /// Origins.
    Origins(Vec<Origin>),
}

/// A folder of the host that a component sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The folder on the host.
    pub path: PathBuf,
    /// Where the component sees it; absolute.
    pub at: String,
    /// Whether it may write there.
    pub write: bool,
}

impl Grants {
    /// Grants of permissions that are granted or not.
    pub fn switches(permissions: &[&'static Permission]) -> Self {
        Self(permissions.iter().map(|permission| (*permission, Granted::Switch)).collect())
    }

    /// These grants and one more.
    #[must_use]
    pub fn with(mut self, permission: &'static Permission, granted: Granted) -> Self {
        self.add(permission, granted);
        self
    }

    /// Adds to what a permission grants.
    pub fn add(&mut self, permission: &'static Permission, granted: Granted) {
        match self.0.entry(permission) {
            Entry::Vacant(entry) => drop(entry.insert(granted)),
            Entry::Occupied(mut entry) => entry.get_mut().add(granted),
        }
    }

    /// What a composition may do if each of its members may do what all of `members` may, taken together.
    pub fn union<'a>(members: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut union = Self::default();
        for (permission, granted) in members.into_iter().flat_map(|member| &member.0) {
            union.add(permission, granted.clone());
        }
        union
    }

    /// Whether anything of this permission is granted.
    pub fn has(&self, permission: &Permission) -> bool {
        match self.0.get(permission) {
            None => false,
            Some(Granted::Switch) => true,
            Some(Granted::Variables(variables)) => !variables.is_empty(),
            Some(Granted::Folders(folders)) => !folders.is_empty(),
            Some(Granted::Origins(origins)) => !origins.is_empty(),
        }
    }

    /// The environment variables that a permission grants, with their values.
    pub fn variables(&self, permission: &Permission) -> impl Iterator<Item = (&str, &str)> {
        let variables = match self.0.get(permission) {
            Some(Granted::Variables(variables)) => Some(variables),
            _ => None,
        };
        variables.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The folders that a permission grants.
    pub fn folders(&self, permission: &Permission) -> &[Directory] {
        match self.0.get(permission) {
            Some(Granted::Folders(folders)) => folders,
            _ => &[],
        }
    }

    /// The origins that a permission grants.
    pub fn origins(&self, permission: &Permission) -> &[Origin] {
        match self.0.get(permission) {
            Some(Granted::Origins(origins)) => origins,
            _ => &[],
        }
    }
}

impl Granted {
    /// Adds what `other`, of the same permission, grants.
    fn add(&mut self, other: Self) {
        match (self, other) {
            (Self::Variables(variables), Self::Variables(more)) => variables.extend(more),
            (Self::Folders(folders), Self::Folders(more)) => {
                for directory in more {
                    let same = |other: &&mut Directory| other.path == directory.path && other.at == directory.at;
                    match folders.iter_mut().find(same) {
                        Some(known) => known.write |= directory.write,
                        None => folders.push(directory),
                    }
                }
            }
            (Self::Origins(origins), Self::Origins(more)) => {
                for origin in more {
                    if !origins.contains(&origin) {
                        origins.push(origin);
                    }
                }
            }
            // Switches, which are granted already. Other shapes are never mixed: the permission says which one it has.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CLOCKS, DIRECTORIES, ENV, OUTBOUND_HTTP, RANDOM, STDIO};

    fn folder(write: bool) -> Granted {
        Granted::Folders(vec![Directory { path: "/shop/data".into(), at: "/data".to_owned(), write }])
    }

    fn variables(pairs: &[(&str, &str)]) -> Granted {
        Granted::Variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn origins(texts: &[&str]) -> Granted {
        Granted::Origins(texts.iter().map(|text| Origin::parse(text).unwrap()).collect())
    }

    #[test]
    fn a_union_has_what_its_members_have_and_nothing_twice() {
        let gateway = Grants::switches(&[&STDIO])
            .with(&ENV, variables(&[("TOKEN", "t")]))
            .with(&DIRECTORIES, folder(false))
            .with(&OUTBOUND_HTTP, origins(&["https://a.example", "https://b.example"]));
        let pricing = Grants::switches(&[&CLOCKS, &STDIO])
            .with(&ENV, variables(&[("LEVEL", ""), ("TOKEN", "t")]))
            .with(&DIRECTORIES, folder(true))
            .with(&OUTBOUND_HTTP, origins(&["https://b.example"]));
        let union = Grants::union([&gateway, &pricing]);
        let expected = Grants::switches(&[&STDIO, &CLOCKS])
            .with(&ENV, variables(&[("LEVEL", ""), ("TOKEN", "t")]))
            .with(&DIRECTORIES, folder(true))
            .with(&OUTBOUND_HTTP, origins(&["https://a.example", "https://b.example"]));
        assert_eq!(union, expected);
        assert!(union.has(&STDIO) && union.has(&ENV) && !union.has(&RANDOM));
        assert_eq!(Grants::union([]), Grants::default());
    }

    #[test]
    fn an_empty_list_grants_nothing() {
        let grants = Grants::default().with(&ENV, variables(&[])).with(&OUTBOUND_HTTP, origins(&[]));
        assert!(!grants.has(&ENV) && !grants.has(&OUTBOUND_HTTP) && !grants.has(&DIRECTORIES));
    }
}
