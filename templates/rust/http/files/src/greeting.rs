//! What the service says. No HTTP in here, so that `cargo test` can ask it directly.

/// Greets the `name` of a query such as `name=Ada`, or the world.
pub fn greet(query: Option<&str>) -> String {
    let mut pairs = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let name = pairs
        .find(|(key, value)| *key == "name" && !value.is_empty())
        .map(|(_, value)| value);
    format!("Hello, {}!\n", name.unwrap_or("world"))
}

#[cfg(test)]
mod tests {
    use super::greet;

    #[test]
    fn greets_who_asks() {
        assert_eq!(greet(Some("a=b&name=Ada")), "Hello, Ada!\n");
    }

    #[test]
    fn greets_the_world_otherwise() {
        assert_eq!(greet(None), "Hello, world!\n");
        assert_eq!(greet(Some("name=")), "Hello, world!\n");
    }
}
