//! An app whose tools are missing: the record of what it was built with, and what is never started.

use std::collections::BTreeSet;

use conjoin_engine::{StepError, StepOutcome, assume_recorded};
use conjoin_plan::{
    Action, Discovery, FoundIn, FoundTool, Plan, ProbeRequest, ProbeResults, ProbedTool, ReadList, Step, Tool, ToolSpec,
};

use crate::fixture::{Fixture, PROGRAM, abs, all, outcomes, plan};

static OTHER: ToolSpec = ToolSpec::new("other", "another program");

/// The request of a plan that needs `tools`, and asks one of them in a folder.
fn request(fixture: &Fixture, tools: &[Tool]) -> ProbeRequest {
    ProbeRequest {
        tools: tools.iter().copied().collect(),
        programs: BTreeSet::from(["make".to_owned()]),
        places: vec![(&PROGRAM, fixture.layout.app.join("part"))],
        texts: Vec::new(),
    }
}

fn missing(tools: &[Tool]) -> ProbeResults {
    let tools = tools.iter().map(|tool| (*tool, ProbedTool::Missing)).collect();
    ProbeResults { tools, ..ProbeResults::default() }
}

/// A step that compiles `a.src`, and says that it has read what `list` says.
fn compile(fixture: &Fixture, list: &str) -> Step {
    fixture.write("out.d", list);
    let list = ReadList::DepInfo(fixture.layout.app.join("out.d"));
    Step { discovery: Some(Discovery { list, except: vec![], packages: None }), ..fixture.compile("a") }
}

/// The plan of `step` where its tool is missing, and what the last build was made with stands in.
fn assumed(fixture: &mut Fixture, step: &Step) -> Plan {
    let mut probed = missing(&[&PROGRAM]);
    assume_recorded(&request(fixture, &[&PROGRAM]), &fixture.layout, &mut probed);
    assert!(probed.assumes());
    fixture.probed = Some(probed);
    let mut step = step.clone();
    if let Action::Run(invocation) = &mut step.action {
        invocation.missing = vec![&PROGRAM];
    }
    plan(vec![step])
}

#[test]
fn what_an_app_was_built_with_stands_in_for_what_is_missing() {
    let mut fixture = Fixture::with_record();
    fixture.write("a.src", "A1\n");
    let built_with = fixture.probed.clone().unwrap();
    let step = plan(vec![fixture.compile("a")]);
    let request = request(&fixture, &[&PROGRAM]);
    let assume = |fixture: &Fixture| {
        let mut probed = missing(&[&PROGRAM]);
        assume_recorded(&request, &fixture.layout, &mut probed);
        probed
    };
    assert!(!assume(&fixture).assumes());
    fixture.env.fake_tool("cc", "when build\n exit 1\n");
    assert!(!fixture.build(&step).failed.is_empty());
    assert!(!assume(&fixture).assumes(), "a build that fails records nothing");

    fixture.env.fake_tool("cc", crate::fixture::COMPILER);
    fixture.build(&step);
    let probed = assume(&fixture);
    assert_eq!((&probed.tools, &probed.programs), (&built_with.tools, &built_with.programs));
    assert_eq!(probed.says_in, built_with.says_in);
    assert_eq!(probed.assumed.get(&PROGRAM), Some(&ProbedTool::Missing));

    // What stands in is not recorded as found, and what is there needs nothing to stand in.
    fixture.probed = Some(probed);
    fixture.build(&step);
    let mut found = built_with.clone();
    assume_recorded(&request, &fixture.layout, &mut found);
    assert!(!found.assumes());

    // A tool that no build has used makes the record of the others useless: the plan needs them all.
    let both: [Tool; 2] = [&PROGRAM, &OTHER];
    let mut probed = missing(&both);
    assume_recorded(&self::request(&fixture, &both), &fixture.layout, &mut probed);
    assert!(probed.assumed.is_empty());

    // It moves with the app.
    let moved = crate::fixture::layout(fixture.env.path("moved"), fixture.env.path("other-cache"));
    fs_err::rename(&fixture.layout.app, &moved.app).unwrap();
    let mut probed = missing(&[&PROGRAM]);
    assume_recorded(&ProbeRequest { places: vec![(&PROGRAM, moved.app.join("part"))], ..request }, &moved, &mut probed);
    assert_eq!(probed.says_in[&(&PROGRAM, moved.app.join("part"))], "program 2.0.0");
}

