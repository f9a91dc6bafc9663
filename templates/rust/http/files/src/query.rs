//! The query of a request. It knows nothing of HTTP, so that `cargo test` can test it directly.

/// The value of `name` in a query such as `name=Ada+L.&x=1`, decoded; `None` if it is missing or empty.
pub fn value(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let (_, value) = pairs.find(|(key, value)| key == name && !value.is_empty())?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_is_decoded() {
        let query = Some("a=b&name=Ada+L%C3%B6velace");
        assert_eq!(value(query, "name").as_deref(), Some("Ada Lövelace"));
    }

    #[test]
    fn a_value_that_is_empty_or_missing_is_none() {
        assert_eq!(value(Some("name="), "name"), None);
        assert_eq!(value(None, "name"), None);
    }
}
