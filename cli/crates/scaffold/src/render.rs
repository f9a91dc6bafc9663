//! Renders templates with answers into files.

use handlebars::{Handlebars, RenderError, RenderErrorReason, TemplateErrorReason};
use serde_json::{Map, Value, json};

use crate::{
    Answers, FileSet, ScaffoldError, Template, TemplateKind, catalogue, check_name,
    engine::engine,
    template::{MANIFEST, WIT},
};

/// One component to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewComponent<'a> {
    /// A template of the kind [`TemplateKind::Component`].
    pub template: &'a Template,
    /// The component's name and the values of the template's variables.
    pub answers: &'a Answers,
}

/// The files and texts that a component adds to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The component's name, which is also the name of its folder and its world.
    pub name: String,
    /// The files of its folder, by path below it.
    pub files: FileSet,
    /// Its tables in `conjoin.toml`.
    pub manifest: String,
    /// Its world and interfaces in the shared WIT, without a `package` line.
    pub wit: String,
}

/// The app that a component is created for.
#[derive(Clone, Debug)]
pub struct AppContext {
    /// The app's name.
    pub app: String,
    /// The package of its shared WIT, as `shop:api`.
    pub package: String,
    /// The version of that package, as `@1.0.0`; empty if it has none.
    pub at_version: String,
    /// The names of the libraries that are created together with the component.
    pub libs: Vec<String>,
}

impl AppContext {
    /// A new app called `app`, with these libraries.
    pub fn new(app: &str, libs: Vec<String>) -> Self {
        Self { app: app.to_owned(), package: format!("{app}:api"), at_version: String::new(), libs }
    }

