//! What a composition may do beyond computing: the union of the permissions of its members, with values in place of names.

use std::path::PathBuf;

use conjoin_policy::Origin;

/// What one entry was granted. Nothing by default.
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of the manifest and independent of the others")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Read stdin, write stdout and stderr.
    pub stdio: bool,
    /// Read clocks and sleep.
    pub clocks: bool,
    /// Read random bytes.
    pub random: bool,
    /// See the arguments of the command.
    pub args: bool,
    /// Open TCP and UDP sockets and look up names.
    pub sockets: bool,
    /// The environment variables it sees, with their values.
    pub env: Vec<(String, String)>,
    /// The folders it sees.
    pub directories: Vec<Directory>,
    /// The origins it may send requests to.
    pub outbound_http: Vec<Origin>,
}

/// A folder of the host that a component sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The folder on the host.
    pub path: PathBuf,
    /// Where the component sees it; absolute.
    pub at: String,
    /// Whether it may write there.
    pub write: bool,
}
