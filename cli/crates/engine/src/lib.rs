//! Carries out plans.

mod cancel;
mod environment;
mod probe;
pub mod process;
mod stamp;
mod write;

pub use cancel::CancelToken;
pub use environment::{Environment, WITHHELD};
pub use probe::{ProbeContext, ProbeRequest, probe};

/// The error and its causes on one line.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
