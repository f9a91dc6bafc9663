//! What counts of the files that a tool says it has read, and of those that it might have read.

use conjoin_engine::StepOutcome;
use conjoin_plan::{Discovery, HiddenFiles, Input, Packages, Plan, ReadList, Step};

use crate::fixture::{Fixture, abs, all, outcomes, plan};

/// Compiles `a.src` with a tool that says it has read what `script` writes to `out.d`.
fn compile(fixture: &Fixture, script: &str, packages: Option<Packages>) -> Plan {
    fixture.env.fake_tool("cc", &format!("when build\n join {{3}} {{2}}\n {script}\n"));
    fixture.write("a.src", "A1\n");
    let list = ReadList::DepInfo(fixture.layout.app.join("out.d"));
    let discovery = Some(Discovery { list, except: vec![], packages });
    plan(vec![Step { discovery, ..fixture.compile("a") }])
}

#[track_caller]
fn assert_built(fixture: &Fixture, plan: &Plan, reasons: &[&str]) {
    let report = fixture.build(plan);
    let expected = if reasons.is_empty() { StepOutcome::Fresh } else { StepOutcome::Built };
    assert_eq!(outcomes(&report), [format!("a/cc {expected:?}")]);
    assert_eq!(fixture.reasons(), reasons);
    assert!(all(&fixture.build(plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
}

#[test]
fn of_names_only_counts_which_there_are() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write("src/one.src", "1");
    fixture.write(".gitignore", "generated.*\n");
    let names = |unseen| {
        let dir = fixture.layout.app.join("src");
        let input = Input::Names { dir, globs: &["**/*.{src,inc}"], except: &["tests"], unseen };
        let step = fixture.compile("a");
        plan(vec![Step { inputs: [step.inputs.clone(), vec![input]].concat(), ..step }])
    };
    assert_built(&fixture, &names(HiddenFiles::Skip), &["a/cc: it was not built before"]);
    for path in ["one.src", "notes.txt", "tests/two.src", "generated.src", ".two.src.swp", "two.src~", ".idea/x.src"] {
        fixture.write(&format!("src/{path}"), "2");
    }
    assert_built(&fixture, &names(HiddenFiles::Skip), &[]);
    fixture.write("src/sub/two.inc", "1");
    assert_built(&fixture, &names(HiddenFiles::Skip), &["a/cc: `src/sub/two.inc` is new"]);
    assert_built(&fixture, &names(HiddenFiles::Count), &["a/cc: `src/generated.src` is new"]);
    fs_err::remove_file(fixture.layout.app.join("src/one.src")).unwrap();
    assert_built(&fixture, &names(HiddenFiles::Count), &["a/cc: `src/one.src` is gone"]);
}

#[test]
fn files_above_count_as_far_as_they_are_there() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let above = Input::Above { dir: fixture.layout.app.join("one/two"), names: &["settings", ".tool/settings"] };
    let step = fixture.compile("a");
    let plan = plan(vec![Step { inputs: [step.inputs.clone(), vec![above]].concat(), ..step }]);
    assert_built(&fixture, &plan, &["a/cc: it was not built before"]);
    fixture.env.write(".tool/settings", "1");
    assert_built(&fixture, &plan, &["a/cc: `../.tool/settings` is new"]);
    fixture.write("one/settings", "1");
    assert_built(&fixture, &plan, &["a/cc: `one/settings` is new"]);
    fixture.write("one/settings", "2");
    assert_built(&fixture, &plan, &["a/cc: `one/settings` changed"]);
}

#[test]
fn a_file_that_was_looked_for_counts_when_it_appears() {
    let fixture = Fixture::new();
    let plan = compile(&fixture, "write out.d out: ../lib/x.js ../lib/x.ts", None);
    fixture.env.write("lib/x.js", "1");
    assert_built(&fixture, &plan, &["a/cc: it was not built before"]);
    fixture.env.write("lib/x.ts", "1");
    assert_built(&fixture, &plan, &["a/cc: `../lib/x.ts` is new"]);
    fs_err::remove_file(fixture.env.path("lib/x.js")).unwrap();
    assert_built(&fixture, &plan, &["a/cc: `../lib/x.js` is gone"]);
    fixture.env.write("lib/x.js", "1");
    fs_err::remove_file(fixture.env.path("lib/x.ts")).unwrap();
    fixture.build(&plan);
    assert!(fixture.started().is_empty(), "as it was at first: from the store");
}

#[test]
fn a_folder_that_was_read_counts_with_all_below_it() {
    let fixture = Fixture::new();
    let plan = compile(&fixture, "write out.d out: ../data", None);
    fixture.env.write("data/one", "1");
    assert_built(&fixture, &plan, &["a/cc: it was not built before"]);
    fixture.env.write("data/sub/two", "1");
    assert_built(&fixture, &plan, &["a/cc: `../data/sub/two` is new"]);
    fixture.env.write("data/one", "2");
    assert_built(&fixture, &plan, &["a/cc: `../data/one` changed"]);
    fs_err::remove_dir_all(fixture.env.path("data/sub")).unwrap();
    assert_built(&fixture, &plan, &["a/cc: `../data/sub/two` is gone"]);
    fs_err::remove_dir_all(fixture.env.path("data")).unwrap();
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Built"]);
    fixture.env.write("data/one", "2");
    fixture.build(&plan);
    assert!(fixture.started().is_empty(), "from the store");
}

#[test]
fn a_package_outside_counts_whole() {
    let fixture = Fixture::new();
    let packages = Packages { source: "src", manifest: "pack", except: &["target"] };
    let plan = compile(&fixture, "write out.d out: ../libs/one/src/x.src ../notes.txt", Some(packages));
    for path in
        ["libs/pack", "libs/one/pack", "libs/one/src/x.src", "libs/one/target/made", "libs/two/x.src", "notes.txt"]
    {
        fixture.env.write(path, "1");
    }
    assert_built(&fixture, &plan, &["a/cc: it was not built before"]);
    fixture.env.write("libs/one/target/made", "2");
    fixture.env.write("libs/two/x.src", "2");
    assert_built(&fixture, &plan, &[]);
    for path in ["libs/one/pack", "libs/pack", "libs/one/src/x.src"] {
        fixture.env.write(path, "2");
        assert_built(&fixture, &plan, &[&format!("a/cc: `../{path}` changed")]);
    }
    fixture.env.write("libs/one/build.src", "1");
    assert_built(&fixture, &plan, &["a/cc: `../libs/one/build.src` is new"]);
}

#[test]
fn a_list_that_a_command_prints_is_read_after_the_step() {
    let fixture = Fixture::new();
    let packages =
        r#"{ "Dir": "[LIB]", "GoFiles": ["x.go"] }"#.replace("[LIB]", &fixture.env.path("lib").to_string_lossy());
    fixture.env.fake_tool("cc", &format!("when build\n join {{3}} {{2}}\nwhen list\n say {packages}\n"));
    fixture.write("a.src", "A1\n");
    fixture.env.write("lib/x.go", "1");
    let list = ReadList::GoList(Box::new(fixture.invocation("cc", &["list"])));
    let step = |list| {
        let discovery = Some(Discovery { list, except: vec![abs(fixture.env.path("lib/sub"))], packages: None });
        plan(vec![Step { discovery, ..fixture.compile("a") }])
    };
    let plan = step(list);
    assert_built(&fixture, &plan, &["a/cc: it was not built before"]);
    assert!(fixture.env.starts().is_empty(), "a build with nothing to do asks nobody");
    fixture.env.write("lib/x.go", "2");
    assert_built(&fixture, &plan, &["a/cc: `../lib/x.go` changed"]);

    fixture.env.fake_tool("cc", "when build\n join {3} {2}\nwhen list\n say { \"Dir\": 1 }\n");
    fixture.env.write("lib/x.go", "3");
    let report = fixture.build(&plan);
    let error = fixture.env.redact(&report.failed[0].error.to_string());
    assert!(
        error.contains("the list of files that it read, which `cd [ROOT]/app && [ROOT]/bin/cc list` prints"),
        "{error}"
    );
}
