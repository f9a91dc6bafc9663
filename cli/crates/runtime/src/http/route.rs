//! Which entry answers a path. Refuses patterns of which it is not plain what they match.

use crate::{Route, RuntimeError};

/// Routes, the longest first.
pub(super) struct Routes<T> {
    routes: Vec<(Pattern, T)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Pattern {
    /// This path.
    Exact(String),
    /// This path and every path below it; without the slash at the end.
    Below(String),
}

impl<T> Routes<T> {
    /// Reads patterns; `find` turns the name of an entry into what answers.
    pub(super) fn parse(routes: &[Route], mut find: impl FnMut(&str) -> Option<T>) -> Result<Self, RuntimeError> {
        let mut parsed: Vec<(Pattern, T)> = Vec::new();
        for route in routes {
            let bad = |why| RuntimeError::BadRoute { route: route.pattern.clone(), why };
            let pattern = Pattern::parse(&route.pattern).map_err(bad)?;
            if parsed.iter().any(|(other, _)| *other == pattern) {
                return Err(bad("is there twice"));
            }
            let target = find(&route.entry).ok_or_else(|| RuntimeError::UnknownEntry {
                route: route.pattern.clone(),
                entry: route.entry.clone(),
            })?;
            parsed.push((pattern, target));
        }
        // An exact path wins over the prefix of the same length.
        parsed.sort_by_key(|(pattern, _)| {
            let (Pattern::Exact(path) | Pattern::Below(path)) = pattern;
            (std::cmp::Reverse(path.len()), matches!(pattern, Pattern::Below(_)))
        });
        Ok(Self { routes: parsed })
    }

    /// What answers a path.
    pub(super) fn find(&self, path: &str) -> Option<&T> {
        self.routes.iter().find(|(pattern, _)| pattern.matches(path)).map(|(_, target)| target)
    }

    /// The patterns as they are written, the longest first.
    pub(super) fn patterns(&self) -> impl Iterator<Item = String> {
        self.routes.iter().map(|(pattern, _)| match pattern {
            Pattern::Exact(path) => path.clone(),
            Pattern::Below(path) => format!("{path}/..."),
        })
    }
}

impl Pattern {
    fn parse(written: &str) -> Result<Self, &'static str> {
        if !written.starts_with('/') {
            return Err("does not start with `/`");
        }
        if written.contains(['?', '#', '*', ' ']) {
            return Err("contains a character that is not part of a path");
        }
        let (path, below) = match written.strip_suffix("/...") {
            Some(path) => (path, true),
            None => (written, false),
        };
        if path.contains("...") {
            return Err("has `...` elsewhere than after the last `/`");
        }
        let path = path.to_owned();
        Ok(if below { Self::Below(path) } else { Self::Exact(path) })
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => path == exact,
            Self::Below(prefix) => {
                path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(patterns: &[&str]) -> Result<Routes<String>, RuntimeError> {
        let route = |pattern: &&str| Route { pattern: (*pattern).to_owned(), entry: (*pattern).to_owned() };
        let routes: Vec<Route> = patterns.iter().map(route).collect();
        Routes::parse(&routes, |name| Some(name.to_owned()))
    }

    #[test]
    fn the_longest_pattern_that_matches_wins() {
        let routes = routes(&["/...", "/a/...", "/a/b", "/a", "/a/b/..."]).unwrap();
        for (path, pattern) in [
            ("/", "/..."),
            ("/x/y", "/..."),
            ("/ab", "/..."),
            ("/a", "/a"),
            ("/a/", "/a/..."),
            ("/a/c", "/a/..."),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/..."),
            ("/a/b/c", "/a/b/..."),
            ("*", ""),
        ] {
            assert_eq!(routes.find(path).map_or("", String::as_str), pattern, "{path}");
        }
    }

    #[test]
    fn without_a_match_the_patterns_can_be_named() {
        let routes = routes(&["/b/...", "/health"]).unwrap();
        assert_eq!(routes.find("/"), None);
        assert_eq!(routes.patterns().collect::<Vec<_>>(), ["/health", "/b/..."]);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (pattern, why) in [
            ("a", "does not start with `/`"),
            ("", "does not start with `/`"),
            ("/a?b", "contains a character that is not part of a path"),
            ("/.../a", "has `...` elsewhere than after the last `/`"),
            ("/a...", "has `...` elsewhere than after the last `/`"),
        ] {
            let error = routes(&[pattern]).err().unwrap();
            assert_eq!(error.to_string(), format!("route `{pattern}` {why}"));
        }
        assert_eq!(routes(&["/a", "/a"]).err().unwrap().to_string(), "route `/a` is there twice");
    }
}
