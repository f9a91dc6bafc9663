//! Which templates were chosen, under which names, and what is answered to their questions.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::Diagnostic;
use conjoin_scaffold::{Answers, ScaffoldError, Template, TemplateKind, Variable, VariableType, find};
use toml::{Table, Value};

use crate::{
    exit::{CommandError, Exit},
    session::Session,
    settings::{Machine, TemplateSettings, Unanswered},
    ui::Ui,
};

/// A template, and the name and the values for what it makes.
pub(crate) struct Choice {
    /// The template.
    pub(crate) template: Template,
    /// The name of the component, or of the app, and the values of the template's variables.
    pub(crate) answers: Answers,
}

/// The scaffold's error with what to do next. Nothing was written.
pub(crate) fn scaffold_error(error: &ScaffoldError) -> CommandError {
    let mut diagnostic = Diagnostic::error("scaffold::refused", error.to_string());
    if let ScaffoldError::Broken { place: Some((source, span)), .. } = error {
        diagnostic = diagnostic.label(source, span.clone(), "here");
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        diagnostic = diagnostic.note(cause.to_string());
        source = cause.source();
    }
    for hint in error.hints() {
        diagnostic = diagnostic.hint(hint);
    }
    let exit = match error {
        ScaffoldError::Broken { own: false, .. } => Exit::Internal,
        ScaffoldError::Write { .. } | ScaffoldError::Change { .. } => Exit::Environment,
        _ => Exit::Usage,
    };
    CommandError { exit, diagnostics: vec![diagnostic] }
}

/// The templates that were asked for, with an answer to each of their questions. `app` is the name of the app they are for.
pub(crate) fn choose(
    session: &mut Session<'_>,
    settings: &TemplateSettings,
    app: &str,
) -> Result<Vec<Choice>, CommandError> {
    let mut chosen = Vec::new();
    for typed in &settings.templates {
        chosen.push(find_typed(session.machine, typed, app)?);
    }
    let mut given = Given::read(settings, &chosen)?;
    for choice in &mut chosen {
        for variable in choice.template.variables() {
            let name = &choice.answers.name;
            let value = match given.take(name, variable) {
                Some(value) => variable.check(&value).map(|()| value).map_err(|error| scaffold_error(&error))?,
                None => match ask(session.ui, &choice.template, variable, settings.unanswered)? {
                    Some(value) => value,
                    None => continue,
                },
            };
            choice.answers.values.insert(variable.name.clone(), value);
        }
    }
    Ok(chosen)
}

/// The template that was typed as `ID`, `PATH` or one of these with `=NAME`.
fn find_typed(machine: &Machine, typed: &str, app: &str) -> Result<Choice, CommandError> {
    let (id, name) = match typed.rsplit_once('=') {
        Some((id, name)) => (id, Some(name)),
        None => (typed, None),
    };
    let is_path = id.contains(['/', '\\']) || matches!(id, "." | "..");
    let template = if is_path {
        let dir = machine.process.absolute(std::path::Path::new(id));
        Template::read(dir.as_path(), id.trim_end_matches('/'))
    } else {
        find(id)
    };
    let template = template.map_err(|error| scaffold_error(&error))?;
    let name = match (template.default_name(), name) {
        (Some(_), Some(name)) => name.to_owned(),
        (Some(default), None) => default.to_owned(),
        (None, None) => app.to_owned(),
        (None, Some(name)) => {
            return Err(CommandError::usage(
                Diagnostic::error(
                    "new::name-of-app",
                    format!("the template `{id}` makes a whole app, so `={name}` is too much"),
                )
                .hint(format!("write `-t {id}`; the app is called as you say after `new`")),
            ));
        }
    };
    Ok(Choice { template, answers: Answers::new(name) })
}

/// The values of `--values` and `--set`: for one component, or for all templates that ask.
struct Given {
    values: BTreeMap<(Option<String>, String), String>,
}

impl Given {
    fn read(settings: &TemplateSettings, chosen: &[Choice]) -> Result<Self, CommandError> {
        let mut values = BTreeMap::new();
        if let Some(file) = &settings.values {
            let text = fs_err::read_to_string(file).map_err(|error| {
                CommandError::usage(Diagnostic::error("new::values", error.to_string()).hint("name a TOML file"))
            })?;
            let table: Table =
                text.parse().map_err(|error: toml::de::Error| not_toml(&file.to_string(), &text, &error))?;
            flatten(table, &mut values)?;
        }
        for typed in &settings.set {
            let Some((key, value)) = typed.split_once('=') else {
                return Err(CommandError::usage(
                    Diagnostic::error("new::values", format!("`--set {typed}` has no value"))
                        .hint("write `--set KEY=VALUE`"),
                ));
            };
            let key = match key.split_once('.') {
                Some((component, key)) => (Some(component.to_owned()), key.to_owned()),
                None => (None, key.to_owned()),
            };
            values.insert(key, value.to_owned());
        }
        values.keys().try_for_each(|(component, key)| check_known(component.as_deref(), key, chosen))?;
        Ok(Self { values })
    }

