//! Which way to install a tool is chosen, and which one when that has failed.

use conjoin_diagnostics::{Style, render};
use conjoin_plan::{
    AbsPath, Failures, FoundIn, FoundTool, Layout, ProbeResults, ProbedTool, Profile, Provider, install,
};

/// The ways that are chosen for the standard library of Rust, and the one after that; or what is said.
fn chosen(absent: &[&str], failed: &[&'static str]) -> String {
    chosen_for("rustc 1.95.0 (59807616e 2026-04-14)", absent, failed)
}

/// The same for another compiler.
fn chosen_for(rustc: &str, absent: &[&str], failed: &[&'static str]) -> String {
    let tools = || conjoin_toolchains::all().tools();
    let target = tools().into_iter().find(|tool| tool.id == "rust-target").expect("it is known");
    let mut probed = ProbeResults::default();
    let path = |text: &str| AbsPath::new(text).expect("it is absolute");
    probed.texts.insert(path("/etc/apt/sources.list"), "deb http://deb.example/debian stable main\n".to_owned());
    for spec in tools().into_iter().filter(|tool| tool.id != "rust-target" && !absent.contains(&tool.id)) {
        let found = FoundTool {
            path: path("/bin/tool"),
            version: spec.window.at_least,
            says: rustc.to_owned(),
            found_in: FoundIn::Path,
        };
        probed.tools.insert(spec, ProbedTool::Found(found));
    }
    let layout = Layout { app: path("/app"), cache: path("/cache"), profile: Profile::Dev };
    let failures = Failures::from([(target, failed.iter().copied().collect())]);
    match install(&[target].into(), &probed, &layout, &failures) {
        Ok(plan) => {
            let [only] = plan.installations.as_slice() else { panic!("one tool is missing") };
            format!("{}, then {:?}", only.provider.name(), only.otherwise.map(Provider::name))
        }
        Err(diagnostics) => diagnostics.iter().map(|diagnostic| render(diagnostic, Style::Plain)).collect(),
    }
}

#[test]
fn the_preferred_way_is_taken_first_and_the_next_one_after_it_has_failed() {
    assert_eq!(chosen(&[], &[]), "rustup, then Some(\"Debian sources\")");
    assert_eq!(chosen(&[], &["rustup"]), "Debian sources, then None");
}

#[test]
fn a_way_that_needs_what_is_not_there_is_passed_over() {
    assert_eq!(chosen(&["rustup"], &[]), "Debian sources, then None");
    assert_eq!(chosen(&["apt-get"], &[]), "rustup, then None");
}

#[test]
fn when_no_way_is_left_all_that_stands_in_the_way_is_named() {
    let said = chosen(&["apt-get"], &["rustup"]);
    assert!(said.contains("installing it from rustup has failed"), "{said}");
    assert!(said.contains("installing it from Debian sources needs apt-get, which is not installed"), "{said}");
    assert!(said.contains("`rustup target add wasm32-wasip2`"), "{said}");
}

#[test]
fn a_compiler_that_is_no_release_has_no_sources_in_debian() {
    let said = chosen_for("rustc 1.91.0-nightly (f5703d5dd 2025-08-08)", &["rustup"], &[]);
    assert!(said.contains("error[rust::no-sources]: Debian has no sources of `rustc 1.91.0-nightly"), "{said}");
    assert!(said.contains("use a stable toolchain in the app's folder"), "{said}");
}
