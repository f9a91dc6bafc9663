//! Where a request goes: scheme, host and port, in one spelling each.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// How a request travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// In the open.
    Http,
    /// Encrypted.
    Https,
}

impl Scheme {
    /// The scheme of this name, in letters of either case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }

    /// The name in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port of a URL that names none.
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// One host. Two spellings of a host are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Host {
    /// Reads a host as a URL writes it: a name, an IPv4 address, or an IPv6 address in brackets.
    ///
    /// # Errors
    ///
    /// Says why `text` is not a host, fitting after "`x` is not an origin: ".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(address) = text.strip_prefix('[') {
            let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
            let address = address.ok_or("the address in brackets is not one of IPv6")?;
            return Ok(Self::Address(address.into()));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(IpAddr::V4(address)));
        }
        if text.len() > 253 || !text.split('.').all(is_label) {
            return Err("the host is not a name of letters, digits, `-` and `.`");
        }
        Ok(Self::Name(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(formatter, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(formatter, "[{address}]"),
        }
    }
}

/// Whether `part` can stand between two dots of a name.
fn is_label(part: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    (1..64).contains(&part.len()) && part.chars().all(letter) && !part.starts_with('-') && !part.ends_with('-')
}

/// Where one request is to go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// How it travels.
    pub scheme: Scheme,
    /// The host, never with a wildcard.
    pub host: Host,
    /// The port.
    pub port: u16,
}

impl Target {
    /// The target of a URL with this scheme, host and port; none if no origin could ever allow it.
    ///
    /// A name may end with a dot: that is how the root of all names is written.
    pub fn new(scheme: &str, host: &str, port: Option<u16>) -> Option<Self> {
        let scheme = Scheme::parse(scheme)?;
        let host = Host::parse(host.strip_suffix('.').unwrap_or(host)).ok()?;
        Some(Self { scheme, host, port: port.unwrap_or_else(|| scheme.port()) })
    }
}

impl fmt::Display for Target {
    /// The origin that allows this target and no other.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_origin(formatter, self.scheme, "", &self.host, self.port)
    }
}

/// Writes `scheme://host[:port]`, with `before` in front of the host.
pub(crate) fn write_origin(
    formatter: &mut fmt::Formatter<'_>,
    scheme: Scheme,
    before: &str,
    host: &Host,
    port: u16,
) -> fmt::Result {
    write!(formatter, "{}://{before}{host}", scheme.as_str())?;
    if port == scheme.port() { Ok(()) } else { write!(formatter, ":{port}") }
}
