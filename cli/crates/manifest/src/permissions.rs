//! What a component may do beyond computing. Nothing by default.

use conjoin_policy::Origin;

use crate::{AppPath, Spanned};

/// The `permissions` of one component.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the manifest, granted or not")]
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
    /// The origins it may send requests to.
    pub outbound_http: Vec<Spanned<Origin>>,
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

/// The kinds of permission, for messages that say which line would grant one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// [`Permissions::stdio`].
    Stdio,
    /// [`Permissions::clocks`].
    Clocks,
    /// [`Permissions::random`].
    Random,
    /// [`Permissions::env`].
    Env,
    /// [`Permissions::args`].
    Args,
    /// [`Permissions::directories`].
    Directories,
    /// [`Permissions::outbound_http`].
    OutboundHttp,
    /// [`Permissions::sockets`].
    Sockets,
}

impl Permission {
    /// All kinds, in the order in which lists show them.
    pub const ALL: [Self; 8] = [
        Self::Stdio,
        Self::Clocks,
        Self::Random,
        Self::Env,
        Self::Args,
        Self::Directories,
        Self::OutboundHttp,
        Self::Sockets,
    ];

    /// The key below `permissions`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Clocks => "clocks",
            Self::Random => "random",
            Self::Env => "env",
            Self::Args => "args",
            Self::Directories => "directories",
            Self::OutboundHttp => "outbound-http",
            Self::Sockets => "sockets",
        }
    }

    /// The line of a `[component.NAME]` table that grants it: exact for those that are granted or not, an example for those
    /// that name what is granted.
    pub fn line(self) -> &'static str {
        match self {
            Self::Stdio => "permissions.stdio = true",
            Self::Clocks => "permissions.clocks = true",
            Self::Random => "permissions.random = true",
            Self::Env => "permissions.env = [\"NAME\"]",
            Self::Args => "permissions.args = true",
            Self::Directories => "permissions.directories = [{ path = \"data\", at = \"/data\", access = \"read\" }]",
            Self::OutboundHttp => "permissions.outbound-http = [\"https://host\"]",
            Self::Sockets => "permissions.sockets = true",
        }
    }
}

impl Permissions {
    /// Whether anything of this kind is granted.
    pub fn grants(&self, permission: Permission) -> bool {
        match permission {
            Permission::Stdio => self.stdio,
            Permission::Clocks => self.clocks,
            Permission::Random => self.random,
            Permission::Env => !self.env.is_empty(),
            Permission::Args => self.args,
            Permission::Directories => !self.directories.is_empty(),
            Permission::OutboundHttp => !self.outbound_http.is_empty(),
            Permission::Sockets => self.sockets,
        }
    }
}
