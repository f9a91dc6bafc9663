//! Running one [`Invocation`]: the only place of conjoin that starts programs.
//!
//! A program gets an argument vector, an explicit folder, an explicit environment, nothing on stdin, and a process group of its
//! own that ends with it: by itself, by a [`CancelToken`], or by a time limit. What leaves the group, as daemons do, is left alone.
//! stdout and stderr are one pipe, so that what is shown has the order in which it was written. No shell is involved, and
//! nothing waits by sleeping.

use std::{
    fs::File,
    io::{self, PipeReader, Read as _},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use conjoin_plan::{AbsPath, Invocation};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};

use crate::{CancelToken, Environment};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// How long output is waited for that a process outside of the group may still write after the program's end.
const LINGER: Duration = Duration::from_millis(100);

/// How a program is run, beside what it is.
#[derive(Clone, Debug)]
pub struct RunOptions<'a> {
    /// What it inherits.
    pub environment: &'a Environment,
    /// What ends it early.
    pub cancel: &'a CancelToken,
    /// How long it may run.
    pub limit: Option<Duration>,
    /// Variables that it gets beside what its invocation says: for what has no influence on what it makes.
    pub more: Vec<(&'static str, String)>,
    /// How long it may print nothing until that is told: again and again, after twice the time each time.
    pub patience: Option<Duration>,
    /// An empty file that it gets as stdin instead of nothing, so that a lock on that file is held for as long as it lives.
    pub held: Option<&'a File>,
}

/// What a program lets one hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// It printed this.
    Output(&'a [u8]),
    /// It has printed nothing for so long.
    Silence(Duration),
}

/// Why a program did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such program.
    #[error("there is no program `{program}`")]
    NotFound {
        /// The program.
        program: AbsPath,
    },
    /// The folder to run in is not there.
    #[error("cannot run `{program}` in `{cwd}`: there is no such folder")]
    NoFolder {
        /// The program.
        program: AbsPath,
        /// The folder.
        cwd: AbsPath,
    },
    /// It could not be started.
    #[error("cannot start `{program}`")]
    Spawn {
        /// The program.
        program: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It could not be followed until its end.
    #[error("lost track of `{program}`")]
    Lost {
        /// The program.
        program: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It said that it failed.
    #[error("`{}` failed with exit status {status}", program.file_name())]
    Failed {
        /// The program.
        program: AbsPath,
        /// What it said.
        status: i32,
    },
    /// It crashed, or someone else ended it.
    #[error("`{}` was ended by signal {signal}{}", program.file_name(), signal_name(*signal))]
    Killed {
        /// The program.
        program: AbsPath,
        /// The signal.
        signal: i32,
    },
    /// It took too long.
    #[error("`{}` did not end within {limit:?} and was ended", program.file_name())]
    TimedOut {
        /// The program.
        program: AbsPath,
        /// How long it might have taken.
        limit: Duration,
    },
    /// The user asked for the end.
    #[error("cancelled")]
    Cancelled,
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (arithmetic error)",
        9 => " (kill; often for want of memory)",
        11 => " (segmentation fault)",
        15 => " (termination)",
        _ => "",
    }
}

/// Runs a program to its end; `hear` gets what it prints, in pieces, as it comes.
pub fn run(invocation: &Invocation, options: &RunOptions<'_>, hear: &mut dyn FnMut(Heard<'_>)) -> Result<(), RunError> {
    if options.cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    let (mut child, reader) = spawn(invocation, options)?;
    let ending = follow(&child, reader, options, hear);
    // Whatever the program left behind in its group must not outlive it; the group is ours as long as the leader is not reaped.
    signal_group(&child, Signal::KILL);
    let program = || invocation.program.clone();
    let status = child.wait().map_err(|source| RunError::Lost { program: program(), source })?;
    match ending.map_err(|source| RunError::Lost { program: program(), source })? {
        Ending::Cancelled => Err(RunError::Cancelled),
        Ending::TimedOut(limit) => Err(RunError::TimedOut { program: program(), limit }),
        Ending::ByItself => judge(invocation, status),
    }
}

fn judge(invocation: &Invocation, status: ExitStatus) -> Result<(), RunError> {
    let program = invocation.program.clone();
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(status), _) => Err(RunError::Failed { program, status }),
        (None, signal) => Err(RunError::Killed { program, signal: signal.unwrap_or_default() }),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
