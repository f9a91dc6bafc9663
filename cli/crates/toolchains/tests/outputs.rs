//! What tools really printed when they failed or warned, and what is understood of it: `tests/outputs/TOOLCHAIN/CAUSE/`, with the tool's words
//! in `output.txt`. Each folder is a test of its own, and every hint has such a case.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use conjoin_plan::{Finding, Place, Toolchain};
use libtest_mimic::{Arguments, Trial};
use snapbox::{Data, assert_data_eq};

fn toolchains() -> impl Iterator<Item = &'static dyn Toolchain> {
    conjoin_toolchains::all().toolchains.iter().copied()
}

/// The cases of a toolchain, with the output.
fn cases(toolchain: &dyn Toolchain) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outputs").join(toolchain.spec().name);
    let mut folders: Vec<PathBuf> = fs_err::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let output = |folder: &Path| fs_err::read_to_string(folder.join("output.txt")).unwrap();
    folders.into_iter().map(|folder| (folder.clone(), output(&folder))).collect()
}

fn main() {
    let mut trials = Vec::new();
    for toolchain in toolchains() {
        let name = toolchain.spec().name;
        trials.push(Trial::test(format!("every_hint_has_an_output/{name}"), move || {
            every_hint_has_an_output(toolchain);
            Ok(())
        }));
        for (folder, output) in cases(toolchain) {
            let case = format!("{}/{}", name, folder.file_name().unwrap().to_string_lossy());
            trials.push(Trial::test(case, move || {
                assert_data_eq!(
                    understood(toolchain, &output),
                    Data::read_from(&folder.join("expected.txt"), None).raw()
                );
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What conjoin understands of the output, as text.
fn understood(toolchain: &dyn Toolchain, output: &str) -> String {
    let reading = toolchain.findings(output);
    let mut text = String::new();
    for finding in reading.findings.iter().chain(&toolchain.warnings(output)) {
        write(&mut text, finding);
    }
    if !reading.rest.is_empty() {
        let _ = writeln!(text, "the rest:\n{}", reading.rest.trim_end());
    }
    for hint in hints(toolchain, output) {
        let _ = writeln!(text, "advice: {hint}");
    }
    text
}

fn every_hint_has_an_output(toolchain: &dyn Toolchain) {
    let cases = cases(toolchain);
    let seen: BTreeSet<&str> = cases.iter().flat_map(|(_, output)| hints(toolchain, output)).collect();
    let never: Vec<&str> =
        toolchain.hints().iter().filter(|hint| !seen.contains(hint.say)).map(|hint| hint.when).collect();
    assert!(never.is_empty(), "no real output has {never:?}");
}

fn hints(toolchain: &dyn Toolchain, output: &str) -> Vec<&'static str> {
    let output = toolchain.for_people(output);
    toolchain.hints().iter().filter(|hint| output.contains(hint.when)).map(|hint| hint.say).collect()
}

fn write(text: &mut String, finding: &Finding) {
    let Finding { code, message, places, notes, hints } = finding;
    let _ = writeln!(text, "{code}: {message}");
    for Place { file, line, column, end, text: said } in places {
        let column = column.map_or(String::new(), |column| format!(":{column}"));
        let end = end.map_or(String::new(), |(line, column)| format!(" to {line}:{column}"));
        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
        let _ = writeln!(text, "  at {file}:{line}{column}{end}{said}");
    }
    for (kind, lines) in [("note", notes), ("help", hints)] {
        for line in lines {
            let _ = writeln!(text, "  {kind}: {}", line.replace('\n', "\n    "));
        }
    }
}
