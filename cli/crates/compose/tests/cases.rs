//! Golden cases: a folder with one WIT text (or component text) for each component and `wiring.toml`, and what comes out: the WIT of the
//! composition in `composed.wit`, or why there is none in `error.txt`.
//!
//! A component `<name>` is made from the world in `<name>.wit` with a body that only traps, or from `<name>.wat`.

use std::{collections::BTreeMap, error::Error, fmt::Write as _, path::Path, sync::Arc};

use conjoin_compose::{compose, describe, to_wac};
use conjoin_diagnostics::{Source, Style, render};
use conjoin_wit::{Dialect, Edge, ItemName, Wiring, missing_wasi, parse, wasi_deps};
use serde::Deserialize;
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, WitPrinter, dummy_module, embed_component_metadata,
};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve, UnresolvedPackageGroup};

fn main() {
    tryfn::Harness::new("tests/cases", setup, check).select(["/*/wiring.toml"]).test();
}

fn setup(input: std::path::PathBuf) -> tryfn::Case {
    let folder = input.parent().expect("a case is a folder");
    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let error = folder.join("error.txt");
    let expected = if error.exists() { error } else { folder.join("composed.wit") };
    let expected = tryfn::Data::read_from(&expected, Some(tryfn::DataFormat::Text)).raw();
    tryfn::Case { name, fixture: input, expected }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    order: Vec<String>,
    /// `importer`, `import`, `exporter`, `export`.
    edges: Vec<[String; 4]>,
    /// What worlds export beside what is connected.
    #[serde(default)]
    exports: BTreeMap<String, Vec<String>>,
}

fn check(input: &Path) -> Result<String, Box<dyn Error>> {
    let folder = input.parent().expect("a case is a folder");
    let case: Case = toml::from_str(&fs_err::read_to_string(input)?)?;
    let edges = case.edges.into_iter().map(|[importer, import, exporter, export]| Edge {
        importer,
        import: ItemName::new(&import),
        exporter,
        export: ItemName::new(&export),
    });
    let entry = case.order.last().cloned().ok_or("a wiring has an entry")?;
    let names = |names: Vec<String>| names.iter().map(|name| ItemName::new(name)).collect();
    let exports = case.exports.into_iter().map(|(component, exports)| (component, names(exports))).collect();
    let wiring = Wiring { entry, order: case.order, edges: edges.collect(), exports };
    let mut components = BTreeMap::new();
    for name in &wiring.order {
        let (wit, wat) = (folder.join(format!("{name}.wit")), folder.join(format!("{name}.wat")));
        if wit.exists() {
            components.insert(name.clone(), component(&fs_err::read_to_string(wit)?)?);
        } else if wat.exists() {
            components.insert(name.clone(), wat::parse_file(wat)?);
        }
    }
    match compose(&wiring, &components) {
        Ok(bytes) => composed(&wiring, &bytes),
        Err(error) => Ok(render(&error.diagnostic(), Style::Plain)),
    }
}

/// A component that implements the only world of the text. Packages of WASI are added, in the version that the first line
/// names as `// wasi 0.2.10`.
fn component(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let dialect = match text.lines().next() {
        Some("// wasi 0.2.0") => Dialect { wasi_0_2: Some("0.2.0") },
        Some("// wasi 0.2.10") => Dialect { wasi_0_2: Some("0.2.10") },
        _ => Dialect::default(),
    };
    let mut files = vec![Arc::new(Source::new("component.wit", text))];
    for file in wasi_deps(&missing_wasi(&files, "")) {
        files.push(Arc::new(Source::new(file.path.display().to_string(), file.text)));
    }
    let wit = parse(&files, "").map_err(|found| render(&found[0], Style::Plain))?;
    let name = wit.worlds().pop().ok_or("there is a world")?;
    let files = wit.world(&name).ok_or("it was listed")?.render(&dialect);
    let groups =
        files.iter().map(|file| UnresolvedPackageGroup::parse(&file.path, &file.text).map_err(|(_, error)| error));
    let mut groups = groups.collect::<Result<Vec<_>, _>>()?;
    let mut resolve = Resolve::new();
    let main = groups.pop().ok_or("the last file has the world")?;
    let package = resolve.push_groups(main, groups)?;
    let world = resolve.select_world(&[package], Some(&name))?;
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(ComponentEncoder::default().module(&module)?.validate(true).encode()?)
}

fn composed(wiring: &Wiring, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(bytes)?;
    let DecodedWasm::Component(resolve, world) = wit_component::decode(bytes)? else {
        return Err("not a component".into());
    };
    wac_parser::Document::parse(&to_wac(wiring))?;
    let mut text = format!("// {}\n", describe(wiring));
    for line in to_wac(wiring).lines() {
        let _ = writeln!(text, "//{}{line}", if line.is_empty() { "" } else { " " });
    }
    let _ = writeln!(text, "// {}\n", counts(bytes)?);
    let main = resolve.worlds[world].package.ok_or("a world is of a package")?;
    let mut others: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != main).collect();
    others.sort_by_key(|id| resolve.packages[*id].name.to_string());
    let mut printer = WitPrinter::default();
    printer.print(&resolve, main, &others)?;
    let _ = writeln!(text, "{}", printer.output);
    Ok(text)
}

/// How many components lie in the composition and how often one is instantiated; those without code hold nothing but types.
fn counts(bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let (mut depth, mut components, mut instances) = (0_usize, Vec::new(), 0_usize);
    for payload in wasmparser::Parser::new(0).parse_all(bytes) {
        match payload? {
            wasmparser::Payload::ComponentSection { .. } => {
                if depth == 0 {
                    components.push(false);
                }
                depth += 1;
            }
            wasmparser::Payload::ModuleSection { .. } => {
                if let Some(has_code) = components.last_mut() {
                    *has_code = true;
                }
                depth += 1;
            }
            wasmparser::Payload::ComponentInstanceSection(section) if depth == 0 => {
                for instance in section {
                    instances += usize::from(matches!(instance?, wasmparser::ComponentInstance::Instantiate { .. }));
                }
            }
            wasmparser::Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let with_code = components.iter().filter(|has_code| **has_code).count();
    Ok(format!("{} components, {with_code} of them with code, {instances} instances", components.len()))
}
