//! Carries out the action of a step.

use std::io;

use conjoin_plan::{AbsPath, Action, Invocation, Step, WorldAction, WrittenFile};

use super::{generate::write_generated, program::Programs};
use crate::{
    BuildEvent, Notice, Performer, StepError,
    output::{LineSplitter, Output, ProgressFilter},
    process::{ProcessOutput, RunError, run},
    write::{copy_whole, write_whole},
};

/// Carries out the action of one step.
pub(super) struct Actor<'a> {
    pub(super) step: &'a Step,
    pub(super) outputs: &'a [AbsPath],
    pub(super) programs: Programs<'a>,
    pub(super) performer: &'a dyn Performer,
    pub(super) emit: &'a dyn Fn(BuildEvent),
    /// The output of programs.
    pub(super) printed: &'a mut Output,
}

impl Actor<'_> {
    /// Carries out the action. Keeps the output of programs and sends it as events.
    pub(super) fn act(mut self) -> Result<(), StepError> {
        let step = self.step;
        let performer = self.performer;
        let on_file = |source| StepError::File { step: step.id.clone(), source };
        match &step.action {
            Action::Run(invocation) => {
                self.prepare_outputs(invocation).map_err(on_file)?;
                let outcome = self.run(invocation);
                if outcome.is_err() {
                    // A partial output must not pass for a complete one.
                    remove(self.outputs).map_err(on_file)?;
                }
                outcome
            }
            Action::Write(files) | Action::WriteWorld(WorldAction { files, .. }) => {
                files.iter().try_for_each(write).map_err(on_file)
            }
            Action::Copy(action) => copy_whole(&action.from, &action.to).map_err(on_file),
            Action::Strip(action) => {
                let bytes = performer.strip(&action.from)?;
                write_whole(action.to.as_path(), &bytes).map_err(on_file)
            }
            Action::Generate(action) => {
                let files = performer.generate(action)?;
                write_generated(action, &files).map_err(on_file)
            }
            Action::Encode(action) => {
                let bytes = performer.encode(action)?;
                write_whole(action.output.as_path(), &bytes).map_err(on_file)
            }
            Action::Compose(action) => {
                let bytes = performer.compose(action)?;
                write_whole(action.output.as_path(), &bytes).map_err(on_file)
            }
            Action::Prove(action) => {
                let cancel = self.programs.options.cancel;
                let outcome = performer.prove(action, cancel);
                if cancel.is_cancelled() {
                    return Err(StepError::Run(RunError::Cancelled));
                }
                outcome?;
                write_whole(action.output.as_path(), b"it works\n").map_err(on_file)
            }
            Action::Precompile(action) => {
                let cancel = self.programs.options.cancel;
                let outcome = performer.precompile(action, cancel);
                if cancel.is_cancelled() {
                    return Err(StepError::Run(RunError::Cancelled));
                }
                outcome?;
                write_whole(action.output.as_path(), b"in the cache folder\n").map_err(on_file)
            }
        }
    }

    /// Creates the folders that the program writes to, and removes outputs of earlier runs, so that none passes for a
    /// new one.
    fn prepare_outputs(&self, invocation: &Invocation) -> io::Result<()> {
        remove(self.outputs)?;
        for output in self.outputs {
            fs_err::create_dir_all(output.parent())?;
        }
        let layout = self.programs.options.layout;
        let ours = [layout.dot_conjoin(), layout.cache.clone()];
        if ours.iter().any(|folder| invocation.cwd.as_path().starts_with(folder)) {
            fs_err::create_dir_all(&invocation.cwd)?;
        }
        Ok(())
    }

    fn run(&mut self, invocation: &Invocation) -> Result<(), StepError> {
        let build = self.programs.options;
        let asked = if build.progress { invocation.progress } else { &[] };
        let mut options = self.programs.options(invocation);
        options.patience = Some(build.limits.silence);
        options.more.extend(asked.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let step = || self.step.id.clone();
        let tell = |output| (self.emit)(BuildEvent::StepOutput { step: step(), output });
        let (mut lines, mut overwritten) = (LineSplitter::default(), ProgressFilter::default());
        let limit = build.limits.time.map(|limit| limit.as_secs());
        let mut listen = |heard: ProcessOutput<'_>| match heard {
            ProcessOutput::Output(bytes) => {
                let (stays, line) = if asked.is_empty() { (bytes.to_vec(), None) } else { overwritten.push(bytes) };
                self.printed.push(&stays);
                lines.push(&stays).into_iter().for_each(tell);
                if let Some(line) = line {
                    (self.emit)(BuildEvent::StepProgress { step: step(), line });
                }
            }
            ProcessOutput::Silence(duration) => {
                let notice = Notice::Silent { seconds: duration.as_secs(), limit };
                (self.emit)(BuildEvent::StepNoticed { step: step(), notice });
            }
        };
        let outcome = run(invocation, &options, &mut listen);
        if let (Err(RunError::Failed { .. }), Some(explanation)) = (&outcome, &invocation.explained_by) {
            // Failing to explain the failure must not hide it.
            drop(run(explanation, &options, &mut listen));
        }
        let rest = overwritten.rest();
        self.printed.push(&rest);
        lines.push(&rest).into_iter().chain(lines.rest()).for_each(tell);
        Ok(outcome?)
    }
}

fn write(file: &WrittenFile) -> io::Result<()> {
    let same = fs_err::read(&file.path).is_ok_and(|contents| contents == *file.contents);
    if same { Ok(()) } else { write_whole(file.path.as_path(), &file.contents) }
}

/// Removes files but leaves folders, which may hold more than one file.
fn remove(outputs: &[AbsPath]) -> io::Result<()> {
    for output in outputs {
        match fs_err::remove_file(output) {
            Err(error) if error.kind() != io::ErrorKind::NotFound && !output.as_path().is_dir() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
