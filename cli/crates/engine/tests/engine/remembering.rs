//! Nothing is done twice, and what is done has a reason.

use std::time::Duration;

use conjoin_engine::{BuildEvent, Cleaned, Scope, StepOutcome, clean};
use conjoin_plan::{Action, Discovery, Input, Keep, Plan, ReadList, Step, WrittenFile};
use conjoin_test_support::{copy_tree, touch_all};

use crate::fixture::{Fixture, all, layout, outcomes, plan, step};

fn built() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    let report = fixture.build(&fixture.app_of_two());
    assert!(all(&report, StepOutcome::Built), "{:?}", outcomes(&report));
    assert_eq!(fixture.started(), ["a.src", "b.src"]);
    assert_eq!(fixture.reasons()[0], "a/cc: it was not built before");
    assert_eq!(composition(&fixture), "A1\nB1\n");
    fixture
}

fn composition(fixture: &Fixture) -> String {
    fixture.read(".conjoin/build/dev/app.wasm")
}

fn assert_nothing_to_do(fixture: &Fixture) {
    let report = fixture.build(&fixture.app_of_two());
    assert!(all(&report, StepOutcome::Fresh), "{:?} {:?}", outcomes(&report), fixture.reasons());
    assert!(fixture.started().is_empty());
}

#[test]
fn a_second_build_starts_nothing() {
    let fixture = built();
    assert_nothing_to_do(&fixture);
    assert_nothing_to_do(&fixture);
}

#[test]
fn time_stamps_do_not_count() {
    let fixture = built();
    touch_all(fixture.layout.app.as_path(), Duration::from_secs(5));
    assert_nothing_to_do(&fixture);
    touch_all(fixture.layout.app.as_path(), Duration::from_secs(9));
    assert_nothing_to_do(&fixture);
}

#[test]
fn a_moved_app_is_up_to_date() {
    let mut fixture = built();
    let elsewhere = fixture.env.path("else where/äpp");
    fs_err::create_dir(elsewhere.parent().unwrap()).unwrap();
    fs_err::rename(fixture.layout.app.as_path(), &elsewhere).unwrap();
    fixture.layout = layout(elsewhere, fixture.env.cache());
    assert_nothing_to_do(&fixture);
}

#[test]
fn an_edit_rebuilds_what_it_reaches_and_says_why() {
    let fixture = built();
    fixture.write("a.src", "A2\n");
    let report = fixture.build(&fixture.app_of_two());
    assert_eq!(outcomes(&report), ["a/cc Built", "a/copy Built", "b/cc Fresh", "b/copy Fresh", "app/compose Built"]);
    assert_eq!(fixture.started(), ["a.src"]);
    assert_eq!(
        fixture.reasons(),
        [
            "a/cc: `a.src` changed",
            "a/copy: `.conjoin/work/a.o` changed",
            "app/compose: `.conjoin/artifacts/dev/a.wasm` changed"
        ]
    );
    assert_eq!(composition(&fixture), "A2\nB1\n");
}

#[test]
fn an_undone_edit_starts_nothing() {
    let fixture = built();
    fixture.write("a.src", "A2\n");
    fixture.build(&fixture.app_of_two());
    fixture.write("a.src", "A1\n");
    let report = fixture.build(&fixture.app_of_two());
    assert_eq!(outcomes(&report), ["a/cc Restored", "a/copy Built", "b/cc Fresh", "b/copy Fresh", "app/compose Built"]);
    assert!(fixture.started().is_empty());
    assert_eq!(composition(&fixture), "A1\nB1\n");
    assert_nothing_to_do(&fixture);
}

#[test]
fn a_copy_elsewhere_with_the_same_cache_starts_nothing() {
    let mut fixture = built();
    let clone = fixture.env.path("clone");
    copy_tree(fixture.layout.app.as_path(), &clone);
    fs_err::remove_dir_all(clone.join(".conjoin")).unwrap();
    fixture.layout = layout(clone, fixture.env.cache());
    let report = fixture.build(&fixture.app_of_two());
    assert_eq!(
        outcomes(&report),
        ["a/cc Restored", "a/copy Built", "b/cc Restored", "b/copy Built", "app/compose Built"]
    );
    assert!(fixture.started().is_empty());
    assert_eq!(composition(&fixture), "A1\nB1\n");
}

