//! Plans every step of an app's build.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{Built, Component, ComponentName, CustomBuild, Manifest, Origin};
use conjoin_wit::{Dialect, ItemName, Renderer, Wit, WitFile};

use crate::{
    AbsPath, Action, AppWiring, ComposeAction, Input, Keep, Layout, Plan, PrecompileAction, ProbeResults, Step, StepId,
    Subject, Target, Tool, Toolchain, ToolchainSet,
};

/// Which part of an app is built.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The components to build, with those they import transitively; empty for all.
    pub components: Vec<ComponentName>,
    /// The only entry to build and compose; `None` for all.
    pub entry: Option<ComponentName>,
}

/// How far a plan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Up to what editors need: bindings and declarations.
    Bindings,
    /// Up to the compositions.
    Everything,
    /// Up to native code, so that the compositions can run here.
    NativeCode,
}

/// The parts of an app that plans are made from.
#[derive(Clone, Copy)]
pub struct AppModel<'a> {
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its shared WIT.
    pub wit: &'a Wit,
    /// How its components are connected.
    pub wiring: &'a AppWiring,
    /// Its folders.
    pub layout: &'a Layout,
    /// The available toolchains.
    pub toolchains: &'a ToolchainSet,
}

/// The components that `selection` selects, sorted. Names that are not in the manifest are ignored.
pub fn selected_components(manifest: &Manifest, wiring: &AppWiring, selection: &Selection) -> BTreeSet<ComponentName> {
    let named: Vec<&ComponentName> = match (&selection.entry, selection.components.as_slice()) {
        (Some(entry), []) => vec![entry],
        (None, []) => manifest.components.keys().collect(),
        (_, some) => some.iter().collect(),
    };
    wiring.closure_of_all(named.into_iter().filter(|name| manifest.components.contains_key(*name)))
}

/// The toolchain of a component, or a diagnostic if this version of conjoin does not have it.
pub(crate) fn toolchain_of(
    app: &AppModel<'_>,
    component: &Component,
    built: &Built,
) -> Result<&'static dyn Toolchain, Box<Diagnostic>> {
    app.toolchains.toolchain(built.toolchain).ok_or_else(|| {
        Box::new(
            Diagnostic::error(
                "plan::no-toolchain",
                format!(
                    "component `{}` cannot be built: this version of conjoin has no toolchain `{}`",
                    component.name.value, built.toolchain
                ),
            )
            .label(&app.manifest.source, built.language.span.clone(), "its language"),
        )
    })
}

/// Plans all steps that build the components of `selection` and compose its entries, up to `extent`.
///
/// `probed` answers [`crate::requirements()`], with every tool found. Missing tools are installed before with
/// [`crate::install()`].
///
/// # Errors
///
/// All diagnostics about the manifest, the WIT or the projects of components, or one about conjoin itself if the steps
/// contradict each other.
pub fn build(
    app: &AppModel<'_>,
    probed: &ProbeResults,
    selection: &Selection,
    extent: Extent,
) -> Result<Plan, Vec<Diagnostic>> {
    let AppModel { manifest, layout, .. } = *app;
    let components = selected_components(manifest, app.wiring, selection);
    let mut builder = Builder { app, probed, extent, renderer: app.wit.renderer() };
    let mut steps = Vec::new();
    let mut diagnostics = Vec::new();
    for component in manifest.components.values().filter(|component| components.contains(&component.name.value)) {
        match builder.steps(component) {
            Ok(more) => steps.extend(more),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    for entry in manifest.entries().into_iter().filter(|_| extent > Extent::Bindings) {
        let wanted = selection.entry.as_ref().is_none_or(|only| only == entry);
        if wanted && components.contains(entry) {
            steps.push(compose_step(app, entry));
            steps.extend((extent == Extent::NativeCode).then(|| precompile_step(layout, entry)));
        }
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    Plan::new(steps).map_err(|error| {
        vec![
            Diagnostic::error("plan::inconsistent", format!("the toolchains describe steps that do not fit: {error}"))
                .note(format!("app folder: {}", layout.app))
                .hint("this is a bug in conjoin: please report it with your conjoin.toml"),
        ]
    })
}

/// Plans the components of an app one after another.
struct Builder<'a> {
    app: &'a AppModel<'a>,
    probed: &'a ProbeResults,
    extent: Extent,
    renderer: Renderer,
}

impl Builder<'_> {
    /// The steps of a component; none if it is pre-built.
    fn steps(&mut self, component: &Component) -> Result<Vec<Step>, Box<Diagnostic>> {
        let steps = match &component.origin {
            Origin::Built(built) => self.built(component, built),
            Origin::Custom(_) if self.extent == Extent::Bindings => Ok(Vec::new()),
            Origin::Custom(custom) => self.custom(component, custom),
            Origin::Source(_) => Ok(Vec::new()),
        };
        steps.map_err(|mut diagnostic| {
            if diagnostic.labels.is_empty() {
                let span = component.name.span.clone();
                *diagnostic = diagnostic.clone().label(&self.app.manifest.source, span, "of this component");
            }
            diagnostic
        })
    }

    /// The steps of a component in a language that conjoin knows.
    fn built(&mut self, component: &Component, built: &Built) -> Result<Vec<Step>, Box<Diagnostic>> {
        let layout = self.app.layout;
        let toolchain = toolchain_of(self.app, component, built)?;
        let world = World::new(self.app.wit, component)?;
        let wit = self.renderer.render(world.of, &toolchain.dialect());
        let dir = layout.app.join(built.path.value.as_path());
        let target = Target { language: Some(built.language.value), ..self.target(component, &world, dir, &wit) };
        let mut steps = toolchain.bindings(&target, self.probed, layout)?;
        match self.extent {
            Extent::Everything | Extent::NativeCode => steps.extend(toolchain.steps(&target, self.probed, layout)?),
            Extent::Bindings => steps.iter_mut().for_each(|step| step.subject = Subject::Bindings(target.name.clone())),
        }
        let required = toolchain.requirements().iter().copied();
        let missing: Vec<Tool> = required.filter(|tool| self.probed.assumed.contains_key(tool)).collect();
        for step in &mut steps {
            if let Action::Run(invocation) = &mut step.action {
                invocation.memory = toolchain.takes().memory;
                invocation.missing.clone_from(&missing);
            }
        }
        Ok(steps)
    }

    /// The steps of a component that a command of the user's builds.
    fn custom(&mut self, component: &Component, custom: &CustomBuild) -> Result<Vec<Step>, Box<Diagnostic>> {
        let layout = self.app.layout;
        let world = World::new(self.app.wit, component)?;
        let wit = self.renderer.render(world.of, &Dialect::default());
        let dir = layout.app.join(custom.path.value.as_path());
        let target = self.target(component, &world, dir, &wit);
        let mut steps = (self.app.toolchains.custom)(&target, custom, self.probed, layout)?;
        if custom.command.first().is_some_and(|program| self.probed.assumed_programs.contains(program)) {
            for step in &mut steps {
                if let Action::Run(invocation) = &mut step.action {
                    invocation.missing = vec![invocation.tool];
                }
            }
        }
        Ok(steps)
    }

    /// The component whose project is in `dir`, as what builds it sees it.
    fn target<'t>(
        &self,
        component: &'t Component,
        world: &'t World<'_>,
        dir: AbsPath,
        wit: &'t [WitFile],
    ) -> Target<'t> {
        let layout = self.app.layout;
        Target {
            name: &component.name.value,
            language: None,
            dir,
            profile: layout.profile,
            world: &component.world.value,
            world_digest: &world.digest,
            world_text: &world.text,
            wit,
            imports: &world.imports,
            exports: &world.exports,
            shared_wit: layout.app.join(self.app.manifest.app.wit.as_path()),
            permissions: &component.permissions,
        }
    }
}

