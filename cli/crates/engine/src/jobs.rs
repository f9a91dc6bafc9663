//! One budget of jobs for all steps and for the programs among them that are parallel themselves.
//!
//! There are as many tokens as jobs. A step takes one while it is carried out; cargo, which knows the protocol of GNU make's jobserver,
//! takes more for compilers that it starts beside the first, as long as there are any. Go does not know it: it is told a number when
//! it starts, its share of the jobs at that moment.
//!
//! A program that is killed may keep tokens for ever, but never the one that its step holds: there is always one left.

use std::{
    io::{self, PipeReader, PipeWriter, Write as _},
    num::NonZeroUsize,
    os::fd::AsRawFd as _,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use conjoin_plan::{Parallelism, Tool};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};

use crate::CancelToken;

/// The budget.
#[derive(Debug)]
pub(crate) struct Jobs {
    total: usize,
    /// How many steps hold a token or wait for one.
    steps: AtomicUsize,
    tokens: PipeReader,
    back: PipeWriter,
}

/// A job, until it is dropped.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    jobs: &'a Jobs,
    token: Option<u8>,
}

impl Jobs {
    /// `total` jobs, all free.
    pub(crate) fn new(total: NonZeroUsize) -> io::Result<Self> {
        let (tokens, mut back) = io::pipe()?;
        rustix::io::ioctl_fionbio(&tokens, true)?;
        // More than a pipe holds would block, and would be more than any machine has.
        let total = total.get().min(4096);
        back.write_all(&vec![b'+'; total])?;
        Ok(Self { total, steps: AtomicUsize::new(0), tokens, back })
    }

    /// Waits for a free job. When the user asks for the end meanwhile, there is nothing to wait for.
    pub(crate) fn take(&self, cancel: &CancelToken) -> io::Result<Job<'_>> {
        self.steps.fetch_add(1, Ordering::Relaxed);
        let mut job = Job { jobs: self, token: None };
        while !cancel.is_cancelled() {
            let mut token = [0];
            match rustix::io::read(&self.tokens, &mut token) {
                Ok(1) => {
                    job.token = Some(token[0]);
                    break;
                }
                Ok(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(Errno::AGAIN | Errno::INTR) => self.wait(cancel)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(job)
    }

    fn wait(&self, cancel: &CancelToken) -> io::Result<()> {
        let mut fds =
            [PollFd::new(&self.tokens, PollFlags::IN), PollFd::from_borrowed_fd(cancel.hangs_up(), PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Job<'_> {
    /// The variable that tells `tool` how many things it may do at once, if there is one. It is no part of any key.
    pub(crate) fn variable(&self, tool: Tool) -> Option<(&'static str, String)> {
        match tool.parallelism()? {
            Parallelism::Variable(name) => {
                let share = self.jobs.total / self.jobs.steps.load(Ordering::Relaxed).max(1);
                Some((name, share.max(1).to_string()))
            }
            Parallelism::Jobserver => {
                let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.jobs.tokens.as_raw_fd());
                // Where there is no such name for it, programs go by the number of cores.
                let flags = || format!("-j{} --jobserver-auth=fifo:{pipe}", self.jobs.total);
                Path::new(&pipe).exists().then(|| ("CARGO_MAKEFLAGS", flags()))
            }
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.jobs.steps.fetch_sub(1, Ordering::Relaxed);
        if let Some(token) = self.token {
            // The other end of the pipe is ours, and has room: this token came from there.
            drop((&self.jobs.back).write_all(&[token]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(total: usize) -> Jobs {
        Jobs::new(NonZeroUsize::new(total).unwrap()).unwrap()
    }

    #[test]
    fn what_is_parallel_gets_a_share() {
        let (jobs, cancel) = (jobs(5), CancelToken::new().unwrap());
        let first = jobs.take(&cancel).unwrap();
        assert_eq!(first.variable(Tool::Go), Some(("GOMAXPROCS", "5".to_owned())));
        let second = jobs.take(&cancel).unwrap();
        assert_eq!(second.variable(Tool::Go), Some(("GOMAXPROCS", "2".to_owned())));
        assert_eq!(second.variable(Tool::Node), None);
        drop(first);
        assert_eq!(second.variable(Tool::TinyGo), Some(("GOMAXPROCS", "5".to_owned())));
    }

    #[test]
    fn a_program_that_speaks_the_protocol_takes_from_the_same_budget() {
        let (jobs, cancel) = (jobs(3), CancelToken::new().unwrap());
        let cargo = jobs.take(&cancel).unwrap();
        let (_, flags) = cargo.variable(Tool::Cargo).unwrap();
        let pipe = flags.strip_prefix("-j3 --jobserver-auth=fifo:").unwrap();
        // What cargo does for a second and a third compiler.
        let mut theirs = fs_err::OpenOptions::new().read(true).write(true).open(pipe).unwrap();
        let mut tokens = [0; 2];
        io::Read::read_exact(&mut theirs, &mut tokens).unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| jobs.take(&cancel).unwrap().token);
            theirs.write_all(&tokens[..1]).unwrap();
            assert!(waits.join().unwrap().is_some());
        });
        // It is killed and keeps the other one.
        drop(cargo);
        assert!(jobs.take(&cancel).unwrap().token.is_some());
    }

    #[test]
    fn nobody_waits_when_all_is_to_end() {
        let (jobs, cancel) = (jobs(1), CancelToken::new().unwrap());
        let _only = jobs.take(&cancel).unwrap();
        cancel.cancel();
        assert_eq!(jobs.take(&cancel).unwrap().token, None);
    }
}
