//! `[[trigger.http]]`: a component that answers HTTP requests.

use conjoin_policy::Route;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    isolation::{Isolations, RawIsolation},
    kind::{Runs, Trigger, TriggerKind},
    table::{Tables, check_component},
};
use crate::{
    Spanned,
    check::{Findings, Names, spanned},
    raw::{Named, Table},
    schema,
};

pub(super) static KIND: TriggerKind = TriggerKind {
    key: "http",
    role: "an HTTP route",
    roles: "HTTP routes",
    exports: &["wasi:http/incoming-handler", "wasi:http/handler"],
    export: "wasi:http/incoming-handler@0.2.12",
    lines: "route = \"/...\"\n",
    label: Some("route"),
    template: "http",
    runs: Runs::UntilStopped,
    listens: true,
};

/// How messages call a table.
const OWNER: &str = "this `[[trigger.http]]`";

/// A route of the server that `conjoin run` starts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "http")]
pub(super) struct Raw {
    /// The path of the URLs to answer: `/exact/path`, `/prefix/...` for everything below it, or `/...` for everything. Where
    /// routes overlap, the longer one wins.
    #[schemars(schema_with = "schema::route")]
    route: Option<toml::Spanned<String>>,
    /// The component that answers.
    #[schemars(schema_with = "schema::name")]
    component: Option<toml::Spanned<String>>,
    /// How long an instance lives; each request gets a fresh one if it is not written. The same for all routes to a component.
    #[schemars(with = "RawIsolation")]
    #[serde(default)]
    isolation: Option<toml::Spanned<Table<RawIsolation>>>,
    /// A request that `conjoin run` proposes to try.
    #[schemars(with = "RawExample")]
    #[serde(default)]
    example: Option<toml::Spanned<Table<RawExample>>>,
}

/// A request that `conjoin run` proposes to try.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "example")]
struct RawExample {
    /// The method; `POST` with a body and `GET` without if it is not written.
    #[schemars(schema_with = "schema::method")]
    #[serde(default)]
    method: Option<toml::Spanned<String>>,
    /// The path, with a query or without; the route if it is not written.
    #[schemars(schema_with = "schema::absolute")]
    #[serde(default)]
    path: Option<toml::Spanned<String>>,
    /// The headers.
    #[schemars(schema_with = "schema::headers")]
    #[serde(default)]
    headers: Named<toml::Spanned<String>>,
    /// The body.
    #[schemars(with = "String")]
    #[serde(default)]
    body: Option<toml::Spanned<String>>,
}

/// The triggers that are right. Their settings are `route`, and `example` with `method`, `path`, `headers` and `body`.
pub(super) fn check(findings: &mut Findings<'_>, tables: &Tables<Raw>, names: &Names<'_>) -> Vec<Trigger> {
    let mut routes: Vec<Spanned<Route>> = Vec::new();
    let mut triggers: Vec<Trigger> = Vec::new();
    let mut isolations = Isolations::default();
    for table in tables.iter() {
        let raw = table.get_ref();
        let route = check_route(findings, table, &routes);
        let component = check_component(findings, table, raw.component.as_ref(), names, OWNER);
        if let Some(isolation) = &raw.isolation {
            let entry = component.as_ref().filter(|_| route.is_some()).map(|component| &component.value);
            isolations.check(findings, isolation, entry);
        }
        let example = match (&raw.example, &route) {
            (Some(example), Some(route)) => check_example(findings, example, &route.value),
            _ => None,
        };
        let (Some(route), Some(component)) = (route, component) else { continue };
        let settings = json!({ "route": route.value.to_string(), "example": example });
        triggers.push(Trigger::new(&KIND, component, settings));
        routes.push(route);
    }
    isolations.apply(&mut triggers);
    triggers
}

fn check_route(
    findings: &mut Findings<'_>,
    table: &toml::Spanned<Table<Raw>>,
    before: &[Spanned<Route>],
) -> Option<Spanned<Route>> {
    let route = table.get_ref().route.as_ref();
    let route = findings.required(route, table.span(), OWNER, "route = \"/...\"")?;
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
    if let Some(first) = before.iter().find(|before| before.value == parsed) {
        let message = format!("the route `{text}` leads to two components");
        let diagnostic = findings.at("manifest::duplicate-route", message, route.span(), "written again here");
        let diagnostic = findings.and_at(diagnostic, first.span.clone(), "first written here");
        findings.report(diagnostic.hint("change one of the two; where routes overlap, the longer one wins"));
        return None;
    }
    Some(spanned(route, parsed))
}

fn check_example(findings: &mut Findings<'_>, raw: &toml::Spanned<Table<RawExample>>, route: &Route) -> Option<Value> {
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
    let pairs = headers.into_iter().map(|(name, value)| (name.get_ref(), value.get_ref()));
    (!wrong).then(|| {
        json!({
            "method": method.as_ref().map_or(usual, |method| method.get_ref()),
            "path": target,
            "headers": pairs.collect::<Vec<_>>(),
            "body": body.as_ref().map(toml::Spanned::get_ref),
        })
    })
}
