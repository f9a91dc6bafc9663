//! Finds the entry that answers a path.

use conjoin_policy::Route;

use crate::RuntimeError;

/// A route and the entry that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoutedEntry {
    /// The paths that it answers. If several routes match a path, the longest wins.
    pub(crate) route: Route,
    /// The name of the entry.
    pub(crate) entry: String,
}

/// Routes, sorted from highest to lowest precedence.
pub(crate) struct Routes<T> {
    routes: Vec<(Route, T)>,
}

impl<T> Routes<T> {
    /// Sorts routes. `find` gives the handler for the name of an entry.
    ///
    /// # Errors
    ///
    /// Two routes are equal, or one leads to an entry that `find` does not know.
    pub(crate) fn new(routed: &[RoutedEntry], mut find: impl FnMut(&str) -> Option<T>) -> Result<Self, RuntimeError> {
        let mut found: Vec<(Route, T)> = Vec::new();
        for RoutedEntry { route, entry } in routed {
            if found.iter().any(|(other, _)| other == route) {
                return Err(RuntimeError::DuplicateRoute { route: route.to_string() });
            }
            let unknown = || RuntimeError::UnknownEntry { trigger: format!("route `{route}`"), entry: entry.clone() };
            found.push((route.clone(), find(entry).ok_or_else(unknown)?));
        }
        found.sort_by_key(|(route, _)| route.precedence());
        Ok(Self { routes: found })
    }

    /// The handler for a path.
    pub(super) fn find(&self, path: &str) -> Option<&T> {
        self.routes.iter().find(|(route, _)| route.answers(path)).map(|(_, target)| target)
    }

    /// The routes as written, the longest first.
    pub(super) fn patterns(&self) -> impl Iterator<Item = String> {
        self.routes.iter().map(|(route, _)| route.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(patterns: &[&str]) -> Result<Routes<String>, RuntimeError> {
        let routed =
            |pattern: &&str| RoutedEntry { route: Route::parse(pattern).unwrap(), entry: (*pattern).to_owned() };
        let routed: Vec<RoutedEntry> = patterns.iter().map(routed).collect();
        Routes::new(&routed, |name| Some(name.to_owned()))
    }

    #[test]
    fn the_longest_route_that_answers_wins() {
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
    fn without_a_match_the_routes_can_be_named() {
        let routes = routes(&["/b/...", "/health"]).unwrap();
        assert_eq!(routes.find("/"), None);
        assert_eq!(routes.patterns().collect::<Vec<_>>(), ["/health", "/b/..."]);
    }

    #[test]
    fn a_route_leads_to_one_entry() {
        let error = routes(&["/\u{fc}", "/%c3%bc"]).err().unwrap();
        assert_eq!(error.to_string(), "route `/%c3%bc` is declared twice");
    }
}
