//! Golden cases: a folder with WIT, and what this crate makes of it in `expected.txt`.
//!
//! `cases/parse/` gives the diagnostics of a WIT folder, `cases/world/` the surfaces and places of its worlds, `cases/render/` the WIT of each world
//! in the dialect that `dialect.txt` names, `cases/difference/` what differs between what `import.wit` wants and `export.wit` offers.

use std::{error::Error, fmt::Write as _, path::Path, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, Style, render};
use conjoin_wit::{Dialect, Item, Wit, differences, missing_wasi, parse, wasi_deps};

fn main() {
    tryfn::Harness::new("tests/cases", setup, check).select(["/*/*/app.wit", "/*/*/import.wit"]).test();
}

fn setup(input: std::path::PathBuf) -> tryfn::Case {
    let folder = input.parent().expect("a case is a folder");
    let name = folder.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>();
    let expected = tryfn::Data::read_from(&folder.join("expected.txt"), Some(tryfn::DataFormat::Text)).raw();
    tryfn::Case { name: format!("{}/{}", name[1], name[0]), fixture: input, expected }
}

fn check(input: &Path) -> Result<String, Box<dyn Error>> {
    let folder = input.parent().expect("a case is a folder");
    let kind = folder.parent().and_then(Path::file_name).expect("cases are sorted by kind");
    match kind.to_str() {
        Some("parse") => Ok(parsed(&sources(folder)?)),
        Some("world") => Ok(worlds(&with_wasi(folder)?)),
        Some("render") => rendered(folder),
        Some("difference") => differing(folder),
        other => Err(format!("unknown kind of case {other:?}").into()),
    }
}

/// All files of the folder with names that begin with `wit/`.
fn sources(folder: &Path) -> Result<Vec<Arc<Source>>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs_err::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wit") {
                let name = format!("wit/{}", path.strip_prefix(folder)?.display());
                // A case without any WIT needs a file to be found by.
                let text = fs_err::read_to_string(&path)?;
                if !text.is_empty() {
                    files.push(Arc::new(Source::new(name, text)));
                }
            }
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(files)
}

fn with_wasi(folder: &Path) -> Result<Wit, Box<dyn Error>> {
    let mut files = sources(folder)?;
    for file in wasi_deps(&missing_wasi(&files, "wit")) {
        files.push(Arc::new(Source::new(format!("wit/{}", file.path.display()), file.text)));
    }
    parse(&files, "wit").map_err(|diagnostics| text(&diagnostics).into())
}

fn text(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect::<Vec<_>>().join("\n")
}

fn parsed(files: &[Arc<Source>]) -> String {
    match parse(files, "wit") {
        Ok(wit) => format!("package {}\nworlds {}\n", wit.package(), wit.worlds().join(", ")),
        Err(diagnostics) => text(&diagnostics),
    }
}

fn worlds(wit: &Wit) -> String {
    let mut text = String::new();
    let place = |place: Option<(Arc<Source>, std::ops::Range<usize>)>| match place {
        Some((source, range)) => {
            let (line, column) = source.position(range.start);
            format!("{}:{line}:{column} `{}`", source.name, &source.text[range])
        }
        None => "nowhere".to_owned(),
    };
    for name in wit.worlds() {
        let world = wit.world(&name).expect("it was listed");
        let surface = world.surface();
        let _ = writeln!(text, "world {name} at {}", place(wit.place_of_world(&name)));
        for import in &surface.imports {
            let _ = writeln!(text, "  import {} at {}", import.name, place(wit.place_of_import(&name, &import.name)));
            let _ = writeln!(text, "    {}", import.functions().join(", "));
        }
        for export in &surface.exports {
            let _ = writeln!(text, "  export {} at {}", export.name, place(wit.place_of_export(&name, &export.name)));
            let _ = writeln!(text, "    {}", export.functions().join(", "));
        }
        for item in surface.imports.iter().chain(&surface.exports).filter(|item| !item.name.is_wasi()) {
            let _ = writeln!(text, "\n{}", item.definition);
        }
    }
    text
}

fn rendered(folder: &Path) -> Result<String, Box<dyn Error>> {
    let wit = with_wasi(folder)?;
    let wasi_0_2: Option<&'static str> =
        match fs_err::read_to_string(folder.join("dialect.txt")).ok().as_deref().map(str::trim) {
            Some("0.2.10") => Some("0.2.10"),
            Some("0.2.0") => Some("0.2.0"),
            Some(other) => return Err(format!("unknown dialect {other}").into()),
            None => None,
        };
    let mut text = String::new();
    for name in wit.worlds() {
        let world = wit.world(&name).expect("it was listed");
        let files = world.render(&Dialect { wasi_0_2 });
        let again: Vec<_> = files
            .iter()
            .map(|file| Arc::new(Source::new(file.path.display().to_string(), file.text.as_str())))
            .collect();
        let again = parse(&again, "").map_err(|diagnostics| self::text(&diagnostics))?;
        let again = again.world(&name).ok_or("the world keeps its name")?;
        if wasi_0_2.is_none() && again.digest() != world.digest() {
            return Err(format!("the digest of `{name}` changed by rendering").into());
        }
        for file in &files {
            // What WASI says about itself is long; that comments stay is seen in the app's own package.
            let is_wasi = file.path.starts_with("deps") && file.text.starts_with("package wasi:");
            let lines = file.text.lines().filter(|line| !is_wasi || !line.trim_start().starts_with("///"));
            let lines = lines.collect::<Vec<_>>().join("\n");
            let _ = writeln!(text, "=== {name}/{}\n{}\n", file.path.display(), lines.trim_end());
        }
    }
    Ok(text)
}

fn differing(folder: &Path) -> Result<String, Box<dyn Error>> {
    let side = |name: &str| -> Result<Wit, Box<dyn Error>> {
        let text = fs_err::read_to_string(folder.join(name))?;
        parse(&[Arc::new(Source::new(name, text))], "").map_err(|diagnostics| self::text(&diagnostics).into())
    };
    let (importer, exporter) = (side("import.wit")?, side("export.wit")?);
    let only = |wit: &Wit| wit.world(&wit.worlds()[0]).expect("it was listed").surface();
    let (imports, exports): (Vec<Item>, Vec<Item>) = (only(&importer).imports, only(&exporter).exports);
    let mut text = String::new();
    for import in &imports {
        let Some(export) = exports.iter().find(|export| export.name.fits(&import.name)) else {
            let _ = writeln!(text, "{}: not exported", import.name);
            continue;
        };
        let found = differences(import, export);
        let _ = writeln!(text, "{}: {} differences", import.name, found.len());
        for difference in found {
            let _ = writeln!(text, "\n{difference}");
            for (side, definition) in [("expected", &difference.expected), ("offered", &difference.offered)] {
                let _ = writeln!(text, "{side}: {}", definition.as_deref().unwrap_or("nothing").trim_end());
            }
        }
    }
    Ok(text)
}
