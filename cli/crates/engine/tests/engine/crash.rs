//! Being killed at the worst moment, and working side by side with another process.
//!
//! The other process is this test program itself, started again with [`ROOT`] set.

use std::{
    path::PathBuf,
    process::{Child, Command},
};

use conjoin_engine::{BuildEvent, StepOutcome};

use crate::fixture::{Fixture, all, layout, outcomes};

/// The variable that tells this program to be the other process, and where.
const ROOT: &str = "CONJOIN_ENGINE_TEST_ROOT";

/// Not a test by itself: the build of the other process.
#[test]
#[expect(clippy::disallowed_methods, reason = "this is how a test program tells itself what to be")]
fn the_other_process() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else { return };
    let mut fixture = Fixture::new();
    fixture.bin = root.join("bin");
    fixture.layout = layout(root.join("app"), root.join("cache"));
    // One step after the other, so that it is known which one it is at.
    fixture.jobs = 1;
    let report = fixture.build(&fixture.app_of_two());
    assert!(report.failed.is_empty(), "{:?}", report.failed);
}

#[expect(clippy::disallowed_methods, reason = "the engine, which starts programs, is what is tested")]
fn start_other_process(fixture: &Fixture) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_other_process"])
        .env(ROOT, fixture.env.root())
        .env("TMPDIR", fixture.env.path("tmp"))
        .spawn()
        .unwrap()
}

fn sources() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    fixture
}

#[test]
fn after_a_kill_in_the_middle_the_next_build_is_right() {
    let fixture = sources();
    let pipe = fixture.env.fifo("meeting");
    let script = format!("when build\n write {{3}} half\n announce {}\n hang\n", pipe.display());
    fixture.env.fake_tool("cc", &script);
    let mut other = start_other_process(&fixture);
    // Opens only when a compiler is in the middle of its work.
    drop(fs_err::File::open(&pipe).unwrap());
    other.kill().unwrap();
    other.wait().unwrap();
    fixture.env.fake_tool("cc", crate::fixture::COMPILER);
    // The orphans still run: their build would wait for them for ever if it did not end them.
    let report = fixture.build(&fixture.app_of_two());
    assert!(all(&report, StepOutcome::Built), "{:?}", outcomes(&report));
    assert_eq!(fixture.read(".conjoin/build/dev/app.wasm"), "A1\nB1\n");
    assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Fresh));
}

#[test]
fn a_second_build_says_that_another_one_is_running_and_begins_when_that_has_ended() {
    let fixture = sources();
    let (begun, go_on) = (fixture.env.fifo("begun"), fixture.env.fifo("go-on"));
    let meet = format!(" announce {}\n await {}\n", begun.display(), go_on.display());
    let source = fixture.layout.app.join("a.src");
    fixture
        .env
        .fake_tool("cc", &format!("when build {source}\n{meet} join {{3}} {{2}}\nwhen build\n join {{3}} {{2}}\n"));
    let mut other = start_other_process(&fixture);
    drop(fs_err::File::open(&begun).unwrap());
    let mut waited_for = Vec::new();
    let mut watch = |event: &BuildEvent| {
        if let BuildEvent::Waiting { work, holder, .. } = event {
            waited_for.push((*work, holder.unwrap()));
            drop(fs_err::OpenOptions::new().write(true).open(&go_on).unwrap());
        }
    };
    let report = fixture.try_build(&fixture.app_of_two(), &mut watch).unwrap();
    assert!(all(&report, StepOutcome::Fresh), "{:?} {:?}", outcomes(&report), fixture.reasons());
    assert_eq!(waited_for, [("another build of this app", other.id())]);
    assert!(other.wait().unwrap().success());
    assert_eq!(fixture.read(".conjoin/build/dev/app.wasm"), "A1\nB1\n");
}

#[test]
fn a_folder_that_is_cleaned_while_a_build_waits_is_made_anew() {
    let fixture = sources();
    fixture.build(&fixture.app_of_two());
    let folder = fixture.layout.dot_conjoin();
    let mut held = Some(conjoin_engine::lock(&folder.join("lock"), &fixture.cancel, &mut |_| ()).unwrap());
    let mut watch = |event: &BuildEvent| {
        if let BuildEvent::Waiting { .. } = event {
            fs_err::remove_dir_all(&folder).unwrap();
            drop(held.take());
        }
    };
    let report = fixture.try_build(&fixture.app_of_two(), &mut watch).unwrap();
    assert!(report.failed.is_empty());
    let cleaned = conjoin_engine::clean(&fixture.layout, &fixture.cancel, &mut |_| ()).unwrap();
    assert_eq!(cleaned, conjoin_engine::Cleaned::Removed);
}

#[test]
fn waiting_for_another_process_can_be_cancelled() {
    let fixture = sources();
    let path = fixture.layout.dot_conjoin().join("lock");
    let held = conjoin_engine::lock(&path, &fixture.cancel, &mut |_| ()).unwrap();
    let cancel = fixture.cancel.clone();
    let mut watch = |event: &BuildEvent| {
        if let BuildEvent::Waiting { .. } = event {
            cancel.cancel();
        }
    };
    let error = fixture.try_build(&fixture.app_of_two(), &mut watch).unwrap_err();
    assert_eq!(error.to_string(), "cancelled");
    drop(held);
}