#[test]
fn an_equal_result_stops_the_rebuild() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("cc", "when build\n write {3} always the same\n");
    fixture.write("a.src", "A1\n");
    let plan = plan(vec![fixture.compile("a"), fixture.copy("a")]);
    fixture.build(&plan);
    fixture.write("a.src", "A2\n");
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Built", "a/copy Fresh"]);
}

#[test]
fn a_spoiled_or_missing_result_is_mended() {
    let fixture = built();
    fixture.write(".conjoin/work/a.o", "A9\n");
    fs_err::remove_file(fixture.layout.app.join(".conjoin/build/dev/app.wasm")).unwrap();
    let report = fixture.build(&fixture.app_of_two());
    assert_eq!(outcomes(&report), ["a/cc Restored", "a/copy Fresh", "b/cc Fresh", "b/copy Fresh", "app/compose Built"]);
    assert_eq!(
        fixture.reasons(),
        [
            "a/cc: its result `.conjoin/work/a.o` was changed",
            "app/compose: its result `.conjoin/build/dev/app.wasm` is missing"
        ]
    );
    assert_eq!(composition(&fixture), "A1\nB1\n");
}

#[test]
fn a_changed_world_is_told_line_by_line() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let compile = |world: &str| {
        let mut step = fixture.compile("a");
        step.inputs.push(Input::value("world pricing", world));
        plan(vec![step])
    };
    fixture.build(&compile("interface prices {\n  quote: func(sku: string) -> price;\n}\n"));
    fixture.build(&compile("interface prices {\n  quote: func(sku: string, count: u32) -> price;\n}\n"));
    assert_eq!(
        fixture.reasons(),
        [
            "a/cc: world pricing changed: `quote: func(sku: string) -> price` is gone, `quote: func(sku: string, count: u32) -> \
          price` is new"
        ]
    );
}

#[test]
fn a_spoiled_store_is_noticed() {
    let fixture = built();
    fs_err::remove_dir_all(fixture.layout.dot_conjoin()).unwrap();
    spoil(&fixture.env.cache().join("artifacts/blobs"));
    let report = fixture.build(&fixture.app_of_two());
    assert!(all(&report, StepOutcome::Built), "{:?}", outcomes(&report));
    assert!(
        fixture.reasons().contains(&"a/cc: the copy of `.conjoin/work/a.o` in the cache folder was damaged".to_owned())
    );
    assert_eq!(composition(&fixture), "A1\nB1\n");
    fs_err::remove_dir_all(fixture.layout.dot_conjoin()).unwrap();
    fixture.build(&fixture.app_of_two());
    assert!(fixture.started().is_empty(), "the store was fixed");
}

#[test]
fn the_store_keeps_within_its_bound_what_was_used_last() {
    let mut fixture = built();
    let blobs = || {
        let folders = fs_err::read_dir(fixture.env.cache().join("artifacts/blobs")).unwrap();
        folders.map(|folder| fs_err::read_dir(folder.unwrap().path()).unwrap().count()).sum::<usize>()
    };
    assert_eq!(blobs(), 2);
    // Time goes by, then `b` is used again.
    touch_all(&fixture.env.cache().join("artifacts/blobs"), Duration::from_secs(0));
    fs_err::remove_file(fixture.layout.app.join(".conjoin/work/b.o")).unwrap();
    fixture.build(&fixture.app_of_two());
    assert!(fixture.started().is_empty());

    // Each blob has three bytes: of three, two have room.
    fixture.store_limit = 8;
    fixture.write("a.src", "A2\n");
    fixture.build(&fixture.app_of_two());
    let events = fixture.events.lock().unwrap().clone();
    assert!(events.contains(&BuildEvent::StoreCollected { artifacts: 1, bytes: 3 }), "{events:?}");
    let back = |file: &str, text: &str| {
        fixture.write(file, text);
        fs_err::remove_dir_all(fixture.layout.dot_conjoin()).unwrap();
        fixture.build(&fixture.app_of_two());
        fixture.started()
    };
    assert!(back("a.src", "A2\n").is_empty(), "what was used last is there");
    assert_eq!(back("a.src", "A1\n"), ["a.src"], "what was used longest ago is made again");
    assert!(!fixture.reasons().iter().any(|reason| reason.contains("damaged")), "{:?}", fixture.reasons());
}

