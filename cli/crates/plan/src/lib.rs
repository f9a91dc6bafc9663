//! What will be done, as data: steps, the tools they need, and the plan that a manifest becomes.
//!
//! The words of the build live here ([`Step`], [`Action`], [`Invocation`], [`Tool`], [`Toolchain`], [`ProbeResults`], [`Layout`]);
//! the crate `toolchains` implements [`Toolchain`], the crate `engine` carries plans out. This crate refuses to do anything:
//! it reads no file, starts no program and does not know what time it is.
//!
//! A build goes through:
//! 1. [`wire()`]: which component satisfies which import;
//! 2. [`requirements()`]: what the probe must find out for the selected components;
//! 3. [`install()`]: a plan that makes the tools that are missing;
//! 4. [`build()`]: every step of the build, in dependency order.

mod build;
mod finding;
mod generator;
mod grants;
mod install;
mod layout;
mod path;
mod plan;
mod probe_results;
mod quote;
mod requirements;
mod reuse;
mod step;
mod subject;
mod tool;
mod toolchain;
mod wire;

pub use build::{AppModel, Extent, Selection, build, component_path, selected_components};
pub use finding::{Finding, Place, Reading};
pub use generator::{Generate, GenerateError, GeneratedFile, Generator};
pub use grants::{CompositionGrants, HostValues, MemberGrants, grants};
pub use install::{
    Failures, InstallPlan, Installation, install, install_texts, missing, missing_tools, name_and_window, version,
    with_needs,
};
pub use layout::{Layout, Profile};
pub use path::AbsPath;
pub use plan::{Plan, PlanError};
pub use probe_results::{FoundIn, FoundTool, ProbeResults, ProbedTool};
pub use quote::quote;
pub use requirements::{ProbeRequest, names_file, requirements};
pub use step::{
    Action, Arg, ComposeAction, CopyAction, Discovery, EncodeAction, EnvChanges, Expectation, GenerateAction,
    HiddenFiles, Input, Invocation, Keep, Made, Packages, PrecompileAction, ProveAction, ReadList, Step, StepId,
    WorldAction, WrittenFile,
};
pub use subject::Subject;
pub use tool::{Locate, Parallelism, Probe, Provider, Tool, ToolSpec, Version, Window, recipe_beside, recipe_stem};
pub use toolchain::{Companion, Complaint, CustomSteps, Hint, Project, Takes, Target, Toolchain, ToolchainSet};
pub use wire::{AppWiring, wire};
