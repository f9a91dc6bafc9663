//! What a command works with, and what it wants of a build.

use conjoin_engine::{ProbeContext, probe};
use conjoin_plan::{Extent, Layout, ProbeRequest, ProbeResults, Selection, ToolchainSet, requirements};

use crate::{
    app::App,
    exit::CommandError,
    settings::{Machine, WorkSettings},
    ui::Ui,
};

/// What every command works with: made once, when the process starts, and passed on.
///
/// An app is not part of it: commands load none, one or, to compare builds, two.
pub(crate) struct Session<'a> {
    /// What prints and asks.
    pub(crate) ui: &'a mut Ui,
    /// What the process was started with.
    pub(crate) machine: &'a Machine,
    /// All languages and tools that conjoin knows.
    pub(crate) toolchains: ToolchainSet,
}

/// What is wanted of a build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'a> {
    /// Which part of the app.
    pub(crate) selection: &'a Selection,
    /// How far it goes.
    pub(crate) extent: Extent,
    /// How steps are carried out.
    pub(crate) work: &'a WorkSettings,
}

impl Session<'_> {
    /// Finds out what `request` names, without changing anything.
    pub(crate) fn probe(&self, layout: &Layout, request: &ProbeRequest) -> ProbeResults {
        let environment = self.machine.environment();
        let context = ProbeContext { environment: &environment, layout, cancel: &self.machine.signals.cancel };
        probe(request, &context)
    }

    /// What must be known of the machine to plan `selection` of `app`.
    pub(crate) fn requirements(&self, app: &App, selection: &Selection) -> Result<ProbeRequest, CommandError> {
        requirements(&app.model(&self.toolchains), selection).map_err(CommandError::project)
    }
}
