//! Folders of cases: `cases/NAME.toml` becomes `cases/NAME.out`, the model or the rendered diagnostics.

use std::{fmt::Write as _, path::Path, sync::Arc};

use conjoin_diagnostics::{Source, Style, render};
use conjoin_manifest::{Component, Manifest, Origin, PermissionValue, Trigger, parse};
use conjoin_policy::PERMISSIONS;

fn main() {
    tryfn::Harness::new("tests/cases", case, outcome).select(["*.toml"]).test();
}

fn case(input: std::path::PathBuf) -> tryfn::Case {
    let name = input.file_stem().expect("a file").to_string_lossy().into_owned();
    let expected = tryfn::Data::read_from(&input.with_extension("out"), None).raw();
    tryfn::Case { name, fixture: input, expected }
}

fn outcome(input: &Path) -> Result<String, std::io::Error> {
    let source = Arc::new(Source::new("conjoin.toml", fs_err::read_to_string(input)?));
    Ok(match parse(&source, &conjoin_toolchains::all().languages()) {
        Ok(manifest) => dump(&manifest),
        Err(diagnostics) => {
            diagnostics.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect::<Vec<_>>().join("\n")
        }
    })
}

/// The model as text, in the words of its types.
fn dump(manifest: &Manifest) -> String {
    let mut text = String::new();
    let version = manifest.app.version.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    let _ = writeln!(text, "app {} version {version} wit {}", manifest.app.name.value, manifest.app.wit);
    for component in manifest.components.values() {
        dump_component(&mut text, component);
    }
    for Trigger { kind, component, isolation, isolation_place: _, settings } in &manifest.triggers {
        let _ = writeln!(text, "{} -> {} {isolation:?} {settings}", kind.key, component.value);
    }
    let entries: Vec<String> = manifest.entries().into_iter().map(ToString::to_string).collect();
    let _ = writeln!(text, "entries: {}", entries.join(", "));
    text
}

fn dump_component(text: &mut String, component: &Component) {
    let _ = writeln!(text, "component {} world {}", component.name.value, component.world.value);
    let _ = match &component.origin {
        Origin::Built(built) => {
            writeln!(text, "  {} by {} in {}", built.language.value, built.toolchain, built.path.value)
        }
        Origin::Source(path) => writeln!(text, "  source {}", path.value),
        Origin::Custom(custom) => {
            let inputs: Vec<_> = custom.inputs.iter().map(|glob| glob.value.as_str()).collect();
            writeln!(text, "  {:?} in {}: {inputs:?} -> {}", custom.command, custom.path.value, custom.output.value)
        }
    };
    for permission in PERMISSIONS.iter().filter(|permission| component.permissions.has(permission)) {
        let _ = writeln!(text, "  may {}", permission.key);
        let of_this = component.permissions.iter().filter(|(granted, _)| granted == permission);
        let lines = of_this.flat_map(|(_, value)| match value {
            PermissionValue::Switch => Vec::new(),
            PermissionValue::Variables(names) => names.iter().map(|name| name.value.clone()).collect(),
            PermissionValue::Folders(folders) => folders
                .iter()
                .map(|folder| format!("{} at {} {:?}", folder.path.value, folder.at, folder.access))
                .collect(),
            PermissionValue::Origins(origins) => origins.iter().map(|origin| origin.value.to_string()).collect(),
        });
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
    for (interface, import) in &component.imports {
        let _ = writeln!(text, "  import {interface} from {}", import.component.value);
    }
}
