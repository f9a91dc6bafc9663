//! What Zig is called and chosen by, and what its tools leave in backtraces and read from the environment.

use conjoin_manifest::{LanguageSpec, ToolchainSpec};

pub(super) static BY_ZIG: ToolchainSpec = ToolchainSpec::new("zig");

pub(super) static ZIG: LanguageSpec =
    LanguageSpec { name: "zig", called: &["ziglang"], default: &BY_ZIG, toolchains: &[], engines: &[] };

pub(super) const MACHINERY: &[&str] = &["__main_argc_argv", "debug.", "start.", "std."];

pub(super) const WITHHELD: &[(&str, &str)] = &[
    ("ZIG_LIB_DIR", "puts another standard library in the place of Zig's"),
    ("ZIG_LIBC", "puts another C library in the place of Zig's"),
];
