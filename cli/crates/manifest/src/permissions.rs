//! What a component may do beyond computing. Nothing by default.

use crate::{AppPath, Spanned};

/// The `permissions` of one component.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    /// Read stdin, write stdout and stderr.
    pub stdio: bool,
    /// Read clocks and sleep.
    pub clocks: bool,
    /// Read random bytes.
    pub random: bool,
    /// See the arguments that follow `--`.
    pub args: bool,
    /// Open TCP and UDP sockets and look up names.
    pub sockets: bool,
    /// The environment variables it sees.
    pub env: Vec<Spanned<String>>,
    /// The folders it sees.
    pub directories: Vec<Directory>,
    /// The origins it may call: `scheme://host[:port]`, the host may start with `*.`.
    pub outbound_http: Vec<Spanned<String>>,
}

/// A folder of the host that a component sees.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The folder on the host.
    pub path: Spanned<AppPath>,
    /// Where the component sees it; absolute.
    pub at: String,
    /// What it may do there.
    pub access: Access,
}

/// What a component may do in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    Read,
    /// Read and write.
    ReadWrite,
}
