//! Runs on the machine that builds, like the macro.

fn main() {
    println!("cargo::rustc-env=BUILT_FOR={}", std::env::var("TARGET").unwrap_or_default());
}
