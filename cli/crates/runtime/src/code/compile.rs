//! Runs compilers, never on the threads that answer requests.

use std::{
    panic::{self, AssertUnwindSafe},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::events::Events;

/// The nice value of a background compiler, relative to the rest of the process.
const NICE: i32 = 10;

/// Runs a compiler and waits for its result. A panic is resumed in the caller.
pub(crate) async fn in_foreground<T: Send + 'static>(compile: impl FnOnce() -> T + Send + 'static) -> T {
    // This is a separate thread, because a Tokio runtime that is dropped waits for its own blocking threads.
    let (send, receive) = oneshot::channel();
    thread::spawn(move || drop(send.send(panic::catch_unwind(AssertUnwindSafe(compile)))));
    let made = receive.await.expect("the thread sends before it ends");
    made.unwrap_or_else(|panic| panic::resume_unwind(panic))
}

/// Runs a compiler while requests are answered. `compile` gets a function that tells the time since it started.
/// `events` keeps its panic.
pub(crate) fn in_background(events: Events, compile: impl FnOnce(&dyn Fn() -> Duration) + Send + 'static) {
    thread::spawn(move || {
        let began = Instant::now();
        let run = move || compile(&|| began.elapsed());
        // The compiler uses the thread pool it is called from, so that pool determines its priority.
        let ran = panic::catch_unwind(AssertUnwindSafe(|| {
            match rayon::ThreadPoolBuilder::new().start_handler(|_| be_nice()).build() {
                Ok(pool) => pool.install(run),
                Err(_) => run(),
            }
        }));
        if let Err(panic) = ran {
            events.keep_panic(panic);
        }
    });
}

/// On Linux the priority belongs to the thread; elsewhere it would change the whole process.
fn be_nice() {
    #[cfg(target_os = "linux")]
    {
        // If the priority cannot be lowered, it stays as it is.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_panic_of_a_compiler_goes_on_in_the_one_who_waits() {
        let waiting = tokio::spawn(in_foreground(|| -> u8 { panic!("index out of bounds") }));
        let panic = waiting.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"index out of bounds"));
    }

    #[test]
    fn a_panic_of_a_compiler_in_the_background_is_kept() {
        let events = Events::start(Arc::new(drop)).unwrap();
        let (ends, ended) = std::sync::mpsc::channel::<()>();
        let kept = events.clone();
        in_background(kept, move |_| {
            let _ends = ends;
            panic!("index out of bounds");
        });
        assert!(ended.recv().is_err());
        let resumed = || panic::catch_unwind(AssertUnwindSafe(|| events.resume_panic()));
        let panic = std::iter::repeat_with(resumed).find_map(Result::err).unwrap();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"index out of bounds"));
    }
}