fn spoil(folder: &std::path::Path) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            spoil(&path);
        } else {
            fs_err::remove_file(&path).unwrap();
            fs_err::write(&path, "??\n").unwrap();
        }
    }
}

#[test]
fn a_new_version_of_a_tool_and_a_new_flag_are_reasons() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let old = fixture.compile("a");
    fixture.build(&plan(vec![old.clone()]));
    let newer = Step { versions: vec!["cc 1.1.0".to_owned()], ..old.clone() };
    fixture.build(&plan(vec![newer.clone()]));
    assert_eq!(fixture.reasons(), ["a/cc: the tools changed from `cc 1.0.0` to `cc 1.1.0`"]);
    let Action::Run(invocation) = newer.action.clone() else { unreachable!("it runs a compiler") };
    let flagged = Step { action: Action::Run(invocation.arg("-O")), ..newer };
    fixture.build(&plan(vec![flagged]));
    assert_eq!(fixture.reasons(), ["a/cc: the command changed: `-O` is new"]);
    fixture.build(&plan(vec![old]));
    assert!(fixture.started().is_empty(), "the first version is still in the store");
}

#[test]
fn where_a_tool_lies_does_not_count() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let here = fixture.compile("a");
    fixture.build(&plan(vec![here.clone()]));
    let Action::Run(mut invocation) = here.action.clone() else { unreachable!("it runs a compiler") };
    invocation.program = fixture.layout.cache.join("toolchains/cc/bin/cc");
    let report = fixture.build(&plan(vec![Step { action: Action::Run(invocation), ..here }]));
    assert_eq!(outcomes(&report), ["a/cc Fresh"]);
}

#[test]
fn a_tree_is_what_version_control_sees() {
    let fixture = Fixture::new();
    fixture.write(".gitignore", "/tree/generated/\n*.log\n");
    fixture.write("tree/.gitignore", "local\n");
    for file in ["one", "sub/two", "local", "x.log", "generated/g", ".hidden/h", "node_modules/m/n", ".conjoin/c"] {
        fixture.write(&format!("tree/{file}"), "1");
    }
    let dir = fixture.layout.app.join("tree");
    let tree = Input::Tree { dir, except: &["node_modules"] };
    let output = fixture.layout.dot_conjoin().join("out");
    let write = Action::Write(vec![WrittenFile::text(output.clone(), "x")]);
    let plan = plan(vec![Step { inputs: vec![tree], outputs: vec![output], ..step("a/write", write) }]);
    fixture.build(&plan);
    for file in ["local", "x.log", "generated/g", ".hidden/h", "node_modules/m/n", ".conjoin/c"] {
        fixture.write(&format!("tree/{file}"), "2");
    }
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
    fixture.write("tree/one", "2");
    fixture.write("tree/sub/three", "1");
    fs_err::remove_file(fixture.layout.app.join("tree/sub/two")).unwrap();
    std::os::unix::fs::symlink("..", fixture.layout.app.join("tree/sub/circle")).unwrap();
    std::os::unix::fs::symlink("nowhere", fixture.layout.app.join("tree/dangling")).unwrap();
    fixture.build(&plan);
    assert_eq!(
        fixture.reasons(),
        ["a/write: `tree/one` changed", "a/write: `tree/sub/three` is new", "a/write: `tree/sub/two` is gone"]
    );
}

