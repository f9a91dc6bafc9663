//! The subject of a step, and its name in messages.

use std::fmt;

use conjoin_manifest::ComponentName;

use crate::Tool;

/// What a step belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A component of the app.
    Component(ComponentName),
    /// Only the bindings of a component.
    Bindings(ComponentName),
    /// The composition of an entry.
    Composition(ComponentName),
    /// The native code of an entry, for this machine.
    NativeCode(ComponentName),
    /// The installation of a tool.
    Installation(Tool),
}

/// Writes a title such as `bindings of pricing`; with `{:#}`, a part of a sentence such as ``the bindings of `pricing`
/// ``.
impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if formatter.alternate() {
            return match self {
                Self::Component(name) => write!(formatter, "component `{name}`"),
                Self::Bindings(name) => write!(formatter, "the bindings of `{name}`"),
                Self::Composition(name) => write!(formatter, "the composition of `{name}`"),
                Self::NativeCode(name) => write!(formatter, "the native code of `{name}`"),
                Self::Installation(tool) => write!(formatter, "the installation of {tool}"),
            };
        }
        match self {
            Self::Component(name) => write!(formatter, "{name}"),
            Self::Bindings(name) => write!(formatter, "bindings of {name}"),
            Self::Composition(name) => write!(formatter, "composition of {name}"),
            Self::NativeCode(name) => write!(formatter, "native code of {name}"),
            Self::Installation(tool) => write!(formatter, "{tool}"),
        }
    }
}
