//! Which Debian mirror the machine's apt uses.
//!
//! Both forms of apt's sources are understood as far as that takes: lines (`deb URI suite main`) and stanzas (`URIs: ...`).

use std::path::Path;

/// Names under which mirrors carry Debian itself; anything else is another distribution or an archive beside it.
const SUITES: [&str; 11] = [
    "bookworm",
    "trixie",
    "forky",
    "duke",
    "sid",
    "bullseye",
    "stable",
    "oldstable",
    "oldoldstable",
    "testing",
    "unstable",
];

/// A place that serves all suites of Debian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// Its address.
    uri: String,
    /// What apt must know to trust it: `signed-by=...`, `trusted=yes`.
    options: Vec<String>,
}

impl Mirror {
    /// The first mirror of Debian in apt's sources, given with their file names in the order in which apt reads them.
    pub(crate) fn find<'a>(files: impl IntoIterator<Item = (String, &'a str)>) -> Option<Self> {
        files.into_iter().find_map(|(name, text)| match Path::new(&name).extension()?.to_str()? {
            "sources" => stanzas(text).find_map(|stanza| Self::of_stanza(&stanza)),
            "list" => text.lines().find_map(Self::of_line),
            _ => None,
        })
    }

    /// The line of apt's sources for `suite`.
    pub(crate) fn line(&self, suite: &str) -> String {
        let options = if self.options.is_empty() { String::new() } else { format!("[{}] ", self.options.join(" ")) };
        format!("deb {options}{} {suite} main\n", self.uri)
    }

    fn of_line(line: &str) -> Option<Self> {
        let line = line.split('#').next().unwrap_or_default().trim();
        let rest = line.strip_prefix("deb")?.strip_prefix(char::is_whitespace)?.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let uri = words.next()?;
        let suite = words.next()?;
        let mut options = options.split_whitespace().map(|option| option.split_once('=').unwrap_or((option, "")));
        let has_main = words.any(|component| component == "main");
        (has_main && SUITES.contains(&suite) && usable(uri)).then(|| Self {
            uri: uri.to_owned(),
            options: options.by_ref().filter_map(|(name, value)| trust(name, value)).collect(),
        })
    }

    fn of_stanza(stanza: &[(String, String)]) -> Option<Self> {
        let field = |wanted: &str| {
            let found = stanza.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let has = |name: &str, word: &str| field(name).split_whitespace().any(|other| other == word);
        if field("Enabled").eq_ignore_ascii_case("no") || !has("Types", "deb") || !has("Components", "main") {
            return None;
        }
        field("Suites").split_whitespace().find(|suite| SUITES.contains(suite))?;
        let uri = field("URIs").split_whitespace().find(|uri| usable(uri))?;
        let options = ["Signed-By", "Trusted"].into_iter().filter_map(|name| trust(name, field(name))).collect();
        Some(Self { uri: uri.to_owned(), options })
    }
}

/// Whether packages can be downloaded from there without a person who changes discs.
fn usable(uri: &str) -> bool {
    uri.contains(':') && !uri.starts_with("cdrom:")
}

/// An option that says why a mirror is trusted. Keys that are written out or named by fingerprint are left to the keys that apt
/// trusts anyway.
fn trust(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    if name.eq_ignore_ascii_case("signed-by") && value.starts_with('/') && !value.contains(char::is_whitespace) {
        return Some(format!("signed-by={value}"));
    }
    (name.eq_ignore_ascii_case("trusted") && value.eq_ignore_ascii_case("yes")).then(|| "trusted=yes".to_owned())
}

/// The stanzas of a file, each as fields with their values.
fn stanzas(text: &str) -> impl Iterator<Item = Vec<(String, String)>> {
    let mut all: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.trim().is_empty() {
            all.push(Vec::new());
        } else if let Some(stanza) = all.last_mut() {
            if let (true, Some((_, value))) = (line.starts_with(char::is_whitespace), stanza.last_mut()) {
                value.push('\n');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                stanza.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::Mirror;

    fn line(name: &str, text: &str) -> Option<String> {
        Mirror::find([(name.to_owned(), text)]).map(|mirror| mirror.line("bookworm"))
    }

    #[test]
    fn the_stanza_of_a_container_is_understood() {
        let text = "Types: deb\n# http://snapshot.example/debian/2025\nURIs: http://deb.example/debian\n\
                    Suites: bookworm bookworm-updates\nComponents: main\n\
                    Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\nTypes: deb\n";
        let expected =
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.example/debian bookworm main\n";
        assert_eq!(line("/etc/apt/sources.list.d/debian.sources", text).as_deref(), Some(expected));
    }

    #[test]
    fn a_line_with_options_is_understood() {
        let text = "# deb http://old.example/debian bookworm main\n\
                    deb-src http://src.example/debian trixie main\n\
                    deb [arch=amd64 trusted=yes signed-by=/k.gpg] https://corp.example/mirror/  trixie contrib main # ours\n";
        let expected = "deb [trusted=yes signed-by=/k.gpg] https://corp.example/mirror/ bookworm main\n";
        assert_eq!(line("/etc/apt/sources.list", text).as_deref(), Some(expected));
    }

    #[test]
    fn a_line_without_options_is_understood() {
        let text = "deb\thttp://deb.example/debian stable main contrib\n";
        assert_eq!(
            line("/etc/apt/sources.list", text).as_deref(),
            Some("deb http://deb.example/debian bookworm main\n")
        );
    }

    #[test]
    fn what_is_not_debian_itself_is_no_mirror() {
        for text in [
            "deb http://archive.example/ubuntu noble main universe\n",
            "deb http://security.example/debian-security bookworm-security main\n",
            "deb https://packages.example/apt cloud-sdk-bookworm main\n",
            "deb http://deb.example/debian bookworm contrib\n",
            "deb cdrom:[Debian]/ bookworm main\n",
            "deb [arch=amd64 http://broken.example bookworm main\n",
            "deb\n",
            "",
        ] {
            assert_eq!(line("/etc/apt/sources.list", text), None, "{text}");
        }
    }

    #[test]
    fn disabled_stanzas_and_files_that_apt_does_not_read_do_not_count() {
        let stanza = "Enabled: no\nTypes: deb\nURIs: http://deb.example/debian\nSuites: bookworm\nComponents: main\n";
        assert_eq!(line("/etc/apt/sources.list.d/debian.sources", stanza), None);
        assert_eq!(
            line("/etc/apt/sources.list.d/debian.list.bak", "deb http://deb.example/debian bookworm main\n"),
            None
        );
    }

    #[test]
    fn a_key_that_is_written_out_is_left_to_apt() {
        let text = "Types: deb deb-src\nURIs: http://deb.example/debian/\nSuites: sid\nComponents: main\n\
                    Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n";
        assert_eq!(line("debian.sources", text).as_deref(), Some("deb http://deb.example/debian/ bookworm main\n"));
    }
}
