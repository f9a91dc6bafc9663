//! The user's answers to the questions of a template.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    ScaffoldError, Template,
    template::{Variable, VariableType},
};

/// A name and the values of variables, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The name of the app or the component.
    pub name: String,
    /// The values, by variable name.
    pub values: BTreeMap<String, String>,
}

impl Answers {
    /// Answers with this name that leave every variable at its default.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), values: BTreeMap::new() }
    }

    /// Sets the variable `name` to `value`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// The value of every variable of `template`: the answer, or else the default.
    pub(crate) fn resolve(&self, template: &Template) -> Result<Map<String, Value>, ScaffoldError> {
        let known = || template.variables().iter().map(|variable| variable.name.clone());
        if let Some(name) = self.values.keys().find(|name| !known().any(|known| known == **name)) {
            let (template, name) = (template.id().to_owned(), name.clone());
            return Err(ScaffoldError::UnknownVariable { template, name, known: known().collect() });
        }
        let mut values = Map::new();
        for variable in template.variables() {
            let value = match (self.values.get(&variable.name), &variable.default) {
                (Some(typed), _) => parse_value(variable, typed)?,
                (None, Some(default)) => default.clone(),
                (None, None) => {
                    return Err(ScaffoldError::MissingAnswer {
                        template: template.id().to_owned(),
                        name: variable.name.clone(),
                        prompt: variable.prompt.clone(),
                    });
                }
            };
            values.insert(variable.name.clone(), value);
        }
        Ok(values)
    }
}

impl Variable {
    /// Checks that `typed` can be the value of this variable.
    ///
    /// # Errors
    ///
    /// [`ScaffoldError::BadAnswer`] if it has the wrong type, is not one of the choices, or does not match the pattern.
    pub fn check(&self, typed: &str) -> Result<(), ScaffoldError> {
        parse_value(self, typed).map(drop)
    }
}

fn parse_value(variable: &Variable, typed: &str) -> Result<Value, ScaffoldError> {
    let parsed = match variable.kind {
        VariableType::String => variable.refuse(typed).map_or_else(|| Ok(Value::from(typed)), Err),
        VariableType::Bool => match typed {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("it must be `true` or `false`".to_owned()),
        },
        VariableType::Integer => {
            typed.parse().map(|number: i64| number.into()).map_err(|_| "it must be a whole number".to_owned())
        }
    };
    let (name, value) = (variable.name.clone(), typed.to_owned());
    parsed.map_err(|why| ScaffoldError::BadAnswer { name, value, why })
}
