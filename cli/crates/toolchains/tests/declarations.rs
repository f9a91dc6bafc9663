//! Worlds become declarations for TypeScript: `tests/typescript/*/world.wit` to `wit.d.ts`; and what QuickJS has to convert.

use std::path::{Path, PathBuf};

use conjoin_plan::Generate as _;
use conjoin_toolchains::generators::{QuickJs, TypeScript};
use conjoin_wit::{WitFile, missing_wasi, wasi_deps};
use snapbox::{Data, assert_data_eq};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/typescript");
    let mut cases: Vec<PathBuf> =
        fs_err::read_dir(root).expect("a folder").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    cases
}

/// The package of the case, with the packages of WASI that it needs.
fn wit(case: &Path) -> Vec<WitFile> {
    let text = fs_err::read_to_string(case.join("world.wit")).expect("a world");
    let source = std::sync::Arc::new(conjoin_diagnostics::Source::new("world.wit", text.as_str()));
    let mut files = vec![WitFile { path: PathBuf::from("world.wit"), text }];
    files.extend(wasi_deps(&missing_wasi(&[source], "")));
    files
}

#[test]
fn declarations_of_worlds() {
    assert!(cases().len() > 1, "the cases are gone");
    for case in cases() {
        let files = TypeScript.generate(&wit(&case), "app").unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(names, [".gitignore", "wit.d.ts"]);
        assert_data_eq!(files[1].text.clone(), Data::read_from(&case.join("wit.d.ts"), None).raw());
    }
}

#[test]
fn values_that_quickjs_has_to_convert() {
    let case = cases().into_iter().find(|case| case.ends_with("every-kind")).expect("the case");
    let files = QuickJs.generate(&wit(&case), "app").unwrap();
    assert_eq!(files.len(), 1);
    assert_data_eq!(files[0].text.clone(), Data::read_from(&case.join("world.json"), None).raw());
}

#[test]
fn a_world_that_is_not_there_is_an_error() {
    let error = TypeScript.generate(&wit(&cases()[0]), "nothing").unwrap_err();
    assert_eq!(error.to_string(), "the WIT has no world `nothing`; it has `app`");
}
