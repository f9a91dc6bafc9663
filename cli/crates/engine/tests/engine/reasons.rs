//! What is told as the reason of a step: what a user changed, and not what conjoin does about it.

use conjoin_plan::{AbsPath, Action, GenerateAction, Generator, Input, Plan, Step, StepId, WorldAction, WrittenFile};

use crate::fixture::{Anything, Fixture, plan, step};

const COMMENTED: &str = "//Sums-up\ntotal: func(text: string) -> u32;\n";
const ONE: &str = "total: func(text: string) -> u32;\n";
const TWO: &str = "total: func(text: string) -> u32;\ncount: func() -> u32;\n";

/// What of the app a test changes.
#[derive(Clone, Copy)]
struct App {
    digest: &'static str,
    wit: &'static str,
    args: &'static [&'static str],
    script: &'static str,
}

const APP: App = App { digest: "s1", wit: ONE, args: &["-g"], script: "one" };

/// A world is written, then bindings of it, then both are compiled with a script of conjoin's.
fn plan_of(fixture: &Fixture, app: App) -> Plan {
    let folder = fixture.layout.dot_conjoin().join(format!("work/dev/a/wit/{}", app.digest));
    let file = folder.join("world.wit");
    let write = |id: &str, path: &AbsPath, text: &str| {
        let files = vec![WrittenFile::text(path.clone(), text)];
        let folder = folder.clone();
        let action =
            if id == "a/wit" { Action::WriteWorld(WorldAction { folder, files }) } else { Action::Write(files) };
        Step { outputs: vec![path.clone()], ..step(id, action) }
    };
    let (into, list) = (fixture.layout.app.join("gen"), fixture.layout.app.join("gen/list"));
    let generate = Action::Generate(GenerateAction {
        generator: Generator::new(Anything),
        wit: folder.clone(),
        world: "a".to_owned(),
        into: into.clone(),
        list: list.clone(),
    });
    let script = fixture.layout.dot_conjoin().join("work/dev/a/build.sh");
    let mut compile = fixture.compile("a");
    if let Action::Run(invocation) = compile.action {
        compile.action = Action::Run(invocation.arg(&folder).args(app.args.iter().copied()).env("WIT", &folder));
    }
    compile.inputs.extend([&file, &list, &script].map(|path| Input::File(path.clone())));
    compile.inputs.push(Input::value("world a", app.wit.trim_start_matches("//Sums-up\n")));
    compile.inputs.push(Input::Step(StepId("a/bindings".to_owned())));
    plan(vec![
        write("a/wit", &file, app.wit),
        write("a/script", &script, app.script),
        Step { inputs: vec![Input::File(file)], outputs: vec![list], ..step("a/bindings", generate) },
        compile,
    ])
}

/// The reasons of a build of `new` after one of [`APP`].
fn reasons(new: App) -> Vec<String> {
    let fixture = Fixture::new();
    fixture.write("a.src", "A1\n");
    fixture.build(&plan_of(&fixture, APP));
    fixture.build(&plan_of(&fixture, new));
    fixture.reasons()
}

#[test]
fn a_changed_world_is_the_only_reason_of_what_follows_from_it() {
    let added = "`count: func() -> u32` is new";
    assert_eq!(
        reasons(App { digest: "s2", wit: TWO, ..APP }),
        [
            format!("a/bindings: the WIT of a changed: {added}"),
            format!("a/cc: world a changed: {added}"),
            format!("a/wit: the WIT of a changed: {added}"),
        ]
    );
}

#[test]
fn a_comment_in_the_wit_is_told_as_one() {
    let comment = "the WIT of a changed: only its comments or its order";
    assert_eq!(
        reasons(App { wit: COMMENTED, ..APP }),
        ["a/bindings", "a/cc", "a/wit"].map(|step| format!("{step}: {comment}"))
    );
}

#[test]
fn a_flag_beside_a_changed_world_is_told() {
    let told = reasons(App { digest: "s2", wit: TWO, args: &["-O", "2"], ..APP });
    assert!(told.contains(&"a/cc: the command changed from `-g` to `-O 2`".to_owned()), "{told:?}");
    assert_eq!(told.iter().filter(|reason| reason.starts_with("a/cc: ")).count(), 2, "{told:?}");
}

#[test]
fn files_have_the_names_that_they_have_in_the_app() {
    assert_eq!(
        reasons(App { script: "two", ..APP }),
        [
            "a/cc: `.conjoin/work/dev/a/build.sh` changed",
            "a/script: what it writes to `.conjoin/work/dev/a/build.sh` changed",
        ]
    );
}
