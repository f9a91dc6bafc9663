//! Handlebars as the templates use it: an unknown name is an error, nothing is escaped, and there are a few helpers.
//!
//! `{{snake x}}`, `{{camel x}}` and `{{pascal x}}` write a name such as `my-lib` as `my_lib`, `myLib` and `MyLib`;
//! `{{rust-path package}}` writes `my-shop:api` as `my_shop::api`; `{{replace text "a" "b"}}` replaces `a` by `b` in a
//! text; `{{wit-name x}}` escapes a name that is a keyword of WIT; `{{#packages-by-name}}` sorts the packages of a
//! `Cargo.lock`.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
    StringOutput, no_escape,
};
use heck::{ToLowerCamelCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

/// The keywords of Rust that wit-bindgen escapes.
const RUST_KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false final fn
    for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type
    typeof unsafe unsized use virtual where while yield";

/// The keywords of WIT.
const WIT_KEYWORDS: &str = "as async bool borrow char constructor enum error-context export f32 f64 flags from func future
    import include interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple type
    u16 u32 u64 u8 use variant with world";

/// The template engine, which keeps no state between two texts.
pub(crate) fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    let spellings: [(&str, Spelling); 5] = [
        ("camel", str::to_lower_camel_case),
        ("pascal", str::to_upper_camel_case),
        ("rust-path", rust_path),
        ("snake", str::to_snake_case),
        ("wit-name", wit_name),
    ];
    for (helper, spelling) in spellings {
        engine.register_helper(helper, Box::new(Respelled { helper, spelling }));
    }
    engine.register_helper("replace", Box::new(replace));
    engine.register_helper("packages-by-name", Box::new(packages_by_name));
    engine
}

/// Respells a name whose words are joined by `-`.
type Spelling = fn(&str) -> String;

/// The helper that respells its one parameter.
struct Respelled {
    helper: &'static str,
    spelling: Spelling,
}

impl HelperDef for Respelled {
    fn call<'engine: 'context, 'context>(
        &self,
        helper: &Helper<'context>,
        _: &'engine Handlebars<'engine>,
        _: &'context Context,
        _: &mut RenderContext<'engine, 'context>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = helper.param(0).and_then(|param| param.value().as_str());
        let name = name.ok_or(RenderErrorReason::ParamNotFoundForIndex(self.helper, 0))?;
        out.write(&(self.spelling)(name))?;
        Ok(())
    }
}

/// `my-shop:api` as `my_shop::api`.
fn rust_path(package: &str) -> String {
    let module = |part: &str| {
        let is_keyword = RUST_KEYWORDS.split_whitespace().any(|keyword| keyword == part);
        part.to_snake_case() + if is_keyword { "_" } else { "" }
    };
    package.split(':').map(module).collect::<Vec<_>>().join("::")
}

/// The name as WIT writes it: with `%` in front if it is a keyword.
pub fn wit_name(name: &str) -> String {
    let is_keyword = WIT_KEYWORDS.split_whitespace().any(|keyword| keyword == name);
    if is_keyword { format!("%{name}") } else { name.to_owned() }
}

/// `{{replace text "a" "b"}}`: `text` with every `a` replaced by `b`.
fn replace(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let param = |index: usize| {
        let param = helper.param(index).and_then(|param| param.value().as_str());
        param.ok_or(RenderErrorReason::ParamNotFoundForIndex("replace", index))
    };
    out.write(&param(0)?.replace(param(1)?, param(2)?))?;
    Ok(())
}

/// `{{#packages-by-name}}`: sorts the `[[package]]` tables of a `Cargo.lock` as cargo does. So cargo leaves the lock
/// file as it is, whatever the app's own package is called.
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
    // The sort is stable: versions of one package keep their order.
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
    fn a_keyword_of_wit_is_escaped() {
        let name =
            |name: &str| engine().render_template("{{wit-name name}}", &json!({ "name": name })).expect("a name");
        assert_eq!((name("list"), name("lists")), ("%list".to_owned(), "lists".to_owned()));
    }

    #[test]
    fn a_name_is_written_as_a_language_wants_it() {
        let template = "{{snake name}} {{camel name}} {{pascal name}}";
        let names = |name: &str| engine().render_template(template, &json!({ "name": name })).expect("a name");
        assert_eq!(names("my-lib2-a"), "my_lib2_a myLib2A MyLib2A");
        assert_eq!(names("rules"), "rules rules Rules");
        let template = "{{rust-path package}} {{snake (replace package \":\" \"_\")}}";
        let paths = |package: &str| engine().render_template(template, &json!({ "package": package })).expect("a path");
        assert_eq!(paths("my-shop:api"), "my_shop::api my_shop_api");
        assert_eq!(paths("type:api"), "type_::api type_api");
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
    fn an_unknown_name_is_an_error_and_nothing_is_escaped() {
        assert!(engine().render_template("{{nothing}}", &json!({})).is_err());
        assert_eq!(engine().render_template("{{a}}", &json!({ "a": "<&\"'>" })).expect("a text"), "<&\"'>");
    }
}