#[test]
fn what_the_tool_says_it_read_counts_from_then_on() {
    let fixture = Fixture::new();
    let script = "when build\n join {3} {2} ../lib/shared.src\n write out.d out: {2} ../lib/shared.src wit/world.wit\n";
    fixture.env.fake_tool("cc", script);
    fixture.write("a.src", "A1\n");
    fixture.write("wit/world.wit", "W1\n");
    fixture.env.write("lib/shared.src", "S1\n");
    let (path, except) = (fixture.layout.app.join("out.d"), vec![fixture.layout.app.join("wit")]);
    let plan = plan(vec![Step {
        discovery: Some(Discovery { list: ReadList::DepInfo(path), except, packages: None }),
        ..fixture.compile("a")
    }]);
    fixture.build(&plan);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
    fixture.write("wit/world.wit", "W2\n");
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
    fixture.env.write("lib/shared.src", "S2\n");
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Built"]);
    assert_eq!(fixture.reasons(), ["a/cc: `../lib/shared.src` changed"]);
    assert_eq!(fixture.read(".conjoin/work/a.o"), "A1\nS2\n");
    fixture.env.write("lib/shared.src", "S1\n");
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Restored"]);
    assert_eq!(fixture.read(".conjoin/work/a.o"), "A1\nS1\n");
}

#[test]
fn a_tool_that_writes_its_own_input_is_built_again_at_once() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("cc", "when build\n write lock locked\n join {3} {2} lock\n");
    fixture.write("a.src", "A1\n");
    let mut compile = fixture.compile("a");
    compile.inputs.push(Input::OptionalFile(fixture.layout.app.join("lock")));
    let plan = plan(vec![compile]);
    fixture.build(&plan);
    assert_eq!(fixture.started(), ["a.src", "a.src"]);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
}

#[test]
fn files_are_written_only_when_they_differ() {
    let fixture = Fixture::new();
    let path = fixture.layout.app.join("bindings/x.d.ts");
    let write = |text: &str| {
        let write = Action::Write(vec![WrittenFile::text(path.clone(), text)]);
        plan(vec![Step { keep: Keep::InPlace, outputs: vec![path.clone()], ..step("a/write", write) }])
    };
    fixture.build(&write("one"));
    let before = fs_err::metadata(&path).unwrap().modified().unwrap();
    fs_err::remove_dir_all(fixture.layout.dot_conjoin()).unwrap();
    fixture.build(&write("one"));
    assert_eq!(fs_err::metadata(&path).unwrap().modified().unwrap(), before);
    fixture.build(&write("two"));
    assert_eq!(fixture.read("bindings/x.d.ts"), "two");
}

#[test]
fn an_installation_is_remembered_for_all_apps() {
    let mut fixture = Fixture::new();
    fixture.scope = Scope::Cache;
    let installed = fixture.layout.toolchain("tool-1").join("bin/tool");
    let plan = |fixture: &Fixture| {
        let run = fixture.invocation("cc", &["build", "source"]).arg(&installed);
        let run = Step { outputs: vec![installed.clone()], ..step("tool/cc", Action::Run(run)) };
        Plan::new(vec![run]).unwrap()
    };
    fixture.write("source", "a tool");
    assert_eq!(outcomes(&fixture.build(&plan(&fixture))), ["tool/cc Built"]);
    fixture.layout = layout(fixture.env.path("other-app"), fixture.env.cache());
    assert_eq!(outcomes(&fixture.build(&plan(&fixture))), ["tool/cc Fresh"]);
    assert!(!fixture.layout.app.as_path().exists(), "an installation leaves the app alone");
}

#[test]
fn clean_removes_what_conjoin_made_and_nothing_else() {
    let fixture = built();
    let clean = || clean(&fixture.layout, &fixture.cancel, &mut |_| ());
    assert_eq!(clean().unwrap(), Cleaned::Removed);
    let left: Vec<_> =
        fs_err::read_dir(fixture.layout.app.as_path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(clean().unwrap(), Cleaned::Nothing);
    fixture.write(".conjoin/mine", "do not touch");
    let error = clean().unwrap_err().to_string();
    assert_eq!(fixture.env.redact(&error), "`[ROOT]/app/.conjoin` was not made by conjoin, so it is not removed");
    assert_eq!(fixture.read(".conjoin/mine"), "do not touch");
}
