//! What the service says.

/// Greets somebody by name, or the world.
pub fn greet(name: Option<&str>) -> String {
    format!("Hello, {}!\n", name.unwrap_or("world"))
}

#[cfg(test)]
mod tests {
    use super::greet;

    #[test]
    fn greets_who_asks_and_the_world_otherwise() {
        assert_eq!(greet(Some("Ada")), "Hello, Ada!\n");
        assert_eq!(greet(None), "Hello, world!\n");
    }
}
