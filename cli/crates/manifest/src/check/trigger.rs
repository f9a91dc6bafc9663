//! `[[trigger.http]]` and `[[trigger.command]]`.

use std::collections::BTreeMap;

use conjoin_policy::Route;

use super::{
    findings::Findings,
    values::{Names, check_reference, spanned},
};
use crate::{
    CommandTrigger, ComponentName, HttpExample, HttpTrigger, Isolation, Spanned,
    raw::{RawCommand, RawExample, RawHttp, RawIsolation, Table},
};

/// The HTTP triggers, if all are right.
pub(super) fn check_http(
    findings: &mut Findings<'_>,
    raw: &[toml::Spanned<Table<RawHttp>>],
    names: &Names<'_>,
) -> Vec<HttpTrigger> {
    let mut triggers: Vec<HttpTrigger> = Vec::new();
    let mut isolations: BTreeMap<ComponentName, Spanned<Isolation>> = BTreeMap::new();
    for table in raw {
        let owner = "this `[[trigger.http]]`";
        let route = check_route(findings, table, &triggers);
        let component = check_component(findings, (table, &table.get_ref().component), names, owner);
        let isolation = table.get_ref().isolation.as_ref().and_then(|isolation| check_isolation(findings, isolation));
        let example = match (&table.get_ref().example, &route) {
            (Some(example), Some(route)) => check_example(findings, example, &route.value),
            _ => None,
        };
        let (Some(route), Some(component)) = (route, component) else { continue };
        if let Some(isolation) = isolation {
            agree(findings, &mut isolations, &component.value, isolation);
        }
        triggers.push(HttpTrigger { route, component, isolation: Isolation::Fresh, isolation_place: None, example });
    }
    for trigger in &mut triggers {
        let isolation = isolations.get(&trigger.component.value);
        trigger.isolation = isolation.map(|isolation| isolation.value).unwrap_or_default();
        trigger.isolation_place = isolation.map(|isolation| isolation.span.clone());
    }
    triggers
}

/// The command triggers, if all are right.
pub(super) fn check_command(
    findings: &mut Findings<'_>,
    raw: &[toml::Spanned<Table<RawCommand>>],
    names: &Names<'_>,
) -> Vec<CommandTrigger> {
    let mut triggers: Vec<CommandTrigger> = Vec::new();
    for table in raw {
        let component =
            check_component(findings, (table, &table.get_ref().component), names, "this `[[trigger.command]]`");
        let Some(component) = component else { continue };
        if let Some(first) = triggers.iter().find(|trigger| trigger.component.value == component.value) {
            let message = format!("component `{}` has two command triggers", component.value);
            let diagnostic = findings.at("manifest::duplicate-trigger", message, component.span, "the second one");
            let diagnostic = findings.and_at(diagnostic, first.component.span.clone(), "the first one");
            findings.report(diagnostic.hint("remove one of the two"));
        } else {
            triggers.push(CommandTrigger { component });
        }
    }
    triggers
}

fn check_component<T>(
    findings: &mut Findings<'_>,
    (table, component): (&toml::Spanned<T>, &Option<toml::Spanned<String>>),
    names: &Names<'_>,
    owner: &str,
) -> Option<Spanned<ComponentName>> {
    let line = format!("component = \"{}\"", names.first().copied().unwrap_or("api"));
    let component = findings.required(component.as_ref(), table.span(), owner, &line)?;
    check_reference(findings, component, names, owner)
}

fn check_route(
    findings: &mut Findings<'_>,
    table: &toml::Spanned<Table<RawHttp>>,
    before: &[HttpTrigger],
) -> Option<Spanned<Route>> {
    let route = table.get_ref().route.as_ref();
    let route = findings.required(route, table.span(), "this `[[trigger.http]]`", "route = \"/...\"")?;
    let text = route.get_ref();
    let parsed = match Route::parse(text) {
        Ok(parsed) => parsed,
        Err(why) => {
            let message = format!("`{}` is not a route: {why}", text.escape_debug());
            let diagnostic =
                findings.at("manifest::bad-route", message, route.span(), "the path of the URLs to answer");
            findings.report(
                diagnostic
                    .hint("a route is `/exact/path`, `/prefix/...` for everything below it, or `/...` for everything"),
            );
            return None;
        }
    };
    if let Some(first) = before.iter().find(|trigger| trigger.route.value == parsed) {
        let message = format!("the route `{text}` leads to two components");
        let diagnostic = findings.at("manifest::duplicate-route", message, route.span(), "written again here");
        let diagnostic = findings.and_at(diagnostic, first.route.span.clone(), "first written here");
        findings.report(diagnostic.hint("change one of the two; where routes overlap, the longer one wins"));
        return None;
    }
    Some(spanned(route, parsed))
}