#[test]
fn a_damaged_or_older_record_is_none() {
    let fixture = Fixture::with_record();
    fixture.write("a.src", "A1\n");
    let step = plan(vec![fixture.compile("a")]);
    fixture.build(&step);
    let record = fixture.read(".conjoin/state/dev/tools.json");
    let older = record.replace("\"format\":1", "\"format\":0");
    assert_ne!(older, record);
    for damaged in ["", &record[..record.len() / 2], "[]", "null", older.as_str()] {
        fixture.write(".conjoin/state/dev/tools.json", damaged);
        let mut probed = missing(&[&PROGRAM]);
        assume_recorded(&request(&fixture, &[&PROGRAM]), &fixture.layout, &mut probed);
        assert!(!probed.assumes(), "{damaged}");
        assert!(all(&fixture.build(&step), StepOutcome::Fresh));
        assert_eq!(fixture.read(".conjoin/state/dev/tools.json"), record);
    }
}

#[test]
fn a_step_whose_tool_is_assumed_is_never_started() {
    let mut fixture = Fixture::with_record();
    fixture.write("a.src", "A1\n");
    let step = fixture.compile("a");
    fixture.build(&plan(vec![step.clone()]));
    let plan = assumed(&mut fixture, &step);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh));

    fixture.write("a.src", "A2\n");
    let report = fixture.build(&plan);
    let [failed] = report.failed.as_slice() else { panic!("{:?}", outcomes(&report)) };
    let StepError::ToolsMissing { tools, .. } = &failed.error else { panic!("{:?}", failed.error) };
    let no_tools: &[Tool] = &[&PROGRAM];
    assert_eq!(tools, no_tools);
    assert_eq!(failed.error.to_string(), "step `a/cc` has to be carried out, because `a.src` changed");
    assert!(fixture.started().is_empty());
    assert!(fixture.layout.app.join(".conjoin/work/a.o").as_path().is_file(), "the last result is left");

    // What was built before is restored from the store, for which no tool is needed.
    fixture.write("a.src", "A1\n");
    fs_err::remove_file(fixture.layout.app.join(".conjoin/work/a.o")).unwrap();
    assert!(all(&fixture.build(&plan), StepOutcome::Restored));
}

#[test]
fn what_a_tool_read_outside_of_the_app_may_be_gone_with_the_tool() {
    let mut fixture = Fixture::with_record();
    fixture.write("a.src", "A1\n");
    fixture.write("more/in.src", "1\n");
    fixture.env.write("registry/package/lib.src", "1\n");
    fixture.env.write("registry/package/other.src", "1\n");
    let package = fixture.env.path("registry/package");
    let read =
        format!("out: {0}/lib.src {0}/other.src {1}\n", package.display(), fixture.layout.app.join("more/in.src"));
    let step = compile(&fixture, &read);
    fixture.build(&plan(vec![step.clone()]));
    fs_err::rename(&package, fixture.env.path("elsewhere")).unwrap();
    let with_tool = fixture.build(&plan(vec![step.clone()]));
    assert!(all(&with_tool, StepOutcome::Built), "with the tool, a file that is gone is a change");

    fs_err::rename(fixture.env.path("elsewhere"), &package).unwrap();
    fixture.build(&plan(vec![step.clone()]));
    let assumed = assumed(&mut fixture, &step);
    fs_err::rename(&package, fixture.env.path("elsewhere")).unwrap();
    assert!(all(&fixture.build(&assumed), StepOutcome::Fresh), "{:?}", fixture.reasons());

    // Of a folder that is there, each file counts, and in the app everything does.
    fs_err::create_dir(&package).unwrap();
    fs_err::copy(fixture.env.path("elsewhere/lib.src"), package.join("lib.src")).unwrap();
    let report = fixture.build(&assumed);
    assert_eq!(
        report.failed[0].error.to_string(),
        "step `a/cc` has to be carried out, because `../registry/package/other.src` is gone"
    );
    fs_err::remove_dir_all(&package).unwrap();
    fs_err::remove_dir_all(fixture.layout.app.join("more")).unwrap();
    let report = fixture.build(&assumed);
    assert_eq!(report.failed[0].error.to_string(), "step `a/cc` has to be carried out, because `more/in.src` is gone");
}

impl Fixture {
    /// An app that is built with the program on `PATH`.
    pub(crate) fn with_record() -> Self {
        let fixture = Self::new();
        let found = |name: &str, says: &str, found_in| FoundTool {
            path: abs(fixture.bin.join(name)),
            version: (1, 0, 0),
            says: says.to_owned(),
            found_in,
        };
        let part = fixture.layout.app.join("part");
        let probed = ProbeResults {
            tools: [(&PROGRAM as Tool, ProbedTool::Found(found("cc", "program 1.0.0", FoundIn::Variable)))].into(),
            programs: [("make".to_owned(), found("make", "make 0", FoundIn::Path))].into(),
            says_in: [((&PROGRAM as Tool, part), "program 2.0.0".to_owned())].into(),
            ..ProbeResults::default()
        };
        Self { probed: Some(probed), ..fixture }
    }
}
