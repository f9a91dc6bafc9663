//! The paths of URLs that a component answers.

use std::{
    borrow::Cow,
    cmp::Reverse,
    fmt::{self, Write as _},
    hash,
};

/// The `route` of an HTTP trigger: `/exact/path`, `/prefix/...` for the prefix and everything below it, `/...` for everything.
///
/// Routes are equal when they answer the same paths, however they are written.
#[derive(Clone, Debug)]
pub struct Route {
    written: String,
    /// Without the wildcard, in the spelling of [`normal`].
    path: String,
    below: bool,
}

impl Route {
    /// Reads a route.
    ///
    /// # Errors
    ///
    /// Says why `text` is not a route, fitting after "`x` is not a route: ".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (path, below) = text.strip_suffix("/...").map_or((text, false), |path| (path, true));
        let path = normal(path).into_owned();
        let parts: Vec<&str> = path.split('/').collect();
        let inner = if below { &parts[..] } else { &parts[..parts.len() - 1] };
        if !text.starts_with('/') {
            Err("it must start with `/`")
        } else if text.contains(['?', '#']) {
            Err("it is a path alone, without `?` and `#`")
        } else if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            Err("it must not contain spaces")
        } else if path.contains("...") || path.contains('*') {
            Err("the wildcard is written `/...` and stands at the end")
        } else if parts.iter().any(|part| matches!(*part, "." | "..")) {
            Err("it must not contain `.` or `..` between two `/`")
        } else if inner.iter().skip(1).any(|part| part.is_empty()) {
            Err("it must not contain `//`")
        } else {
            Ok(Self { written: text.to_owned(), path, below })
        }
    }

    /// Whether it answers a URL with this path, which has no query.
    pub fn answers(&self, path: &str) -> bool {
        match normal(path).strip_prefix(self.path.as_str()) {
            Some(rest) => rest.is_empty() || (self.below && rest.starts_with('/')),
            None => false,
        }
    }

    /// The shortest path that it answers, as it is written.
    pub fn shortest(&self) -> &str {
        self.written.strip_suffix("...").unwrap_or(&self.written)
    }

    /// What routes are sorted by: of those that answer a path, the first is the one that counts. That is the longest, and an exact
    /// path before the wildcard of the same length.
    pub fn precedence(&self) -> impl Ord + use<> {
        (Reverse(self.path.len()), self.below)
    }

    fn value(&self) -> (&str, bool) {
        (&self.path, self.below)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for Route {}

impl hash::Hash for Route {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.value().hash(state);
    }
}

impl fmt::Display for Route {
    /// The route as it was written.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

/// `path` in the one spelling of all that mean the same (RFC 3986, 6.2.2): letters that need no `%` have none, all others that are
/// not ASCII have one.
fn normal(path: &str) -> Cow<'_, str> {
    if path.is_ascii() && !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut normal = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%'
            && let Some((digits, after)) = after.split_at_checked(2)
            && let Some(decoded) = decode(digits)
        {
            rest = after;
            if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
                normal.push(decoded.into());
            } else {
                push_encoded(&mut normal, decoded);
            }
        } else if byte.is_ascii() {
            normal.push(byte.into());
        } else {
            push_encoded(&mut normal, byte);
        }
    }
    Cow::Owned(normal)
}

fn push_encoded(text: &mut String, byte: u8) {
    // Writing to a text cannot fail.
    let _ = write!(text, "%{byte:02X}");
}

fn decode(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.chars().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(text: &str) -> Route {
        Route::parse(text).unwrap()
    }

    #[test]
    fn a_route_is_a_path_or_a_prefix() {
        for text in ["/", "/...", "/a", "/a/", "/a/b/...", "/a.b/c..d", "/%C3%A9", "/ü/..."] {
            assert_eq!(route(text).to_string(), text);
        }
        for text in [
            "",
            "a",
            "...",
            "//",
            "//...",
            "/a//b",
            "/a//...",
            "/a?b",
            "/a#b",
            "/a b",
            "/*",
            "/a...",
            "/.../b",
            "/a/../b",
            "/.",
            "/%2e%2E/a",
            "/%2e%2e%2e",
        ] {
            assert!(Route::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_prefix_answers_itself_and_what_is_below() {
        assert!(route("/...").answers("/"));
        assert!(route("/...").answers("/a/b"));
        assert!(!route("/...").answers("*"));
        assert!(route("/a/...").answers("/a"));
        assert!(route("/a/...").answers("/a/b"));
        assert!(!route("/a/...").answers("/ab"));
        assert!(route("/a").answers("/a"));
        assert!(!route("/a").answers("/a/"));
        assert!(!route("/a").answers("/a/b"));
    }

    #[test]
    fn spellings_of_one_path_are_one_path() {
        assert!(route("/ü").answers("/%c3%bc") && route("/%C3%bc").answers("/ü"));
        assert!(route("/a~b").answers("/%61%7Eb"));
        assert!(!route("/a/b").answers("/a%2Fb"));
        assert!(!route("/100%").answers("/100%25"));
        assert_eq!(route("/ü/..."), route("/%C3%BC/..."));
        assert_ne!(route("/a"), route("/a/..."));
    }

    /// All ways to put up to four of these pieces together, with and without a wildcard.
    fn nearly() -> Vec<String> {
        let pieces = ["/", "a", ".", "%2e", "%C3%BC", "ü", "%2F", "%", "*", "?", " "];
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..4 {
            last = last.iter().flat_map(|start| pieces.map(|piece| format!("{start}{piece}"))).collect();
            texts.extend(last.iter().cloned());
        }
        let wild: Vec<String> = texts.iter().map(|text| format!("{text}/...")).collect();
        texts.extend(wild);
        texts
    }

    #[test]
    fn a_route_answers_the_paths_it_says() {
        let mut routes = 0;
        for written in nearly() {
            let Ok(route) = Route::parse(&written) else { continue };
            routes += 1;
            assert_eq!(Route::parse(&route.to_string()).unwrap(), route);
            assert!(route.answers(route.shortest()), "{written}");
            let own = written.strip_suffix("/...").unwrap_or(&written);
            for below in ["/", "/x", "/%2e%2e", "/x/y"] {
                assert_eq!(route.answers(&format!("{own}{below}")), own != written, "{written} and {below}");
            }
            assert_eq!(route.answers(&format!("/other{own}")), own.is_empty(), "{written}");
            assert!(!route.answers(&format!("{own}x")), "{written}");
        }
        assert!(routes > 500, "{routes}");
    }
}
