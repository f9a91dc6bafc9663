//! What people read of a build, by its events.

use conjoin_engine::StepLine;
use conjoin_manifest::ComponentName;
use conjoin_plan::ToolSpec;

use super::*;

static CARGO: ToolSpec = ToolSpec::new("cargo", "cargo");
static PROGRAM: ToolSpec = ToolSpec::new("program", "a program");

/// Steps of the component `api` and of its composition: a name, whether a program is started, and what came of it.
fn told(steps: &[(&str, bool, StepOutcome)], end: BuildOutcome) -> String {
    let name = ComponentName::parse("api").expect("a name");
    let subject = |step: &str| match step {
        "compose" => Subject::Composition(name.clone()),
        _ => Subject::Component(name.clone()),
    };
    let lines = steps.iter().map(|(step, is_program, _)| StepLine {
        step: StepId((*step).to_owned()),
        subject: subject(step),
        title: format!("do {step}"),
        program: is_program.then(|| "tool".to_owned()),
        tool: is_program.then_some(&PROGRAM),
        is_stored: *step == "compile",
    });
    let mut events = vec![BuildEvent::PlanReady { steps: lines.collect() }];
    for (step, _, outcome) in steps {
        let (step, outcome, reasons) = (StepId((*step).to_owned()), *outcome, Vec::new());
        if matches!(outcome, StepOutcome::Built | StepOutcome::Failed) {
            events.push(BuildEvent::StepStarted { step: step.clone(), reasons: Vec::new() });
        }
        events.push(BuildEvent::StepFinished { step, outcome, reasons, milliseconds: 100 });
    }
    events.push(BuildEvent::Finished { outcome: end, milliseconds: 300 });
    written(&events)
}

