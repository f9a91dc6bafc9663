//! The toolchains: each describes the tools it needs, the files it reads, and the commands it runs.
//!
//! A [`Toolchain`] turns a component of the manifest into steps, a
//! [`Provider`](conjoin_plan::Provider) turns a missing tool into steps that install it. This crate starts no programs and
//! reads no files, so every command can be shown, tested and cached before it runs.
//!
//! ```
//! let toolchains = conjoin_toolchains::all();
//! let rust = toolchains.languages().parse("rust").expect("conjoin builds Rust");
//! let toolchain = toolchains.toolchain(rust.default).expect("it has a toolchain for Rust");
//! assert!(toolchain.requirements().iter().any(|tool| tool.name == "cargo"));
//! ```
//!
//! | file | what it describes |
//! |---|---|
//! | `language` of each language | what it is called and chosen by, and what its tools leave behind |
//! | `tools` of each language, `system` | its tools: where they are looked for, which versions will do and why, who installs them |
//! | `rust`, `go`, `starling`, `quickjs`, `python`, `tinygo`, `clang`, `zig` | how a language is built |
//! | `messages` of each language, `said` | what the tools' errors say about the user's files |
//! | `custom` | how a command of the user's builds any other |
//! | `rustup` and `sources` of `rust`, `pip` of `python`, `npm`, `pypi`, `debian` | how a tool is installed |
//! | `cargo_toml`, `go_mod`, `package_json` | what a project says of itself |
//! | `go_sources` | what of a Go module counts as read |
//! | `projects` | what is wrong in a project and can be seen in its files |
//! | `generate` | what generators share |
//! | `c_bindings` | a world in C, for all languages that read C |
//! | `javascript` | how WIT looks from JavaScript and TypeScript |
//! | `steps` | the shapes of steps that several of them share |
//!
//! What conjoin gives a toolchain to run (a build runner, lock files) lies in `support/<toolchain>/` and is written by steps, so
//! that it is part of what a result depends on.

mod c_bindings;
mod cargo_toml;
mod clang;
mod custom;
mod debian;
mod generate;
mod go;
mod go_mod;
mod go_sources;
mod javascript;
mod npm;
mod package_json;
mod projects;
mod pypi;
mod python;
mod quickjs;
mod rust;
mod said;
mod starling;
mod steps;
mod system;
mod tinygo;
mod unsupported;
mod zig;

/// What is generated of a world, by language.
pub mod generators {
    pub use crate::{
        go::Bindings as Go,
        javascript::{Declarations as TypeScript, Values as QuickJs},
    };
}

use conjoin_plan::{Toolchain, ToolchainSet};

static TOOLCHAINS: &[&dyn Toolchain] = &[
    &rust::Rust,
    &go::Go,
    &tinygo::TinyGo,
    &starling::Starling,
    &quickjs::QuickJs,
    &python::Python,
    &clang::Clang,
    &zig::Zig,
];

/// The world of the components that prove a toolchain.
const HELLO_WIT: &str = include_str!("../support/proof/hello.wit");

/// All toolchains of conjoin, with the tools that they need.
pub fn all() -> ToolchainSet {
    ToolchainSet { toolchains: TOOLCHAINS, custom: custom::steps }
}
