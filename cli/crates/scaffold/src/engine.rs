//! Handlebars as the templates use it: a name that is not there is an error, nothing is escaped, and two helpers.

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason, Renderable, StringOutput,
    no_escape,
};

/// Words that stand for something in WIT.
const WIT_KEYWORDS: &str = "as async bool borrow char constructor enum error-context export f32 f64 flags from func future
    import include interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple type
    u16 u32 u64 u8 use variant with world";

/// The engine; it keeps nothing between two texts.
pub(crate) fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    engine.register_helper("wit-name", Box::new(wit_name));
    engine.register_helper("packages-by-name", Box::new(packages_by_name));
    engine
}

/// `{{wit-name name}}`: the name as WIT wants it, with `%` before a word that means something there.
fn wit_name(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = helper.param(0).and_then(|param| param.value().as_str());
    let name = name.ok_or(RenderErrorReason::ParamNotFoundForIndex("wit-name", 0))?;
    if WIT_KEYWORDS.split_whitespace().any(|keyword| keyword == name) {
        out.write("%")?;
    }
    out.write(name)?;
    Ok(())
}

/// `{{#packages-by-name}}`: the `[[package]]` tables of a `Cargo.lock` in the order in which cargo writes them, so that it has
/// nothing to change in a lock file whose own package got another name.
fn packages_by_name<'engine, 'context>(
    helper: &Helper<'context>,
    engine: &'engine Handlebars<'engine>,
    context: &'context Context,
    render: &mut RenderContext<'engine, 'context>,
    out: &mut dyn Output,
) -> HelperResult {
    let block = helper.template().ok_or(RenderErrorReason::BlockContentRequired)?;
    let mut text = StringOutput::new();
    block.render(engine, context, render, &mut text)?;
    let text = text.into_string()?;
    let mut packages: Vec<&str> = text.trim_end().split("\n\n").collect();
    // Stable: versions of one package stay as they are.
    packages.sort_by_key(|package| package.lines().find_map(|line| line.strip_prefix("name = ")));
    out.write(&packages.join("\n\n"))?;
    out.write("\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_means_something_in_wit_is_marked() {
        let name =
            |name: &str| engine().render_template("{{wit-name name}}", &json!({ "name": name })).expect("a name");
        assert_eq!((name("list"), name("lists")), ("%list".to_owned(), "lists".to_owned()));
    }

    #[test]
    fn packages_are_sorted_by_their_name_alone() {
        let template = "version = 4\n\n{{#packages-by-name}}\n[[package]]\nname = \"b\"\nversion = \"10\"\n\n[[package]]\nname = \
                        \"b\"\nversion = \"9\"\n\n[[package]]\nname = \"{{name}}\"\n{{/packages-by-name}}\n";
        let text = engine().render_template(template, &json!({ "name": "a" })).expect("a lock file");
        assert_eq!(
            text,
            "version = 4\n\n[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\nversion = \"10\"\n\n[[package]]\nname = \
             \"b\"\nversion = \"9\"\n"
        );
    }

    #[test]
    fn a_name_that_is_not_there_is_an_error_and_nothing_is_escaped() {
        assert!(engine().render_template("{{nothing}}", &json!({})).is_err());
        assert_eq!(engine().render_template("{{a}}", &json!({ "a": "<&\"'>" })).expect("a text"), "<&\"'>");
    }
}
