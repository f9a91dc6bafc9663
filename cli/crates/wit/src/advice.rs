//! What to do about WIT that its parser refuses, for people who do not know WIT yet.

use conjoin_diagnostics::Diagnostic;

/// The types that need no definition.
pub(crate) const PRIMITIVES: [&str; 18] = [
    "bool", "s8", "s16", "s32", "s64", "u8", "u16", "u32", "u64", "f32", "f64", "char", "string", "list", "option",
    "result", "tuple", "borrow",
];

/// What the parser wanted, as a line to write; `message` is what it says.
pub(crate) fn of_syntax(message: &str) -> &'static str {
    let advice = [
        ("is defined more than once", "rename one of the two; functions and types of one interface share their names"),
        ("found eof", "every `{` needs its `}`"),
        ("expected ':'", "parameters and fields are written `name: type`"),
        ("expected ';'", "each line of an interface ends with `;`"),
        ("`func`", "a function is written `price: func(item: string) -> u32;`"),
        ("expected an identifier", "a name is made of words in lower case with `-` between them, such as `unit-price`"),
    ];
    let known = advice.iter().find(|(part, _)| message.contains(part));
    known.map_or("https://component-model.bytecodealliance.org/design/wit.html explains WIT by examples", |(_, say)| {
        *say
    })
}

/// `name`, however its author separates words, as WIT writes it: words in lower case with `-` between them.
pub(crate) fn kebab_case(name: &str) -> String {
    let mut kebab = String::new();
    let mut previous = '-';
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit());
        if (begins || !letter.is_ascii_alphanumeric()) && !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        if letter.is_ascii_alphanumeric() {
            kebab.push(letter.to_ascii_lowercase());
        }
        previous = letter;
    }
    kebab.trim_end_matches('-').to_owned()
}

/// What to do about a definition of this kind that contains itself.
pub(crate) fn of_cycle(kind: &str) -> Option<String> {
    let advice = "types of WIT cannot contain themselves: keep all nodes in a list and let a field hold the index of another one";
    (kind == "type").then(|| advice.to_owned())
}

/// A world that exports something which uses an interface in two ways; `message` names the one that does.
pub(crate) fn of_two_ways(message: &str) -> Diagnostic {
    let name = message.split('`').nth(1).unwrap_or_default();
    let message = format!("`{name}`, which this world exports, gets one type from two places");
    Diagnostic::error("wit::unresolved", message)
        .note("it uses an interface that the world exports, and another one that the world imports and that uses the first")
        .note("the exported types are this component's own, the imported ones are another component's: they cannot be mixed")
        .hint("export every interface that it uses, or none of them")
}

#[cfg(test)]
mod tests {
    use super::kebab_case;

    #[test]
    fn words_of_other_languages_become_words_of_wit() {
        let cases = [
            ("getPrice", "get-price"),
            ("unit_price", "unit-price"),
            ("Item_a", "item-a"),
            ("_private", "private"),
            ("utf8Text", "utf8-text"),
            ("parseURL", "parse-url"),
            ("A__b_", "a-b"),
        ];
        for (name, expected) in cases {
            assert_eq!(kebab_case(name), expected, "{name}");
        }
    }
}
