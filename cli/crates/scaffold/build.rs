//! Makes cargo build the crate again when a template was added or removed; `include_dir!` alone notices only changed ones.

fn main() {
    println!("cargo::rerun-if-changed=../../../templates");
}
