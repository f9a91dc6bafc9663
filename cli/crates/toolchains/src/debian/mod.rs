//! Packages of Debian, unpacked into a folder of conjoin's without root.
//!
//! apt runs with sources, lists, state and cache of its own: what the machine has installed is neither read nor changed. The
//! mirror and the settings for the network are the machine's. This module refuses to install anything into the system.

mod mirror;
mod private_apt;
mod settings;
mod tools;

use mirror::Mirror;
pub(crate) use private_apt::{PackageSet, multiarch, reads, steps};
pub(crate) use tools::{APT_CACHE, APT_GET, DPKG_DEB};
