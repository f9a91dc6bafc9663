//! WIT folders.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conjoin_fuzz_targets::run("wit", bytes));