fn check_isolation(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<Table<RawIsolation>>,
) -> Option<Spanned<Isolation>> {
    let reuse = findings.required(raw.get_ref().reuse.as_ref(), raw.span(), "this `isolation`", "reuse = 100")?;
    if let Ok(times @ 1..) = u32::try_from(*reuse.get_ref()) {
        return Some(spanned(reuse, if times == 1 { Isolation::Fresh } else { Isolation::Reuse(times) }));
    }
    let message = format!("an instance cannot be reused for {} requests", reuse.get_ref());
    let diagnostic =
        findings.at("manifest::bad-isolation", message, reuse.span(), format!("a number from 1 to {}", u32::MAX));
    findings.report(
        diagnostic.hint(
            "write how many requests one instance may serve, such as `100`; without the line each gets a fresh one",
        ),
    );
    None
}

/// All triggers of an entry lead to the same instances.
fn agree(
    findings: &mut Findings<'_>,
    isolations: &mut BTreeMap<ComponentName, Spanned<Isolation>>,
    component: &ComponentName,
    isolation: Spanned<Isolation>,
) {
    match isolations.get(component) {
        Some(first) if first.value != isolation.value => {
            let message = format!("component `{component}` has two different isolations");
            let diagnostic =
                findings.at("manifest::conflicting-isolation", message, isolation.span, "a different number");
            let diagnostic = findings.and_at(diagnostic, first.span.clone(), "first said here");
            findings.report(diagnostic.hint("all routes to a component share its instances: say it once"));
        }
        Some(_) => {}
        None => {
            isolations.insert(component.clone(), isolation);
        }
    }
}

fn check_example(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<Table<RawExample>>,
    route: &Route,
) -> Option<HttpExample> {
    let RawExample { method, path, headers, body } = &**raw.get_ref();
    let mut errors = Vec::new();
    if let Some(method) = method
        && (method.get_ref().is_empty() || !method.get_ref().chars().all(|letter| letter.is_ascii_uppercase()))
    {
        errors.push((method.span(), "a method is written in capital letters, such as `POST`"));
    }
    let plain = route.shortest().to_owned();
    let target = path.as_ref().map_or(&plain, toml::Spanned::get_ref);
    if let Some(path) = path {
        let address = target.split('?').next().unwrap_or_default();
        if !target.starts_with('/') || target.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            errors.push((path.span(), "a path starts with `/` and has no spaces"));
        } else if !route.answers(address) {
            errors.push((path.span(), "the route of this trigger does not answer this path"));
        }
    }
    for (name, value) in headers {
        let token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
        if name.get_ref().is_empty() || !name.get_ref().chars().all(token) {
            errors.push((name.span(), "a header's name has letters, digits and `-`"));
        }
        if value.get_ref().chars().any(char::is_control) {
            errors.push((value.span(), "a header's value is one line"));
        }
    }
    let wrong = !errors.is_empty();
    for (span, why) in errors {
        let diagnostic = findings.at("manifest::bad-example", format!("this example cannot be sent: {why}"), span, "");
        findings.report(diagnostic);
    }
    let mut headers: Vec<_> = headers.iter().collect();
    headers.sort_by_key(|(name, _)| name.span().start);
    let usual = if body.is_some() { "POST" } else { "GET" };
    (!wrong).then(|| HttpExample {
        method: method.as_ref().map_or_else(|| usual.to_owned(), |method| method.get_ref().clone()),
        path: target.clone(),
        headers: headers.into_iter().map(|(name, value)| (name.get_ref().clone(), value.get_ref().clone())).collect(),
        body: body.as_ref().map(|body| body.get_ref().clone()),
    })
}
