//! What both engines for JavaScript and TypeScript have in common: how WIT looks from JavaScript.
//!
//! | file | what it holds |
//! |---|---|
//! | `names` | how names of WIT are written in JavaScript, and by which names its interfaces are imported |
//! | `declarations` | a world as declarations for TypeScript |
//! | `types` | a type of WIT as a type of TypeScript |
//!
//! Nothing here knows an engine.

mod declarations;
mod names;
mod types;

pub(crate) use declarations::declarations;
