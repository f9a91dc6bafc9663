//! The text of the command. It does no input or output, so that `cargo test` can test it directly.

/// Greets somebody by name.
pub fn greet(name: &str) -> String {
    format!("Hello, {name}!\n")
}

#[cfg(test)]
mod tests {
    use super::greet;

    #[test]
    fn greets_by_name() {
        assert_eq!(greet("Ada"), "Hello, Ada!\n");
    }
}
