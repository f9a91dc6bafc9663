//! The program `conjoin`: hands the process's arguments, environment and streams to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    conjoin::main(&std::env::args_os().collect::<Vec<_>>(), conjoin::ProcessContext::capture())
}
