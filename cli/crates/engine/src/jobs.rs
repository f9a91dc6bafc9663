//! One budget of jobs for all steps and for programs that run several jobs themselves.
//!
//! There are as many tokens as jobs. A step holds one while it runs. Tokens that no step needs are lent to cargo over
//! the protocol of GNU make's jobserver, for the compilers that it runs in parallel. Go does not know that protocol. It
//! gets a number when it starts: its share of the jobs at that moment.
//!
//! cargo returns borrowed tokens when it has no more work for them, which may take minutes. A step that becomes ready
//! meanwhile does not wait: it starts without a token, so for that time there is one job too many.
//!
//! A program that is killed may never return its borrowed tokens, but those of steps are never lost.
//!
//! The crate `jobserver` is not used: with its pipe it cannot take back a token without blocking (`try_acquire` is
//! unsupported there), so a step would wait for tokens that cargo borrowed.

use std::{
    io::{self, PipeReader, PipeWriter, Write as _},
    num::NonZeroUsize,
    os::fd::AsRawFd as _,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use conjoin_plan::{Parallelism, Tool};

/// The budget of jobs.
#[derive(Debug)]
pub(crate) struct Jobs {
    total: usize,
    tokens: Mutex<Tokens>,
    /// The pipe with the lent tokens, from which cargo reads.
    lent: PipeReader,
    lender: PipeWriter,
}

/// The tokens that no program has.
#[derive(Debug)]
struct Tokens {
    /// The number of free tokens.
    free: usize,
    /// The number of tokens that were put into the pipe and not taken back.
    lent: usize,
    /// The number of running steps.
    steps: usize,
}

/// A job of a running step, until it is dropped.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    jobs: &'a Jobs,
    has_token: bool,
}

impl Jobs {
    /// Creates a budget of `total` jobs, all free.
    pub(crate) fn new(total: NonZeroUsize) -> io::Result<Self> {
        let (lent, lender) = io::pipe()?;
        rustix::io::ioctl_fionbio(&lent, true)?;
        // More tokens than the pipe holds would block, and no machine has that many cores.
        let total = total.get().min(4096);
        Ok(Self { total, tokens: Mutex::new(Tokens { free: total, lent: 0, steps: 0 }), lent, lender })
    }

    /// Gives a step a job, without a token if programs have all of them.
    pub(crate) fn take(&self) -> Job<'_> {
        let mut tokens = self.tokens();
        if tokens.free == 0 {
            self.take_back(&mut tokens);
        }
        let has_token = tokens.free > 0;
        tokens.free -= usize::from(has_token);
        tokens.steps += 1;
        Job { jobs: self, has_token }
    }

    /// Lends the tokens that are left when `busy` workers have a job or need one soon.
    pub(crate) fn lend(&self, busy: usize) {
        let mut tokens = self.tokens();
        let wanted = self.total.saturating_sub(busy);
        let more = wanted.saturating_sub(tokens.lent).min(tokens.free);
        // This process also holds the other end of the pipe, and the pipe has room for all tokens.
        if more > 0 && (&self.lender).write_all(&vec![b'+'; more]).is_ok() {
            tokens.free -= more;
            tokens.lent += more;
        }
    }

    /// Takes back a lent token that no program has taken.
    fn take_back(&self, tokens: &mut Tokens) {
        if matches!(rustix::io::read(&self.lent, &mut [0]), Ok(1)) {
            tokens.free += 1;
            // A program that returns more tokens than it took must not make this negative.
            tokens.lent = tokens.lent.saturating_sub(1);
        }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job<'_> {
    /// The environment variable that tells `tool` how many jobs it may run, if it has one. It is not part of any key.
    pub(crate) fn variable(&self, tool: Tool) -> Option<(&'static str, String)> {
        match tool.parallelism? {
            Parallelism::Variable(name) => {
                let share = self.jobs.total / self.jobs.tokens().steps.max(1);
                Some((name, share.max(1).to_string()))
            }
            Parallelism::Jobserver => {
                let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.jobs.lent.as_raw_fd());
                // Without a name for the pipe, programs use the number of cores.
                let flags = || format!("-j{} --jobserver-auth=fifo:{pipe}", self.jobs.total);
                Path::new(&pipe).exists().then(|| ("CARGO_MAKEFLAGS", flags()))
            }
        }
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        let mut tokens = self.jobs.tokens();
        tokens.steps -= 1;
        tokens.free += usize::from(self.has_token);
    }
}

#[cfg(test)]
mod tests {
    use conjoin_plan::ToolSpec;

    use super::*;

    static CARGO: ToolSpec = ToolSpec { parallelism: Some(Parallelism::Jobserver), ..ToolSpec::new("cargo", "cargo") };
    static GO: ToolSpec =
        ToolSpec { parallelism: Some(Parallelism::Variable("GOMAXPROCS")), ..ToolSpec::new("go", "Go") };
    static NODE: ToolSpec = ToolSpec::new("node", "Node.js");

    fn jobs(total: usize) -> Jobs {
        Jobs::new(NonZeroUsize::new(total).unwrap()).unwrap()
    }

    /// The pipe, as cargo opens it.
    fn opened(cargo: &Job<'_>) -> fs_err::File {
        let (_, flags) = cargo.variable(&CARGO).unwrap();
        let (_, pipe) = flags.split_once(" --jobserver-auth=fifo:").unwrap();
        let pipe = fs_err::OpenOptions::new().read(true).write(true).open(pipe).unwrap();
        rustix::io::ioctl_fionbio(&pipe, true).unwrap();
        pipe
    }

    /// Takes all that is lent; how many.
    fn borrow(pipe: &mut fs_err::File) -> usize {
        io::Read::read(pipe, &mut [0; 64]).unwrap_or(0)
    }

    #[test]
    fn what_is_parallel_gets_a_share() {
        let jobs = jobs(5);
        let first = jobs.take();
        assert_eq!(first.variable(&GO), Some(("GOMAXPROCS", "5".to_owned())));
        let second = jobs.take();
        assert_eq!(second.variable(&GO), Some(("GOMAXPROCS", "2".to_owned())));
        assert_eq!(second.variable(&NODE), None);
        drop(first);
        assert_eq!(second.variable(&GO), Some(("GOMAXPROCS", "5".to_owned())));
    }

    #[test]
    fn what_busy_workers_need_is_not_lent() {
        let jobs = jobs(4);
        let cargo = jobs.take();
        let mut pipe = opened(&cargo);
        assert_eq!(borrow(&mut pipe), 0);
        for (busy, lent) in [(4, 0), (3, 1), (3, 0), (1, 2), (1, 0)] {
            jobs.lend(busy);
            assert_eq!(borrow(&mut pipe), lent, "{busy} busy workers");
        }
    }

    #[test]
    fn a_step_takes_what_nobody_has_borrowed_and_does_not_wait_for_the_rest() {
        let jobs = jobs(3);
        let cargo = jobs.take();
        jobs.lend(1);
        let taken_back = jobs.take();
        let mut pipe = opened(&cargo);
        assert_eq!(borrow(&mut pipe), 1);
        let beyond = jobs.take();
        assert!(taken_back.has_token && !beyond.has_token);
        drop((taken_back, beyond));
        // It is killed and keeps what it was lent: two are left.
        drop(cargo);
        assert!(jobs.take().has_token && jobs.take().has_token);
        let (one, two) = (jobs.take(), jobs.take());
        assert!(one.has_token && two.has_token && !jobs.take().has_token);
        pipe.write_all(b"+").unwrap();
        assert!(jobs.take().has_token);
    }
}
