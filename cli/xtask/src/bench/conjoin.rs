//! The binary under test, and what it says of its plan and of its builds.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::process::{root, say, target};

/// The binary, with a cache folder of its own.
pub(super) struct Conjoin {
    program: PathBuf,
    cache: PathBuf,
}

/// A build, timed, and what it says of its own time.
pub(super) struct Built {
    /// How long the process took.
    pub(super) wall: Duration,
    /// The shortest time in which so many jobs could have done it: the critical path, or the work shared by all.
    pub(super) bound: Duration,
    /// The steps that were carried out.
    pub(super) steps: Vec<String>,
}

/// One run of it.
pub(super) struct Measured {
    /// How long it took.
    pub(super) wall: Duration,
    /// The most memory it had, in bytes, as looked at every millisecond; without the tools that it started.
    pub(super) peak: u64,
}

impl Conjoin {
    pub(super) fn new() -> Result<Self> {
        let cache = target().join("bench-cache");
        fs_err::create_dir_all(&cache)?;
        Ok(Self { program: target().join("release/conjoin"), cache })
    }

    /// Forgets everything that was built, but not the tools.
    pub(super) fn forget(&self, app: &Path) -> Result<()> {
        for folder in [app.join(".conjoin"), self.cache.join("artifacts")] {
            if folder.exists() {
                fs_err::remove_dir_all(&folder)?;
            }
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "tasks start programs themselves; the engine is what they test")]
    fn command(&self, app: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(app).env("CONJOIN_CACHE", &self.cache);
        command
    }

    /// Runs `conjoin ARGS` in `app` and measures it.
    pub(super) fn measure(&self, app: &Path, args: &[&str]) -> Result<Measured> {
        let start = Instant::now();
        let mut child = self.command(app, args).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak = 0;
        let code = loop {
            if let Some(code) = child.try_wait()? {
                break code;
            }
            peak = peak.max(high_water(&status).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(1));
        };
        let wall = start.elapsed();
        ensure!(code.success(), "`conjoin {}` in {} failed ({code})", args.join(" "), app.display());
        Ok(Measured { wall, peak })
    }

    /// What `conjoin ARGS` prints as JSON lines.
    pub(super) fn events(&self, app: &Path, args: &[&str]) -> Result<Vec<Value>> {
        let output = self.command(app, &[args, &["--message-format", "json"]].concat()).output()?;
        let text = String::from_utf8(output.stdout)?;
        ensure!(output.status.success(), "`conjoin {}` in {} failed:\n{text}", args.join(" "), app.display());
        text.lines().map(|line| serde_json::from_str(line).context("a line of JSON")).collect()
    }

    /// The commands of the tools that a build of `app` runs, one after the other, for a shell.
    pub(super) fn tool_commands(&self, app: &Path) -> Result<Vec<(String, String)>> {
        let steps = self.events(app, &["plan"])?;
        let commands = steps.iter().filter_map(|step| {
            let command = step["command"].as_str().filter(|command| command.starts_with("cd "))?;
            Some((step["step"].as_str()?.to_owned(), command.to_owned()))
        });
        Ok(commands.collect())
    }

    /// Builds `app`.
    pub(super) fn build(&self, app: &Path) -> Result<Built> {
        let start = Instant::now();
        let events = self.events(app, &["build"])?;
        let wall = start.elapsed();
        let built = events.iter().filter(|event| event["event"] == "step-finished" && event["outcome"] == "built");
        let steps = built.filter_map(|event| event["step"].as_str().map(str::to_owned)).collect();
        let times = events.iter().find(|event| event["reason"] == "times").context("a build tells its times")?;
        let bound = times["bound"].as_u64().context("a time in milliseconds")?;
        Ok(Built { wall, bound: Duration::from_millis(bound), steps })
    }
}

/// A folder for an app, empty.
pub(super) fn fresh_folder(name: &str) -> Result<PathBuf> {
    let folder = target().join("bench").join(name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::create_dir_all(&folder)?;
    Ok(folder)
}

/// The sample app, copied as git has it.
pub(super) fn sample() -> Result<PathBuf> {
    let app = fresh_folder("polyglot-pipeline")?;
    copy(&root().join("sample-apps/polyglot-pipeline"), &app)?;
    Ok(app)
}

/// Runs a command line as a user would paste it.
#[expect(clippy::disallowed_methods, reason = "tasks start programs themselves; the engine is what they test")]
pub(super) fn paste(line: &str) -> Result<()> {
    let output = Command::new("sh").args(["-c", line]).output()?;
    if !output.status.success() {
        say(&String::from_utf8_lossy(&output.stderr));
        bail!("`{line}` failed ({})", output.status);
    }
    Ok(())
}

fn high_water(status: &Path) -> Option<u64> {
    let text = fs_err::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// Copies a folder without what builds leave in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("a name")?;
        let left = [".conjoin", "target", "node_modules", "__pycache__", "bindings"];
        if path.is_file() {
            fs_err::copy(&path, to.join(name))?;
        } else if left.iter().all(|left| name != *left) {
            copy(&path, &to.join(name))?;
        }
    }
    Ok(())
}
