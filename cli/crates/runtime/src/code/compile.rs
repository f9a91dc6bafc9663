//! Where compilers run: never on the threads that answer requests.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

/// How much nicer than the rest of the process a background compiler is.
const NICE: i32 = 10;

/// Runs a compiler while somebody waits for it.
pub(crate) async fn in_foreground<T: Send + 'static>(compile: impl FnOnce() -> T + Send + 'static) -> T {
    // A thread of its own, because a runtime that is dropped waits for its own blocking threads.
    let (send, receive) = oneshot::channel();
    thread::spawn(move || drop(send.send(compile())));
    receive.await.expect("a compiler that panics has already printed why")
}

/// Runs a compiler while requests are answered; `compile` is given the time since it began.
pub(crate) fn in_background(compile: impl FnOnce(&dyn Fn() -> Duration) + Send + 'static) {
    thread::spawn(move || {
        let began = Instant::now();
        let run = move || compile(&|| began.elapsed());
        // The compiler spreads over the pool it is called from, so the pool decides its priority.
        match rayon::ThreadPoolBuilder::new().start_handler(|_| be_nice()).build() {
            Ok(pool) => pool.install(run),
            Err(_) => run(),
        }
    });
}

/// On Linux the priority belongs to the thread; elsewhere it would change the whole process.
fn be_nice() {
    #[cfg(target_os = "linux")]
    {
        // A process that may not lower its priority goes on with the one it has.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
    }
}
