//! Values that occur in several tables: paths, references to components, names of WIT.

use std::collections::BTreeSet;

use conjoin_policy::{InterfaceName, is_wit_name};

use super::findings::{Findings, with_choices};
use crate::{AppPath, ComponentName, Spanned};

/// The names of all components, also of those that are wrong in some way.
pub(crate) type Names<'a> = BTreeSet<&'a str>;

pub(crate) fn spanned<T, U>(raw: &toml::Spanned<T>, value: U) -> Spanned<U> {
    Spanned { value, span: raw.span() }
}

/// The folder that a path must stay in.
#[derive(Clone, Copy)]
pub(super) enum Inside {
    App,
    Component,
}

impl Inside {
    fn whose(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Component => "component",
        }
    }
}

/// A path, relative to `inside` and staying there, or absolute.
pub(super) fn check_path(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<String>,
    inside: Inside,
) -> Option<Spanned<AppPath>> {
    let whose = inside.whose();
    let text = &check_letters(findings, raw, inside)?.value;
    if let Some(path) = AppPath::parse(text) {
        return Some(spanned(raw, path));
    }
    let diagnostic = findings.at(
        "manifest::path-outside",
        format!("`{text}` leads out of the {whose}'s folder"),
        raw.span(),
        format!("only paths within the {whose} may be relative"),
    );
    findings.report(diagnostic.hint(format!("move it into the {whose}'s folder, or write its absolute path")));
    None
}

/// A path or a pattern of paths, relative to `inside` wherever it leads to, or absolute.
pub(super) fn check_letters(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<String>,
    inside: Inside,
) -> Option<Spanned<String>> {
    let (text, whose) = (raw.get_ref(), inside.whose());
    let why = if text.is_empty() {
        "this path is empty".to_owned()
    } else if text.contains('\\') || text.chars().any(char::is_control) {
        format!("`{}` is not a path that every system understands", text.escape_debug())
    } else {
        return Some(spanned(raw, text.clone()));
    };
    let diagnostic = findings.at("manifest::bad-path", why, raw.span(), "a path is needed here");
    findings.report(diagnostic.hint(format!("write folders with `/` between them; the {whose}'s own folder is `.`")));
    None
}

/// A component that is defined in this manifest. `owner` fits before "names the component".
pub(crate) fn check_reference(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<String>,
    names: &Names<'_>,
    owner: &str,
) -> Option<Spanned<ComponentName>> {
    let text = raw.get_ref().as_str();
    if names.contains(text) {
        return ComponentName::parse(text).ok().map(|name| spanned(raw, name));
    }
    let diagnostic = findings.at(
        "manifest::unknown-component",
        format!("{owner} names the component `{text}`, which is not defined"),
        raw.span(),
        "no component of this name",
    );
    let diagnostic = if names.is_empty() {
        diagnostic
    } else {
        with_choices(diagnostic, "components of this app", text, names.iter().copied())
    };
    let diagnostic = if diagnostic.hints.is_empty() {
        diagnostic.hint(format!("name a component of this app, or add one: `[component.{text}]` with its `language`"))
    } else {
        diagnostic
    };
    findings.report(diagnostic);
    None
}

/// Whether `text` names something that a world imports: `namespace:package/interface`, with `@version` or without, or a plain name.
pub(super) fn is_import_name(text: &str) -> bool {
    is_wit_name(text) || InterfaceName::parse(text).is_ok()
}
