//! Which component satisfies which import: computed before anything is built, from the worlds and from the components that
//! exist already.
//!
//! Every import that is not WASI's is satisfied by the one component that exports a compatible interface. No component, several,
//! a mismatch and a cycle are errors that point into `conjoin.toml` and the WIT.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, nearest};
use conjoin_manifest::{Component, ComponentName, Manifest, Origin};
use conjoin_wit::{Edge, Item, Surface, Wiring, Wit};

use crate::{AbsPath, reuse};

/// The surfaces of all components of an app, and how they are connected.
#[derive(Clone, Debug, Default)]
pub struct AppWiring {
    /// What each component imports and exports.
    pub surfaces: BTreeMap<ComponentName, Surface>,
    edges: BTreeMap<ComponentName, Vec<(Edge, ComponentName)>>,
}

impl AppWiring {
    /// `name` and every component it imports from, transitively; each after those it imports from.
    pub fn closure(&self, name: &ComponentName) -> Vec<ComponentName> {
        let mut order = Vec::new();
        self.visit(name, &mut order);
        order
    }

    fn visit(&self, name: &ComponentName, order: &mut Vec<ComponentName>) {
        if order.contains(name) {
            return;
        }
        for (_, exporter) in self.edges.get(name).into_iter().flatten() {
            self.visit(exporter, order);
        }
        order.push(name.clone());
    }

    /// The components that `name` imports from directly, each once, sorted.
    pub fn providers(&self, name: &ComponentName) -> Vec<&ComponentName> {
        let mut providers: Vec<_> = self.edges.get(name).into_iter().flatten().map(|(_, exporter)| exporter).collect();
        providers.sort();
        providers.dedup();
        providers
    }

    /// The composition of `entry`.
    pub fn composition(&self, entry: &ComponentName) -> Wiring {
        let order = self.closure(entry);
        let mut edges: Vec<Edge> = order
            .iter()
            .flat_map(|name| self.edges.get(name).into_iter().flatten())
            .map(|(edge, _)| edge.clone())
            .collect();
        edges.sort();
        let exports = order.iter().filter_map(|name| {
            let exports = &self.surfaces.get(name)?.exports;
            Some((name.to_string(), exports.iter().map(|export| export.name.clone()).collect()))
        });
        let exports = exports.collect();
        Wiring { entry: entry.to_string(), order: order.iter().map(ToString::to_string).collect(), edges, exports }
    }
}