    fn take(&mut self, component: &str, variable: &Variable) -> Option<String> {
        let own = self.values.get(&(Some(component.to_owned()), variable.name.clone()));
        own.or_else(|| self.values.get(&(None, variable.name.clone()))).cloned()
    }
}

fn not_toml(file: &str, text: &str, error: &toml::de::Error) -> CommandError {
    let diagnostic = Diagnostic::error("new::values", format!("`{file}` is not TOML: {}", error.message()));
    CommandError::usage(match error.span() {
        Some(span) => {
            let source = std::sync::Arc::new(conjoin_diagnostics::Source::new(file, text));
            diagnostic.label(&source, span, "here")
        }
        None => diagnostic,
    })
}

fn flatten(table: Table, values: &mut BTreeMap<(Option<String>, String), String>) -> Result<(), CommandError> {
    for (key, value) in table {
        match value {
            Value::Table(own) => {
                for (inner, value) in own {
                    let text = scalar(&inner, &value)?;
                    values.insert((Some(key.clone()), inner), text);
                }
            }
            value => {
                let text = scalar(&key, &value)?;
                values.insert((None, key), text);
            }
        }
    }
    Ok(())
}

fn scalar(key: &str, value: &Value) -> Result<String, CommandError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(value) => Ok(value.to_string()),
        _ => Err(CommandError::usage(
            Diagnostic::error(
                "new::values",
                format!("the value of `{key}` is neither a text, a whole number nor true or false"),
            )
            .hint("write `KEY = VALUE`, in a table `[COMPONENT]` for one component alone"),
        )),
    }
}

/// Refuses a value that no question asks for.
fn check_known(component: Option<&str>, key: &str, chosen: &[Choice]) -> Result<(), CommandError> {
    let mut asked = chosen.iter().filter(|choice| component.is_none_or(|name| choice.answers.name == name)).peekable();
    if let (Some(component), None) = (component, asked.peek()) {
        return Err(CommandError::usage(
            Diagnostic::error("new::values", format!("no component of this name is made: `{component}`"))
                .hint("the names stand after `=` in `-t ID=NAME`"),
        ));
    }
    let variables: BTreeSet<&str> =
        asked.flat_map(|choice| choice.template.variables()).map(|variable| variable.name.as_str()).collect();
    if variables.contains(key) {
        return Ok(());
    }
    let ids: Vec<&str> = chosen.iter().map(|choice| choice.template.id()).collect();
    Err(scaffold_error(&ScaffoldError::UnknownVariable {
        template: ids.join("`, `"),
        name: key.to_owned(),
        known: variables.into_iter().map(ToOwned::to_owned).collect(),
    }))
}

/// The answer to a question that was given none; `None` stands for its default.
fn ask(
    ui: &mut Ui,
    template: &Template,
    variable: &Variable,
    unanswered: Unanswered,
) -> Result<Option<String>, CommandError> {
    if unanswered == Unanswered::Default {
        return if variable.default.is_some() { Ok(None) } else { Err(missing(template, variable)) };
    }
    if !ui.can_ask() {
        return Err(missing(template, variable));
    }
    let default =
        variable.default.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
    loop {
        let Some(typed) = ui.ask(&question(variable), default.as_deref()) else {
            return Err(missing(template, variable));
        };
        match (typed.is_empty(), &default) {
            (true, Some(_)) => return Ok(None),
            (true, None) if variable.kind != VariableType::String => {}
            _ => match variable.check(&typed) {
                Ok(()) => return Ok(Some(typed)),
                Err(error) => ui.note(&error.to_string()),
            },
        }
    }
}

fn missing(template: &Template, variable: &Variable) -> CommandError {
    let mut error = scaffold_error(&ScaffoldError::MissingAnswer {
        template: template.id().to_owned(),
        name: variable.name.clone(),
        prompt: variable.prompt.clone(),
    });
    if variable.default.is_some() {
        let hint = "`--defaults` takes the default of each variable without value";
        error.diagnostics = error.diagnostics.into_iter().map(|diagnostic| diagnostic.hint(hint)).collect();
    }
    error
}

fn question(variable: &Variable) -> String {
    match (variable.kind, variable.choices.as_slice()) {
        (VariableType::Bool, _) => format!("{} (true or false)", variable.prompt),
        (_, []) => variable.prompt.clone(),
        (_, choices) => format!("{} ({})", variable.prompt, choices.join(", ")),
    }
}

/// Whether the template makes a whole app, alone.
pub(crate) fn makes_app(template: &Template) -> bool {
    template.summary().kind != TemplateKind::Component
}
