//! The component `business-logic`: judges documents by its rules and by the score of the sentiment analyzer.

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "business-logic", generate_all });
}
mod rules;

use bindings::{
    example::{
        pipeline::log::{self, Field, Level},
        sentiment_analyzer::analyzer,
    },
    exports::example::pipeline::processing::{self, Document, Refusal, Verdict},
};

struct Component;

bindings::export!(Component with_types_in bindings);

impl processing::Guest for Component {
    fn process(document: Document) -> Result<Verdict, Refusal> {
        let words = rules::check(&document)?;
        let sentiment = analyzer::analyze(&document.text);
        let (decision, reason) = rules::decide(&document.text, sentiment.score);
        let verdict =
            Verdict { id: document.id, decision, reason, words, score: sentiment.score, label: sentiment.label };
        write_log(&document.author, &verdict);
        Ok(verdict)
    }
}

fn write_log(author: &str, verdict: &Verdict) {
    let field = |key: &str, value: String| Field { key: key.to_owned(), value };
    let fields = [
        field("id", verdict.id.clone()),
        field("author", author.to_owned()),
        field("decision", rules::name(verdict.decision).to_owned()),
        field("reason", verdict.reason.clone()),
        field("words", verdict.words.to_string()),
        field("score", format!("{:.3}", verdict.score)),
        field("label", verdict.label.clone()),
    ];
    log::write(Level::Info, "judged", &fields);
}