/// Connects the components of `manifest`.
///
/// `sources` holds the bytes of the components that the manifest names as `source`, by the absolute path below `app`, or why
/// they could not be read.
pub fn wire(
    manifest: &Manifest,
    wit: &Wit,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Vec<u8>, String>>,
) -> Result<AppWiring, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut surfaces = BTreeMap::new();
    for component in manifest.components.values() {
        match surface(manifest, component, wit, app, sources) {
            Ok(surface) => {
                surfaces.insert(component.name.value.clone(), surface);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let wirer = Wirer { manifest, wit, surfaces: &surfaces, complete: diagnostics.is_empty() };
    let mut edges = BTreeMap::new();
    for (name, surface) in &surfaces {
        let component = &manifest.components[name];
        diagnostics.extend(wirer.unused_overrides(component, surface));
        let mut found = Vec::new();
        for import in surface.imports.iter().filter(|import| !import.is_wasi()) {
            match wirer.satisfy(component, import) {
                Ok(Some(edge)) => found.push(edge),
                Ok(None) => {}
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        edges.insert(name.clone(), found);
    }
    diagnostics.extend(wirer.triggers());
    let wiring = AppWiring { edges, surfaces: surfaces.clone() };
    diagnostics.extend(wirer.cycle(&wiring));
    if diagnostics.is_empty() {
        diagnostics.extend(reuse::refused(manifest, &wiring));
    }
    if diagnostics.is_empty() { Ok(wiring) } else { Err(diagnostics) }
}

/// What `component` imports and exports: its world, or what an existing component says itself.
fn surface(
    manifest: &Manifest,
    component: &Component,
    wit: &Wit,
    app: &AbsPath,
    sources: &BTreeMap<AbsPath, Result<Vec<u8>, String>>,
) -> Result<Surface, Box<Diagnostic>> {
    let Origin::Source(path) = &component.origin else {
        let world = &component.world;
        return wit.world(&world.value).map(|world| world.surface()).ok_or_else(|| {
            let worlds = wit.worlds();
            let mut diagnostic = Diagnostic::error(
                "wiring::unknown-world",
                format!(
                    "component `{}` implements the world `{}`, which the shared WIT does not define",
                    component.name.value, world.value
                ),
            )
            .label(
                &manifest.source,
                world.span.clone(),
                format!("no world `{}` in `{}/`", world.value, manifest.app.wit),
            );
            if worlds.is_empty() {
                diagnostic = diagnostic.note("the shared WIT defines no world");
            } else {
                diagnostic =
                    diagnostic.note(format!("worlds of the shared WIT: {}", list(worlds.iter().map(String::as_str))));
            }
            Box::new(match nearest(&world.value, worlds.iter().map(String::as_str)) {
                Some(name) => diagnostic.hint(format!("write `world = \"{name}\"`, or rename one of the two")),
                None => diagnostic
                    .hint(format!("add `world {} {{ ... }}` to a file in `{}/`", world.value, manifest.app.wit)),
            })
        });
    };
    let unusable = |why: &str, hint: &str| {
        let message = format!("the source of component `{}` cannot be used: {why}", component.name.value);
        let diagnostic = Diagnostic::error("wiring::unusable-source", message);
        Box::new(diagnostic.label(&manifest.source, path.span.clone(), "this file").hint(hint))
    };
    let unread = "build it or copy it there, or name another file; the path is relative to the folder of conjoin.toml";
    match sources.get(&app.join(path.value.as_path())) {
        Some(Ok(bytes)) => conjoin_wit::inspect(bytes).map_err(|error| unusable(&error.to_string(), error.hint())),
        Some(Err(why)) => Err(unusable(why, unread)),
        None => Err(unusable("it was not read", unread)),
    }
}

struct Wirer<'a> {
    manifest: &'a Manifest,
    wit: &'a Wit,
    surfaces: &'a BTreeMap<ComponentName, Surface>,
    /// Whether all surfaces are known; if not, an import without exporter may be a consequence.
    complete: bool,
}

impl Wirer<'_> {
    /// The edge that satisfies `import`; `None` where the exporter may be a component that is wrong itself.
    fn satisfy(&self, component: &Component, import: &Item) -> Result<Option<(Edge, ComponentName)>, Box<Diagnostic>> {
        let importer = &component.name.value;
        let edge = |exporter: &ComponentName, export: &Item| {
            let edge = Edge {
                importer: importer.to_string(),
                import: import.name.clone(),
                exporter: exporter.to_string(),
                export: export.name.clone(),
            };
            Some((edge, exporter.clone()))
        };
        if let Some((_, written)) = component.imports.iter().find(|(key, _)| names(key, import)) {
            let Some(surface) = self.surfaces.get(&written.component.value) else { return Ok(None) };
            let Some(export) = surface.exports.iter().find(|export| export.same_interface(import)) else {
                let name = &written.component.value;
                let diagnostic = Diagnostic::error(
                    "wiring::not-exported",
                    format!("component `{name}` does not export `{}`", import.name),
                );
                let place = written.component.span.clone();
                let diagnostic = diagnostic
                    .label(&self.manifest.source, place, "named here as the one that does")
                    .note(exports_of(name, surface));
                let other = self.exports().find(|(name, export)| *name != importer && export.same_interface(import));
                return Err(Box::new(match other {
                    Some((other, _)) => diagnostic.hint(format!("name `{other}`, which exports it")),
                    None => diagnostic.hint(format!("name a component whose world has `export {};`", import.name)),
                }));
            };
            self.compatible(component, import, &written.component.value, export)?;
            return Ok(edge(&written.component.value, export));
        }
        let candidates: Vec<(&ComponentName, &Item)> =
            self.exports().filter(|(name, export)| *name != importer && export.same_interface(import)).collect();
        match candidates.as_slice() {
            [] if self.complete => Err(Box::new(self.none(component, import))),
            [] => Ok(None),
            [(exporter, export)] => {
                self.compatible(component, import, exporter, export)?;
                Ok(edge(exporter, export))
            }
            several => {
                let fitting: Vec<_> =
                    several.iter().filter(|(_, export)| conjoin_wit::differences(import, export).is_empty()).collect();
                match fitting.as_slice() {
                    [(exporter, export)] => Ok(edge(exporter, export)),
                    [] => {
                        let (exporter, export) = several[0];
                        self.compatible(component, import, exporter, export).map(|()| None)
                    }
                    _ => Err(Box::new(self.several(component, import, several))),
                }
            }
        }
    }

    /// What all components export.
    fn exports(&self) -> impl Iterator<Item = (&ComponentName, &Item)> {
        self.surfaces.iter().flat_map(|(name, surface)| surface.exports.iter().map(move |export| (name, export)))
    }

    fn compatible(
        &self,
        component: &Component,
        import: &Item,
        exporter: &ComponentName,
        export: &Item,
    ) -> Result<(), Box<Diagnostic>> {
        let differences = conjoin_wit::differences(import, export);
        if differences.is_empty() {
            return Ok(());
        }
        let importer = &component.name.value;
        let mut diagnostic = self.at_import(
            component,
            import,
            Diagnostic::error(
                "wiring::mismatch",
                format!(
                    "`{importer}` imports `{}`, but what `{exporter}` exports under that name differs",
                    import.name
                ),
            ),
            "imported here",
        );
        diagnostic = diagnostic.label(
            &self.manifest.source,
            self.manifest.components[exporter].name.span.clone(),
            "exports something else",
        );
        for difference in &differences {
            diagnostic = diagnostic.note(difference.to_string());
        }
        let diagnostic = with_definitions(diagnostic, (importer, import), &[(exporter, export)]);
        Err(Box::new(diagnostic.hint(format!("build both from one definition of `{}`", import.name))))
    }

    fn none(&self, component: &Component, import: &Item) -> Diagnostic {
        let importer = &component.name.value;
        let mut diagnostic = self.at_import(
            component,
            import,
            Diagnostic::error(
                "wiring::no-exporter",
                format!("`{importer}` imports `{}`, which no component exports", import.name),
            ),
            "imported here",
        );
        let others: Vec<(&ComponentName, &Item)> =
            self.exports().filter(|(_, export)| export.without_version() == import.without_version()).collect();
        if others.is_empty() {
            if let Some(name) = self.nearest_export(import) {
                diagnostic = diagnostic.hint(format!("did you mean `{name}`?"));
            }
            return diagnostic.hint(format!("add a component whose world has `export {};`", import.name));
        }
        for (name, export) in &others {
            let place = self.manifest.components[*name].name.span.clone();
            let text = format!("exports `{}`, a version that is not compatible", export.name);
            diagnostic = diagnostic.label(&self.manifest.source, place, text);
        }
        with_definitions(diagnostic, (importer, import), &others).hint("let both name the same version")
    }

    /// What is exported from the same package under nearly the same name.
    fn nearest_export(&self, import: &Item) -> Option<&str> {
        let (package, name) = import.without_version().rsplit_once('/')?;
        let of_package: BTreeMap<&str, &str> = self
            .exports()
            .filter_map(|(_, export)| {
                let (other, name) = export.without_version().rsplit_once('/')?;
                (other == package).then_some((name, export.name.as_str()))
            })
            .collect();
        nearest(name, of_package.keys().copied()).map(|name| of_package[name])
    }

    fn several(&self, component: &Component, import: &Item, candidates: &[(&ComponentName, &Item)]) -> Diagnostic {
        let importer = &component.name.value;
        let names: Vec<&str> = candidates.iter().map(|(name, _)| name.as_str()).collect();
        let mut diagnostic = self.at_import(
            component,
            import,
            Diagnostic::error(
                "wiring::several-exporters",
                format!("`{importer}` imports `{}`, which {} components export", import.name, names.len()),
            ),
            "imported here",
        );
        for name in candidates.iter().map(|(name, _)| name) {
            diagnostic = diagnostic.label(
                &self.manifest.source,
                self.manifest.components[*name].name.span.clone(),
                "exports it",
            );
        }
        diagnostic.hint(format!(
            "choose one in conjoin.toml:\n[component.{importer}.imports]\n\"{}\" = \"{}\"",
            import.without_version(),
            names[0]
        ))
    }

    /// `diagnostic` with its main place: the import in the world, or the component in the manifest if it has no world.
    fn at_import(&self, component: &Component, import: &Item, diagnostic: Diagnostic, text: &str) -> Diagnostic {
        let in_wit: Option<(Arc<Source>, Range<usize>)> = match component.origin {
            Origin::Built(_) | Origin::Custom(_) => self.wit.place_of_import(&component.world.value, &import.name),
            Origin::Source(_) => None,
        };
        match in_wit {
            Some((source, span)) => diagnostic.label(&source, span, text),
            None => {
                diagnostic.label(&self.manifest.source, component.name.span.clone(), format!("this component, {text}"))
            }
        }
    }

    /// Lines of `imports` that name something which the component does not import.
    fn unused_overrides(&self, component: &Component, surface: &Surface) -> Vec<Diagnostic> {
        let imports: Vec<&str> =
            surface.imports.iter().filter(|import| !import.is_wasi()).map(|import| import.name.as_str()).collect();
        let unused =
            component.imports.iter().filter(|(key, _)| !surface.imports.iter().any(|import| names(key, import)));
        unused
            .map(|(key, written)| {
                let diagnostic = Diagnostic::error(
                    "wiring::not-imported",
                    format!("component `{}` does not import `{key}`", component.name.value),
                )
                .label(&self.manifest.source, written.key.clone(), "not an import of its world");
                let diagnostic = match nearest(key, imports.iter().copied()) {
                    Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
                    None => diagnostic,
                };
                if imports.is_empty() {
                    diagnostic.note("it imports nothing that a component could export")
                } else {
                    diagnostic.note(format!("it imports {}", list(imports.iter().copied())))
                }
            })
            .collect()
    }

    /// Triggers whose component does not export what they call.
    fn triggers(&self) -> Vec<Diagnostic> {
        let http = self.manifest.http.iter().map(|trigger| {
            (
                &trigger.component,
                "an HTTP route",
                &["wasi:http/incoming-handler", "wasi:http/handler"][..],
                "wasi:http/incoming-handler@0.2.12",
            )
        });
        let commands = self
            .manifest
            .commands
            .iter()
            .map(|trigger| (&trigger.component, "a command", &["wasi:cli/run"][..], "wasi:cli/run@0.2.12"));
        http.chain(commands)
            .filter_map(|(component, what, wanted, example)| {
                let surface = self.surfaces.get(&component.value)?;
                let exports = |export: &Item| wanted.contains(&export.without_version());
                (!surface.exports.iter().any(exports)).then(|| {
                    Diagnostic::error(
                        "wiring::not-an-entry",
                        format!(
                            "component `{}` cannot be {what}: it does not export `{}`",
                            component.value,
                            wanted.join("` or `")
                        ),
                    )
                    .label(&self.manifest.source, component.span.clone(), format!("named as {what}"))
                    .note(exports_of(&component.value, surface))
                    .hint(match self.manifest.components[&component.value].origin {
                        Origin::Source(_) => {
                            format!("build it so that it exports `{example}`, or name another component")
                        }
                        Origin::Built(_) | Origin::Custom(_) => {
                            format!("add `export {example};` to its world, or name another component")
                        }
                    })
                })
            })
            .collect()
    }

    /// The first cycle of imports, with its path.
    fn cycle(&self, wiring: &AppWiring) -> Option<Diagnostic> {
        for start in self.surfaces.keys() {
            let mut path = vec![start];
            if let Some(cycle) = find_cycle(wiring, start, &mut path) {
                let path: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
                let mut diagnostic = Diagnostic::error(
                    "wiring::cycle",
                    format!("components import one another in a circle: {}", path.join(" -> ")),
                );
                for pair in cycle.windows(2) {
                    let import = wiring.edges[pair[0]].iter().find(|(_, exporter)| exporter == pair[1]);
                    let what = import.map_or("", |(edge, _)| edge.import.as_str());
                    diagnostic = diagnostic.label(
                        &self.manifest.source,
                        self.manifest.components[pair[0]].name.span.clone(),
                        format!("imports `{what}` from `{}`", pair[1]),
                    );
                }
                return Some(
                    diagnostic.hint("a composition has no circles: move what both need into a third component"),
                );
            }
        }
        None
    }
}

fn find_cycle<'a>(
    wiring: &'a AppWiring,
    name: &ComponentName,
    path: &mut Vec<&'a ComponentName>,
) -> Option<Vec<&'a ComponentName>> {
    for next in wiring.providers(name) {
        if let Some(begin) = path.iter().position(|seen| *seen == next) {
            let mut cycle = path[begin..].to_vec();
            cycle.push(next);
            return Some(cycle);
        }
        path.push(next);
        if let Some(cycle) = find_cycle(wiring, next, path) {
            return Some(cycle);
        }
        path.pop();
    }
    None
}

/// `diagnostic` with what the importer expects and what others offer in its place.
fn with_definitions(
    diagnostic: Diagnostic,
    (importer, import): (&ComponentName, &Item),
    offers: &[(&ComponentName, &Item)],
) -> Diagnostic {
    let diagnostic = diagnostic.note(format!("`{importer}` expects:\n{}", indent(&import.definition)));
    offers.iter().fold(diagnostic, |diagnostic, (exporter, export)| {
        diagnostic.note(format!("`{exporter}` offers:\n{}", indent(&export.definition)))
    })
}

/// Whether the key of an `imports` table means this import: its name with or without the version.
fn names(key: &str, import: &Item) -> bool {
    key == import.name || key == import.without_version()
}

fn exports_of(name: &ComponentName, surface: &Surface) -> String {
    if surface.exports.is_empty() {
        format!("`{name}` exports nothing")
    } else {
        format!("`{name}` exports {}", list(surface.exports.iter().map(|export| export.name.as_str())))
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
