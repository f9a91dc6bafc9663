//! `kill -9` before every single file operation of a build, counted and not chosen: the next build is right.
//!
//! The other process is this test program itself, started again with [`ROOT`] set.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command},
};

use conjoin_engine::{StepOutcome, assume_recorded};
use conjoin_plan::{ProbeRequest, ProbeResults, Tool};

use crate::{
    fixture::{Fixture, PROGRAM, all, layout, outcomes},
    trace::operations,
};

/// The variable that tells this program to be the other process, and where.
const ROOT: &str = "CONJOIN_ENGINE_KILL_ROOT";

/// Not a test by itself: the build of the other process, one step after the other.
#[test]
#[expect(clippy::disallowed_methods, reason = "this is how a test program tells itself what to be")]
fn the_build_that_is_killed() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else { return };
    let mut fixture = Fixture::with_record();
    fixture.bin = root.join("bin");
    fixture.layout = layout(root.join("app"), root.join("cache"));
    fixture.jobs = 1;
    fs_err::File::open(root.join("gate")).unwrap().read_exact(&mut [0]).unwrap();
    fs_err::write(root.join("begun"), "").unwrap();
    fixture.build(&fixture.app_of_two());
}

#[expect(clippy::disallowed_methods, reason = "the engine, which starts programs, is what is tested")]
fn start(fixture: &Fixture) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_build_that_is_killed", "--nocapture"])
        .env(ROOT, fixture.env.root())
        .env("TMPDIR", fixture.env.path("tmp"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Builds in another process, which is killed before its operation `limit`; gives how many it carried out.
fn build_and_kill(fixture: &Fixture, limit: usize) -> usize {
    let (gate, begun) = (fixture.env.path("gate"), fixture.env.path("begun"));
    drop(fs_err::remove_file(&begun));
    if !gate.exists() {
        fixture.env.fifo("gate");
    }
    // Open for both, so that it need not wait for the other side.
    let mut gate = fs_err::OpenOptions::new().read(true).write(true).open(&gate).unwrap();
    let mut other = start(fixture);
    let count = operations(&other, &begun, limit, || gate.write_all(&[1]).unwrap());
    drop(other.wait());
    count
}

/// Kills a build that starts as `prepare` leaves things, before each of its operations; between the kill and the next build, every
/// other time, a source changes.
fn kill_everywhere(prepare: impl Fn(&Fixture)) {
    let fresh = || {
        let fixture = Fixture::with_record();
        fixture.write("a.src", "A1\n");
        fixture.write("b.src", "B1\n");
        prepare(&fixture);
        fixture
    };
    let operations = build_and_kill(&fresh(), usize::MAX);
    assert!(operations > 20, "only {operations} operations were seen");
    for limit in 0..operations {
        let fixture = fresh();
        build_and_kill(&fixture, limit);
        if limit % 2 == 1 {
            fixture.write("a.src", "A3\n");
        }
        let plan = fixture.app_of_two();
        let report = fixture.build(&plan);
        assert!(report.failed.is_empty(), "killed before operation {limit}: {:?}", outcomes(&report));
        let expected = fixture.read("a.src") + &fixture.read("b.src");
        assert_eq!(fixture.read(".conjoin/build/dev/app.wasm"), expected, "killed before operation {limit}");
        let mut probed = ProbeResults::default();
        let request = ProbeRequest { tools: BTreeSet::from([&PROGRAM as Tool]), ..ProbeRequest::default() };
        assume_recorded(&request, &fixture.layout, &mut probed);
        assert_eq!(Some(probed.tools), fixture.probed.as_ref().map(|probed| probed.tools.clone()));
        let again = fixture.build(&plan);
        assert!(all(&again, StepOutcome::Fresh), "killed before operation {limit}: {:?}", outcomes(&again));
        assert!(
            temporary_files(&fixture).is_empty(),
            "killed before operation {limit}: {:?}",
            temporary_files(&fixture)
        );
    }
}

/// What a killed process may leave of the files that it was writing, after the next build.
fn temporary_files(fixture: &Fixture) -> Vec<PathBuf> {
    let mut folders = vec![fixture.layout.app.as_path().to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap().to_string_lossy().contains("conjoin-tmp") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn a_first_build_can_be_killed_anywhere() {
    kill_everywhere(|_| ());
}

#[test]
fn a_build_after_a_change_can_be_killed_anywhere() {
    kill_everywhere(|fixture| {
        fixture.build(&fixture.app_of_two());
        fixture.write("a.src", "A2\n");
    });
}
