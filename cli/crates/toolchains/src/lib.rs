//! One file per toolchain: what must be there, what must be known, what will be run
