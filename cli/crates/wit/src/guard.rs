//! A bounded place for libraries that read what strangers made: a thread whose stack is known, and whose panic is a value.
//!
//! The libraries of wasm-tools and wac walk types recursively and take some properties of a component for granted. [`guarded`] gives
//! them a stack that is large enough for everything within the [bounds](crate::inspect), whatever thread asks, and turns a panic into
//! a text without a word on stderr. The process has one panic hook for all threads. So the hook that was there stays in place behind
//! ours, which is silent only for threads that are inside of [`guarded`].

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
    thread,
};

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Memory for the stack; what is not touched costs nothing.
const STACK: usize = 32 << 20;

/// Carries out `action` on a thread with a stack of 32 MiB.
///
/// # Errors
///
/// What the panic of `action` said, or why there is no thread.
///
/// ```
/// assert_eq!(conjoin_wit::guarded(|| 7), Ok(7));
/// assert_eq!(conjoin_wit::guarded(|| -> u8 { panic!("no entry") }), Err("no entry".to_owned()));
/// ```
pub fn guarded<T: Send>(action: impl FnOnce() -> T + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("guarded".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, || catch(action)).map_err(|error| error.to_string())?;
        thread.join().unwrap_or_else(|_| Err("it gave no reason".to_owned()))
    })
}

fn catch<T>(action: impl FnOnce() -> T) -> Result<T, String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                previous(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    panic::catch_unwind(AssertUnwindSafe(action)).map_err(|payload| {
        let text =
            payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("it gave no reason").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert_eq!(guarded(|| -> u8 { panic!("no {}", "entry") }), Err("no entry".to_owned()));
        assert_eq!(guarded(|| -> u8 { panic!("plain") }), Err("plain".to_owned()));
        assert_eq!(guarded(|| -> u8 { panic::panic_any(1_u8) }), Err("it gave no reason".to_owned()));
    }
}
