//! Diagnostics about the wiring, with the places in `conjoin.toml` and the WIT.

use std::{collections::BTreeMap, ops::Range};

use conjoin_diagnostics::{Diagnostic, indented, list, nearest};
use conjoin_manifest::{Component, ComponentName, Import, Manifest, Origin, Trigger};
use conjoin_policy::InterfaceName;
use conjoin_wit::{Difference, Edge, Item, Surface, Wit};

use super::{
    offers::{Offer, Offers},
    surfaces::UnusableSource,
};

/// Words errors of one app.
pub(super) struct Errors<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) wit: &'a Wit,
}

impl Errors<'_> {
    /// The world that `component` implements is not in the shared WIT.
    pub(super) fn unknown_world(&self, component: &Component) -> Diagnostic {
        let (name, world, folder) = (&component.name.value, &component.world, &self.manifest.app.wit);
        let worlds = self.wit.worlds();
        let diagnostic = Diagnostic::error(
            "wiring::unknown-world",
            format!("component `{name}` implements the world `{}`, which the shared WIT does not define", world.value),
        )
        .label(&self.manifest.source, world.span.clone(), format!("no world `{}` in `{folder}/`", world.value));
        let diagnostic = if worlds.is_empty() {
            diagnostic.note("the shared WIT defines no world")
        } else {
            diagnostic.note(format!("worlds of the shared WIT: {}", list(&worlds)))
        };
        match nearest(&world.value, worlds.iter().map(String::as_str)) {
            Some(name) => diagnostic.hint(format!("write `world = \"{name}\"`, or rename one of the two")),
            None => diagnostic.hint(format!("add `world {} {{ ... }}` to a file in `{folder}/`", world.value)),
        }
    }

    /// The file `source` of `component`, written at `place`, is not a usable component.
    pub(super) fn unusable_source(
        &self,
        component: &Component,
        place: &Range<usize>,
        unusable: &UnusableSource,
    ) -> Diagnostic {
        let UnusableSource { why, hint } = unusable;
        let message = format!("the source of component `{}` cannot be used: {why}", component.name.value);
        let diagnostic = Diagnostic::error("wiring::unusable-source", message);
        diagnostic.label(&self.manifest.source, place.clone(), "this file").hint(hint.clone())
    }

    /// The component that `written` names, with this `surface`, does not export `import`. `other` is a component that does.
    pub(super) fn not_exported(
        &self,
        import: &Item,
        written: &Import,
        surface: &Surface,
        other: Option<Offer<'_>>,
    ) -> Diagnostic {
        let name = &written.component.value;
        let message = format!("component `{name}` does not export `{}`", import.name);
        let diagnostic = Diagnostic::error("wiring::not-exported", message)
            .label(&self.manifest.source, written.component.span.clone(), "named here as the one that does")
            .note(exports_of(name, surface));
        match other {
            Some(Offer { exporter, .. }) => diagnostic.hint(format!("name `{exporter}`, which exports it")),
            None => diagnostic.hint(format!("name a component whose world has `export {};`", import.name)),
        }
    }

    /// The only export that could satisfy `import` has another definition.
    pub(super) fn mismatch(
        &self,
        component: &Component,
        import: &Item,
        offer: Offer<'_>,
        differences: &[Difference],
    ) -> Diagnostic {
        let (importer, exporter) = (&component.name.value, offer.exporter);
        let message =
            format!("`{importer}` imports `{}`, but what `{exporter}` exports under that name differs", import.name);
        let diagnostic = Diagnostic::error("wiring::mismatch", message);
        let diagnostic = self.at_import(component, import, diagnostic);
        let diagnostic = self.at_component(exporter, diagnostic, "exports something else");
        let diagnostic = differences.iter().fold(diagnostic, |diagnostic, found| diagnostic.note(found.to_string()));
        with_definitions(diagnostic, component, import, &[offer])
            .hint(format!("build both from one definition of `{}`", import.name))
    }

    /// Nothing among `offers` satisfies `import`.
    pub(super) fn no_exporter(&self, component: &Component, import: &Item, offers: &Offers<'_>) -> Diagnostic {
        let importer = &component.name.value;
        let message = format!("`{importer}` imports `{}`, which no component exports", import.name);
        let diagnostic = self.at_import(component, import, Diagnostic::error("wiring::no-exporter", message));
        let others = offers.of_any_version(import);
        if others.is_empty() {
            let diagnostic = match nearest_export(import, offers) {
                Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
                None => diagnostic,
            };
            return diagnostic.hint(format!("add a component whose world has `export {};`", import.name));
        }
        let diagnostic = others.iter().fold(diagnostic, |diagnostic, Offer { exporter, export }| {
            let text = format!("exports `{}`, a version that is not compatible", export.name);
            self.at_component(exporter, diagnostic, text)
        });
        with_definitions(diagnostic, component, import, others).hint("let both name the same version")
    }

    /// Each of `offers` satisfies `import`.
    pub(super) fn several_exporters(&self, component: &Component, import: &Item, offers: &[Offer<'_>]) -> Diagnostic {
        let importer = &component.name.value;
        let message = format!("`{importer}` imports `{}`, which {} components export", import.name, offers.len());
        let diagnostic = self.at_import(component, import, Diagnostic::error("wiring::several-exporters", message));
        let diagnostic = offers.iter().fold(diagnostic, |diagnostic, Offer { exporter, .. }| {
            self.at_component(exporter, diagnostic, "exports it")
        });
        diagnostic.hint(format!(
            "choose one in conjoin.toml:\n[component.{importer}.imports]\n\"{}\" = \"{}\"",
            import.name.without_version(),
            offers.first().map_or("", |offer| offer.exporter.as_str())
        ))
    }

    /// The line `written` of `imports` names `key`, which the component does not import.
    pub(super) fn not_imported(
        &self,
        component: &Component,
        key: &str,
        written: &Import,
        surface: &Surface,
    ) -> Diagnostic {
        let imports = surface.imports.iter().filter(|import| !import.name.is_wasi()).map(|import| import.name.as_str());
        let imports: Vec<&str> = imports.collect();
        let message = format!("component `{}` does not import `{key}`", component.name.value);
        let diagnostic = Diagnostic::error("wiring::not-imported", message).label(
            &self.manifest.source,
            written.key.clone(),
            "not an import of its world",
        );
        let diagnostic = match nearest(key, imports.iter().copied()) {
            Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
            None => diagnostic,
        };
        if imports.is_empty() {
            diagnostic.note("it imports nothing that a component could export")
        } else {
            diagnostic.note(format!("it imports {}", list(imports)))
        }
    }

    /// `trigger` names a component that has `surface` and exports nothing that the trigger could call.
    pub(super) fn not_an_entry(&self, trigger: &Trigger, surface: &Surface) -> Diagnostic {
        let Trigger { kind, component, .. } = trigger;
        let (name, what, example) = (&component.value, kind.role, kind.export);
        let interfaces = kind.exports.join("` or `");
        let message = format!("component `{name}` cannot be {what}: it does not export `{interfaces}`");
        let diagnostic = Diagnostic::error("wiring::not-an-entry", message)
            .label(&self.manifest.source, component.span.clone(), format!("named as {what}"))
            .note(exports_of(name, surface));
        diagnostic.hint(match self.manifest.components[name].origin {
            Origin::Source(_) => format!("build it so that it exports `{example}`, or name another component"),
            Origin::Built(_) | Origin::Custom(_) => {
                format!("add `export {example};` to its world, or name another component")
            }
        })
    }

    /// The components of `cycle`, whose last is the first again, import from one another along `edges`.
    pub(super) fn cycle(&self, cycle: &[&ComponentName], edges: &BTreeMap<ComponentName, Vec<Edge>>) -> Diagnostic {
        let path: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
        let message = format!("components import one another in a circle: {}", path.join(" -> "));
        let diagnostic = cycle.windows(2).fold(Diagnostic::error("wiring::cycle", message), |diagnostic, pair| {
            let mut edges = edges.get(pair[0]).into_iter().flatten();
            let import = edges.find(|edge| edge.exporter == pair[1].as_str()).map_or("", |edge| edge.import.as_str());
            self.at_component(pair[0], diagnostic, format!("imports `{import}` from `{}`", pair[1]))
        });
        diagnostic.hint("a composition has no circles: move what both need into a third component")
    }

    /// Adds the main place to `diagnostic`: the import in the world, or the component in the manifest if it has no world.
    fn at_import(&self, component: &Component, import: &Item, diagnostic: Diagnostic) -> Diagnostic {
        let in_wit = match component.origin {
            Origin::Built(_) | Origin::Custom(_) => self.wit.place_of_import(&component.world.value, &import.name),
            Origin::Source(_) => None,
        };
        match in_wit {
            Some((source, span)) => diagnostic.label(&source, span, "imported here"),
            None => self.at_component(&component.name.value, diagnostic, "this component, imported here"),
        }
    }

    /// `diagnostic` with the place of the component `name` in the manifest.
    fn at_component(&self, name: &ComponentName, diagnostic: Diagnostic, text: impl Into<String>) -> Diagnostic {
        diagnostic.label(&self.manifest.source, self.manifest.components[name].name.span.clone(), text)
    }
}

/// What is exported from the package of `import` under nearly the same name.
fn nearest_export<'a>(import: &Item, offers: &Offers<'a>) -> Option<&'a InterfaceName> {
    let import = import.name.interface()?;
    let exports = offers.of_package(import.package());
    nearest(import.interface(), exports.keys().copied()).map(|name| exports[name])
}

/// `diagnostic` with what `component` expects of `import`, and what others offer in its place.
fn with_definitions(diagnostic: Diagnostic, component: &Component, import: &Item, offers: &[Offer<'_>]) -> Diagnostic {
    let expected = format!("`{}` expects:\n{}", component.name.value, indented(&import.definition));
    offers.iter().fold(diagnostic.note(expected), |diagnostic, Offer { exporter, export }| {
        diagnostic.note(format!("`{exporter}` offers:\n{}", indented(&export.definition)))
    })
}

fn exports_of(name: &ComponentName, surface: &Surface) -> String {
    if surface.exports.is_empty() {
        format!("`{name}` exports nothing")
    } else {
        format!("`{name}` exports {}", list(surface.exports.iter().map(|export| &export.name)))
    }
}
