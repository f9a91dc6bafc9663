//! Running one [`Invocation`]: the only place of conjoin that starts programs.
//!
//! A program gets an argument vector, an explicit folder, an explicit environment, nothing on stdin, and a process group of its
//! own that ends with it: by itself, by a [`CancelToken`], or by a time limit. What leaves the group, as daemons do, is left alone.
//! stdout and stderr are one pipe, so that what is shown has the order in which it was written. No shell is involved.
//!
//! `duct` starts and reaps. It neither ends process groups nor knows of time limits and silence: that is `follow`.

use std::{
    fs::File,
    io::{self, PipeReader, PipeWriter, Read as _},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::ExitStatus,
    sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use conjoin_plan::{AbsPath, Invocation};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::{CancelToken, Environment};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// How long output is waited for that a process outside of the group may still write after the program's end.
const LINGER: Duration = Duration::from_millis(100);

/// How often it is looked whether the end was asked for.
const LOOK: Duration = Duration::from_millis(50);

/// How many pieces of output may wait to be heard.
const PIECES: usize = 4;

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
pub enum ProcessOutput<'a> {
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

/// Runs a program to its end.
///
/// `listen` gets what the program prints, in pieces, as it comes, on the thread that calls this.
///
/// # Errors
///
/// [`RunError`] if the program could not be started, did not succeed, or was ended: by its time limit or because the end was asked for.
pub fn run(
    invocation: &Invocation,
    options: &RunOptions<'_>,
    listen: &mut dyn FnMut(ProcessOutput<'_>),
) -> Result<(), RunError> {
    if options.cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    let program = || invocation.program.clone();
    let spawn = |source| RunError::Spawn { program: program(), source };
    let (reader, writer) = io::pipe().map_err(spawn)?;
    let child = start(invocation, options, writer)?;
    let lost = |source| RunError::Lost { program: program(), source };
    let pid = child.pids().first().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    let pid = pid.ok_or_else(|| lost(io::Error::other("it has no number")))?;
    let ending = follow(pid, reader, options, listen);
    // Nothing of the group must outlive the program. Its number is not another one's as long as the program is not reaped.
    signal_group(pid, Signal::KILL);
    let status = child.wait().map_err(lost)?.status;
    match ending.map_err(lost)? {
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

/// Starts the program; both of its output streams are `output`.
fn start(invocation: &Invocation, options: &RunOptions<'_>, output: PipeWriter) -> Result<duct::Handle, RunError> {
    let program = &invocation.program;
    let failed = |source| RunError::Spawn { program: program.clone(), source };
    let mut environment = options.environment.for_program(&invocation.env);
    environment.extend(options.more.iter().map(|(name, value)| ((*name).into(), value.into())));
    let command = duct::cmd(program.as_path(), invocation.args.iter().map(conjoin_plan::Arg::to_os))
        .dir(invocation.cwd.as_path())
        .full_env(environment)
        .stderr_to_stdout()
        .stdout_file(output)
        .unchecked()
        .before_spawn(|command| {
            command.process_group(0);
            Ok(())
        });
    let command = match options.held {
        Some(file) => command.stdin_file(file.try_clone().map_err(failed)?),
        None => command.stdin_null(),
    };
    command.start().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if !program.as_path().exists() => RunError::NotFound { program: program.clone() },
        _ if !invocation.cwd.as_path().is_dir() => {
            RunError::NoFolder { program: program.clone(), cwd: invocation.cwd.clone() }
        }
        _ => failed(error),
    })
}

enum Ending {
    ByItself,
    Cancelled,
    TimedOut(Duration),
}

/// What the threads send that follow a program.
enum Message {
    Output(Vec<u8>),
    Ended,
}

/// Hands on what the program prints until it has ended, and asks it to end when it must.
fn follow(
    pid: Pid,
    reader: PipeReader,
    options: &RunOptions<'_>,
    listen: &mut dyn FnMut(ProcessOutput<'_>),
) -> io::Result<Ending> {
    let messages = watch(pid, reader)?;
    let mut deadline = options.limit.map(|limit| Instant::now() + limit);
    let mut silence = options.patience.map(|patience| (Instant::now() + patience, patience));
    let mut ending = Ending::ByItself;
    loop {
        let next = deadline.into_iter().chain(silence.map(|(next, _)| next)).min();
        let left = next.map_or(LOOK, |next| next.saturating_duration_since(Instant::now()));
        match messages.recv_timeout(left.min(LOOK)) {
            Ok(Message::Output(bytes)) => {
                listen(ProcessOutput::Output(&bytes));
                silence = options.patience.map(|patience| (Instant::now() + patience, patience));
            }
            Ok(Message::Ended) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some((next, patience)) = &mut silence
            && Instant::now() >= *next
        {
            listen(ProcessOutput::Silence(*patience));
            *patience *= 2;
            *next += *patience;
        }
        let is_over = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if !matches!(ending, Ending::ByItself) {
            if is_over {
                signal_group(pid, Signal::KILL);
                deadline = None;
            }
            continue;
        }
        if options.cancel.is_cancelled() {
            ending = Ending::Cancelled;
        } else if is_over {
            ending = Ending::TimedOut(options.limit.unwrap_or_default());
        } else {
            continue;
        }
        // First it is asked politely.
        signal_group(pid, Signal::TERM);
        deadline = Some(Instant::now() + GRACE);
    }
    signal_group(pid, Signal::KILL);
    // What the group wrote is in the pipe. A process that left the group may keep the pipe open for ever: not waited for.
    while let Ok(message) = messages.recv_timeout(LINGER) {
        if let Message::Output(bytes) = message {
            listen(ProcessOutput::Output(&bytes));
        }
    }
    Ok(ending)
}

/// Reads what a program prints in one thread, and waits for its end in another one.
fn watch(pid: Pid, mut reader: PipeReader) -> io::Result<Receiver<Message>> {
    let (sender, messages) = mpsc::sync_channel(PIECES);
    let ended: SyncSender<Message> = sender.clone();
    let thread = |name: &str| thread::Builder::new().name(name.to_owned());
    let reading = thread("conjoin-read").spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(count) if sender.send(Message::Output(buffer[..count].to_vec())).is_err() => return,
                Ok(_) => {}
            }
        }
    });
    drop(reading?);
    // It does not reap, so that the number of the group stays taken until the group is ended.
    let waiting = thread("conjoin-wait").spawn(move || {
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {
        }
        // Nobody listens any more only after a panic.
        drop(ended.send(Message::Ended));
    });
    drop(waiting?);
    Ok(messages)
}

/// Sends a signal to the program's group; that none is left is no failure.
fn signal_group(pid: Pid, signal: Signal) {
    let _nobody_left = kill_process_group(pid, signal);
}