    /// The variables under which the files of a template see them.
    fn variables(&self) -> Map<String, Value> {
        let libs: Value = self.libs.iter().map(|name| json!({ "name": name })).collect();
        let variables =
            [("app", json!(self.app)), ("package", json!(self.package)), ("at-version", json!(self.at_version))];
        variables.into_iter().chain([("libs", libs)]).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// How a component calls a library that it imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The file, below the component's folder.
    pub file: String,
    /// The text to add to it, without the line break at its end.
    pub line: String,
}

/// Renders a new app called `answers.name`. A component template gets its default name and the skeleton around it.
///
/// # Errors
///
/// A [`ScaffoldError`] about the name, an answer, or the template.
pub fn render(template: &Template, answers: &Answers) -> Result<FileSet, ScaffoldError> {
    let Some(component) = template.default_name() else {
        let mut variables = AppContext::new(&answers.name, Vec::new()).variables();
        variables.insert("components".to_owned(), Value::Array(Vec::new()));
        return render_files(template, answers, variables);
    };
    let own = Answers { name: component.to_owned(), values: answers.values.clone() };
    render_app(&answers.name, &[NewComponent { template, answers: &own }])
}

/// Renders a new app called `name` with these components.
///
/// The first component that answers HTTP gets all routes, and each further one gets those below its name. Each
/// component that can call libraries calls all libraries among `parts`.
///
/// # Errors
///
/// A [`ScaffoldError`] about a name, an answer, or a template, or if two components would have the same name.
pub fn render_app(name: &str, parts: &[NewComponent<'_>]) -> Result<FileSet, ScaffoldError> {
    let contributions = render_parts(name, parts)?;
    let shown: Value = parts
        .iter()
        .zip(&contributions)
        .map(|(part, contribution)| {
            json!({
                "name": contribution.name,
                "description": part.template.summary().description,
                "manifest": contribution.manifest.trim_end(),
                "wit": contribution.wit.trim_end(),
            })
        })
        .collect();
    let package = Value::from(AppContext::new(name, Vec::new()).package);
    let variables = Map::from_iter([("components".to_owned(), shown), ("package".to_owned(), package)]);
    let mut files = render_files(&catalogue::skeleton()?, &Answers::new(name), variables)?;
    contributions.into_iter().try_for_each(|part| files.add_below(&part.name, part.files))?;
    Ok(files)
}

/// Renders each component of a new app called `name`, without the app around them. [`render_app`] puts them together.
///
/// # Errors
///
/// A [`ScaffoldError`] about a name, an answer, or a template, or if two components would have the same name.
pub fn render_parts(name: &str, parts: &[NewComponent<'_>]) -> Result<Vec<Contribution>, ScaffoldError> {
    check_name("app", name)?;
    let libs = parts.iter().filter(|part| part.template.exports_interface());
    let app_context = AppContext::new(name, libs.map(|part| part.answers.name.clone()).collect());
    let mut contributions: Vec<Contribution> = Vec::new();
    let mut served = false;
    for part in parts {
        let component = &part.answers.name;
        if contributions.iter().any(|other| other.name == *component) {
            return Err(ScaffoldError::DuplicateComponent { name: component.clone() });
        }
        if let Some(lib) = app_context.libs.iter().find(|lib| *component == format!("{lib}-api")) {
            return Err(ScaffoldError::SameNameInWit { name: component.clone(), other: lib.clone() });
        }
        let prefix = if served { format!("/{component}") } else { String::new() };
        contributions.push(render_component(&app_context, *part, &prefix)?);
        served |= part.template.serves_http();
    }
    Ok(contributions)
}

/// Renders a component for the app `app_context`. If it answers HTTP, its routes are below the path `prefix`, which is
/// empty or starts with `/`.
///
/// # Errors
///
/// A [`ScaffoldError`] about the name, an answer, or the template, e.g. [`ScaffoldError::NotAComponent`].
pub fn render_component(
    app_context: &AppContext,
    part: NewComponent<'_>,
    prefix: &str,
) -> Result<Contribution, ScaffoldError> {
    let NewComponent { template, answers } = part;
    if template.summary().kind != TemplateKind::Component {
        return Err(ScaffoldError::NotAComponent { id: template.id().to_owned() });
    }
    check_name("component", &answers.name)?;
    let mut variables = app_context.variables();
    variables.insert("prefix".to_owned(), Value::from(prefix));
    let context = context(template, answers, variables.clone())?;
    let engine = engine();
    let text = |name: &str, text: &str| render_text(&engine, template, (name, text), &context);
    Ok(Contribution {
        name: answers.name.clone(),
        manifest: text(MANIFEST, &template.manifest)?,
        wit: text(WIT, &template.wit)?,
        files: render_files(template, answers, variables)?,
    })
}

/// Renders the call by which the component `caller`, made from `template`, would use the library `lib` of the app
/// `app_context`. Gives `None` if the template does not say how.
///
/// # Errors
///
/// [`ScaffoldError::Broken`] if the template's text cannot be rendered.
pub fn render_call(
    app_context: &AppContext,
    template: &Template,
    caller: &str,
    lib: &str,
) -> Result<Option<Call>, ScaffoldError> {
    let Some((file, line)) = template.call() else { return Ok(None) };
    let engine = engine();
    let text = |what: &str, text: &str, name: &str| {
        let mut context = app_context.variables();
        context.insert("name".to_owned(), Value::from(name));
        context.insert("caller".to_owned(), Value::from(caller));
        render_text(&engine, template, (what, text), &context)
    };
    let (file, line) = (text("call-file", file, caller)?, text("call", line, lib)?);
    Ok(Some(Call { file, line: line.trim_matches('\n').to_owned() }))
}

fn render_files(
    template: &Template,
    answers: &Answers,
    variables: Map<String, Value>,
) -> Result<FileSet, ScaffoldError> {
    let has = semver::Version::parse(env!("CARGO_PKG_VERSION"));
    has.map_or(Ok(()), |has| template.check_version(&has))?;
    check_name(if template.default_name().is_some() { "component" } else { "app" }, &answers.name)?;
    let values = answers.resolve(template)?;
    let context = context(template, answers, variables)?;
    let engine = engine();
    let mut files = FileSet::new();
    for (path, bytes) in template.files_for(&values) {
        let file = format!("files/{path}");
        let target = render_text(&engine, template, (&file, path), &context)?;
        match target.strip_suffix(".hbs") {
            None => files.add(target, bytes)?,
            Some(target) => {
                let text = std::str::from_utf8(bytes).map_err(|_| template.broken(format!("`{file}` is not UTF-8")))?;
                files.add(target, render_text(&engine, template, (&file, text), &context)?)?;
            }
        }
    }
    Ok(files)
}

/// All names that the files of a template can use.
fn context(
    template: &Template,
    answers: &Answers,
    variables: Map<String, Value>,
) -> Result<Map<String, Value>, ScaffoldError> {
    let mut context = answers.resolve(template)?;
    context.insert("app".to_owned(), Value::from(answers.name.clone()));
    context.insert("name".to_owned(), Value::from(answers.name.clone()));
    context.insert("description".to_owned(), Value::from(template.summary().description));
    context.extend(variables);
    Ok(context)
}

fn render_text(
    engine: &Handlebars<'_>,
    template: &Template,
    (name, text): (&str, &str),
    context: &Map<String, Value>,
) -> Result<String, ScaffoldError> {
    engine.render_template(text, context).map_err(|error| match reason(&error) {
        (why, Some(line)) => template.broken_line((name, text), line, format!("`{name}`: {why}")),
        (why, None) => template.broken(format!("`{name}`: {why}")),
    })
}

/// Why a text cannot be rendered, in one line, and the number of the line that is wrong.
fn reason(error: &RenderError) -> (String, Option<usize>) {
    match error.reason() {
        RenderErrorReason::TemplateError(syntax) => {
            let why = match syntax.reason() {
                // The parser's own message lists its whole grammar.
                TemplateErrorReason::InvalidSyntax(_) => {
                    "this is not valid Handlebars: a `{{` without its `}}`, or a block without its end".to_owned()
                }
                other => other.to_string(),
            };
            (why, syntax.pos().map(|(line, _)| line))
        }
        RenderErrorReason::MissingVariable(Some(name)) => (format!("there is no variable `{name}`"), error.line_no),
        other => (other.to_string(), error.line_no),
    }
}
