//! The programs of Debian's package manager.

use conjoin_plan::ToolSpec;

const BY_HAND: &str = "it is part of Debian and its relatives";

/// Debian's package manager.
pub(crate) static APT_GET: ToolSpec = ToolSpec::program("CONJOIN_APT_GET", &["apt-get"], BY_HAND);
/// What asks Debian's package lists.
pub(crate) static APT_CACHE: ToolSpec = ToolSpec::program("CONJOIN_APT_CACHE", &["apt-cache"], BY_HAND);
/// Debian's archive tool.
pub(crate) static DPKG_DEB: ToolSpec = ToolSpec::program("CONJOIN_DPKG_DEB", &["dpkg-deb"], BY_HAND);
