//! The manifest as a whole, and its `[app]` table.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use conjoin_diagnostics::{Diagnostic, Source};

use super::{
    component::check_component,
    findings::Findings,
    values::{Inside, check_path, spanned},
};
use crate::{
    App, AppPath, Component, ComponentName, LanguageSet, Manifest, Origin, Spanned,
    raw::{RawApp, RawManifest, Table},
    shape::FORMAT,
    triggers::check_triggers,
};

/// The folder of the shared WIT when none is written.
const WIT: &str = "wit";

/// Checks everything that a manifest of the right shape says.
pub(crate) fn check(
    source: &Arc<Source>,
    raw: &RawManifest,
    languages: &LanguageSet,
) -> Result<Manifest, Vec<Diagnostic>> {
    let mut findings = Findings::new(source);
    findings.required(raw.conjoin.as_ref(), 0..0, "the manifest", &format!("conjoin = {FORMAT}"));
    let app = findings.required(raw.app.as_ref(), 0..0, "the manifest", "app = { name = \"my-app\" }");
    let app = app.and_then(|app| check_app(&mut findings, app));
    let names: BTreeSet<&str> = raw.component.keys().map(|name| name.get_ref().as_str()).collect();
    let components: BTreeMap<ComponentName, _> = raw
        .component
        .iter()
        .filter_map(|(name, component)| check_component(&mut findings, (name, component), &names, languages))
        .map(|component| (component.name.value.clone(), component))
        .collect();
    check_folders(&mut findings, &components);
    let triggers = check_triggers(&mut findings, &raw.trigger, &names);
    match app {
        Some(app) if findings.is_empty() => Ok(Manifest { source: Arc::clone(source), app, components, triggers }),
        _ => Err(findings.into_sorted()),
    }
}

/// A project has one world: its bindings and what its tool writes lie in its folder.
fn check_folders(findings: &mut Findings<'_>, components: &BTreeMap<ComponentName, Component>) {
    let built = components.values().filter_map(|component| match &component.origin {
        Origin::Built(built) => Some((&component.name.value, &built.path)),
        Origin::Source(_) | Origin::Custom(_) => None,
    });
    let mut built: Vec<_> = built.collect();
    built.sort_by_key(|(_, path)| path.span.start);
    let mut first = BTreeMap::new();
    for (name, path) in built {
        let Some((other, other_path)) = first.get(&path.value) else {
            first.insert(&path.value, (name, path));
            continue;
        };
        let message = format!("components `{other}` and `{name}` are built in one folder, `{}`", path.value);
        let diagnostic =
            findings.at("manifest::duplicate-path", message, path.span.clone(), format!("the folder of `{name}`"));
        let diagnostic = findings.and_at(diagnostic, other_path.span.clone(), format!("the folder of `{other}`"));
        findings.report(
            diagnostic
                .note("a component's bindings and what its tool writes lie in its folder, so each needs its own")
                .hint(format!("move one of them, and name its folder: `path = \"...\"` in [component.{name}]")),
        );
    }
}

fn check_app(findings: &mut Findings<'_>, raw: &toml::Spanned<Table<RawApp>>) -> Option<App> {
    let table = raw.get_ref();
    let name = findings.required(table.name.as_ref(), raw.span(), "the table `app`", "name = \"my-app\"");
    let name = name.and_then(|name| check_app_name(findings, name));
    let version = match &table.version {
        Some(version) => check_version(findings, version).map(Some),
        None => Some(None),
    };
    let wit = match &table.wit {
        Some(wit) => check_path(findings, wit, Inside::App).map(|path| path.value),
        None => AppPath::parse(WIT),
    };
    Some(App { name: name?, version: version?, wit: wit? })
}

fn check_app_name(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<Spanned<String>> {
    match ComponentName::parse(raw.get_ref()) {
        Ok(name) => Some(spanned(raw, name.to_string())),
        Err(why) => {
            let message = format!("`{}` cannot be the name of an app: {why}", raw.get_ref());
            let diagnostic = findings.at("manifest::bad-name", message, raw.span(), "the app's name");
            findings.report(diagnostic.hint("a name looks like `my-shop2`"));
            None
        }
    }
}

fn check_version(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<semver::Version> {
    match semver::Version::parse(raw.get_ref()) {
        Ok(version) => Some(version),
        Err(error) => {
            let message = format!("`{}` is not a version: {error}", raw.get_ref());
            let diagnostic = findings.at("manifest::bad-version", message, raw.span(), "the app's version");
            findings.report(diagnostic.hint("a version has three numbers, such as `0.1.0`"));
            None
        }
    }
}
