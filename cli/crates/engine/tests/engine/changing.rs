//! Files that change, vanish or are written by the wrong program while a build runs.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use conjoin_engine::{BuildEvent, Notice, StepOutcome};
use conjoin_plan::{Action, Discovery, Input, Plan, ReadList, Step};

use crate::fixture::{COMPILER, Fixture, all, outcomes, plan};

/// What was told of steps without being a failure.
fn notices(fixture: &Fixture) -> Vec<Notice> {
    let events = fixture.events.lock().unwrap();
    let notices = events.iter().filter_map(|event| match event {
        BuildEvent::StepNoticed { notice, .. } => Some(notice.clone()),
        _ => None,
    });
    notices.collect()
}

fn again(file: &str) -> Notice {
    Notice::Again { files: vec![file.to_owned()] }
}

/// A compiler that reads its source, then waits until somebody has done something, and says that it goes on.
struct Slow {
    fixture: Fixture,
    begun: PathBuf,
    go_on: PathBuf,
}

impl Slow {
    fn new() -> Self {
        let fixture = Fixture::new();
        let (begun, go_on) = (fixture.env.fifo("begun"), fixture.env.fifo("go-on"));
        Self { fixture, begun, go_on }
    }

    /// The lines at which the compiler and [`Slow::build`] meet.
    fn meet(&self) -> String {
        format!(" announce {}\n await {}\n", self.begun.display(), self.go_on.display())
    }

    fn script(&self, script: &str) {
        self.fixture.env.fake_tool("cc", &script.replace("MEET", &self.meet()));
    }

    /// Builds; each time a compiler waits, `meanwhile` gets how often that was so before.
    fn build(&self, plan: &Plan, meanwhile: impl Fn(usize) + Sync) -> Vec<String> {
        let met = AtomicUsize::new(0);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                loop {
                    drop(fs_err::File::open(&self.begun).unwrap());
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                    meanwhile(met.fetch_add(1, Ordering::SeqCst));
                    drop(fs_err::OpenOptions::new().write(true).open(&self.go_on).unwrap());
                }
            });
            let report = self.fixture.build(plan);
            done.store(true, Ordering::SeqCst);
            drop(fs_err::OpenOptions::new().write(true).open(&self.begun).unwrap());
            other.join().unwrap();
            outcomes(&report)
        })
    }
}

#[test]
fn a_source_that_changes_while_it_is_compiled_is_compiled_again() {
    let slow = Slow::new();
    slow.script("when build\n join {3} {2}\nMEET");
    slow.fixture.write("a.src", "A1\n");
    let plan = plan(vec![slow.fixture.compile("a"), slow.fixture.copy("a")]);
    let outcomes = slow.build(&plan, |time| {
        if time == 0 {
            slow.fixture.write("a.src", "A2\n");
        }
    });
    assert_eq!(outcomes, ["a/cc Built", "a/copy Built"]);
    assert_eq!(notices(&slow.fixture), [again("a.src")]);
    assert_eq!(slow.fixture.read(".conjoin/artifacts/dev/a.wasm"), "A2\n");
    assert!(all(&slow.fixture.build(&plan), StepOutcome::Fresh), "{:?}", slow.fixture.reasons());
}

/// The compiler saw contents that were there neither before nor after: nothing may be kept of it, least of all in the store.
#[test]
fn a_source_that_changes_and_changes_back_is_compiled_again() {
    let slow = Slow::new();
    slow.script("when build\nMEET join {3} {2}\nMEET");
    slow.fixture.write("a.src", "A1\n");
    let plan = plan(vec![slow.fixture.compile("a")]);
    slow.build(&plan, |time| match time {
        0 => slow.fixture.write("a.src", "A2\n"),
        1 => slow.fixture.write("a.src", "A1\n"),
        _ => {}
    });
    assert_eq!(notices(&slow.fixture), [again("a.src")]);
    assert_eq!(slow.fixture.read(".conjoin/work/a.o"), "A1\n");
    fs_err::remove_dir_all(slow.fixture.layout.dot_conjoin()).unwrap();
    assert_eq!(outcomes(&slow.fixture.build(&plan)), ["a/cc Restored"]);
    assert_eq!(slow.fixture.read(".conjoin/work/a.o"), "A1\n");
}

