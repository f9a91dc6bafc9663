//! Plans builds as data: steps, the tools they need, and their order.
//!
//! The types of a build are defined here ([`Step`], [`Action`], [`Invocation`], [`Tool`], [`Toolchain`],
//! [`ProbeResults`], [`Layout`]). The crate `toolchains` implements [`Toolchain`], and the crate `engine` executes
//! plans. This crate reads no files, starts no programs and does not use the clock.
//!
//! A build goes through:
//! 1. [`wire()`] decides which component satisfies which import.
//! 2. [`requirements()`] lists what the probe must find out for the selected components.
//! 3. [`install()`] plans the installation of missing tools.
//! 4. [`build()`] plans every step of the build, in dependency order.
//!
//! ```
//! use conjoin_manifest::ComponentName;
//! use conjoin_plan::{AbsPath, Action, CopyAction, Input, Keep, Plan, Step, StepId, Subject};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pricing = ComponentName::parse("pricing")?;
//! let copy = |id: &str, from: &str, to: &str| {
//!     let (from, to) = (AbsPath::new(from)?, AbsPath::new(to)?);
//!     Some(Step {
//!         id: StepId(id.to_owned()),
//!         subject: Subject::Component(pricing.clone()),
//!         title: "copy".to_owned(),
//!         inputs: vec![Input::File(from.clone())],
//!         outputs: vec![to.clone()],
//!         action: Action::Copy(CopyAction { from, to }),
//!         versions: Vec::new(),
//!         discovery: None,
//!         keep: Keep::InPlace,
//!     })
//! };
//! let steps = [copy("pricing/second", "/app/b", "/app/c"), copy("pricing/first", "/app/a", "/app/b")];
//! let plan = Plan::new(steps.into_iter().flatten().collect())?;
//! let order: Vec<&str> = plan.steps().iter().map(|step| step.id.0.as_str()).collect();
//! assert_eq!(order, ["pricing/first", "pricing/second"]);
//! # Ok(())
//! # }
//! ```

mod action;
mod build;
mod finding;
mod generator;
mod grants;
mod input;
mod install;
mod invocation;
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

pub use action::{
    Action, ComposeAction, CopyAction, EncodeAction, Expectation, GenerateAction, Made, PrecompileAction, ProveAction,
    WorldAction, WrittenFile,
};
pub use build::{AppModel, Extent, Selection, build, component_path, selected_components};
pub use finding::{Finding, Place, Reading};
pub use generator::{Generate, GenerateError, GeneratedFile, Generator};
pub use grants::{CompositionGrants, HostValues, MemberGrants, grants};
pub use input::{Discovery, HiddenFiles, Input, Packages, ReadList};
pub use install::{
    Failures, InstallPlan, Installation, install, install_texts, missing, missing_tools, name_and_window, version,
    with_needs,
};
pub use invocation::{Arg, EnvChanges, Invocation};
pub use layout::{Layout, Profile};
pub use path::AbsPath;
pub use plan::{Plan, PlanError};
pub use probe_results::{FoundIn, FoundTool, ProbeResults, ProbedTool};
pub use quote::quote;
pub use requirements::{ProbeRequest, names_file, requirements};
pub use step::{Keep, Step, StepId};
pub use subject::Subject;
pub use tool::{Locate, Parallelism, Probe, Provider, Tool, ToolSpec, Version, Window, recipe_beside, recipe_stem};
pub use toolchain::{Companion, Complaint, CustomSteps, Hint, Project, Takes, Target, Toolchain, ToolchainSet};
pub use wire::{AppWiring, UnusableSource, wire};
