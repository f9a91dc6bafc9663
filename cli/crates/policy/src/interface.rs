//! The name of an interface of WIT.

use std::{fmt, sync::Arc};

use semver::Version;

/// The full name of an interface, such as `wasi:http/types@0.2.12` or `shop:api/pricing`.
///
/// A version is written with all its numbers. Names are ordered as their texts are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName(Arc<Parts>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    text: String,
    /// Where the namespace ends, in bytes of `text`; then the package, and then the interface.
    namespace: usize,
    package: usize,
    interface: usize,
    version: Option<Version>,
}

impl InterfaceName {
    /// Parses `namespace:package/interface`, with `@version` or without.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as part of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let interface = text.find('@').unwrap_or(text.len());
        let (name, version) = text.split_at(interface);
        let package = name.find('/').ok_or("there is no `/` between its package and its name")?;
        let namespace = name[..package].find(':').ok_or("there is no `:` between its namespace and its package")?;
        if ![&name[..namespace], &name[namespace + 1..package], &name[package + 1..]].into_iter().all(is_wit_name) {
            return Err("a name is made of words of letters and digits joined by `-`, and starts with a letter");
        }
        let version = match version.strip_prefix('@') {
            None => None,
            Some(version) => {
                Some(Version::parse(version).map_err(|_| "a version has three numbers, such as `0.2.12`")?)
            }
        };
        Ok(Self(Arc::new(Parts { text: text.to_owned(), namespace, package, interface, version })))
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The namespace, such as `wasi`.
    pub fn namespace(&self) -> &str {
        &self.0.text[..self.0.namespace]
    }

    /// The package with its namespace and without its version, such as `wasi:http`.
    pub fn package(&self) -> &str {
        &self.0.text[..self.0.package]
    }

    /// The interface alone, such as `types`.
    pub fn interface(&self) -> &str {
        &self.0.text[self.0.package + 1..self.0.interface]
    }

    /// All but the version, such as `wasi:http/types`.
    pub fn without_version(&self) -> &str {
        &self.0.text[..self.0.interface]
    }

    /// The version of its package.
    pub fn version(&self) -> Option<&Version> {
        self.0.version.as_ref()
    }

    /// Whether it belongs to WASI.
    pub fn is_wasi(&self) -> bool {
        self.namespace() == "wasi"
    }

    /// Whether both name one interface, in versions of which each may stand for the other: equal up to the first number that is not
    /// 0 (`0.1.0` and `0.1.3`, `1.0.0` and `1.2.0`). Pre-releases fit only themselves, and so does a name without a version.
    pub fn fits(&self, other: &Self) -> bool {
        self.without_version() == other.without_version()
            && match (self.version(), other.version()) {
                (None, None) => true,
                (Some(left), Some(right)) => compatible(left, right),
                _ => false,
            }
    }
}

fn compatible(left: &Version, right: &Version) -> bool {
    let track = |version: &Version| match (version.major, version.minor, version.patch) {
        (0, 0, patch) => (0, 0, patch),
        (0, minor, _) => (0, minor, 0),
        (major, ..) => (major, 0, 0),
    };
    left == right || (left.pre.is_empty() && right.pre.is_empty() && track(left) == track(right))
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Whether `text` is a name of WIT: words of letters and digits joined by `-`, each in lower or in upper case, the first of which starts
/// with a letter.
pub fn is_wit_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.split('-').all(|word| {
            let all = |is: fn(&char) -> bool| word.chars().all(|letter| is(&letter) || letter.is_ascii_digit());
            !word.is_empty() && (all(char::is_ascii_lowercase) || all(char::is_ascii_uppercase))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 6] = ["a", "wasi", "http-2", "a1-B2-3c", "TCP", "x-0"];
    const NO_WORDS: [&str; 9] = ["", "-", "2a", "a-", "-a", "aB", "a_b", "ä", "a b"];
    const VERSIONS: [&str; 4] = ["0.2.12", "1.0.0", "0.1.0-rc.1", "10.20.30+build.1"];
    const NO_VERSIONS: [&str; 6] = ["", "0.2", "1", "1.2.3.4", "01.2.3", "v1.0.0"];

    #[test]
    fn a_name_is_what_its_parts_are() {
        for (namespace, package) in WORDS.iter().flat_map(|word| WORDS.map(|other| (*word, other))) {
            for interface in WORDS {
                for version in VERSIONS.map(Some).into_iter().chain([None]) {
                    let plain = format!("{namespace}:{package}/{interface}");
                    let text = version.map_or_else(|| plain.clone(), |version| format!("{plain}@{version}"));
                    let name = InterfaceName::parse(&text).unwrap();
                    assert_eq!(name.to_string(), text);
                    assert_eq!(name.namespace(), namespace);
                    assert_eq!(name.package(), format!("{namespace}:{package}"));
                    assert_eq!(name.interface(), interface);
                    assert_eq!(name.without_version(), plain);
                    assert_eq!(name.version().map(ToString::to_string).as_deref(), version);
                    assert_eq!(name.is_wasi(), namespace == "wasi");
                    assert!(name.fits(&name));
                }
            }
        }
    }

    #[test]
    fn one_wrong_part_makes_it_no_name() {
        for part in NO_WORDS {
            for text in
                [format!("{part}:a/b"), format!("a:{part}/b"), format!("a:b/{part}"), format!("{part}:a/b@1.0.0")]
            {
                assert!(InterfaceName::parse(&text).is_err(), "{text}");
            }
        }
        for version in NO_VERSIONS {
            assert!(InterfaceName::parse(&format!("a:b/c@{version}")).is_err(), "{version}");
        }
        for text in [
            "",
            "a",
            "a:b",
            "a/b",
            "a:b@1.0.0",
            "a:b/c/d",
            "a:b:c/d",
            "a/b:c",
            "@",
            "a:b/c@1.0.0@1.0.0",
            "a:b/c/d@1.0.0",
        ] {
            assert!(InterfaceName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn versions_fit_up_to_the_first_number_that_is_not_zero() {
        let fits = |left: &str, right: &str| {
            let name = |version: &str| InterfaceName::parse(&format!("a:b/c{version}")).unwrap();
            assert_eq!(name(left).fits(&name(right)), name(right).fits(&name(left)));
            name(left).fits(&name(right))
        };
        assert!(fits("", ""));
        assert!(fits("@0.1.0", "@0.1.3"));
        assert!(fits("@1.0.0", "@1.2.0"));
        assert!(fits("@0.1.0-rc.1", "@0.1.0-rc.1"));
        assert!(!fits("@0.1.0", "@0.2.0"));
        assert!(!fits("@1.0.0", "@2.0.0"));
        assert!(!fits("@0.0.1", "@0.0.2"));
        assert!(!fits("@0.1.0-rc.1", "@0.1.0"));
        assert!(!fits("", "@0.1.0"));
        let name = |text| InterfaceName::parse(text).unwrap();
        assert!(!name("a:b/c@1.0.0").fits(&name("a:b/d@1.0.0")));
    }
}
