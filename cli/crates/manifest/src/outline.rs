//! The names in a manifest, as far as its text can be read: for completions, while it is being written.

use toml::de::{DeTable, DeValue};

use crate::TRIGGER_KINDS;

/// A name, and a few words that tell it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What it is; may be empty.
    pub what: String,
}

/// The names in a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The components, each with its language, sorted by name.
    pub components: Vec<Named>,
    /// The entries, each with what tells its triggers apart, in the order of the file.
    pub entries: Vec<Named>,
}

/// Reads the names in `text`; nothing is checked, and what cannot be read is left out.
pub fn outline(text: &str) -> Outline {
    let (table, _) = DeTable::parse_recoverable(text);
    let table = table.get_ref();
    let mut components: Vec<Named> = tables(table.get("component")).collect();
    components.sort();
    let mut entries: Vec<Named> = Vec::new();
    let triggers = table.get("trigger").and_then(|triggers| triggers.get_ref().as_table());
    for kind in TRIGGER_KINDS {
        let list = triggers.and_then(|triggers| triggers.get(kind.key)?.get_ref().as_array());
        for trigger in list.into_iter().flatten().filter_map(|trigger| trigger.get_ref().as_table()) {
            let Some(name) = text_of(trigger, "component") else { continue };
            let what = kind.label.and_then(|label| text_of(trigger, label)).unwrap_or(kind.key).to_owned();
            match entries.iter_mut().find(|entry| entry.name == name) {
                Some(entry) => entry.what = format!("{}, {what}", entry.what),
                None => entries.push(Named { name: name.to_owned(), what }),
            }
        }
    }
    Outline { components, entries }
}

fn tables(value: Option<&toml::Spanned<DeValue<'_>>>) -> impl Iterator<Item = Named> {
    let table = value.and_then(|value| value.get_ref().as_table());
    table.into_iter().flatten().map(|(name, component)| {
        let what = component.get_ref().as_table().and_then(|component| text_of(component, "language"));
        Named { name: name.get_ref().to_string(), what: what.unwrap_or_default().to_owned() }
    })
}

fn text_of<'a>(table: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    table.get(key)?.get_ref().as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[Named]) -> Vec<(&str, &str)> {
        list.iter().map(|named| (named.name.as_str(), named.what.as_str())).collect()
    }

    #[test]
    fn names_are_found_in_every_form_of_toml() {
        let text = "component.b.language = \"go\"\ncomponent.a = { source = \"a.wasm\" }\n\
                    [[trigger.http]]\nroute = \"/\"\ncomponent = \"b\"\n\
                    [[trigger.http]]\nroute = \"/x\"\ncomponent = \"b\"\n\
                    [[trigger.command]]\ncomponent = \"a\"\n";
        let outline = outline(text);
        assert_eq!(names(&outline.components), [("a", ""), ("b", "go")]);
        assert_eq!(names(&outline.entries), [("b", "/, /x"), ("a", "command")]);
    }

    #[test]
    fn a_broken_manifest_still_has_names() {
        let outline = outline("[component.api]\nlanguage = \"rust\nnonsense = = 3\n[component.db]\nlanguage = 3\n");
        assert_eq!(names(&outline.components), [("api", "rust"), ("db", "")]);
        assert_eq!(outline.entries, []);
        for text in ["", "component = 3", "component.a = 3\ntrigger = []", "trigger.http = [1]", "\u{feff}[", "]]"] {
            assert_eq!(super::outline(text).entries, [], "{text}");
        }
    }
}
