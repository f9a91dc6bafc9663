//! Names of apps and components, which become names of folders, packages and worlds.

use crate::ScaffoldError;

/// Folders of an app whose names no component can have.
const TAKEN: [&str; 2] = ["target", "wit"];

/// Checks the name of an app or a component; `what` is `"app"` or `"component"`. A name is made of words joined by `-`.
/// Each word consists of the letters a to z and digits and starts with a letter.
///
/// # Errors
///
/// [`ScaffoldError::BadName`] with the reason and, where possible, a similar name that is allowed.
pub fn check_name(what: &'static str, name: &str) -> Result<(), ScaffoldError> {
    let Some(why) = refuse(name) else { return Ok(()) };
    Err(ScaffoldError::BadName { what, name: name.to_owned(), why, suggestion: suggestion(name) })
}

fn refuse(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > 64 {
        Some("it is longer than 64 characters")
    } else if !name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-') {
        Some("only the letters a to z, digits and `-` are allowed")
    } else if !name.split('-').all(|word| word.starts_with(|first: char| first.is_ascii_lowercase())) {
        Some("it and each word after a `-` must start with a letter")
    } else if TAKEN.contains(&name) {
        Some("apps use a folder of this name for something else")
    } else if is_device(name) {
        Some("Windows reserves it for a device")
    } else {
        None
    }
}

/// Whether Windows reserves this name for a device, whatever the extension.
pub(crate) fn is_device(name: &str) -> bool {
    let port = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    let is_port =
        port.is_some_and(|number| number.len() == 1 && number.starts_with(|digit: char| digit.is_ascii_digit()));
    is_port || matches!(name, "con" | "prn" | "aux" | "nul")
}

/// The nearest name that is allowed.
fn suggestion(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = true;
    let mut previous = ' ';
    for letter in name.chars() {
        start |= !letter.is_ascii_alphanumeric() || (letter.is_ascii_uppercase() && previous.is_ascii_lowercase());
        previous = letter;
        if !letter.is_ascii_alphanumeric() {
            continue;
        }
        match words.last_mut() {
            Some(word) if !start || letter.is_ascii_digit() => word.push(letter.to_ascii_lowercase()),
            _ if letter.is_ascii_digit() => continue,
            _ => words.push(letter.to_ascii_lowercase().to_string()),
        }
        start = false;
    }
    let joined = words.join("-");
    let suggestion = if is_device(&joined) { format!("my-{joined}") } else { joined };
    Some(suggestion).filter(|suggestion| refuse(suggestion).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_name_gets_a_better_one() {
        let cases = [
            ("My Shop", Some("my-shop")),
            ("myShop_2", Some("my-shop2")),
            ("HTTPServer", Some("httpserver")),
            ("../evil", Some("evil")),
            ("2d-shop", Some("d-shop")),
            ("größe", Some("gr-e")),
            ("-a--b-", Some("a-b")),
            ("wit", None),
            ("con", Some("my-con")),
            ("COM1", Some("my-com1")),
            ("", None),
            ("123", None),
            ("日本", None),
        ];
        for (name, expected) in cases {
            assert!(refuse(name).is_some(), "{name}");
            assert_eq!(suggestion(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn words_of_letters_and_digits_are_names() {
        for name in ["a", "my-shop", "my-shop2", "a1-b2"] {
            assert_eq!(refuse(name), None, "{name}");
        }
        assert!(refuse(&"a".repeat(65)).is_some());
    }
}
