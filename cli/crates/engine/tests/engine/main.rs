//! The engine, with fake tools: what runs, what does not, and why.

#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod assuming;
mod changing;
mod clock;
mod crash;
mod damaged;
mod fixture;
mod generating;
mod kill;
mod odd;
mod probe;
mod process;
mod progress;
mod reading;
mod reasons;
mod remembering;
mod scheduling;
mod trace;
mod trouble;
