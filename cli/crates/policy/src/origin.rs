//! The origins that a component may send requests to.

use std::fmt;

use crate::{
    Target,
    host::{Host, Scheme, write_origin},
};

/// An element of `outbound-http`: `scheme://host[:port]`. The host may start with `*.`, for all names below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    scheme: Scheme,
    hosts: Hosts,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Hosts {
    /// This host.
    One(Host),
    /// Every name below this name, but not the name itself and no address.
    Below(String),
}

/// How an origin allows a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// By its full name, which includes private addresses.
    Named,
    /// By a wildcard, which does not.
    Wildcard,
}

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    ///
    /// Says why `text` is not an origin, fitting after "`x` is not an origin: ".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let scheme = text.split_once("://").and_then(|(scheme, rest)| Some((Scheme::parse(scheme)?, rest)));
        let (scheme, rest) = scheme.ok_or("it must start with `https://` or `http://`")?;
        if rest.contains(['/', '?', '#']) {
            return Err("it ends with the host or the port, without a path");
        }
        if rest.contains('@') {
            return Err("it names no user");
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, parse_port(port)?),
            _ => (rest, scheme.port()),
        };
        let (below, name) = host.strip_prefix("*.").map_or((false, host), |name| (true, name));
        if name.contains('*') {
            return Err("`*` stands only for the first part of the host, as in `*.example.com`");
        }
        let hosts = match Host::parse(name)? {
            Host::Name(name) if below && !ends_in_number(&name) => Hosts::Below(name),
            _ if below => return Err("`*.` stands in front of a name, not of an address"),
            host => Hosts::One(host),
        };
        Ok(Self { scheme, hosts, port })
    }

    /// How this origin allows `target`, if it does.
    pub fn allows(&self, target: &Target) -> Option<Match> {
        if (self.scheme, self.port) != (target.scheme, target.port) {
            return None;
        }
        match (&self.hosts, &target.host) {
            (Hosts::One(host), other) => (host == other).then_some(Match::Named),
            (Hosts::Below(parent), Host::Name(name)) => {
                let child = name.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.'));
                child.is_some_and(|child| !child.is_empty()).then_some(Match::Wildcard)
            }
            (Hosts::Below(_), Host::Address(_)) => None,
        }
    }
}

impl fmt::Display for Origin {
    /// The origin in its shortest spelling, which [`Origin::parse`] reads as the same value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hosts {
            Hosts::One(host) => write_origin(formatter, self.scheme, "", host, self.port),
            Hosts::Below(name) => write_origin(formatter, self.scheme, "*.", &Host::Name(name.clone()), self.port),
        }
    }
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    let digits = text.chars().all(|letter| letter.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port > 0);
    port.ok_or("the port must be a number from 1 to 65535")
}

