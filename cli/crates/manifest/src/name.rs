//! The name of a component.

use std::fmt;

/// A component's name: lower-case words of letters and digits joined by `-`, each starting with a letter, as WIT wants
/// the names of worlds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentName(String);

impl ComponentName {
    /// Parses a name.
    ///
    /// # Errors
    ///
    /// The reason why `text` is not a name; it fits after "`x` is not a name: ".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if text.len() > 64 {
            return Err("it is longer than 64 characters");
        }
        if !text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-') {
            return Err("only the letters a to z, digits and `-` are allowed");
        }
        if !text.split('-').all(|word| word.starts_with(|first: char| first.is_ascii_lowercase())) {
            return Err("it and each word after a `-` must start with a letter");
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
