//! From a manifest to every step of its build.

use conjoin_manifest::ComponentName;

/// Which part of an app is built.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these components and what they need; all when empty.
    pub components: Vec<ComponentName>,
    /// Only this entry is composed; all when `None`.
    pub entry: Option<ComponentName>,
}
