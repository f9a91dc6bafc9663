//! Errors of crates that do not know whose they are, told of what they are about.

use std::sync::Arc;

use conjoin_diagnostics::{Diagnostic, Label, Source};
use conjoin_runtime::RuntimeError;
use conjoin_scaffold::{Contribution, Template};

use crate::exit::{CommandError, Exit};

/// An error of the runtime, with its causes and what to do next.
pub(crate) fn runtime(error: &RuntimeError) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("run::failed", error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        diagnostic = diagnostic.note(format!("caused by: {cause}"));
        source = cause.source();
    }
    error.hints().into_iter().fold(diagnostic, Diagnostic::hint)
}

/// What the user's own templates have rendered. Errors in that are told of the template: the app that it would be in does not exist,
/// or does not have it yet.
pub(crate) struct Rendered<'a>(Vec<(&'a Template, Contribution)>);

impl<'a> Rendered<'a> {
    /// Of these, what templates of the user's have rendered.
    pub(crate) fn new(parts: impl IntoIterator<Item = (&'a Template, Contribution)>) -> Self {
        Self(parts.into_iter().filter(|(template, _)| template.is_own()).collect())
    }

    /// The error, with the files of the templates in place of those that they would be in.
    pub(crate) fn attribute(&self, mut error: CommandError) -> CommandError {
        for diagnostic in &mut error.diagnostics {
            let mut origin = None;
            for label in &mut diagnostic.labels {
                origin = origin.or(self.attribute_label(label));
            }
            if let Some((template, name)) = origin {
                diagnostic.notes.push(format!("the template `{}` renders this for `{name}`", template.display_name()));
                diagnostic.hints.push("fix the template, or use another one".to_owned());
                error.exit = Exit::Usage;
            }
        }
        error
    }

    /// Moves the label to the file of a template, if it points into what that has rendered; gives the template and the component.
    fn attribute_label(&self, label: &mut Label) -> Option<(&'a Template, String)> {
        for (template, part) in &self.0 {
            for (file, text) in [("manifest.toml.hbs", &part.manifest), ("world.wit.hbs", &part.wit)] {
                let text = text.trim_end();
                let Some(start) = label.source.text.find(text).filter(|_| !text.is_empty()) else { continue };
                if start <= label.span.start && label.span.end <= start + text.len() {
                    label.source = Arc::new(Source::new(format!("{}/{file}", template.display_name()), text));
                    label.span = label.span.start - start..label.span.end - start;
                    return Some((template, part.name.clone()));
                }
            }
        }
        None
    }
}

/// The error, with the files of the user's template of a whole app in place of those that it would write.
pub(crate) fn blame_app(template: &Template, mut error: CommandError) -> CommandError {
    for diagnostic in &mut error.diagnostics {
        for label in &mut diagnostic.labels {
            let name = template.source_path(&label.source.name);
            label.source = Arc::new(Source::new(name, label.source.text.as_str()));
        }
        diagnostic.notes.push(format!("the template `{}` renders this", template.display_name()));
        diagnostic.hints.push("fix the template, or use another one".to_owned());
    }
    CommandError { exit: Exit::Usage, ..error }
}

/// Refuses what a template of the user's renders for the manifest if it is not TOML.
pub(crate) fn check_toml(template: &Template, part: &Contribution) -> Result<(), CommandError> {
    let Err(error) = part.manifest.parse::<toml::Table>() else { return Ok(()) };
    let message = format!("the template `{}` is broken: {}", template.display_name(), error.message());
    let source =
        Arc::new(Source::new(format!("{}/manifest.toml.hbs", template.display_name()), part.manifest.as_str()));
    let diagnostic = Diagnostic::error("scaffold::refused", message)
        .label(&source, error.span().unwrap_or_default(), "here")
        .note(format!("it renders this for `{}`", part.name));
    Err(CommandError::usage(diagnostic.hint("fix the template, or use another one")))
}
