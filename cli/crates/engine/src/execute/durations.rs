//! Estimates how long steps will take from how long they took, so that steps on the critical path go first.

use std::{collections::BTreeMap, path::Path, time::Duration};

use conjoin_plan::{AbsPath, Action, Plan, StepId};

use crate::write::write_whole;

/// The estimate for a program that never ran here, in milliseconds. Everything else is quick.
const UNKNOWN_PROGRAM: u64 = 5_000;

/// How long steps took when they last ran, in milliseconds, by step name.
#[derive(Debug)]
pub(super) struct Durations {
    file: AbsPath,
    known: BTreeMap<String, u64>,
    /// Durations of builds for other profiles: an estimate for steps that never ran for this one.
    similar: BTreeMap<String, u64>,
}

/// The name of the file with durations.
const NAME: &str = "durations.json";

impl Durations {
    /// Loads the durations in `folder`, and those of other profiles in the folders beside it. A missing or damaged file
    /// counts as empty.
    pub(super) fn load(folder: &AbsPath) -> Self {
        let file = folder.join(NAME);
        let read =
            |file: &Path| -> Option<BTreeMap<String, u64>> { serde_json::from_slice(&fs_err::read(file).ok()?).ok() };
        let beside = fs_err::read_dir(folder.parent().as_path()).into_iter().flatten().flatten();
        let similar = beside.filter_map(|entry| read(&entry.path().join(NAME))).flatten().collect();
        Self { known: read(file.as_path()).unwrap_or_default(), similar, file }
    }

    /// Saves new durations. They are only a hint, so failing to save them is ignored.
    pub(super) fn learn(mut self, took: impl IntoIterator<Item = (String, u64)>) {
        let before = self.known.clone();
        self.known.extend(took);
        if self.known != before
            && let Ok(bytes) = serde_json::to_vec(&self.known)
        {
            drop(write_whole(self.file.as_path(), &bytes));
        }
    }

    fn took(&self, step: &StepId) -> Option<u64> {
        self.known.get(&step.0).or_else(|| self.similar.get(&step.0)).copied()
    }

    /// For each step of `plan`, the length of the critical path from there in milliseconds: the time from its start to
    /// the end of the last step that depends on it, if no step had to wait for a core.
    pub(super) fn critical_paths(&self, plan: &Plan) -> Vec<u64> {
        let steps = plan.steps();
        let mut after = vec![0; steps.len()];
        let mut paths = vec![0; steps.len()];
        // Each step comes after those it depends on, so backwards each step comes after all that depend on it.
        for (index, step) in steps.iter().enumerate().rev() {
            let unknown = if matches!(step.action, Action::Run(_)) { UNKNOWN_PROGRAM } else { 0 };
            paths[index] = after[index] + self.took(&step.id).unwrap_or(unknown);
            for dependency in plan.dependencies(index) {
                after[*dependency] = paths[index].max(after[*dependency]);
            }
        }
        paths
    }
}

/// The duration in whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_for_another_profile_is_an_estimate_for_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let of = |profile: &str| Durations::load(&AbsPath::new(folder.path().join(profile)).unwrap());
        let step = |name: &str| StepId(name.to_owned());
        of("dev").learn([("a/cc".to_owned(), 900), ("b/cc".to_owned(), 800)]);
        of("release").learn([("a/cc".to_owned(), 7000)]);
        let release = of("release");
        assert_eq!(["a/cc", "b/cc", "c/cc"].map(|name| release.took(&step(name))), [Some(7000), Some(800), None]);
    }
}
