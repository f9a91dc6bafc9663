//! What is wrong on the machine or in a step gets a clear error.

use conjoin_engine::{ExecuteError, error_chain};
use conjoin_plan::{Action, Discovery, Input, ReadList, Step};

use crate::fixture::{Fixture, abs, layout, outcomes, plan, step};

/// Why the only step of `plan` fails.
fn failure(fixture: &Fixture, step: Step) -> String {
    let report = fixture.build(&plan(vec![step]));
    let [failed] = report.failed.as_slice() else { unreachable!("one step failed: {:?}", outcomes(&report)) };
    fixture.env.redact(&error_chain(&failed.error))
}

#[test]
fn a_result_that_is_not_there_is_an_error() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.env.fake_tool("cc", "when build\n say done\n");
    let text = failure(&fixture, fixture.compile("a"));
    assert_eq!(text, "step `a/cc` succeeded, but did not write `[ROOT]/app/.conjoin/work/a.o`");
}

#[test]
fn an_old_result_does_not_pass_for_a_new_one() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.build(&plan(vec![fixture.compile("a")]));
    fixture.write("a.src", "A2\n");
    fixture.env.fake_tool("cc", "when build\n say done\n");
    let text = failure(&fixture, fixture.compile("a"));
    assert_eq!(text, "step `a/cc` succeeded, but did not write `[ROOT]/app/.conjoin/work/a.o`");
}

#[test]
fn a_list_of_what_was_read_that_is_not_there_is_an_error() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let list = ReadList::DepInfo(fixture.layout.app.join("a.d"));
    let discovery = Some(Discovery { list, except: vec![], packages: None });
    let text = failure(&fixture, Step { discovery, ..fixture.compile("a") });
    assert_eq!(text, "step `a/cc` succeeded, but did not write the list of files that it read to `[ROOT]/app/a.d`");
}

#[test]
fn inputs_that_cannot_be_read_are_errors() {
    let fixture = Fixture::new();
    fixture.write("folder/file", "");
    for (input, expected) in [
        (Input::File(fixture.layout.app.join("none")), "there is no `[ROOT]/app/none`"),
        (Input::File(fixture.layout.app.join("folder")), "`[ROOT]/app/folder` is a folder, not a file"),
        (Input::Tree { dir: fixture.layout.app.join("none"), except: &[] }, "there is no `[ROOT]/app/none`"),
    ] {
        let run = Action::Run(fixture.invocation("cc", &["build"]));
        let text = failure(&fixture, Step { inputs: vec![input], ..step("a/cc", run) });
        assert_eq!(text, format!("step `a/cc` cannot read what it needs: {expected}"));
    }
    let globs = Input::Globs {
        dir: fixture.layout.app.clone(),
        globs: vec!["a{".to_owned()],
        except: vec![],
        without: &[],
        must_match: true,
    };
    let run = Action::Run(fixture.invocation("cc", &["build"]));
    let text = failure(&fixture, Step { inputs: vec![globs], ..step("a/cc", run) });
    assert!(text.starts_with("step `a/cc` cannot read what it needs: `a{` is not a glob: "), "{text}");
}

#[test]
fn a_failure_is_explained_by_another_program() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("cc", "when build\n complain not found\n exit 1\nwhen list\n say there are 1 and 2\n");
    let run = fixture.invocation("cc", &["build"]).explained_by(fixture.invocation("cc", &["list"]));
    let report = fixture.build(&plan(vec![step("a/cc", Action::Run(run))]));
    assert_eq!(String::from_utf8_lossy(&report.failed[0].output), "not found\nthere are 1 and 2\n");
    fixture.env.fake_tool("cc", "when build\n say done\n");
    let run = fixture.invocation("cc", &["build"]).explained_by(fixture.invocation("cc", &["list"]));
    fixture.env.forget_starts();
    fixture.build(&plan(vec![step("a/cc", Action::Run(run))]));
    assert_eq!(fixture.env.starts().len(), 1, "a success needs no explanation");
}

#[test]
fn a_tool_that_is_gone_or_crashes_is_named() {
    let fixture = Fixture::new();
    let gone = fixture.invocation("gone", &[]);
    assert_eq!(failure(&fixture, step("a/gone", Action::Run(gone))), "there is no program `[ROOT]/bin/gone`");
    fixture.env.fake_tool("cc", "when build\n abort\n");
    let crash = fixture.invocation("cc", &["build", "x"]);
    assert_eq!(failure(&fixture, step("a/crash", Action::Run(crash))), "`cc` was ended by signal 6 (abort)");
    let mut nowhere = fixture.invocation("cc", &["build", "x"]);
    nowhere.cwd = fixture.layout.app.join("nowhere");
    let text = failure(&fixture, step("a/nowhere", Action::Run(nowhere)));
    assert_eq!(text, "cannot run `[ROOT]/bin/cc` in `[ROOT]/app/nowhere`: there is no such folder");
    fixture.env.write("bin/text", "no program");
    let text = failure(&fixture, step("a/text", Action::Run(fixture.invocation("text", &[]))));
    assert!(text.starts_with("cannot start `[ROOT]/bin/text`: "), "{text}");
}

#[test]
fn a_panic_is_a_failed_step() {
    let fixture = Fixture::new();
    let mut compose = fixture.compose(&[]);
    let Action::Compose(action) = &mut compose.action else { unreachable!("it composes") };
    action.wiring.entry = "panic".to_owned();
    let report = fixture.build(&plan(vec![compose]));
    let [failed] = report.failed.as_slice() else { unreachable!("one step failed: {:?}", outcomes(&report)) };
    assert!(failed.is_bug());
    let text = "step `app/compose` panicked, which is a bug in conjoin: an invariant does not hold";
    assert_eq!(failed.error.to_string(), text);
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_an_error_with_a_hint() {
    let mut fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let cache = fixture.env.write("in-the-way", "a file, not a folder");
    fixture.layout = layout(fixture.env.app(), cache.clone());
    let error = fixture.try_build(&plan(vec![fixture.compile("a")]), &mut |_| ()).unwrap_err();
    assert!(matches!(&error, ExecuteError::Cache { folder, .. } if *folder == abs(cache)), "{error:?}");
    let text = fixture.env.redact(&error.to_string());
    assert_eq!(text, "cannot write to the cache folder `[ROOT]/in-the-way`");
    assert_eq!(error.hints(), ["set CONJOIN_CACHE to a folder that you may write to"]);
    assert!(fixture.started().is_empty());
}

#[test]
fn an_app_folder_that_cannot_be_written_is_an_error_with_a_hint() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write(".conjoin", "a file, not a folder");
    let error = fixture.try_build(&plan(vec![fixture.compile("a")]), &mut |_| ()).unwrap_err();
    let text = fixture.env.redact(&error.to_string());
    assert_eq!(text, "cannot write to `[ROOT]/app/.conjoin`, where conjoin keeps what it makes");
    assert_eq!(error.hints().len(), 1);
}