/// What is written where no live line can be drawn, and an event comes each tenth of a second.
fn written(events: &[BuildEvent]) -> String {
    let (mut progress, mut said) =
        (Progress::new(Verbosity::Normal, Style::Plain, None, conjoin_toolchains::all()), Vec::new());
    let mut after = Duration::ZERO;
    for event in events {
        progress.show(event, after, &mut said);
        after += Duration::from_millis(100);
    }
    let said = String::from_utf8(said).expect("text");
    said.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

#[test]
fn what_is_done_around_a_restored_component_does_not_make_it_a_built_one() {
    let (built, restored) = (StepOutcome::Built, StepOutcome::Restored);
    let steps = [("install", true, built), ("compile", true, restored), ("copy", false, built)];
    assert_eq!(
        told(&steps, BuildOutcome::Done),
        "Building api: do install\nRestored api\nFinished in 0.30 s: 1 restored\n"
    );
    let steps = [("install", true, restored), ("compile", true, built), ("copy", false, built)];
    assert_eq!(
        told(&steps, BuildOutcome::Done),
        "Building api: do compile\nBuilt api in 0.2 s\nFinished in 0.30 s: 1 built\n"
    );
}

#[test]
fn what_is_fresh_is_counted() {
    let steps = [("compile", true, StepOutcome::Fresh), ("compose", false, StepOutcome::Fresh)];
    assert_eq!(told(&steps, BuildOutcome::Done), "Finished in 0.30 s: 1 fresh\n");
}

#[test]
fn a_composition_is_told_from_its_entry() {
    let steps = [("compile", true, StepOutcome::Failed), ("compose", false, StepOutcome::Skipped)];
    assert_eq!(
        told(&steps, BuildOutcome::Failed),
        "Building api: do compile\nFailed api after 0.1 s\nSkipped composition of api\n"
    );
}

/// Events of steps of components, by the names of both: they are planned, begin and end in this order.
fn events(steps: &[(&str, &str)], told: &[(&str, Option<StepOutcome>)], end: BuildOutcome) -> Vec<BuildEvent> {
    let lines = steps.iter().map(|(component, step)| StepLine {
        step: StepId((*step).to_owned()),
        subject: Subject::Component(ComponentName::parse(component).expect("a name")),
        title: String::new(),
        program: None,
        tool: None,
        is_stored: false,
    });
    let told = told.iter().map(|(step, outcome)| {
        let (step, reasons) = (StepId((*step).to_owned()), Vec::new());
        match *outcome {
            Some(outcome) => BuildEvent::StepFinished { step, outcome, reasons, milliseconds: 9_999 },
            None => BuildEvent::StepStarted { step, reasons },
        }
    });
    let begin = BuildEvent::PlanReady { steps: lines.collect() };
    [begin].into_iter().chain(told).chain([BuildEvent::Finished { outcome: end, milliseconds: 700 }]).collect()
}

#[test]
fn what_is_done_at_the_same_time_takes_that_time_once() {
    let built = Some(StepOutcome::Built);
    let told = [("one", None), ("two", None), ("one", built), ("two", built), ("three", None), ("three", built)];
    let steps = [("api", "one"), ("api", "two"), ("api", "three")];
    assert_eq!(
        written(&events(&steps, &told, BuildOutcome::Done)),
        "Built api in 0.4 s\nFinished in 0.70 s: 1 built\n"
    );
}

#[test]
fn of_a_build_that_is_ended_only_what_was_at_work_is_named() {
    let (built, cancelled) = (Some(StepOutcome::Built), Some(StepOutcome::Cancelled));
    let told = [
        ("half", None),
        ("half", built),
        ("working", None),
        ("other half", cancelled),
        ("waiting", cancelled),
        ("working", cancelled),
    ];
    let steps = [("done", "half"), ("done", "other half"), ("idle", "waiting"), ("busy", "working")];
    assert_eq!(written(&events(&steps, &told, BuildOutcome::Cancelled)), "Cancelled busy\nInterrupted after 0.7 s\n");
}

#[test]
fn a_step_that_takes_long_is_told_with_the_last_words_of_its_program() {
    let name = ComponentName::parse("api").expect("a name");
    let step = || StepId("compile".to_owned());
    let line = StepLine {
        step: step(),
        subject: Subject::Component(name),
        title: "cargo build".to_owned(),
        program: Some("cargo".to_owned()),
        tool: Some(&CARGO),
        is_stored: true,
    };
    let running = |seconds| BuildEvent::StepNoticed { step: step(), notice: Notice::Running { seconds } };
    let events = [
        BuildEvent::PlanReady { steps: vec![line] },
        BuildEvent::StepStarted { step: step(), reasons: Vec::new() },
        running(30),
        BuildEvent::StepOutput { step: step(), output: b"Downloading crates ...\n".to_vec() },
        running(90),
    ];
    assert_eq!(
        written(&events),
        "Building api: cargo build\nBuilding api: cargo build, for 30 s\n\
         Building api: cargo build, for 90 s: Downloading crates ...\n"
    );
}

#[test]
fn how_far_a_step_is_takes_the_place_of_what_its_program_says() {
    let step = StepId("api/cargo".to_owned());
    let subject = Subject::Component(ComponentName::parse("api").expect("a name"));
    let (title, program, tool) = ("cargo build".to_owned(), Some("cargo".to_owned()), Some(&CARGO));
    let line = StepLine { step: step.clone(), subject, title, program, tool, is_stored: true };
    let stream = Stream::start(std::io::sink()).expect("a thread");
    let mut progress = Progress::new(Verbosity::Normal, Style::Plain, Some(stream), conjoin_toolchains::all());
    let mut shows = |event: BuildEvent| {
        progress.show(&event, Duration::ZERO, &mut Vec::new());
        progress.running.get(&step).map(|running| running.line.message())
    };
    let says = |text: &str| BuildEvent::StepOutput { step: step.clone(), output: text.into() };
    let tells = |line: &str| BuildEvent::StepProgress { step: step.clone(), line: line.into() };
    assert_eq!(shows(BuildEvent::PlanReady { steps: vec![line] }), None);
    shows(BuildEvent::StepStarted { step: step.clone(), reasons: Vec::new() });
    assert_eq!(shows(says("   Compiling serde v1\n")).as_deref(), Some("Compiling serde v1"));
    assert_eq!(shows(tells("    Building [==>   ] 1/9: serde  ")).as_deref(), Some("1/9 serde"));
    assert_eq!(shows(says("   Compiling log v0\n")).as_deref(), Some("1/9 serde"));
    assert_eq!(shows(tells("")).as_deref(), Some("1/9 serde"));
}

#[test]
fn the_last_that_a_program_said_is_a_short_line() {
    assert_eq!(last_words("   Compiling a v1\n{\"reason\":\"x\"}\n\n").as_deref(), Some("Compiling a v1"));
    assert_eq!(last_words("\u{1b}[1mhot\u{7}\n").as_deref(), Some("hot\\u{7}"));
    assert_eq!(last_words(&"x".repeat(200)).map(|text| text.len()), Some(LAST_WORDS));
    assert_eq!(last_words("\n{}\n"), None);
}
