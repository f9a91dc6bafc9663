//! From a manifest to every step of its build.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_manifest::{
    AppPath, Built, Component, ComponentName, CustomBuild, Language, Manifest, Origin, ToolchainName,
};
use conjoin_wit::{Dialect, Renderer, Wit};

use crate::{
    AbsPath, Action, AppWiring, ComposeAction, Facts, Input, Keep, Layout, Plan, PrecompileAction, Step, StepId,
    Subject, Target, Tool, Toolchain, ToolchainSet,
};

/// Which part of an app is built.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these components and what they import, transitively; all when empty.
    pub components: Vec<ComponentName>,
    /// Only this entry is composed, and what it needs built; all when `None`.
    pub entry: Option<ComponentName>,
}

/// How far a plan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// To what editors need: bindings and declarations.
    Bindings,
    /// To the compositions.
    Everything,
    /// To native code, so that they can be run here.
    NativeCode,
}

/// Everything that a build plan is made from.
#[derive(Clone, Copy)]
pub struct BuildRequest<'a> {
    /// The app.
    pub manifest: &'a Manifest,
    /// Its shared WIT.
    pub wit: &'a Wit,
    /// How its components are connected.
    pub wiring: &'a AppWiring,
    /// What is known of the machine.
    pub facts: &'a Facts,
    /// Where everything lies.
    pub layout: &'a Layout,
    /// What can build it.
    pub toolchains: &'a ToolchainSet,
}

/// The components that `selection` means, sorted; a name that is not in the manifest is left out.
pub fn selected_components(manifest: &Manifest, wiring: &AppWiring, selection: &Selection) -> BTreeSet<ComponentName> {
    let named: Vec<&ComponentName> = match (&selection.entry, selection.components.as_slice()) {
        (Some(entry), []) => vec![entry],
        (None, []) => manifest.components.keys().collect(),
        (_, some) => some.iter().collect(),
    };
    wiring.closure_of_all(named.into_iter().filter(|name| manifest.components.contains_key(*name)))
}

/// The toolchain of each selected component that is built, or why there is none.
fn toolchain_of(
    request_manifest: &Manifest,
    component: &Component,
    built: &Built,
    set: &ToolchainSet,
) -> Result<&'static dyn Toolchain, Box<Diagnostic>> {
    set.toolchain(built.toolchain).ok_or_else(|| {
        let diagnostic = Diagnostic::error(
            "plan::no-toolchain",
            format!(
                "component `{}` cannot be built: this version of conjoin has no toolchain `{}`",
                component.name.value, built.toolchain
            ),
        )
        .label(&request_manifest.source, built.language.span.clone(), "its language");
        Box::new(match built.toolchain {
            ToolchainName::Go => diagnostic.hint("write `toolchain = \"tinygo\"` below it"),
            ToolchainName::QuickJs => diagnostic.hint("write `engine = \"starling\"` below it"),
            ToolchainName::Rust
            | ToolchainName::TinyGo
            | ToolchainName::Starling
            | ToolchainName::Python
            | ToolchainName::Clang => diagnostic,
        })
    })
}

/// The tools that building `components` needs, each once.
pub fn needed_tools(
    manifest: &Manifest,
    components: &BTreeSet<ComponentName>,
    set: &ToolchainSet,
) -> Result<BTreeSet<Tool>, Vec<Diagnostic>> {
    let mut tools = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for component in manifest.components.values().filter(|component| components.contains(&component.name.value)) {
        match &component.origin {
            Origin::Built(built) => match toolchain_of(manifest, component, built, set) {
                Ok(toolchain) => tools.extend(toolchain.requirements().iter().copied()),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            },
            Origin::Custom(_) | Origin::Source(_) => {}
        }
    }
    if diagnostics.is_empty() { Ok(tools) } else { Err(diagnostics) }
}

/// The programs that the commands of `components` name and that are not files of theirs.
pub fn programs_to_find(manifest: &Manifest, components: &BTreeSet<ComponentName>) -> BTreeSet<String> {
    let selected = manifest.components.values().filter(|component| components.contains(&component.name.value));
    let commands = selected.filter_map(|component| match &component.origin {
        Origin::Custom(custom) => custom.command.first(),
        Origin::Built(_) | Origin::Source(_) => None,
    });
    commands.filter(|program| !names_file(program)).cloned().collect()
}

/// Whether the program of a command is a file of its component, as a shell would understand it.
pub fn names_file(program: &str) -> bool {
    program.contains('/') && !program.starts_with('/')
}

/// The files whose text the toolchains of `components` must know.
pub fn texts_to_read(
    manifest: &Manifest,
    components: &BTreeSet<ComponentName>,
    set: &ToolchainSet,
    layout: &Layout,
) -> Vec<AbsPath> {
    let selected = manifest.components.values().filter(|component| components.contains(&component.name.value));
    selected
        .filter_map(|component| match &component.origin {
            Origin::Built(built) => {
                Some(set.toolchain(built.toolchain)?.reads(&layout.app.join(built.path.value.as_path())))
            }
            Origin::Source(_) | Origin::Custom(_) => None,
        })
        .flatten()
        .collect()
}