/// Whether the last part of a name is a number: resolvers read `127.1` and `0x7f.1` as addresses.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal =
        last.strip_prefix("0x").is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    hexadecimal || last.chars().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a URL is to a guest: cut at the places that mark scheme, host and port.
    fn target(url: &str) -> Option<Target> {
        let (scheme, rest) = url.split_once("://")?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (rest, None),
        };
        Target::new(scheme, host, port)
    }

    fn allows(origin: &str, url: &str) -> Option<Match> {
        Origin::parse(origin).unwrap().allows(&target(url).unwrap())
    }

    #[test]
    fn scheme_host_and_port_must_all_agree() {
        let origin = "https://api.example.com";
        for same in ["https://api.example.com", "HTTPS://API.example.com:443", "https://api.example.com."] {
            assert_eq!(allows(origin, same), Some(Match::Named), "{same}");
        }
        for other in ["http://api.example.com", "https://api.example.com:8443", "https://evil-api.example.com"] {
            assert_eq!(allows(origin, other), None, "{other}");
        }
        assert_eq!(allows("http://127.0.0.1:8080", "http://127.0.0.1:8080"), Some(Match::Named));
        assert_eq!(allows("http://[0:0:0:0:0:0:0:1]", "http://[::1]:80"), Some(Match::Named));
    }

    #[test]
    fn a_wildcard_means_names_below_and_neither_the_name_itself_nor_an_address() {
        let origin = "https://*.example.com";
        assert_eq!(allows(origin, "https://b.c.example.com"), Some(Match::Wildcard));
        assert_eq!(allows(origin, "https://example.com"), None);
        assert_eq!(allows(origin, "https://evilexample.com"), None);
        for written in ["http://*.1", "http://*.0.0.1", "http://*.0x1", "http://*.[::1]", "http://*.127.0.0.1"] {
            assert!(Origin::parse(written).is_err(), "{written}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for origin in [
            "https://a",
            "http://a.b-c.de:8080",
            "HTTPS://A.b",
            "https://*.a.b",
            "http://127.0.0.1:1",
            "http://[::1]:80",
            "http://[::1]",
        ] {
            assert!(Origin::parse(origin).is_ok(), "{origin}");
        }
        let wrong = [
            "",
            "a",
            "a.b:80",
            "ftp://a",
            "https://",
            "https://a/",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:",
            "https://a:0",
            "https://a:65536",
            "https://a:+1",
            "https://*",
            "https://a.*.b",
            "https://**.a",
            "https://a..b",
            "https://a.",
            "https://[::g]",
            "https://-a",
            "https://a b",
            "https://ü.de",
        ];
        for origin in wrong {
            assert!(Origin::parse(origin).is_err(), "{origin}");
        }
    }

    /// Texts that are origins, or nearly: all ways to put these pieces together.
    fn nearly() -> Vec<String> {
        let schemes = ["http://", "https://", "HTTP://", "ftp://", "http:/", ""];
        let hosts = [
            "a",
            "A.b",
            "a.b.",
            "a..b",
            "-a",
            "a-",
            "a_b",
            "127.0.0.1",
            "1.2",
            "0x7f.1",
            "x.0",
            "[::1]",
            "[0::1]",
            "::1",
            "[::ffff:1.2.3.4]",
            "[::g]",
            "*",
            "a.*",
            "u@a",
            "a/b",
            "a?b",
            "a#b",
            "a b",
            "%61",
            "ü",
            "",
            ".",
        ];
        let ports = ["", ":", ":0", ":80", ":443", ":0443", ":65535", ":65536", ":+1", ":a"];
        let mut texts = Vec::new();
        for scheme in schemes {
            for below in ["", "*."] {
                for host in hosts {
                    texts.extend(ports.map(|port| format!("{scheme}{below}{host}{port}")));
                }
            }
        }
        texts
    }

    #[test]
    fn what_is_written_is_what_is_allowed() {
        for written in nearly() {
            let Ok(origin) = Origin::parse(&written) else { continue };
            assert_eq!(Origin::parse(&origin.to_string()).as_ref(), Ok(&origin), "{written}");
            if let Some((before, after)) = written.split_once("*.") {
                let own = target(&format!("{before}{after}")).unwrap();
                assert_eq!(origin.allows(&own), None, "{written}");
                let below = target(&format!("{before}x.{after}")).unwrap();
                assert_eq!(origin.allows(&below), Some(Match::Wildcard), "{written}");
            } else {
                let own = target(&written).unwrap();
                assert_eq!(origin.allows(&own), Some(Match::Named), "{written}");
                assert_eq!(own.to_string(), origin.to_string(), "{written}");
            }
        }
    }

    #[test]
    fn a_full_name_allows_its_own_target_only() {
        let origins: Vec<Origin> = nearly().iter().filter_map(|text| Origin::parse(text).ok()).collect();
        let targets: Vec<Target> = nearly().iter().filter_map(|text| target(text)).collect();
        assert!(origins.len() > 100 && targets.len() > 100, "{} and {}", origins.len(), targets.len());
        for (origin, target) in origins.iter().flat_map(|origin| targets.iter().map(move |target| (origin, target))) {
            let same = origin.to_string() == target.to_string();
            assert_eq!(origin.allows(target) == Some(Match::Named), same, "{origin} and {target}");
        }
    }
}
