//! The site: one HTML file per page, with the navigation, and one stylesheet. It can be read from a folder, without a server.
//!
//! The pages have the layout of mdbook (`SUMMARY.md`). They are not rendered by it, because it neither marks what is typed in a transcript
//! nor shows the name of a file above its text, and its libraries would add 29 crates to every run of the checks.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag, TagEnd, html};

use crate::{
    Book, Entry, Page,
    links::{anchors, events, target},
};

const STYLE: &str = include_str!("style.css");

/// The files of the site, by path.
pub fn render_site(book: &Book) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::from([(PathBuf::from("style.css"), STYLE.to_owned())]);
    let pages: Vec<&Page> = book.pages().collect();
    for (index, page) in pages.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| pages.get(index));
        let text = document(book, page, [before, pages.get(index + 1)].map(Option::<&&Page>::copied));
        files.insert(page.path.with_extension("html"), text);
    }
    if let Some(first) = pages.first() {
        let first = first.path.with_extension("html");
        let to = first.display();
        let index = format!(
            "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url={to}\"><a href=\"{to}\">conjoin</a>\n"
        );
        files.entry(PathBuf::from("index.html")).or_insert(index);
    }
    files
}

fn document(book: &Book, page: &Page, [before, after]: [Option<&Page>; 2]) -> String {
    let root = "../".repeat(page.path.components().count() - 1);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} - conjoin</title>\n<link rel=\"stylesheet\" href=\"{root}style.css\">\n</head>\n<body>\n<nav>\n<a class=\"name\" href=\"{root}index.html\">conjoin</a>\n",
        escape(&page.title)
    );
    let link = |page: &Page| format!("{root}{}", page.path.with_extension("html").display());
    let mut open = false;
    for entry in &book.entries {
        if !open || matches!(entry, Entry::Part(_)) {
            text.push_str(if open { "</ul>\n" } else { "" });
            if let Entry::Part(title) = entry {
                let _ = writeln!(text, "<h2>{}</h2>", escape(title));
            }
            text.push_str("<ul>\n");
            open = true;
        }
        if let Entry::Page(other) = entry {
            let here = if other.path == page.path { " aria-current=\"page\"" } else { "" };
            let _ = writeln!(text, "<li><a href=\"{}\"{here}>{}</a></li>", link(other), escape(&other.title));
        }
    }
    text.push_str("</ul>\n</nav>\n<main>\n");
    content(page, &mut text);
    text.push_str("<footer>\n");
    for (page, arrow) in [(before, "←"), (after, "→")] {
        if let Some(page) = page {
            let _ = writeln!(text, "<a href=\"{}\">{arrow} {}</a>", link(page), escape(&page.title));
        }
    }
    text.push_str("</footer>\n</main>\n</body>\n</html>\n");
    text
}

/// The page's Markdown as HTML: headings with anchors, links to pages of the site, transcripts with what is typed marked.
fn content(page: &Page, text: &mut String) {
    let mut anchors = anchors(&page.text).into_iter();
    let mut code: Option<(String, String)> = None;
    let mut out = Vec::new();
    for event in events(&page.text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let anchor = anchors.next().unwrap_or_default();
                out.push(Event::Html(format!("<{level} id=\"{anchor}\">").into()));
            }
            Event::End(TagEnd::Heading(level)) => out.push(Event::Html(format!("</{level}>\n").into())),
            Event::Start(Tag::Table(_)) => {
                out.push(Event::Html("<div class=\"table\">".into()));
                out.push(event);
            }
            Event::End(TagEnd::Table) => {
                out.push(event);
                out.push(Event::Html("</div>\n".into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = site_link(page, dest_url);
                out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let head = if let CodeBlockKind::Fenced(head) = kind { head.into_string() } else { String::new() };
                code = Some((head, String::new()));
            }
            Event::Text(part) if code.is_some() => {
                if let Some((_, body)) = &mut code {
                    body.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((head, body)) = code.take() {
                    out.push(Event::Html(block(&head, &body).into()));
                }
            }
            other => out.push(other),
        }
    }
    html::push_html(text, out.into_iter());
}

fn site_link<'a>(page: &Page, link: CowStr<'a>) -> CowStr<'a> {
    match target(&page.path, &link) {
        Some(_) => link.replace(".md", ".html").into(),
        None => link,
    }
}

/// A block of code: the file it is about above it, what is typed and what changes marked.
fn block(head: &str, body: &str) -> String {
    let mut words = head.split_whitespace();
    let language = words.next().unwrap_or_default();
    let file = words.find_map(|word| word.strip_prefix("file=").or_else(|| word.strip_prefix("diff=")));
    let caption = file.map_or(String::new(), |file| format!("<figcaption>{}</figcaption>", escape(file)));
    let lines = body.lines().map(|line| {
        let class = match language {
            "console" if line.starts_with("$ ") => "typed",
            "diff" if line.starts_with('+') => "added",
            "diff" if line.starts_with('-') => "removed",
            _ => return format!("{}\n", escape(line)),
        };
        format!("<span class=\"{class}\">{}</span>\n", escape(line))
    });
    format!("<figure>{caption}<pre><code>{}</code></pre></figure>\n", lines.collect::<String>())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_a_file_that_finds_its_neighbours() {
        let page = |title: &str, path: &str, text: &str| {
            Entry::Page(Page { title: title.to_owned(), path: PathBuf::from(path), text: text.to_owned() })
        };
        let book = Book {
            entries: vec![
                page("A & b", "a.md", "# A\n\n[to c](b/c.md#c)\n\n```console\n$ one <two>\n```\n"),
                Entry::Part("Part".to_owned()),
                page("C", "b/c.md", "# C\n\n[back](../a.md) [out](https://x.md/)\n"),
            ],
        };
        let site = render_site(&book);
        let names: Vec<String> = site.keys().map(|path| path.display().to_string()).collect();
        assert_eq!(names, ["a.html", "b/c.html", "index.html", "style.css"]);
        let text = |path: &str| site[&PathBuf::from(path)].as_str();
        for part in
            ["<a href=\"b/c.html#c\">", "<h1 id=\"a\">", "<span class=\"typed\">$ one &lt;two&gt;</span>", "A &amp; b"]
        {
            assert!(text("a.html").contains(part), "{part}: {}", text("a.html"));
        }
        for part in ["href=\"../a.html\"", "href=\"../style.css\"", "https://x.md/", "<h2>Part</h2>"] {
            assert!(text("b/c.html").contains(part), "{part}: {}", text("b/c.html"));
        }
    }
}
