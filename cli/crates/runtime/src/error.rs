//! Errors before or instead of running a guest. A guest's own failure is a [`crate::RunEvent`], not an error.

use std::{io, net::SocketAddr, path::PathBuf};

/// An operation of the runtime failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// Another program listens on the address.
    #[error("cannot listen on {address}: another program uses this port")]
    AddressInUse {
        /// The requested address.
        address: SocketAddr,
    },
    /// Listening on the address failed for another reason.
    #[error("cannot listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The component's file cannot be read.
    #[error("cannot read the component of `{entry}`")]
    ReadComponent {
        /// The entry.
        entry: String,
        /// The cause, which names the path.
        source: io::Error,
    },
    /// The file is not a component.
    #[error("`{path}`, the component of `{entry}`, {what}", path = path.display())]
    NotAComponent {
        /// The entry.
        entry: String,
        /// Its file.
        path: PathBuf,
        /// What the file is instead: a predicate such as `is empty`.
        what: &'static str,
    },
    /// Compiling the component to native code failed.
    #[error("cannot compile the component of `{entry}`: {reason}")]
    Compile {
        /// The entry.
        entry: String,
        /// The compiler's message.
        reason: String,
    },
    /// The component has an import that neither the composition nor the host provides.
    #[error("`{entry}` imports `{interface}`, which {why}")]
    MissingImport {
        /// The entry.
        entry: String,
        /// The interface.
        interface: String,
        /// Why it is missing: a predicate.
        why: &'static str,
    },
    /// The component imports a known interface with another definition.
    #[error("cannot link `{entry}`: {reason}")]
    Link {
        /// The entry.
        entry: String,
        /// What does not match.
        reason: String,
    },
    /// An HTTP route leads to a component that does not export an HTTP handler.
    #[error(
        "`{entry}` has a route but exports neither `wasi:http/incoming-handler` (WASI 0.2) nor `wasi:http/handler` (WASI 0.3)"
    )]
    NoHttpExport {
        /// The entry.
        entry: String,
    },
    /// A command's component does not export `wasi:cli/run`.
    #[error("`{entry}` is to be run as a command but does not export `wasi:cli/run`")]
    NoCommandExport {
        /// The entry.
        entry: String,
    },
    /// A component that should greet does not export `hello`.
    #[error("`{component}` does not export the function `hello: func() -> string`")]
    NoHelloExport {
        /// The component's file.
        component: String,
    },
    /// A trigger names an entry that was not given.
    #[error("{trigger} leads to `{entry}`, which is not among the entries")]
    UnknownEntry {
        /// The trigger, e.g. "route `/x`".
        trigger: String,
        /// The entry it names.
        entry: String,
    },
    /// This runtime does not have this kind of trigger.
    #[error("this runtime has no trigger `{kind}`")]
    UnknownTrigger {
        /// The kind's key in a manifest.
        kind: String,
    },
    /// A trigger has settings that its kind does not understand.
    #[error("a trigger `{kind}` of `{entry}` cannot be read: {why}")]
    BadTrigger {
        /// The kind's key in a manifest.
        kind: String,
        /// The entry.
        entry: String,
        /// What is wrong.
        why: String,
    },
    /// Two routes match the same paths.
    #[error("route `{route}` is declared twice")]
    DuplicateRoute {
        /// The route.
        route: String,
    },
    /// A granted folder cannot be opened.
    #[error("cannot open folder `{path}`, which is granted to `{entry}`: {reason}", path = path.display())]
    Directory {
        /// The entry.
        entry: String,
        /// The folder on the host.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The folder of compiled code cannot be used.
    #[error("cannot use the folder of compiled code: {reason}")]
    CodeCache {
        /// What is wrong with it, including the path.
        reason: String,
        /// The system's error, if there is one.
        source: Option<io::Error>,
    },
    /// A component that a toolchain built as a test does not run correctly.
    #[error("`{component}` was built but does not run: {reason}")]
    Prove {
        /// The component's file.
        component: String,
        /// What happened.
        reason: String,
    },
    /// Wasmtime or the system cannot start the runtime.
    #[error("cannot start the WebAssembly runtime: {reason}")]
    Start {
        /// Their message.
        reason: String,
    },
}

impl RuntimeError {
    /// Hints about what to do next, each a sentence without a full stop. Empty if the error says it all.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::AddressInUse { address } => {
                let other = |port: u16| SocketAddr::new(address.ip(), port);
                vec![format!(
                    "stop that program, or choose another port: `--listen {}`; `--listen {}` takes a free one",
                    other(address.port().checked_add(1).unwrap_or(3000)),
                    other(0)
                )]
            }
            Self::Listen { .. } => vec!["name an address of this machine with `--listen HOST:PORT`".to_owned()],
            Self::MissingImport { .. } => vec![
                "wire it: a component of this app has to export it, or `[component.NAME.imports]` has to name the one that does"
                    .to_owned(),
            ],
            Self::NoHttpExport { .. } => {
                vec!["export the handler from its world, or use `[[trigger.command]]` if it is a command".to_owned()]
            }
            Self::NoCommandExport { .. } => {
                vec!["give it a `main`, or use `[[trigger.http]]` if it answers HTTP requests".to_owned()]
            }
            Self::DuplicateRoute { .. } => vec!["remove one of the two".to_owned()],
            Self::CodeCache { .. } => {
                vec!["set CONJOIN_CACHE to a folder that belongs to you and that nobody else can write to".to_owned()]
            }
            Self::ReadComponent { .. }
            | Self::NotAComponent { .. }
            | Self::Compile { .. }
            | Self::Link { .. }
            | Self::NoHelloExport { .. }
            | Self::UnknownEntry { .. }
            | Self::UnknownTrigger { .. }
            | Self::BadTrigger { .. }
            | Self::Directory { .. }
            | Self::Prove { .. }
            | Self::Start { .. } => Vec::new(),
        }
    }
}
