//! What a manifest allows and the runtime enforces.
//!
//! The crate that reads `conjoin.toml` and the crate that runs components do not know each other. What both must understand in
//! the same way is here, once: an [`Origin`] that requests may go to and a [`Route`] that requests come from. Each has one
//! grammar, so what is accepted in a manifest is what is enforced.
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

mod host;
mod origin;
mod route;

pub use host::{Host, Scheme, Target};
pub use origin::{Match, Origin};
pub use route::Route;