#[test]
fn a_source_that_changes_each_time_is_said_and_not_remembered() {
    let slow = Slow::new();
    slow.script("when build\n join {3} {2}\nMEET");
    slow.fixture.write("a.src", "A\n");
    let plan = plan(vec![slow.fixture.compile("a")]);
    let outcome = slow.build(&plan, |time| slow.fixture.write("a.src", &format!("A{time}\n")));
    assert_eq!(outcome, ["a/cc Built"]);
    let last = Notice::Unsettled { files: vec!["a.src".to_owned()] };
    assert_eq!(notices(&slow.fixture), [again("a.src"), last]);
    slow.script("when build\n join {3} {2}\n");
    assert_eq!(outcomes(&slow.fixture.build(&plan)), ["a/cc Built"]);
    assert_eq!(slow.fixture.read(".conjoin/work/a.o"), "A1\n");
}

#[test]
fn a_file_that_only_the_tool_knows_of_is_watched_as_well() {
    let slow = Slow::new();
    let script = "when build\n join {3} {2} ../shared.src\nMEET write out.d out: {2} ../shared.src\n";
    slow.script(script);
    slow.fixture.write("a.src", "A1\n");
    slow.fixture.env.write("shared.src", "S1\n");
    let list = ReadList::DepInfo(slow.fixture.layout.app.join("out.d"));
    let discovery = Some(Discovery { list, except: vec![], packages: None });
    let plan = plan(vec![Step { discovery, ..slow.fixture.compile("a") }]);
    slow.build(&plan, |time| {
        if time == 0 {
            slow.fixture.env.write("shared.src", "S2\n");
        }
    });
    assert_eq!(notices(&slow.fixture), [again("../shared.src")]);
    assert_eq!(slow.fixture.read(".conjoin/work/a.o"), "A1\nS2\n");
}

/// A file that the program itself writes each time with the same contents: twice at first, once from then on.
#[test]
fn a_tool_that_writes_its_own_source_each_time_is_known_by_then() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("cc", "when build\n write generated.src same\n join {3} {2} generated.src\n");
    fixture.write("a.src", "A1\n");
    fixture.write("generated.src", "same\n");
    let mut compile = fixture.compile("a");
    compile.inputs.push(Input::File(fixture.layout.app.join("generated.src")));
    let plan = plan(vec![compile]);
    fixture.build(&plan);
    assert_eq!(notices(&fixture), [again("generated.src")]);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
    fixture.write("a.src", "A2\n");
    fixture.build(&plan);
    assert_eq!(notices(&fixture), []);
    assert_eq!(fixture.read(".conjoin/work/a.o"), "A2\nsame\n");
}

#[test]
fn a_source_that_vanishes_while_it_is_compiled_is_an_error() {
    let slow = Slow::new();
    slow.script("when build\n join {3} {2}\nMEET");
    slow.fixture.write("a.src", "A1\n");
    let source = slow.fixture.layout.app.join("a.src");
    let plan = plan(vec![slow.fixture.compile("a")]);
    assert_eq!(slow.build(&plan, |_| fs_err::remove_file(&source).unwrap()), ["a/cc Failed"]);
    slow.script("when build\n join {3} {2}\n");
    slow.fixture.write("a.src", "A1\n");
    assert_eq!(outcomes(&slow.fixture.build(&plan)), ["a/cc Built"], "nothing was remembered");
}

/// At each moment, one of them is missing.
#[test]
fn files_that_vanish_from_a_folder_while_it_is_read_are_not_there() {
    let fixture = Fixture::new();
    for number in 0..300 {
        fixture.write(&format!("tree/{number}.src"), "1");
    }
    fixture.write("a.src", "A1\n");
    let mut compile = fixture.compile("a");
    compile.inputs.push(Input::Tree { dir: fixture.layout.app.join("tree"), except: &[] });
    let plan = plan(vec![compile]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                for number in 0..300 {
                    let path = fixture.layout.app.join(format!("tree/{number}.src"));
                    fs_err::remove_file(&path).unwrap();
                    fs_err::write(&path, "1").unwrap();
                }
            }
        });
        let outcomes: Vec<_> = (0..20).flat_map(|_| outcomes(&fixture.build(&plan))).collect();
        done.store(true, Ordering::SeqCst);
        assert!(outcomes.iter().all(|outcome| !outcome.contains("Failed")), "{outcomes:?}");
    });
    fixture.build(&plan);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
}

/// Compiles `FOLDER/SOURCE` in that folder.
fn compile_in(fixture: &Fixture, name: &str, source: &str) -> Step {
    let source = fixture.layout.app.join(source);
    let mut compile = fixture.compile(name);
    let Action::Run(invocation) = &mut compile.action else { unreachable!("it runs a compiler") };
    invocation.cwd = source.parent();
    invocation.args[1] = (&source).into();
    compile.inputs = vec![Input::File(source)];
    compile
}

