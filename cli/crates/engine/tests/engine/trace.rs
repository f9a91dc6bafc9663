//! Stopping another process before one of its file operations: by the system calls that it makes, as a debugger sees them.
//!
//! Nothing in the engine knows of this, so no operation can be forgotten.

use std::{collections::BTreeSet, path::Path, process::Child, thread};

use nix::{
    errno::Errno,
    sys::{
        ptrace::{self, Event, Options},
        signal::Signal,
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

/// System calls of x86-64 that change what is on the disk; `open` and `openat` by their flags.
const CHANGES: [u64; 24] =
    [1, 18, 20, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 258, 263, 264, 265, 266, 268, 280, 316, 326, 40];
const OPEN: u64 = 2;
const OPENAT: u64 = 257;
/// `O_WRONLY`, `O_RDWR` and `O_CREAT`.
const TO_WRITE: u64 = 0o103;

/// Follows all threads of `child`. From the moment on at which `begun` exists, it counts the operations, and kills the process
/// before number `limit`, from 0, is carried out. Gives how many were carried out.
///
/// The child must not be past the point at which it waits for `release`, which is called once it is followed.
pub(crate) fn operations(child: &Child, begun: &Path, limit: usize, release: impl FnOnce()) -> usize {
    let main = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let mut threads = BTreeSet::new();
    // A thread that is made meanwhile is followed from its beginning, because its maker is.
    loop {
        let new: Vec<Pid> = tasks(main).into_iter().filter(|thread| !threads.contains(thread)).collect();
        if new.is_empty() {
            break;
        }
        for thread in new {
            let options = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
            match ptrace::seize(thread, options) {
                Ok(()) => ptrace::interrupt(thread).unwrap(),
                // Its maker was followed already.
                Err(Errno::EPERM | Errno::ESRCH) => {}
                Err(error) => panic!("cannot follow the process: {error}"),
            }
            threads.insert(thread);
        }
    }
    release();
    let mut count = 0;
    while !threads.is_empty() {
        let mut idle = true;
        for thread in threads.clone() {
            let status = waitpid(thread, Some(WaitPidFlag::__WALL | WaitPidFlag::WNOHANG));
            idle &= status == Ok(WaitStatus::StillAlive);
            match status {
                Ok(WaitStatus::StillAlive) => {}
                Ok(WaitStatus::PtraceSyscall(_)) => {
                    if is_change(thread) && begun.exists() {
                        if count == limit {
                            nix::sys::signal::kill(main, Signal::SIGKILL).unwrap();
                        }
                        count += 1;
                    }
                    go_on(thread, None);
                }
                Ok(WaitStatus::PtraceEvent(_, _, event)) => {
                    if event == Event::PTRACE_EVENT_CLONE as i32
                        && let Ok(new) = ptrace::getevent(thread)
                    {
                        threads.insert(Pid::from_raw(i32::try_from(new).unwrap()));
                    }
                    go_on(thread, None);
                }
                Ok(WaitStatus::Stopped(_, signal)) => go_on(thread, Some(signal)),
                Ok(_) | Err(_) => {
                    threads.remove(&thread);
                }
            }
        }
        if idle {
            thread::yield_now();
        }
    }
    count.min(limit)
}

fn go_on(thread: Pid, signal: Option<Signal>) {
    // It may have been killed since.
    let _gone = ptrace::syscall(thread, signal);
}

/// Whether the thread, which stands before or behind a system call, is about to change a file.
fn is_change(thread: Pid) -> bool {
    let Ok(registers) = ptrace::getregs(thread) else { return false };
    // Before a call, the kernel puts this where the result will be.
    let before = registers.rax.cast_signed() == -i64::from(Errno::ENOSYS as i32);
    let call = registers.orig_rax;
    let opens = (call == OPEN && registers.rsi & TO_WRITE != 0) || (call == OPENAT && registers.rdx & TO_WRITE != 0);
    before && (opens || CHANGES.contains(&call))
}

fn tasks(process: Pid) -> Vec<Pid> {
    let entries = fs_err::read_dir(format!("/proc/{process}/task")).unwrap();
    entries.map(|entry| Pid::from_raw(entry.unwrap().file_name().to_str().unwrap().parse().unwrap())).collect()
}
