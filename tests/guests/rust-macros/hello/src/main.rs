//! Says what the macro and the build script gave it.

fn main() {
    println!("{} from {}", macros::hello!(), env!("BUILT_FOR"));
}
