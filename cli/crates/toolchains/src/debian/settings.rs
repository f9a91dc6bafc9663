//! The machine's settings of apt that say how to reach the network, such as a proxy.
//!
//! Everything else (hooks, folders, preferences) is left behind, because it would reach outside of conjoin's folder.

/// The settings below `Acquire` in the text of a file of apt's configuration, one per line in the long form.
pub(crate) fn for_the_network(text: &str) -> String {
    let mut scopes: Vec<String> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut kept = String::new();
    for token in tokens(text) {
        match token {
            Token::Word(word) => words.push(word),
            Token::Open => {
                scopes.push(words.first().map(|word| word.text.clone()).unwrap_or_default());
                words.clear();
            }
            Token::Close => {
                scopes.pop();
                words.clear();
            }
            Token::End => {
                keep(&scopes, &words, &mut kept);
                words.clear();
            }
        }
    }
    kept
}

/// Adds the setting that `words` make in `scopes`, if it is about the network.
fn keep(scopes: &[String], words: &[Word], kept: &mut String) {
    let (name, value) = match words {
        [name, value] if !name.quoted => (name.text.as_str(), &value.text),
        // An element of a list has no name.
        [value] => ("", &value.text),
        _ => return,
    };
    let mut path: Vec<&str> = scopes.iter().map(String::as_str).collect();
    path.push(name);
    let path = path.join("::");
    let is_for_network = path.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("acquire::"));
    if is_for_network {
        kept.extend([&path, " \"", value, "\";\n"]);
    }
}

struct Word {
    text: String,
    quoted: bool,
}

enum Token {
    Word(Word),
    Open,
    Close,
    End,
}

/// Words, brackets and semicolons; comments and directives are skipped.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '#' || rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
        } else if first == '"' {
            let (quoted, after) = rest[1..].split_once('"').unwrap_or((&rest[1..], ""));
            tokens.push(Token::Word(Word { text: quoted.to_owned(), quoted: true }));
            rest = after;
        } else if ends_word(first) {
            tokens.extend(mark(first));
            rest = &rest[first.len_utf8()..];
        } else {
            let end = rest.find(|letter| letter == '"' || ends_word(letter)).unwrap_or(rest.len());
            tokens.push(Token::Word(Word { text: rest[..end].to_owned(), quoted: false }));
            rest = &rest[end..];
        }
    }
    tokens
}

fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || mark(letter).is_some()
}

fn mark(letter: char) -> Option<Token> {
    match letter {
        '{' => Some(Token::Open),
        '}' => Some(Token::Close),
        ';' => Some(Token::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::for_the_network;

    #[test]
    fn proxies_are_kept_in_every_form() {
        let text = "// a proxy\nAcquire::http::Proxy \"http://proxy.example:3128/\";\n\
                    acquire { https { Proxy \"http://proxy.example:3128/\"; Verify-Peer false; }; Retries 5; };\n\
                    Acquire::Check { \"one\"; };";
        let expected = "Acquire::http::Proxy \"http://proxy.example:3128/\";\n\
                        acquire::https::Proxy \"http://proxy.example:3128/\";\n\
                        acquire::https::Verify-Peer \"false\";\n\
                        acquire::Retries \"5\";\n\
                        Acquire::Check:: \"one\";\n";
        assert_eq!(for_the_network(text), expected);
    }

    #[test]
    fn hooks_folders_and_directives_are_left_behind() {
        let text = "APT::Update::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb || true\"; };\n\
                    #clear APT;\nDir::Cache \"/elsewhere\"; /* Acquire::x \"1\"; */ DPkg::Post-Invoke { \"touch /x\"; };";
        assert_eq!(for_the_network(text), "");
    }

    #[test]
    fn broken_text_does_no_harm() {
        assert_eq!(for_the_network("}}; Acquire::a \"never closed"), "");
        assert_eq!(for_the_network("{{{ ; \"\" \u{1f389} é"), "");
    }
}
