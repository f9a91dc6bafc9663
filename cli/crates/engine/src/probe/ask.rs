//! Asking a tool something, at most once as long as nothing changes.

use std::time::Duration;

use conjoin_plan::{AbsPath, Arg, FoundIn, FoundTool, Invocation, ProbedTool, Tool, ToolSpec, Version};

use super::{ProbeContext, identity, memory::Memory, version::find_version};
use crate::{
    digest::Digest,
    process::{ProcessOutput, RunOptions, run},
};

/// A program of which only the contents count.
static NO_TOOL: ToolSpec = ToolSpec::new("program", "a program");

/// How long a tool may take to answer.
const LIMIT: Duration = Duration::from_mins(1);

/// More of an answer than any tool needs.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Asks tools, and remembers what they said.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) context: &'a ProbeContext<'a>,
    /// The folder in which they are started.
    pub(super) place: &'a AbsPath,
    pub(super) memory: &'a Memory,
}

/// A tool that did not answer.
pub(super) struct NoAnswer {
    command: String,
    output: String,
}

impl Asker<'_> {
    /// The version of the tool at `path`, and the line in which it says so.
    pub(super) fn version(
        &self,
        tool: Tool,
        path: &AbsPath,
        args: &'static [&'static str],
        after: &str,
    ) -> Result<(Version, String), ProbedTool> {
        let broken = |NoAnswer { command, output }| ProbedTool::Broken { path: path.clone(), command, output };
        let answer = self.ask(tool, path, args).map_err(broken)?;
        let Some((version, line)) = find_version(&answer, after) else {
            let output = format!("{answer}\n(there is no version in this output)");
            return Err(broken(NoAnswer { command: self.question(tool, path, args).to_string(), output }));
        };
        Ok((version, line.to_owned()))
    }

    /// What the program at `path` prints for `args`.
    pub(super) fn ask(&self, tool: Tool, path: &AbsPath, args: &'static [&'static str]) -> Result<String, NoAnswer> {
        let identity = identity::identity(tool, path, args, self.context, self.place);
        if let Some(answer) = identity.as_deref().and_then(|identity| self.memory.recall(identity)) {
            return Ok(answer);
        }
        let invocation = self.question(tool, path, args);
        let options = RunOptions {
            environment: self.context.environment,
            cancel: self.context.cancel,
            limit: Some(LIMIT),
            more: Vec::new(),
            patience: None,
            held: None,
        };
        let mut output = Vec::new();
        let outcome = run(&invocation, &options, &mut |heard| {
            if let ProcessOutput::Output(bytes) = heard {
                let room = LONGEST_ANSWER.saturating_sub(output.len());
                output.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
        });
        let output = String::from_utf8_lossy(&output).into_owned();
        if let Err(error) = outcome {
            let mut output = output;
            if !output.is_empty() && !output.ends_with('\n') {
                output.push('\n');
            }
            output.push_str(&crate::error_chain(&error));
            return Err(NoAnswer { command: invocation.to_string(), output });
        }
        if let Some(identity) = identity {
            self.memory.remember(identity, &output);
        }
        Ok(output)
    }

    /// The hash of the program at `path`, if it can be read.
    pub(super) fn contents(&self, path: &AbsPath) -> Option<String> {
        let identity = identity::identity(&NO_TOOL, path, &[], self.context, self.place);
        if let Some(known) = identity.as_deref().and_then(|identity| self.memory.recall(identity)) {
            return Some(known);
        }
        let hash = Digest::of(&fs_err::read(path).ok()?).to_string();
        if let Some(identity) = identity {
            self.memory.remember(identity, &hash);
        }
        Some(hash)
    }

    fn question(&self, tool: Tool, path: &AbsPath, args: &'static [&'static str]) -> Invocation {
        let found = FoundTool { path: path.clone(), version: (0, 0, 0), says: String::new(), found_in: FoundIn::Path };
        let question = Invocation::new(tool, &found, self.place).args(args.iter().copied().map(Arg::from));
        tool.probe_env.iter().fold(question, |question, (name, value)| question.env(name, *value))
    }
}