/// The files that changed where they should not, by the steps whose programs ran.
fn undeclared(fixture: &Fixture) -> Vec<(Vec<String>, Vec<String>)> {
    let events = fixture.events.lock().unwrap();
    let undeclared = events.iter().filter_map(|event| match event {
        BuildEvent::UndeclaredOutputs { steps, files } => Some((steps, files)),
        _ => None,
    });
    let sorted = |files: &[String]| files.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    undeclared.map(|(steps, files)| (steps.iter().map(|step| step.0.clone()).collect(), sorted(files))).collect()
}

#[test]
fn writing_into_what_is_another_ones_is_reported() {
    let fixture = Fixture::new();
    let own = "when build\n write own/deep x\n join {3} {2}\n";
    fixture.env.fake_tool("cc", &format!("{own} write ../b/notes x\n write ../wit/app.wit x\n write ../c/ignored x\n"));
    fixture.write("a/one.src", "A1\n");
    fixture.write("b/two.src", "B1\n");
    fixture.write("c/.gitignore", "ignored\n");
    fixture.write("conjoin.toml", "\n");
    let plan = plan(vec![compile_in(&fixture, "a", "a/one.src"), fixture.copy("a")]);
    fixture.build(&plan);
    let files = ["b/notes", "wit/app.wit"].map(str::to_owned).to_vec();
    assert_eq!(undeclared(&fixture), [(vec!["a/cc".to_owned()], files)]);
    fixture.build(&plan);
    assert_eq!(undeclared(&fixture), [], "nothing ran");
    fixture.env.fake_tool("cc", own);
    fixture.write("a/one.src", "A2\n");
    fixture.build(&plan);
    assert_eq!(undeclared(&fixture), [], "a program may write in the folder in which it works");
}

#[test]
fn who_is_at_work_where_a_file_changes_may_write_it() {
    let fixture = Fixture::new();
    // Each waits for the other one, so that both run at the same time.
    let (one, other) = (fixture.env.fifo("one"), fixture.env.fifo("other"));
    let (one, other) = (one.display(), other.display());
    let build = format!("announce {one}\n await {other}\n write made x\n join {{3}} {{2}}\n");
    let build_too = format!("await {one}\n announce {other}\n write made x\n join {{3}} {{2}}\n");
    let source = fixture.layout.app.join("a/one.src");
    fixture.env.fake_tool("cc", &format!("when build {source}\n {build}when build\n {build_too}"));
    fixture.write("a/one.src", "A1\n");
    fixture.write("b/two.src", "B1\n");
    let plan = plan(vec![compile_in(&fixture, "a", "a/one.src"), compile_in(&fixture, "b", "b/two.src")]);
    assert!(all(&fixture.build(&plan), StepOutcome::Built));
    assert_eq!(undeclared(&fixture), []);
}

#[test]
fn a_tool_that_hangs_is_ended_and_a_silent_one_told() {
    let mut fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.env.fake_tool("cc", "when build\n write {3} half\n hang\n");
    let plan = plan(vec![fixture.compile("a"), fixture.copy("a")]);
    fixture.limits.time = Some(Duration::from_millis(300));
    fixture.limits.silence = Duration::from_millis(20);
    let report = fixture.build(&plan);
    assert_eq!(outcomes(&report), ["a/cc Failed", "a/copy Skipped"]);
    assert_eq!(report.failed[0].error.to_string(), "`cc` did not end within 300ms and was ended");
    assert_eq!(notices(&fixture)[0], Notice::Silent { seconds: 0, limit: Some(0) });
    assert!(!fixture.layout.app.join(".conjoin/work/a.o").as_path().exists(), "half of a result");
    fixture.limits.time = None;
    fixture.env.fake_tool("cc", COMPILER);
    assert!(all(&fixture.build(&plan), StepOutcome::Built));
}

#[test]
fn a_step_that_takes_long_is_told_again_and_again() {
    let mut fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let end = fixture.env.fifo("end");
    fixture.env.fake_tool("cc", &format!("when build\n say compiling\n await {}\n join {{3}} {{2}}\n", end.display()));
    fixture.limits.heartbeat = Duration::from_millis(1);
    let mut told = 0;
    // It ends when it was told twice.
    let mut watch = |event: &BuildEvent| {
        if let BuildEvent::StepNoticed { notice: Notice::Running { .. }, .. } = event {
            told += 1;
            if told == 2 {
                drop(fs_err::OpenOptions::new().write(true).open(&end).unwrap());
            }
        }
    };
    let report = fixture.try_build(&plan(vec![fixture.compile("a")]), &mut watch).unwrap();
    assert_eq!(outcomes(&report), ["a/cc Built"]);
    assert_eq!(notices(&fixture)[0], Notice::Running { seconds: 0 });
}
