//! Names, and what a manifest allows and the runtime enforces.
//!
//! The crate that reads `conjoin.toml` and the crate that runs components do not know each other. What both must understand in
//! the same way is here, once: an [`Origin`] that requests may go to, a [`Route`] that requests come from and an [`InterfaceName`],
//! each with one grammar, and the table of [`PERMISSIONS`], of which [`Grants`] say what a component was granted.
//!
//! ```
//! use conjoin_policy::{Match, Origin, Route, Target};
//!
//! let origin = Origin::parse("https://*.example.com")?;
//! let target = Target::new("https", "api.example.com", None).ok_or("a target")?;
//! assert_eq!(origin.allows(&target), Some(Match::Wildcard));
//!
//! assert!(Route::parse("/api/...")?.answers("/api/prices"));
//! # Ok::<(), &'static str>(())
//! ```

mod grants;
mod host;
mod interface;
mod origin;
mod permission;
mod route;

pub use grants::{Directory, Granted, Grants};
pub use host::{Host, Scheme, Target};
pub use interface::{InterfaceName, is_wit_name};
pub use origin::{Match, Origin};
pub use permission::{
    ARGS, CLOCKS, DIRECTORIES, ENV, OUTBOUND_HTTP, PERMISSION_KEYS, PERMISSIONS, Permission, RANDOM, SOCKETS, STDIO,
    Shape, Withheld,
};
pub use route::Route;
