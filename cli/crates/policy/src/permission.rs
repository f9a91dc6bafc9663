//! The permissions: one table, which the manifest, its schema and reference, the toolchains and the host read.
//!
//! A permission is one row. The host withholds what is not granted in the way that the row says, so a permission whose calls are
//! denied is complete with its row; one that gives access to something of the host also needs a line in the crate `runtime` that
//! hands it over.

use std::cmp::Ordering;

use crate::InterfaceName;

/// Something a component may do beyond computing: one row of the table.
#[derive(Debug)]
pub struct Permission {
    /// The key below `permissions` in a manifest.
    pub key: &'static str,
    /// What it allows, as the reference of the manifest says it.
    pub allows: &'static str,
    /// What a message says is not granted, with its verb, such as `clocks are`; `{}` stands for the value that would be needed.
    pub missing: &'static str,
    /// What its value in a manifest looks like.
    pub shape: Shape,
    /// An example of that value; `{}` stands for the one that is needed where `shape` is a list of texts.
    pub example: &'static str,
    /// The packages and interfaces of WASI that it opens, without versions.
    pub interfaces: &'static [&'static str],
    /// How the host withholds it.
    pub withheld: Withheld,
}

/// What the value of a permission looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    Switch,
    /// An array of names of environment variables.
    Variables,
    /// An array of tables, each a folder of the host, where it is seen and with which access.
    Folders,
    /// An array of origins.
    Origins,
}

/// How the host withholds a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The calls answer, but there is nothing behind them: no variable, no argument, no folder, a closed stream, a denied request.
    Empty,
    /// Each call of its interfaces is answered by a denial.
    Calls {
        /// The functions to deny; all of them if the list is empty. The others can do nothing without these.
        only: &'static [&'static str],
        /// Interfaces that stay open because the host answers them without giving anything away.
        open: &'static [&'static str],
    },
}

