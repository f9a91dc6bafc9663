//! Selects the toolchains that `conjoin doctor` checks.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, nearest};
use conjoin_manifest::{ComponentName, Language, Manifest, Origin, ToolchainSpec};
use conjoin_plan::{AbsPath, Layout, ProbeRequest, Profile, Project, Tool, Toolchain, ToolchainSet};

use crate::{
    app::{find, load_manifest},
    cache_root::CacheRoot,
    exit::CommandError,
    session::Session,
    settings::{Cure, DoctorSettings},
};

/// What to check.
pub(super) struct Scope {
    /// The layout. Outside of an app, the app's folder is the current folder.
    pub(super) layout: Layout,
    /// Why there is no cache folder, if so.
    pub(super) unusable_cache: Option<Diagnostic>,
    /// The toolchains.
    pub(super) groups: Vec<Group>,
    /// The app's manifest, if conjoin runs in an app.
    pub(super) app: Option<Manifest>,
}

/// A toolchain and the components that it builds.
pub(super) struct Group {
    /// The toolchain.
    pub(super) toolchain: &'static dyn Toolchain,
    /// The languages: those of the app, or outside of one all that it builds.
    pub(super) languages: Vec<Language>,
    /// The components.
    pub(super) components: Vec<ComponentName>,
    /// Their projects.
    pub(super) projects: Vec<Project>,
}

impl Scope {
    /// Selects the toolchains that the app uses, or outside of one all. If languages were named, only those of them.
    pub(super) fn find(session: &mut Session<'_>, settings: &DoctorSettings) -> Result<Self, CommandError> {
        let set = &session.toolchains;
        let here = &session.machine.process;
        let named = named_toolchains(session, &settings.languages)?;
        let folder = settings.app.clone().unwrap_or_else(|| here.absolute(".".as_ref()));
        let (cache, unusable_cache) = match settings.cure {
            Cure::Name => CacheRoot::open_if_usable(here),
            Cure::Fix | Cure::Show | Cure::Remove => (CacheRoot::open(here)?, None),
        };
        let layout = |app: AbsPath| cache.layout(app, Profile::Dev);
        match find(here, &folder) {
            Err(error) if settings.app.is_some() => Err(error),
            Err(_) => {
                if named.is_none() {
                    session.ui.note("not in an app: these are the tools of all toolchains");
                }
                let is_named = |spec: &'static ToolchainSpec| named.as_ref().is_none_or(|named| named.contains(&spec));
                Ok(Self { layout: layout(folder), unusable_cache, groups: groups_outside(set, &is_named), app: None })
            }
            Ok(dir) => {
                let manifest = load_manifest(here, &dir)?;
                let mut groups = groups_of(set, &manifest, &dir);
                if let Some(named) = named {
                    groups.retain(|group| named.contains(&group.toolchain.spec()));
                    if groups.is_empty() {
                        groups = groups_outside(set, &|spec| named.contains(&spec));
                    }
                }
                Ok(Self { layout: layout(dir), unusable_cache, groups, app: Some(manifest) })
            }
        }
    }

    /// The request to probe all tools that builds need.
    pub(super) fn request(&self) -> ProbeRequest {
        ProbeRequest { tools: self.tools(), ..ProbeRequest::default() }
    }

    /// All tools that builds need.
    pub(super) fn tools(&self) -> BTreeSet<Tool> {
        self.groups.iter().flat_map(|group| group.toolchain.requirements()).copied().collect()
    }
}

impl Group {
    /// The title of its part of the table.
    pub(super) fn title(&self) -> String {
        let languages: Vec<&str> = self.languages.iter().map(|language| language.name).collect();
        let toolchain = self.toolchain.spec().name;
        let mut title = languages.join(", ");
        if !languages.contains(&toolchain) {
            title = format!("{title} by {toolchain}");
        }
        if self.components.is_empty() {
            return title;
        }
        let components: Vec<&str> = self.components.iter().map(ComponentName::as_str).collect();
        format!("{title} ({})", components.join(", "))
    }
}

/// The toolchains for the typed names of languages or toolchains; `None` if none were typed.
fn named_toolchains(
    session: &Session<'_>,
    names: &[String],
) -> Result<Option<Vec<&'static ToolchainSpec>>, CommandError> {
    if names.is_empty() {
        return Ok(None);
    }
    let set = &session.toolchains;
    let (mut all, languages) = (Vec::new(), set.languages());
    for name in names {
        let is_meant = |toolchain: &&&dyn Toolchain| match languages.parse(name) {
            Some(language) => toolchain.languages().contains(&language),
            None => toolchain.spec().name == name,
        };
        let meant: Vec<_> = set.toolchains.iter().filter(is_meant).map(|toolchain| toolchain.spec()).collect();
        if meant.is_empty() {
            return Err(CommandError::usage(unknown(session, name)));
        }
        all.extend(meant);
    }
    Ok(Some(all))
}

fn unknown(session: &Session<'_>, name: &str) -> Diagnostic {
    let languages = session.toolchains.languages();
    let toolchains = session.toolchains.toolchains.iter().map(|toolchain| toolchain.spec().name);
    let toolchains = toolchains.filter(|name| languages.parse(name).is_none());
    let known: Vec<&str> = languages.names().chain(toolchains).collect();
    let diagnostic = Diagnostic::error("usage::unknown-language", format!("there is no language `{name}`"))
        .note(format!("there are {}", known.join(", ")));
    let meant = languages.meant(name).map(|language| language.name).or_else(|| nearest(name, known.iter().copied()));
    match meant {
        Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
        None if session.machine.process.absolute(name.as_ref()).as_path().is_dir() => {
            diagnostic.hint(format!("`--app {name}` looks at the app in this folder"))
        }
        None => diagnostic,
    }
}

fn groups_outside(set: &ToolchainSet, is_named: &dyn Fn(&'static ToolchainSpec) -> bool) -> Vec<Group> {
    let toolchains = set.toolchains.iter().filter(|toolchain| is_named(toolchain.spec()));
    let group = |toolchain: &'static dyn Toolchain| Group {
        toolchain,
        languages: toolchain.languages().to_vec(),
        components: Vec::new(),
        projects: Vec::new(),
    };
    toolchains.map(|toolchain| group(*toolchain)).collect()
}

fn groups_of(set: &ToolchainSet, manifest: &Manifest, app: &AbsPath) -> Vec<Group> {
    let mut groups = groups_outside(set, &|_| true);
    for group in &mut groups {
        group.languages.clear();
    }
    for component in manifest.components.values() {
        let Origin::Built(built) = &component.origin else { continue };
        let Some(group) = groups.iter_mut().find(|group| group.toolchain.spec() == built.toolchain) else { continue };
        if !group.languages.contains(&built.language.value) {
            group.languages.push(built.language.value);
        }
        let dir = app.join(built.path.value.as_path());
        group.projects.push(Project { dir, app: app.clone(), world: component.world.value.clone() });
        group.components.push(component.name.value.clone());
    }
    groups.retain(|group| !group.components.is_empty());
    groups
}
