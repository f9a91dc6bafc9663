//! The path of the URLs that an HTTP trigger answers.

/// Why `text` is not a route, fitting after "`x` is not a route: "; nothing if it is one.
pub(crate) fn refuse_route(text: &str) -> Option<&'static str> {
    let path = text.strip_suffix("/...").unwrap_or(text);
    let parts: Vec<&str> = path.split('/').collect();
    let inner = if path.len() == text.len() { &parts[..parts.len() - 1] } else { &parts[..] };
    if !text.starts_with('/') {
        Some("it must start with `/`")
    } else if text.contains(['?', '#']) {
        Some("it is a path alone, without `?` and `#`")
    } else if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        Some("it must not contain spaces")
    } else if path.contains("...") || path.contains('*') {
        Some("the wildcard is written `/...` and stands at the end")
    } else if parts.iter().any(|part| matches!(*part, "." | "..")) {
        Some("it must not contain `.` or `..` between two `/`")
    } else if inner.iter().skip(1).any(|part| part.is_empty()) {
        Some("it must not contain `//`")
    } else {
        None
    }
}

/// Whether a `route` answers a URL with this path, which has no query.
pub(crate) fn route_answers(route: &str, path: &str) -> bool {
    match route.strip_suffix("/...") {
        Some(prefix) => path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        None => path == route,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_a_path_or_a_prefix() {
        for route in ["/", "/...", "/a", "/a/", "/a/b/...", "/a.b/c..d", "/%C3%A9", "/ü/..."] {
            assert_eq!(refuse_route(route), None, "{route}");
        }
        for route in [
            "", "a", "...", "//", "//...", "/a//b", "/a//...", "/a?b", "/a#b", "/a b", "/*", "/a...", "/.../b",
            "/a/../b", "/.",
        ] {
            assert!(refuse_route(route).is_some(), "{route}");
        }
    }

    #[test]
    fn a_prefix_answers_itself_and_what_is_below() {
        assert!(route_answers("/...", "/"));
        assert!(route_answers("/...", "/a/b"));
        assert!(route_answers("/a/...", "/a"));
        assert!(route_answers("/a/...", "/a/b"));
        assert!(!route_answers("/a/...", "/ab"));
        assert!(route_answers("/a", "/a"));
        assert!(!route_answers("/a", "/a/"));
    }
}