fn spawn(invocation: &Invocation, options: &RunOptions<'_>) -> Result<(Child, PipeReader), RunError> {
    let failed = |source| RunError::Spawn { program: invocation.program.clone(), source };
    let (reader, writer) = io::pipe().map_err(failed)?;
    let errors = writer.try_clone().map_err(failed)?;
    let input = match options.held {
        Some(file) => Stdio::from(file.try_clone().map_err(failed)?),
        None => Stdio::null(),
    };
    let started = Command::new(invocation.program.as_path())
        .args(invocation.args.iter().map(conjoin_plan::Arg::to_os))
        .current_dir(invocation.cwd.as_path())
        .env_clear()
        .envs(options.environment.for_program(&invocation.env))
        .envs(options.more.iter().map(|(name, value)| (name, value)))
        .stdin(input)
        .stdout(writer)
        .stderr(errors)
        .process_group(0)
        .spawn();
    match started {
        Ok(child) => Ok((child, reader)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !invocation.program.as_path().exists() => {
            Err(RunError::NotFound { program: invocation.program.clone() })
        }
        Err(_) if !invocation.cwd.as_path().is_dir() => {
            Err(RunError::NoFolder { program: invocation.program.clone(), cwd: invocation.cwd.clone() })
        }
        Err(error) => Err(failed(error)),
    }
}

enum Ending {
    ByItself,
    Cancelled,
    TimedOut(Duration),
}

/// Reads what the program prints until it has ended, and asks it to end when it must.
fn follow(
    child: &Child,
    mut reader: PipeReader,
    options: &RunOptions<'_>,
    hear: &mut dyn FnMut(Heard<'_>),
) -> io::Result<Ending> {
    let pid = pid(child);
    let (ended, alive) = io::pipe()?;
    // Waits without reaping, so that the group's number stays taken until the group is ended. Hangs up by dropping `alive`.
    let waiter = thread::Builder::new().name("conjoin-wait".to_owned()).spawn(move || {
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {
        }
        drop(alive);
    });
    drop(waiter?);
    rustix::io::ioctl_fionbio(&reader, true)?;
    let mut watch = Watch {
        deadline: options.limit.map(|limit| Instant::now() + limit),
        silence: options.patience.map(Silence::begin),
        ending: Ending::ByItself,
        asked: false,
    };
    loop {
        let ready = watch.wait(&reader, &ended, options.cancel)?;
        if ready.output {
            drain(&mut reader, hear)?;
            watch.silence = options.patience.map(Silence::begin);
        }
        if ready.ended {
            break;
        }
        if let Some(silence) = &mut watch.silence {
            silence.tell(hear);
        }
        watch.ask_to_end(child, options);
    }
    signal_group(child, Signal::KILL);
    // What the group wrote is in the pipe. A process that left the group may keep the pipe open for ever: not waited for.
    while !drain(&mut reader, hear)? {
        let mut fds = [PollFd::new(&reader, PollFlags::IN)];
        if poll_for(&mut fds, Some(LINGER))? == 0 {
            break;
        }
    }
    Ok(watch.ending)
}

/// What is waited for, and what was done about it.
struct Watch {
    deadline: Option<Instant>,
    silence: Option<Silence>,
    ending: Ending,
    asked: bool,
}

/// How long nothing was printed.
struct Silence {
    since: Instant,
    patience: Duration,
}

impl Silence {
    fn begin(patience: Duration) -> Self {
        Self { since: Instant::now(), patience }
    }

    /// When it is to be told.
    fn next(&self) -> Instant {
        self.since + self.patience
    }

    /// Tells it if it is time.
    fn tell(&mut self, hear: &mut dyn FnMut(Heard<'_>)) {
        if Instant::now() >= self.next() {
            hear(Heard::Silence(self.patience));
            self.patience *= 2;
        }
    }
}

struct Ready {
    output: bool,
    ended: bool,
}

impl Watch {
    fn wait(&self, reader: &PipeReader, ended: &PipeReader, cancel: &CancelToken) -> io::Result<Ready> {
        let next = self.deadline.into_iter().chain(self.silence.as_ref().map(Silence::next)).min();
        let left = next.map(|next| next.saturating_duration_since(Instant::now()));
        let mut fds = vec![PollFd::new(ended, PollFlags::IN), PollFd::new(reader, PollFlags::IN)];
        if !self.asked {
            fds.push(PollFd::from_borrowed_fd(cancel.hangs_up(), PollFlags::IN));
        }
        poll_for(&mut fds, left)?;
        // A pipe that its program closed early would be ready for ever.
        let output = fds[1].revents().contains(PollFlags::IN);
        if !output && fds[1].revents().contains(PollFlags::HUP) && fds[0].revents().is_empty() {
            let mut rest = vec![PollFd::new(ended, PollFlags::IN)];
            rest.extend(fds.drain(2..));
            poll_for(&mut rest, left)?;
            return Ok(Ready { output: false, ended: !rest[0].revents().is_empty() });
        }
        Ok(Ready { output, ended: !fds[0].revents().is_empty() })
    }

    /// First asks politely, then, when the grace period is over, does not ask any more.
    fn ask_to_end(&mut self, child: &Child, options: &RunOptions<'_>) {
        let over = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if self.asked {
            if over {
                signal_group(child, Signal::KILL);
                self.deadline = None;
            }
            return;
        }
        if options.cancel.is_cancelled() {
            self.ending = Ending::Cancelled;
        } else if over {
            self.ending = Ending::TimedOut(options.limit.unwrap_or_default());
        } else {
            return;
        }
        signal_group(child, Signal::TERM);
        self.asked = true;
        self.deadline = Some(Instant::now() + GRACE);
    }
}

/// Hands on what is there, but not for ever; whether the pipe has ended.
fn drain(reader: &mut PipeReader, hear: &mut dyn FnMut(Heard<'_>)) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    for _ in 0..64 {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(count) => hear(Heard::Output(&buffer[..count])),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn poll_for(fds: &mut [PollFd<'_>], limit: Option<Duration>) -> io::Result<usize> {
    let limit =
        limit.map(|limit| Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() });
    match poll(fds, limit.as_ref()) {
        Ok(count) => Ok(count),
        Err(rustix::io::Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed()).expect("a running child has a number that is not zero")
}

/// Sends a signal to the child's group; that none is left is no failure.
fn signal_group(child: &Child, signal: Signal) {
    let _nobody_left = kill_process_group(pid(child), signal);
}
