//! The session of a command, and the goal of a build.

use conjoin_engine::{ProbeContext, probe};
use conjoin_plan::{Extent, Layout, ProbeRequest, ProbeResults, Selection, ToolchainSet, requirements};

use crate::{
    app::App,
    exit::CommandError,
    settings::{Machine, WorkSettings},
    ui::Ui,
};

/// Everything that commands share. It is created once at the start and passed on.
///
/// An app is not part of it, because commands load none, one, or two of them.
pub(crate) struct Session<'a> {
    /// Prints and asks.
    pub(crate) ui: &'a mut Ui,
    /// The process's environment and signals.
    pub(crate) machine: &'a Machine,
    /// All toolchains of conjoin.
    pub(crate) toolchains: ToolchainSet,
}

/// The goal of a build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'a> {
    /// The part of the app to build.
    pub(crate) selection: &'a Selection,
    /// How far to build.
    pub(crate) extent: Extent,
    /// How to run steps.
    pub(crate) work: &'a WorkSettings,
}

impl Session<'_> {
    /// Probes for what `request` names. Changes nothing.
    pub(crate) fn probe(&self, layout: &Layout, request: &ProbeRequest) -> ProbeResults {
        let environment = self.machine.environment();
        let context = ProbeContext { environment: &environment, layout, cancel: &self.machine.signals.cancel };
        probe(request, &context)
    }

    /// The probe results that planning `selection` of `app` needs.
    pub(crate) fn requirements(&self, app: &App, selection: &Selection) -> Result<ProbeRequest, CommandError> {
        requirements(&app.model(&self.toolchains), selection).map_err(CommandError::project)
    }
}
