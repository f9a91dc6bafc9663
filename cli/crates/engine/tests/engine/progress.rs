//! Programs that tell how far they are.

use conjoin_engine::{BuildEvent, StepOutcome};
use conjoin_plan::{Action, Step};

use crate::fixture::{Fixture, all, plan};

/// A compiler that has to be asked.
fn asked(fixture: &Fixture) -> Step {
    let mut compile = fixture.compile("a");
    if let Action::Run(invocation) = &mut compile.action {
        invocation.progress = &[("ASKED", "always")];
    }
    compile
}

/// The lines that the program has told and written over.
fn told(fixture: &Fixture) -> Vec<String> {
    let events = fixture.events.lock().unwrap();
    let lines = events.iter().filter_map(|event| match event {
        BuildEvent::StepProgress { step, line } => Some(format!("{step}: {}", String::from_utf8_lossy(line))),
        _ => None,
    });
    lines.collect()
}

#[test]
fn what_is_written_over_is_told_where_it_was_asked_for_and_kept_nowhere() {
    let mut fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let script = "when build\n variable ASKED\n complain one\n tick 1/2\n tick 2/2\n complain two\n exit 1\n";
    fixture.env.fake_tool("cc", script);
    let plan = plan(vec![asked(&fixture)]);
    for (progress, printed, last) in
        [(true, "ASKED=always\none\ntwo\n", Some("a/cc: 2/2")), (false, "ASKED is not set\none\n1/2\r2/2\rtwo\n", None)]
    {
        fixture.progress = progress;
        let report = fixture.build(&plan);
        assert_eq!(String::from_utf8_lossy(&report.failed[0].output), printed);
        let events = fixture.events.lock().unwrap().clone();
        let output = events.into_iter().filter_map(|event| match event {
            BuildEvent::StepOutput { output, .. } => Some(output),
            _ => None,
        });
        assert_eq!(String::from_utf8_lossy(&output.collect::<Vec<_>>().concat()), printed);
        assert_eq!(told(&fixture).last().map(String::as_str), last);
    }
}

#[test]
fn to_be_asked_does_not_count() {
    let mut fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    let plan = plan(vec![asked(&fixture)]);
    fixture.progress = true;
    assert!(all(&fixture.build(&plan), StepOutcome::Built));
    fixture.progress = false;
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
}
