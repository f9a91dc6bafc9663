//! Steps run side by side, and a failure stops only what needs it.

use std::collections::BTreeSet;

use conjoin_engine::{BuildEvent, OnFailure, StepError, StepOutcome};
use conjoin_plan::{Action, Input, Step};

use crate::fixture::{COMPILER, Fixture, all, outcomes, plan, step};

#[test]
fn independent_steps_run_at_once() {
    let fixture = Fixture::new();
    let pipe = fixture.env.fifo("meeting").display().to_string();
    let script = format!("when build a\n announce {pipe}\nwhen build b\n await {pipe}\n");
    fixture.env.fake_tool("cc", &script);
    let run = |id: &str, name: &str| step(id, Action::Run(fixture.invocation("cc", &["build", name])));
    // Neither ends before the other has begun.
    let report = fixture.build(&plan(vec![run("a/cc", "a"), run("b/cc", "b")]));
    assert!(all(&report, StepOutcome::Built), "{:?}", outcomes(&report));
}

#[test]
fn what_has_the_longest_way_to_the_end_goes_first() {
    let mut fixture = Fixture::new();
    fixture.jobs = 1;
    for name in ["a", "b", "c"] {
        fixture.write(&format!("{name}.src"), name);
    }
    // As it was the last time: compiling `c` was slow, and copying `b`.
    fixture.write(".conjoin/state/dev/durations.json", r#"{"a/cc": 30, "b/cc": 1, "b/copy": 40, "c/cc": 50}"#);
    let build = |name| [fixture.compile(name), fixture.copy(name)];
    fixture.build(&plan([build("a"), build("b"), build("c")].concat()));
    let events = fixture.events.lock().unwrap().clone();
    let started: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            BuildEvent::StepStarted { step, .. } if step.0.ends_with("/cc") => Some(step.0.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(started, ["c/cc", "b/cc", "a/cc"]);
}

#[test]
fn durations_that_cannot_be_read_are_none() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    fixture.write(".conjoin/state/dev/durations.json", "{\"a/cc\": -");
    let report = fixture.build(&fixture.app_of_two());
    assert!(all(&report, StepOutcome::Built), "{:?}", outcomes(&report));
    let learned: std::collections::BTreeMap<String, u64> =
        serde_json::from_str(&fixture.read(".conjoin/state/dev/durations.json")).unwrap();
    assert!(learned.contains_key("a/cc") && learned.contains_key("app/compose"), "{learned:?}");
}

#[test]
fn a_failing_step_stops_only_what_needs_it() {
    let fixture = Fixture::new();
    fixture
        .env
        .fake_tool("cc", "when build\n say out {2}\n complain error: no main\n exit 7\nwhen fine\n join {3} {2}\n");
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    let mut fine = fixture.compile("b");
    fine.action = Action::Run(
        fixture.invocation("cc", &["fine"]).arg(fixture.layout.app.join("b.src")).arg(fine.outputs[0].clone()),
    );
    let steps = vec![fixture.compile("a"), fixture.copy("a"), fine, fixture.copy("b"), fixture.compose(&["a", "b"])];
    let report = fixture.build(&plan(steps));
    assert_eq!(
        outcomes(&report),
        ["a/cc Failed", "a/copy Skipped", "b/cc Built", "b/copy Built", "app/compose Skipped"]
    );
    let [failed] = report.failed.as_slice() else { unreachable!("one failed: {:?}", report.failed) };
    assert_eq!(failed.step.0, "a/cc");
    assert_eq!(failed.error.to_string(), "`cc` failed with exit status 7");
    let output = fixture.env.redact(&String::from_utf8_lossy(&failed.output));
    assert_eq!(output, "out [ROOT]/app/a.src\nerror: no main\n");
    let command = fixture.env.redact(failed.command.as_deref().unwrap());
    assert_eq!(command, "cd [ROOT]/app && [ROOT]/bin/cc build [ROOT]/app/a.src [ROOT]/app/.conjoin/work/a.o");
    assert_eq!(failed.cwd.as_ref(), Some(&fixture.layout.app));
}

#[test]
fn several_failures_are_all_reported() {
    let fixture = Fixture::new();
    fixture.env.fake_tool("cc", "when build\n exit 1\n");
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    let report = fixture.build(&fixture.app_of_two());
    let failed: Vec<_> = report.failed.iter().map(|failed| failed.step.0.as_str()).collect();
    assert_eq!(failed, ["a/cc", "b/cc"]);
}

#[test]
fn stopping_at_the_first_failure_begins_nothing_more() {
    let mut fixture = Fixture::new();
    (fixture.jobs, fixture.on_failure) = (1, OnFailure::Stop);
    fixture.env.fake_tool("cc", "when build\n exit 1\n");
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    let report = fixture.build(&fixture.app_of_two());
    assert_eq!(outcomes(&report)[..3], ["a/cc Failed", "a/copy Skipped", "b/cc Skipped"]);
    assert_eq!(fixture.started(), ["a.src"]);
}

#[test]
fn what_does_not_fit_into_memory_together_runs_one_after_the_other() {
    let mut fixture = Fixture::new();
    fixture.memory = Some(1_000);
    let steps = [("big", 900), ("giant", 4_000), ("huge", 950), ("small", 100)];
    let steps = steps.map(|(name, memory)| {
        fixture.write(&format!("{name}.src"), name);
        let mut step = fixture.compile(name);
        if let Action::Run(invocation) = &mut step.action {
            invocation.memory = memory;
        }
        step
    });
    // The big one and the small one run at the same time, or wait for each other for ever.
    let (one, other) = (fixture.env.fifo("one"), fixture.env.fifo("other"));
    let source = |name: &str| fixture.layout.app.join(format!("{name}.src"));
    let script = format!(
        "when build {}\n announce {one}\n await {other}\n join {{3}} {{2}}\nwhen build {}\n await {one}\n announce {other}\n join {{3}} {{2}}\n{COMPILER}",
        source("big"),
        source("small"),
        one = one.display(),
        other = other.display(),
    );
    fixture.env.fake_tool("cc", &script);
    let (mut running, mut most) = (BTreeSet::new(), BTreeSet::new());
    let mut watch = |event: &BuildEvent| {
        match event {
            BuildEvent::StepStarted { step, .. } => running.insert(step.0.clone()),
            BuildEvent::StepFinished { step, .. } => running.remove(&step.0),
            _ => false,
        };
        most.insert(running.iter().cloned().collect::<Vec<_>>().join(" "));
    };
    let report = fixture.try_build(&plan(steps.to_vec()), &mut watch).unwrap();
    assert!(all(&report, StepOutcome::Built), "{:?}", report.failed);
    let together: Vec<_> = most.iter().filter(|running| running.contains(' ')).collect();
    assert_eq!(together, ["big/cc small/cc"]);
}

#[test]
fn a_step_after_another_waits_for_it_and_is_done_again_with_it() {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let output = fixture.layout.dot_conjoin().join("work/after");
    let mut after = fixture.compile("a");
    after.id.0 = "after/cc".to_owned();
    after.action = Action::Run(fixture.invocation("cc", &["build", "a.src"]).arg(&output));
    (after.inputs, after.outputs) = (vec![Input::Step(fixture.compile("a").id)], vec![output]);
    let plan = plan(vec![after, fixture.compile("a")]);
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Built", "after/cc Built"]);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh));
    fixture.write("a.src", "A2\n");
    fixture.build(&plan);
    assert_eq!(fixture.reasons(), ["a/cc: `a.src` changed", "after/cc: what `a/cc` did changed"]);
}

#[test]
fn a_step_without_outputs_is_carried_out_each_time() {
    let fixture = Fixture::new();
    let plan = plan(vec![step("a/cc", Action::Run(fixture.invocation("cc", &["other", "x"])))]);
    fixture.build(&plan);
    assert_eq!(outcomes(&fixture.build(&plan)), ["a/cc Built"]);
    assert_eq!(fixture.reasons(), ["a/cc: nothing tells whether it is up to date"]);
}

#[test]
fn cancelling_ends_what_runs_and_begins_nothing_more() {
    let mut fixture = Fixture::new();
    fixture.jobs = 1;
    fixture.env.fake_tool("cc", "when build\n say begun\n write {3} half\n hang\n");
    fixture.write("a.src", "A1\n");
    fixture.write("b.src", "B1\n");
    let cancel = fixture.cancel.clone();
    let mut watch = |event: &BuildEvent| {
        if let BuildEvent::StepOutput { .. } = event {
            cancel.cancel();
        }
    };
    let report = fixture.try_build(&fixture.app_of_two(), &mut watch).unwrap();
    assert!(report.cancelled);
    assert!(all(&report, StepOutcome::Cancelled), "{:?}", outcomes(&report));
    assert!(report.failed.is_empty());
    assert_eq!(fixture.started(), ["a.src"]);
    assert!(!fixture.layout.dot_conjoin().join("work/a.o").as_path().exists(), "half of an output is no output");
}

#[test]
fn events_tell_the_whole_story_in_order() {
    let mut fixture = Fixture::new();
    fixture.jobs = 1;
    fixture.write("a.src", "A1\n");
    fixture.build(&plan(vec![fixture.compile("a"), fixture.copy("a")]));
    let events = fixture.events.lock().unwrap();
    let lines: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let text = fixture.env.redact(&lines.join("\n"));
    let milliseconds = |text: &str| {
        let parts = text.split("\"milliseconds\":").enumerate();
        parts
            .map(|(index, part)| if index == 0 { part } else { part.trim_start_matches(char::is_numeric) })
            .collect::<Vec<_>>()
            .join("\"milliseconds\":0")
    };
    let expected = concat!(
        r#"{"event":"plan-ready","steps":[{"step":"a/cc","subject":{"kind":"component","name":"a"},"title":"test","program":"cc"},"#,
        r#"{"step":"a/copy","subject":{"kind":"component","name":"a"},"title":"test","program":null}]}"#,
        "\n",
        r#"{"event":"step-started","step":"a/cc","reasons":[{"reason":"first-time"}]}"#,
        "\n",
        r#"{"event":"step-output","step":"a/cc","output":"compiling [ROOT]/app/a.src\n"}"#,
        "\n",
        r#"{"event":"step-finished","step":"a/cc","outcome":"built","reasons":[{"reason":"first-time"}],"milliseconds":0}"#,
        "\n",
        r#"{"event":"step-started","step":"a/copy","reasons":[{"reason":"first-time"}]}"#,
        "\n",
        r#"{"event":"step-finished","step":"a/copy","outcome":"built","reasons":[{"reason":"first-time"}],"milliseconds":0}"#,
        "\n",
        r#"{"event":"finished","outcome":"done","milliseconds":0}"#,
    );
    assert_eq!(milliseconds(&text), expected);
}

#[test]
fn an_action_that_fails_is_a_failed_step() {
    let fixture = Fixture::new();
    fixture.write("x.wasm", "x");
    let (component, output) = (fixture.layout.app.join("x.wasm"), fixture.layout.app.join("complete"));
    let expectation = conjoin_plan::Expectation::Hello("hello".to_owned());
    let prove = conjoin_plan::ProveAction { component, expectation, output: output.clone() };
    let report =
        fixture.build(&plan(vec![Step { outputs: vec![output.clone()], ..step("a/prove", Action::Prove(prove)) }]));
    assert!(matches!(&report.failed[0].error, StepError::Perform(error) if error.text == "it says nothing"));
    assert!(!output.as_path().exists());
}
