//! How long steps will take, going by how long they took: what has the longest way to the end goes first.

use std::collections::BTreeMap;

use conjoin_plan::{AbsPath, Action, Plan};

use crate::write::write_whole;

/// What a program is taken to need that never ran here; everything else is quick.
const UNKNOWN_PROGRAM: u64 = 5_000;

/// How long steps took when they were last carried out, in milliseconds, by the names of the steps.
#[derive(Debug)]
pub(super) struct Durations {
    file: AbsPath,
    known: BTreeMap<String, u64>,
}

impl Durations {
    /// Those kept in `folder`; none if there is no such file, or a damaged one.
    pub(super) fn load(folder: &AbsPath) -> Self {
        let file = folder.join("durations.json");
        let known = fs_err::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file, known }
    }

    /// Keeps what was learned. It is no more than a hint, so nothing fails if it cannot be kept.
    pub(super) fn learn(mut self, took: impl IntoIterator<Item = (String, u64)>) {
        let before = self.known.clone();
        self.known.extend(took);
        if self.known != before
            && let Ok(bytes) = serde_json::to_vec(&self.known)
        {
            drop(write_whole(self.file.as_path(), &bytes));
        }
    }

    /// For each step of `plan`, the milliseconds from its start to the end of the last step that needs it, if nothing had to
    /// wait for a core: the length of the longest path.
    pub(super) fn ways(&self, plan: &Plan) -> Vec<u64> {
        let steps = plan.steps();
        let mut after = vec![0; steps.len()];
        let mut ways = vec![0; steps.len()];
        // Each step comes after those that it depends on, so from the end all that need a step are known.
        for (index, step) in steps.iter().enumerate().rev() {
            let unknown = if matches!(step.action, Action::Run(_)) { UNKNOWN_PROGRAM } else { 0 };
            ways[index] = after[index] + self.known.get(&step.id.0).copied().unwrap_or(unknown);
            for dependency in plan.dependencies(index) {
                after[*dependency] = ways[index].max(after[*dependency]);
            }
        }
        ways
    }
}
