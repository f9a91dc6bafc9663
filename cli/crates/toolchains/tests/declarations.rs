//! Worlds become declarations for TypeScript: `tests/typescript/*/world.wit` to `wit.d.ts`; and what QuickJS has to convert.

use std::path::{Path, PathBuf};

use conjoin_plan::Generate as _;
use conjoin_toolchains::generators::{QuickJs, TypeScript};
use conjoin_wit::{WitFile, missing_wasi, wasi_deps};
use libtest_mimic::{Arguments, Trial};
use snapbox::{Data, assert_data_eq};

fn main() {
    let mut trials = vec![
        trial("values_that_quickjs_has_to_convert", values_that_quickjs_has_to_convert),
        trial("a_world_that_is_not_there_is_an_error", a_world_that_is_not_there_is_an_error),
    ];
    for entry in fs_err::read_dir("tests/typescript").expect("the cases") {
        let case = entry.expect("a case").path();
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        trials.push(trial(&format!("typescript/{name}"), move || declarations_of_world(&case)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// The package of the case, with the packages of WASI that it needs.
fn wit(case: &Path) -> Vec<WitFile> {
    let text = fs_err::read_to_string(case.join("world.wit")).expect("a world");
    let source = std::sync::Arc::new(conjoin_diagnostics::Source::new("world.wit", text.as_str()));
    let mut files = vec![WitFile { path: PathBuf::from("world.wit"), text }];
    files.extend(wasi_deps(&missing_wasi(&[source], "")));
    files
}

fn declarations_of_world(case: &Path) {
    let files = TypeScript.generate(&wit(case), "app").expect("declarations");
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, [".gitignore", "wit.d.ts"]);
    assert_data_eq!(files[1].text.clone(), Data::read_from(&case.join("wit.d.ts"), None).raw());
}

fn values_that_quickjs_has_to_convert() {
    let case = Path::new("tests/typescript/every-kind");
    let files = QuickJs.generate(&wit(case), "app").expect("declarations");
    assert_eq!(files.len(), 1);
    assert_data_eq!(files[0].text.clone(), Data::read_from(&case.join("world.json"), None).raw());
}

fn a_world_that_is_not_there_is_an_error() {
    let wit = wit(Path::new("tests/typescript/every-kind"));
    let error = TypeScript.generate(&wit, "nothing").expect_err("no such world");
    assert_eq!(error.to_string(), "the WIT has no world `nothing`; it has `app`");
}
