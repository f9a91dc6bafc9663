//! Decides which origins a guest may call.

use conjoin_policy::{Match, Origin, Target};
use http::Uri;

/// The origins that were granted.
pub(crate) struct OutboundPolicy {
    origins: Vec<Origin>,
}

impl OutboundPolicy {
    /// Allows `origins` and nothing else.
    pub(crate) fn new(origins: &[Origin]) -> Self {
        Self { origins: origins.to_vec() }
    }

    /// How a target was granted, if it was. A grant by full name takes precedence over a wildcard.
    pub(crate) fn grant(&self, target: &Target) -> Option<Match> {
        self.origins.iter().filter_map(|origin| origin.allows(target)).min()
    }
}

/// The target of a request with this URI; `None` if it names no host, or one that no origin can allow.
pub(super) fn target_of(uri: &Uri) -> Option<Target> {
    let authority = uri.authority()?;
    // A user name in front of the host can disguise the host, and would not be sent anyway.
    if authority.as_str().contains('@') {
        return None;
    }
    // `http` treats a port that is not a number as absent. The default port must not replace it.
    if authority.port_u16().is_none() && !authority.as_str().trim_end_matches(':').ends_with(authority.host()) {
        return None;
    }
    Target::new(uri.scheme_str()?, authority.host(), authority.port_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str]) -> OutboundPolicy {
        let origins: Vec<Origin> = origins.iter().map(|origin| Origin::parse(origin).unwrap()).collect();
        OutboundPolicy::new(&origins)
    }

    fn grant(policy: &OutboundPolicy, uri: &str) -> Option<Match> {
        policy.grant(&target_of(&uri.parse().ok()?)?)
    }

    #[test]
    fn a_request_goes_where_its_uri_says() {
        let policy = policy(&["https://api.example.com", "http://127.0.0.1:8080", "http://[::1]:9"]);
        for uri in [
            "https://api.example.com/x?y",
            "https://API.example.com:443/",
            "https://api.example.com./",
            "https://api.example.com:/",
        ] {
            assert_eq!(grant(&policy, uri), Some(Match::Named), "{uri}");
        }
        for uri in [
            "http://api.example.com/",
            "https://api.example.com:8443/",
            "https://api.example.com@evil.example/",
            "https://evil@api.example.com/",
            "https://api.example.com:70000/",
            "/api.example.com",
            "api.example.com:443",
        ] {
            assert_eq!(grant(&policy, uri), None, "{uri}");
        }
        assert_eq!(grant(&policy, "http://127.0.0.1:8080/"), Some(Match::Named));
        assert_eq!(grant(&policy, "http://[0::1]:9/"), Some(Match::Named));
    }

    #[test]
    fn a_full_name_counts_more_than_a_wildcard() {
        let policy = policy(&["https://*.example.com", "https://a.example.com"]);
        assert_eq!(grant(&policy, "https://b.c.example.com/"), Some(Match::Wildcard));
        assert_eq!(grant(&policy, "https://a.example.com/"), Some(Match::Named));
    }

    #[test]
    fn every_origin_without_a_wildcard_allows_requests_to_it() {
        let hosts =
            ["a", "A.b-c", "a_b", "127.0.0.1", "1.2", "[::1]", "[0:0::1]", "[::ffff:1.2.3.4]", "a..b", "a.", "[::g]"];
        let ports = ["", ":80", ":443", ":0080", ":65535", ":", ":0", ":65536"];
        let mut origins = 0;
        for written in hosts.iter().flat_map(|host| ports.map(|port| format!("{host}{port}"))) {
            for scheme in ["http", "https"] {
                let written = format!("{scheme}://{written}");
                let Ok(origin) = Origin::parse(&written) else { continue };
                origins += 1;
                let policy = OutboundPolicy::new(&[origin]);
                assert_eq!(grant(&policy, &format!("{written}/path")), Some(Match::Named), "{written}");
                assert_eq!(grant(&policy, &format!("{scheme}://other.{written}/")), None);
            }
        }
        assert_eq!(origins, 8 * 5 * 2);
    }
}