/// The world of a component, as targets need it.
struct World<'a> {
    of: conjoin_wit::World<'a>,
    digest: String,
    text: String,
    imports: Vec<ItemName>,
    exports: Vec<ItemName>,
}

impl<'a> World<'a> {
    fn new(wit: &'a Wit, component: &Component) -> Result<Self, Box<Diagnostic>> {
        let name = &component.world.value;
        let of = wit
            .world(name)
            .ok_or_else(|| Box::new(Diagnostic::error("wiring::unknown-world", format!("no world `{name}`"))))?;
        let surface = of.surface();
        let names = |items: &[conjoin_wit::Item]| items.iter().map(|item| item.name.clone()).collect();
        let (imports, exports) = (names(&surface.imports), names(&surface.exports));
        Ok(Self { of, digest: of.digest(), text: of.text(), imports, exports })
    }
}

fn compose_step(app: &AppModel<'_>, entry: &ComponentName) -> Step {
    let layout = app.layout;
    let wiring = app.wiring.composition(entry);
    let components: BTreeMap<String, AbsPath> = app
        .wiring
        .closure(entry)
        .into_iter()
        .map(|name| (name.to_string(), component_path(app.manifest, layout, &name)))
        .collect();
    let mut inputs: Vec<Input> = components.values().cloned().map(Input::File).collect();
    inputs.push(Input::value("wiring", format!("{wiring:?}")));
    let output = layout.composition(entry);
    Step {
        id: StepId(format!("{entry}/compose")),
        subject: Subject::Composition(entry.clone()),
        title: "compose".to_owned(),
        action: Action::Compose(ComposeAction { wiring, components, output: output.clone() }),
        inputs,
        outputs: vec![output],
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

fn precompile_step(layout: &Layout, entry: &ComponentName) -> Step {
    let component = layout.composition(entry);
    let output = component.parent().join(format!("{entry}.native"));
    let action = PrecompileAction {
        entry: entry.clone(),
        component: component.clone(),
        into: layout.native_code(),
        output: output.clone(),
    };
    Step {
        id: StepId(format!("{entry}/native-code")),
        subject: Subject::NativeCode(entry.clone()),
        title: "compile to native code".to_owned(),
        action: Action::Precompile(action),
        inputs: vec![Input::File(component)],
        outputs: vec![output],
        versions: vec![],
        discovery: None,
        keep: Keep::InPlace,
    }
}

/// The path of the built or pre-built component `name`.
pub fn component_path(manifest: &Manifest, layout: &Layout, name: &ComponentName) -> AbsPath {
    match manifest.components.get(name).map(|component| &component.origin) {
        Some(Origin::Source(path)) => layout.app.join(path.value.as_path()),
        Some(Origin::Built(_) | Origin::Custom(_)) | None => layout.artifact(name),
    }
}
