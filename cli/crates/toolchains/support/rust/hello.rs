//! Proves that the standard library for wasm32-wasip2 is complete.

fn main() {
    println!("hello");
}