/// The tools of `components` that may be another version in a component's folder, with that folder.
pub fn places_to_ask(
    manifest: &Manifest,
    components: &BTreeSet<ComponentName>,
    set: &ToolchainSet,
    layout: &Layout,
) -> Vec<(Tool, AbsPath)> {
    let selected = manifest.components.values().filter(|component| components.contains(&component.name.value));
    let built = selected.filter_map(|component| match &component.origin {
        Origin::Built(built) => Some((set.toolchain(built.toolchain)?, layout.app.join(built.path.value.as_path()))),
        Origin::Source(_) | Origin::Custom(_) => None,
    });
    let places = built.flat_map(|(toolchain, dir)| {
        toolchain.asked_in_place().iter().map(move |tool| (*tool, dir.clone())).collect::<Vec<_>>()
    });
    places.collect()
}

/// Every step that builds the components of `selection` and composes its entries.
///
/// The tools of [`needed_tools`] are among the facts, found; what is lacking is the business of [`crate::install()`] before.
pub fn build(request: &BuildRequest<'_>, selection: &Selection, extent: Extent) -> Result<Plan, Vec<Diagnostic>> {
    let BuildRequest { manifest, layout, .. } = *request;
    let components = selected_components(manifest, request.wiring, selection);
    let mut renderer = request.wit.renderer();
    let mut steps = Vec::new();
    let mut diagnostics = Vec::new();
    for component in manifest.components.values().filter(|component| components.contains(&component.name.value)) {
        match &component.origin {
            Origin::Built(built) => match component_steps(request, &mut renderer, component, (built, extent)) {
                Ok(more) => steps.extend(more),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            },
            Origin::Custom(_) if extent == Extent::Bindings => {}
            Origin::Custom(custom) => match custom_steps(request, &mut renderer, component, custom) {
                Ok(more) => steps.extend(more),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            },
            Origin::Source(_) => {}
        }
    }
    for entry in manifest.entries().into_iter().filter(|_| extent > Extent::Bindings) {
        let wanted = selection.entry.as_ref().is_none_or(|only| only == entry);
        if wanted && components.contains(entry) {
            steps.push(compose_step(request, entry));
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
                .hint("this is a bug of conjoin: please report it with your conjoin.toml"),
        ]
    })
}

fn component_steps(
    request: &BuildRequest<'_>,
    renderer: &mut Renderer,
    component: &Component,
    (built, extent): (&Built, Extent),
) -> Result<Vec<Step>, Box<Diagnostic>> {
    let BuildRequest { facts, layout, .. } = *request;
    let toolchain = toolchain_of(request.manifest, component, built, request.toolchains)?;
    let place = (Some(built.language.value), &built.path.value);
    with_target(request, component, place, (renderer, &toolchain.dialect()), |target| {
        let mut steps = toolchain.bindings(target, facts, layout)?;
        match extent {
            Extent::Everything | Extent::NativeCode => steps.extend(toolchain.steps(target, facts, layout)?),
            Extent::Bindings => steps.iter_mut().for_each(|step| step.subject = Subject::Bindings(target.name.clone())),
        }
        for step in &mut steps {
            if let Action::Run(invocation) = &mut step.action {
                invocation.memory = toolchain.takes().memory;
            }
        }
        Ok(steps)
    })
}

fn custom_steps(
    request: &BuildRequest<'_>,
    renderer: &mut Renderer,
    component: &Component,
    custom: &CustomBuild,
) -> Result<Vec<Step>, Box<Diagnostic>> {
    let steps = request.toolchains.custom;
    with_target(request, component, (None, &custom.path.value), (renderer, &Dialect::default()), |target| {
        steps(target, custom, request.facts, request.layout)
    })
}

/// What `steps` makes of `component`, whose language and folder are `place`.
fn with_target(
    request: &BuildRequest<'_>,
    component: &Component,
    (language, path): (Option<Language>, &AppPath),
    (renderer, dialect): (&mut Renderer, &Dialect),
    steps: impl FnOnce(&Target<'_>) -> Result<Vec<Step>, Box<Diagnostic>>,
) -> Result<Vec<Step>, Box<Diagnostic>> {
    let layout = request.layout;
    let world = request.wit.world(&component.world.value).ok_or_else(|| {
        Box::new(Diagnostic::error("wiring::unknown-world", format!("no world `{}`", component.world.value)))
    })?;
    let surface = world.surface();
    let names = |items: &[conjoin_wit::Item]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
    let target = Target {
        name: &component.name.value,
        language,
        dir: layout.app.join(path.as_path()),
        profile: layout.profile,
        world: &component.world.value,
        world_digest: &world.digest(),
        world_text: &world.text(),
        wit: &renderer.render(world, dialect),
        imports: &names(&surface.imports),
        exports: &names(&surface.exports),
        shared_wit: layout.app.join(request.manifest.app.wit.as_path()),
        permissions: &component.permissions,
    };
    steps(&target).map_err(|mut diagnostic| {
        if diagnostic.labels.is_empty() {
            let span = component.name.span.clone();
            *diagnostic = diagnostic.clone().label(&request.manifest.source, span, "of this component");
        }
        diagnostic
    })
}

fn compose_step(request: &BuildRequest<'_>, entry: &ComponentName) -> Step {
    let layout = request.layout;
    let wiring = request.wiring.composition(entry);
    let components: std::collections::BTreeMap<String, AbsPath> = request
        .wiring
        .closure(entry)
        .into_iter()
        .map(|name| (name.to_string(), component_path(request.manifest, layout, &name)))
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

/// Where the built (or given) component `name` lies.
pub fn component_path(manifest: &Manifest, layout: &Layout, name: &ComponentName) -> AbsPath {
    match manifest.components.get(name).map(|component| &component.origin) {
        Some(Origin::Source(path)) => layout.app.join(path.value.as_path()),
        Some(Origin::Built(_) | Origin::Custom(_)) | None => layout.artifact(name),
    }
}
