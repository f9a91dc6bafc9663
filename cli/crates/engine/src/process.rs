//! Runs one [`Invocation`]. Only this module of conjoin starts programs.
//!
//! A program gets an argument vector, an explicit folder, an explicit environment, nothing on stdin, and its own
//! process group. The group ends with the program, whether that ends by itself, by a [`CancelToken`], or by a time
//! limit. Processes that leave the group, as daemons do, are not ended. stdout and stderr are one pipe, so output is
//! shown in the order in which it was written. No shell is involved.
//!
//! `duct` starts and reaps programs. Ending process groups, time limits and silence are handled here, by `follow`.

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

/// How long a program may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(3);

/// How long to wait after the program's end for output of processes outside of the group.
const LINGER: Duration = Duration::from_millis(100);

/// How often to check for cancellation.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How many pieces of output may wait for the listener.
const PIECES: usize = 4;

/// How to run a program.
#[derive(Clone, Debug)]
pub struct RunOptions<'a> {
    /// The environment that it inherits.
    pub environment: &'a Environment,
    /// Cancels it.
    pub cancel: &'a CancelToken,
    /// How long it may run.
    pub limit: Option<Duration>,
    /// Further variables, which must not influence its outputs.
    pub more: Vec<(&'static str, String)>,
    /// How long it may print nothing before that is reported. The report repeats after twice the time each time.
    pub patience: Option<Duration>,
    /// An empty file to use as stdin, so that a lock on that file is held as long as the program lives.
    pub held: Option<&'a File>,
}

/// Output of a program, or its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessOutput<'a> {
    /// The program printed this.
    Output(&'a [u8]),
    /// The program has printed nothing for this long.
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
    /// The folder to run in does not exist.
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
    /// Waiting for its end failed.
    #[error("lost track of `{program}`")]
    Lost {
        /// The program.
        program: AbsPath,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ended with an error status.
    #[error("`{}` failed with exit status {status}", program.file_name())]
    Failed {
        /// The program.
        program: AbsPath,
        /// The exit status.
        status: i32,
    },
    /// It crashed, or something else ended it.
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
        /// The time limit.
        limit: Duration,
    },
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (arithmetic error)",
        9 => " (kill; often because memory ran out)",
        11 => " (segmentation fault)",
        15 => " (termination)",
        _ => "",
    }
}

/// Runs a program to its end.
///
/// `listen` receives the output in pieces, as it comes, on the calling thread.
///
/// # Errors
///
/// [`RunError`] if the program could not be started, did not succeed, or was ended by its time limit or by
/// cancellation.
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
    // No process of the group may outlive the program. Its id is not reused before the program is reaped.
    signal_group(pid, Signal::KILL);
    let status = child.wait().map_err(lost)?.status;
    match ending.map_err(lost)? {
        Ending::Cancelled => Err(RunError::Cancelled),
        Ending::TimedOut(limit) => Err(RunError::TimedOut { program: program(), limit }),
        Ending::ByItself => check_status(invocation, status),
    }
}

fn check_status(invocation: &Invocation, status: ExitStatus) -> Result<(), RunError> {
    let program = invocation.program.clone();
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(status), _) => Err(RunError::Failed { program, status }),
        (None, signal) => Err(RunError::Killed { program, signal: signal.unwrap_or_default() }),
    }
}

/// Starts the program with `output` as stdout and stderr.
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

/// A message of the threads that watch a program.
enum Message {
    Output(Vec<u8>),
    Ended,
}

/// Passes on the program's output until it has ended. Ends it on cancellation or at its time limit.
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
        let left = next.map_or(CHECK_INTERVAL, |next| next.saturating_duration_since(Instant::now()));
        match messages.recv_timeout(left.min(CHECK_INTERVAL)) {
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
        // First SIGTERM, later SIGKILL.
        signal_group(pid, Signal::TERM);
        deadline = Some(Instant::now() + GRACE);
    }
    signal_group(pid, Signal::KILL);
    // All output of the group is in the pipe. A process that left the group may keep the pipe open for ever, so do not
    // wait for it.
    while let Ok(message) = messages.recv_timeout(LINGER) {
        if let Message::Output(bytes) = message {
            listen(ProcessOutput::Output(&bytes));
        }
    }
    Ok(ending)
}

/// Reads the program's output on one thread and waits for its end on another.
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
    // This does not reap, so the id of the group is not reused before the group is ended.
    let waiting = thread("conjoin-wait").spawn(move || {
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {
        }
        // This fails only after a panic of the receiver.
        drop(ended.send(Message::Ended));
    });
    drop(waiting?);
    Ok(messages)
}

/// Sends a signal to the program's group, which may be empty.
fn signal_group(pid: Pid, signal: Signal) {
    let _nobody_left = kill_process_group(pid, signal);
}