macro_rules! table {
    ($($(#[doc = $doc:literal])+ $name:ident = $row:expr;)+) => {
        $($(#[doc = $doc])+ pub static $name: Permission = $row;)+

        /// All permissions, in the order in which lists show them.
        pub static PERMISSIONS: &[&Permission] = &[$(&$name),+];

        /// The keys of [`PERMISSIONS`].
        pub static PERMISSION_KEYS: &[&str] = &[$($name.key),+];
    };
}

table! {
    /// Standard streams.
    STDIO = Permission {
        key: "stdio",
        allows: "Read stdin, write stdout and stderr.",
        missing: "stdio is",
        shape: Shape::Switch,
        example: "true",
        interfaces: &["wasi:cli/stdin", "wasi:cli/stdout", "wasi:cli/stderr"],
        withheld: Withheld::Empty,
    };
    /// Clocks and timers.
    CLOCKS = Permission {
        key: "clocks",
        allows: "Read clocks and sleep.",
        missing: "clocks are",
        shape: Shape::Switch,
        example: "true",
        interfaces: &["wasi:clocks"],
        withheld: Withheld::Calls { only: &[], open: &[] },
    };
    /// Random bytes.
    RANDOM = Permission {
        key: "random",
        allows: "Read random bytes.",
        missing: "random is",
        shape: Shape::Switch,
        example: "true",
        interfaces: &["wasi:random"],
        // The seed of hash tables may by its definition always be the same: the host answers with a constant, and hash tables work.
        withheld: Withheld::Calls { only: &[], open: &["wasi:random/insecure-seed"] },
    };
    /// Environment variables.
    ENV = Permission {
        key: "env",
        allows: "See these environment variables of `conjoin run`.",
        missing: "the variable {} is",
        shape: Shape::Variables,
        example: "[\"{}\"]",
        interfaces: &["wasi:cli/environment"],
        withheld: Withheld::Empty,
    };
    /// Arguments.
    ARGS = Permission {
        key: "args",
        allows: "See the arguments that follow `--`.",
        missing: "args are",
        shape: Shape::Switch,
        example: "true",
        interfaces: &["wasi:cli/environment"],
        withheld: Withheld::Empty,
    };
    /// Folders of the host.
    DIRECTORIES = Permission {
        key: "directories",
        allows: "See these folders.",
        missing: "directories are",
        shape: Shape::Folders,
        example: "[{ path = \"data\", at = \"/data\", access = \"read\" }]",
        interfaces: &["wasi:filesystem"],
        withheld: Withheld::Empty,
    };
    /// HTTP requests.
    OUTBOUND_HTTP = Permission {
        key: "outbound-http",
        allows: "Send HTTP requests to these origins, such as `https://api.example.com`; `*.` stands for all hosts below.",
        missing: "requests to {} are",
        shape: Shape::Origins,
        example: "[\"{}\"]",
        interfaces: &["wasi:http/outgoing-handler", "wasi:http/client"],
        withheld: Withheld::Empty,
    };
    /// Sockets and names of hosts.
    SOCKETS = Permission {
        key: "sockets",
        allows: "Open TCP and UDP sockets and look up names.",
        missing: "sockets are",
        shape: Shape::Switch,
        example: "true",
        interfaces: &["wasi:sockets"],
        withheld: Withheld::Calls {
            only: &[
                "create-tcp-socket",
                "create-udp-socket",
                "resolve-addresses",
                "[static]tcp-socket.create",
                "[static]udp-socket.create",
            ],
            open: &[],
        },
    };
}

impl Permission {
    /// The line of a `[component.NAME]` table that grants it. A permission that lists texts names `value`, or an example without one.
    pub fn line(&self, value: Option<&str>) -> String {
        let value = value.unwrap_or(match self.shape {
            Shape::Variables => "NAME",
            Shape::Origins => "https://host",
            Shape::Switch | Shape::Folders => "",
        });
        format!("permissions.{} = {}", self.key, self.example.replace("{}", value))
    }

    /// What a message says is not granted, with its verb: `clocks are`, or with a `value` that would be needed, `requests to
    /// https://api.example.com are`.
    pub fn subject(&self, value: Option<&str>) -> String {
        self.missing.replace("{}", value.unwrap_or_default())
    }

    /// Whether it opens `interface`, in whatever version.
    pub fn opens(&self, interface: &InterfaceName) -> bool {
        self.interfaces.iter().any(|name| *name == interface.package() || *name == interface.without_version())
    }

    /// Whether the host withholds it by denying calls of this function.
    pub fn denies(&self, interface: &InterfaceName, function: &str) -> bool {
        match self.withheld {
            Withheld::Empty => false,
            Withheld::Calls { only, open } => {
                self.opens(interface)
                    && !open.contains(&interface.without_version())
                    && (only.is_empty() || only.contains(&function))
            }
        }
    }
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Permission {}

impl PartialOrd for Permission {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Permission {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(other.key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_permission_has_a_key_of_its_own() {
        let keys: BTreeSet<&str> = PERMISSION_KEYS.iter().copied().collect();
        assert_eq!(keys.len(), PERMISSIONS.len());
    }

    #[test]
    fn a_call_is_denied_by_the_permission_that_opens_its_interface() {
        let denied = |interface: &str, function: &str| -> Vec<&str> {
            let interface = InterfaceName::parse(interface).unwrap();
            PERMISSIONS.iter().filter(|row| row.denies(&interface, function)).map(|row| row.key).collect()
        };
        assert_eq!(denied("wasi:clocks/monotonic-clock@0.3.0", "now"), ["clocks"]);
        assert_eq!(denied("wasi:random/random", "get-random-bytes"), ["random"]);
        assert_eq!(denied("wasi:random/insecure-seed", "insecure-seed"), [""; 0]);
        assert_eq!(denied("wasi:sockets/tcp-create-socket", "create-tcp-socket"), ["sockets"]);
        assert_eq!(denied("wasi:sockets/tcp", "[method]tcp-socket.start-bind"), [""; 0]);
        assert_eq!(denied("wasi:cli/stdout", "get-stdout"), [""; 0]);
        assert_eq!(denied("wasi:clocksmith/x", "now"), [""; 0]);
    }

    #[test]
    fn the_line_names_the_value_that_is_needed() {
        assert_eq!(CLOCKS.line(None), "permissions.clocks = true");
        assert_eq!(OUTBOUND_HTTP.line(Some("http://a:1")), "permissions.outbound-http = [\"http://a:1\"]");
    }
}
