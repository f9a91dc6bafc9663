//! Ending what programs leave behind outside of their process groups, as daemons do.
//!
//! A process whose parent has ended belongs to the first one of the system, unless an ancestor asks for it: [`keep_children`] does.
//! From then on, every child of this process that [`Running`] does not know was left behind by a program. Such children are ended
//! as soon as no program runs, because before that nobody can tell whose they are, and whether they are needed.

use std::{
    collections::BTreeSet,
    process::Child,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// Whether processes that programs leave behind become children of this one.
static KEEPS: AtomicBool = AtomicBool::new(false);

/// The numbers of the programs that run.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Lets processes that programs leave behind be ended with them. Only for a process that starts programs by
/// [`run`](crate::process::run()) and in no other way. Where the system cannot do that, they are left alone; also where there are
/// children already, which a shell had before it became this process.
pub fn keep_children() {
    #[cfg(target_os = "linux")]
    if children().is_empty() && rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_ok() {
        KEEPS.store(true, Ordering::SeqCst);
    }
}

/// A program that runs, until this is dropped: after its end was waited for.
#[derive(Debug)]
pub(crate) struct Running(u32);

impl Running {
    /// Notes the program that `spawn` starts.
    pub(crate) fn begin<T, E>(spawn: impl FnOnce() -> Result<(Child, T), E>) -> Result<(Self, Child, T), E> {
        // Until it is noted, nobody may look for what was left behind.
        let mut running = running();
        let (child, more) = spawn()?;
        running.insert(child.id());
        Ok((Self(child.id()), child, more))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = running();
        running.remove(&self.0);
        if running.is_empty() && KEEPS.load(Ordering::SeqCst) {
            end_children();
        }
    }
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all children of this process, and theirs, which become its own when they do.
fn end_children() {
    loop {
        let children = children();
        if children.is_empty() {
            return;
        }
        for child in &children {
            let _already_ended = kill_process(*child, Signal::KILL);
        }
        for child in children {
            while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(child), WaitIdOptions::EXITED) {}
        }
    }
}

/// The children of all threads of this process; none where the system does not say.
fn children() -> Vec<Pid> {
    let threads = fs_err::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs_err::read_to_string(thread.path().join("children")).ok());
    let numbers =
        texts.flat_map(|text| text.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<_>>());
    numbers.filter_map(Pid::from_raw).collect()
}
