//! Links between pages: where they lead, and which lead nowhere.

use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{Book, Page};

/// How Markdown is read everywhere here.
pub(crate) fn events(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

/// The anchors of the headings of a page, in their order.
pub fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut heading: Option<String> = None;
    for event in events(text) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(title)) => title.push_str(&text),
            (Event::End(TagEnd::Heading(_)), Some(title)) => {
                let anchor = anchor(title);
                let times = anchors
                    .iter()
                    .filter(|other| other.trim_end_matches(|end: char| end.is_ascii_digit() || end == '-') == anchor)
                    .count();
                anchors.push(if times == 0 { anchor } else { format!("{anchor}-{times}") });
                heading = None;
            }
            _ => {}
        }
    }
    anchors
}

/// As GitHub and mdBook do it: lower case, words joined by `-`, nothing else.
fn anchor(title: &str) -> String {
    let letters = title.chars().filter_map(|letter| match letter {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        letter => letter.is_alphanumeric().then_some(letter),
    });
    letters.collect::<String>().to_lowercase()
}

/// The page that a link on `page` leads to, and the anchor; `None` if it leaves the book.
pub(crate) fn target(page: &Path, link: &str) -> Option<(PathBuf, Option<String>)> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if path.is_empty() {
        return Some((page.to_owned(), anchor));
    }
    let mut clean = page.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::Normal(name) => clean.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some((clean, anchor))
}

/// The links that lead to no page or no heading, each as `page: link`; pictures are no links.
pub fn dead_links(book: &Book) -> Vec<String> {
    book.pages()
        .flat_map(|page| links(page).into_iter().map(move |link| (page, link)))
        .filter_map(|(page, link)| {
            let (path, anchor) = target(&page.path, &link)?;
            let found = book.pages().find(|page| page.path == path);
            let dead = match (found, anchor) {
                (None, _) => true,
                (Some(found), Some(anchor)) => !anchors(&found.text).contains(&anchor),
                (Some(_), None) => false,
            };
            dead.then(|| format!("{}: {link}", page.path.display()))
        })
        .collect()
}

fn links(page: &Page) -> Vec<String> {
    let links = events(&page.text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entry;

    fn page(path: &str, text: &str) -> Entry {
        Entry::Page(Page { title: String::new(), path: PathBuf::from(path), text: text.to_owned() })
    }

    #[test]
    fn a_link_leads_to_a_page_and_a_heading_of_it() {
        let book = Book {
            entries: vec![
                page(
                    "a.md",
                    "# Top\n\n[1](b/c.md) [2](b/c.md#two-words) [3](#top) [4](https://x.y) [5](no.md) [6](#no)",
                ),
                page("b/c.md", "## `Two` words!\n\n[7](../a.md#top) [8](a.md)"),
            ],
        };
        assert_eq!(dead_links(&book), ["a.md: no.md", "a.md: #no", "b/c.md: a.md"]);
    }

    #[test]
    fn headings_of_one_name_have_several_anchors() {
        assert_eq!(anchors("# A b\n\n# A b\n\n# `[[x.y]]`"), ["a-b", "a-b-1", "xy"]);
    }
}
