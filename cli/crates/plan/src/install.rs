//! Plans that install tools.
