//! Which origins a guest may call. Refuses what it cannot read, so that no grant means more than it says.

use http::Uri;

use crate::RuntimeError;

/// The origins that were granted.
pub(crate) struct OutboundPolicy {
    origins: Vec<Origin>,
}

/// A granted origin.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    host: Host,
    port: u16,
}

#[derive(Debug, PartialEq, Eq)]
enum Host {
    /// The whole name.
    Named(String),
    /// Any name that ends so; with the leading dot.
    Below(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// Where a request is to go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    /// Lower case, without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// How a target was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// By its full name, which includes private addresses.
    Named,
    /// By a wildcard, which does not.
    Wildcard,
}

impl OutboundPolicy {
    /// Reads `scheme://host[:port]` of each origin.
    pub(crate) fn parse(entry: &str, origins: &[String]) -> Result<Self, RuntimeError> {
        let parse = |written: &String| {
            Origin::parse(written).map_err(|why| RuntimeError::BadOrigin {
                entry: entry.to_owned(),
                origin: written.clone(),
                why,
            })
        };
        Ok(Self { origins: origins.iter().map(parse).collect::<Result<_, _>>()? })
    }

    /// How a target was granted, if it was.
    pub(crate) fn grant(&self, target: &Target) -> Option<Grant> {
        let grants = self.origins.iter().filter_map(|origin| origin.grants(target));
        grants.min_by_key(|grant| *grant == Grant::Wildcard)
    }
}

impl Origin {
    fn parse(written: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = match written.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(_) => return Err("has a scheme other than `http` and `https`"),
            None => return Err("has no scheme"),
        };
        let (below, named) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        if named.contains('*') {
            return Err("has a `*` that is not at the start of the host");
        }
        if named.is_empty() || named.contains(['/', '?', '#', '@']) {
            return Err("is more or less than scheme, host and port");
        }
        let uri: Uri = format!("http://{named}/").parse().map_err(|_| "has a host that cannot be read")?;
        let target = Target::of(&uri).ok_or("has no host")?;
        let port = if uri.port().is_some() { target.port } else { scheme.port() };
        let host = if below { Host::Below(format!(".{}", target.host)) } else { Host::Named(target.host) };
        Ok(Self { scheme, host, port })
    }

    fn grants(&self, target: &Target) -> Option<Grant> {
        if (self.scheme, self.port) != (target.scheme, target.port) {
            return None;
        }
        match &self.host {
            Host::Named(host) => (*host == target.host).then_some(Grant::Named),
            Host::Below(suffix) => {
                (target.host.len() > suffix.len() && target.host.ends_with(suffix)).then_some(Grant::Wildcard)
            }
        }
    }
}

impl Scheme {
    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Target {
    /// Where a request with this URI is to go; none if it says no host or another scheme.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return None,
        };
        let authority = uri.authority()?;
        // A user name in front of the host is a way to hide the host; none of the two is sent anyway.
        if authority.as_str().contains('@') {
            return None;
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        if host.is_empty() {
            return None;
        }
        Some(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port: authority.port_u16().unwrap_or_else(|| scheme.port()),
        })
    }

    /// As it would be written in the manifest.
    pub(crate) fn origin(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == self.scheme.port() {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{}", self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str]) -> OutboundPolicy {
        let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
        OutboundPolicy::parse("gateway", &origins).unwrap()
    }

    fn grant(policy: &OutboundPolicy, uri: &str) -> Option<Grant> {
        policy.grant(&Target::of(&uri.parse().unwrap())?)
    }

    #[test]
    fn scheme_host_and_port_must_all_agree() {
        let policy = policy(&["https://api.example.com", "http://127.0.0.1:8080"]);
        assert_eq!(grant(&policy, "https://api.example.com/x?y"), Some(Grant::Named));
        assert_eq!(grant(&policy, "https://API.example.com:443/"), Some(Grant::Named));
        assert_eq!(grant(&policy, "https://api.example.com./"), Some(Grant::Named));
        assert_eq!(grant(&policy, "http://api.example.com/"), None);
        assert_eq!(grant(&policy, "https://api.example.com:8443/"), None);
        assert_eq!(grant(&policy, "https://evil-api.example.com/"), None);
        assert_eq!(grant(&policy, "https://api.example.com@evil.example/"), None);
        assert_eq!(grant(&policy, "http://127.0.0.1:8080/"), Some(Grant::Named));
    }

    #[test]
    fn a_wildcard_means_below_and_not_the_name_itself() {
        let policy = policy(&["https://*.example.com", "https://a.example.com"]);
        assert_eq!(grant(&policy, "https://b.c.example.com/"), Some(Grant::Wildcard));
        assert_eq!(grant(&policy, "https://a.example.com/"), Some(Grant::Named));
        assert_eq!(grant(&policy, "https://example.com/"), None);
        assert_eq!(grant(&policy, "https://evilexample.com/"), None);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for (written, why) in [
            ("api.example.com", "has no scheme"),
            ("ftp://example.com", "has a scheme other than `http` and `https`"),
            ("https://example.com/path", "is more or less than scheme, host and port"),
            ("https://user@example.com", "is more or less than scheme, host and port"),
            ("https://", "is more or less than scheme, host and port"),
            ("https://a.*.com", "has a `*` that is not at the start of the host"),
            ("https://*", "has a `*` that is not at the start of the host"),
        ] {
            assert_eq!(Origin::parse(written), Err(why), "{written}");
        }
    }

    #[test]
    fn an_origin_is_said_as_it_is_written() {
        for written in ["https://example.com", "http://127.0.0.1:8080", "http://[::1]:9"] {
            assert_eq!(Target::of(&written.parse().unwrap()).unwrap().origin(), written);
        }
    }
}
