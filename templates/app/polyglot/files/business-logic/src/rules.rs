//! The rules: which documents are judged, and what happens to them. They depend on nothing outside of this file.

use crate::bindings::exports::example::pipeline::processing::{Decision, Document, Refusal};

/// The longest `id` and `author`, in characters.
const MAX_NAME: usize = 200;
/// The longest text, in characters.
const MAX_TEXT: usize = 4_000_000;
/// Texts that sound worse are rejected.
const REJECT_BELOW: f32 = -0.6;
/// A person looks at texts that sound worse.
const REVIEW_BELOW: f32 = -0.2;
/// A person looks at texts with more links.
const MAX_LINKS: usize = 2;

/// The number of words in a document that can be judged.
pub fn check(document: &Document) -> Result<u32, Refusal> {
    for (text, limit) in [(&document.id, MAX_NAME), (&document.author, MAX_NAME), (&document.text, MAX_TEXT)] {
        if text.chars().count() > limit {
            return Err(Refusal::TooLong(u32::try_from(limit).unwrap_or(u32::MAX)));
        }
    }
    match words(&document.text) {
        0 => Err(Refusal::EmptyText),
        words => Ok(words),
    }
}

/// What happens to a text with this score, and why.
pub fn decide(text: &str, score: f32) -> (Decision, String) {
    let links = text.matches("http://").count() + text.matches("https://").count();
    if score < REJECT_BELOW {
        (Decision::Reject, format!("the sentiment is below {REJECT_BELOW}"))
    } else if score < REVIEW_BELOW {
        (Decision::Review, format!("the sentiment is below {REVIEW_BELOW}"))
    } else if links > MAX_LINKS {
        (Decision::Review, format!("{links} links look like advertising"))
    } else if is_shouted(text) {
        (Decision::Review, "most of it is shouted".to_owned())
    } else {
        (Decision::Publish, "nothing speaks against it".to_owned())
    }
}

/// The name of a decision in the log.
pub fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Publish => "publish",
        Decision::Review => "review",
        Decision::Reject => "reject",
    }
}

/// Spaces separate words. Punctuation alone is not a word, an emoji is one.
fn words(text: &str) -> u32 {
    let is_word = |word: &&str| !word.chars().all(|letter| letter.is_ascii_punctuation());
    u32::try_from(text.split_whitespace().filter(is_word).count()).unwrap_or(u32::MAX)
}

fn is_shouted(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let loud = text.chars().filter(|letter| letter.is_uppercase()).count();
    letters >= 10 && loud * 10 > letters * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { id: "1".to_owned(), author: "ada".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn words_are_counted_and_emoji_are_words() {
        assert_eq!(check(&document("What a  wonderful day 🎉 !")).ok(), Some(5));
    }

    #[test]
    fn a_text_without_words_is_refused() {
        assert!(matches!(check(&document(" ... \n")), Err(Refusal::EmptyText)));
    }

    #[test]
    fn a_text_of_a_megabyte_is_judged_and_a_very_long_one_refused() {
        assert_eq!(check(&document(&"word ".repeat(200_000))).ok(), Some(200_000));
        assert!(matches!(check(&document(&"ü".repeat(MAX_TEXT + 1))), Err(Refusal::TooLong(4_000_000))));
    }

    #[test]
    fn the_score_decides_first() {
        assert!(matches!(decide("you", -0.9), (Decision::Reject, _)));
        assert!(matches!(decide("you", -0.4), (Decision::Review, _)));
        assert!(matches!(decide("you", 0.0), (Decision::Publish, _)));
    }

    #[test]
    fn advertising_and_shouting_are_looked_at() {
        assert_eq!(decide("http://a https://b http://c", 0.9).1, "3 links look like advertising");
        assert_eq!(decide("BUY THIS NOW, mum", 0.9).1, "most of it is shouted");
    }
}
