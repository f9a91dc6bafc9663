//! What C and C++ are called and chosen by, and what their tools leave in backtraces and read from the environment.

use conjoin_manifest::{LanguageSpec, ToolchainSpec};

pub(super) static BY_CLANG: ToolchainSpec = ToolchainSpec::new("clang");

pub(super) static C: LanguageSpec = spec("c", &["h", "clang"]);
pub(super) static CPP: LanguageSpec = spec("cpp", &["c++", "cc", "cxx", "cplusplus", "hpp"]);

const fn spec(name: &'static str, called: &'static [&'static str]) -> LanguageSpec {
    LanguageSpec { name, called, default: &BY_CLANG, toolchains: &[], engines: &[] }
}

pub(super) const MACHINERY: &[&str] = &["__main_void", "__original_main", "__wasi", "abort", "dlmalloc"];

const CHANGES: &str = "changes what is built without being part of the key";

pub(super) const WITHHELD: &[(&str, &str)] =
    &[("CFLAGS", CHANGES), ("CXXFLAGS", CHANGES), ("CPPFLAGS", CHANGES), ("LDFLAGS", CHANGES)];
