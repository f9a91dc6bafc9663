//! A folder that a generator owns.

use conjoin_engine::StepOutcome;
use conjoin_plan::{Action, GenerateAction, Generator, Input, Plan, Step};

use crate::fixture::{Anything, Fixture, all, plan, step};

/// Generates into `gen/` of the app.
fn generating(fixture: &Fixture) -> Plan {
    let app = &fixture.layout.app;
    let (wit, into) = (app.join("wit"), app.join("gen"));
    let list = into.join("list.txt");
    let action = GenerateAction { generator: Generator::new(Anything), wit, world: "app".to_owned(), into, list };
    let (input, output) = (Input::File(action.wit.join("world.wit")), action.list.clone());
    plan(vec![Step { inputs: vec![input], outputs: vec![output], ..step("a/bindings", Action::Generate(action)) }])
}

#[test]
fn the_folder_holds_what_the_world_has_now_and_what_is_not_ours() {
    let fixture = Fixture::new();
    fixture.write("wit/world.wit", "one.ts first\ndeep/er/two.ts second\n");
    fixture.build(&generating(&fixture));
    assert_eq!(fixture.read("gen/deep/er/two.ts"), "second");
    fixture.write("gen/mine.ts", "kept");
    let before = fs_err::metadata(fixture.layout.app.join("gen/one.ts")).unwrap().modified().unwrap();

    fixture.write("wit/world.wit", "one.ts first\nthree.ts third\n");
    fixture.build(&generating(&fixture));
    assert_eq!((fixture.read("gen/three.ts"), fixture.read("gen/mine.ts")), ("third".to_owned(), "kept".to_owned()));
    assert!(!fixture.layout.app.join("gen/deep").as_path().exists(), "what the world lacks is gone");
    let after = fs_err::metadata(fixture.layout.app.join("gen/one.ts")).unwrap().modified().unwrap();
    assert_eq!(before, after, "a file without a change is left alone");
}

#[test]
fn a_list_that_names_files_elsewhere_removes_nothing() {
    let fixture = Fixture::new();
    fixture.write("precious.txt", "kept");
    fixture.write("gen/list.txt", "0000  ../precious.txt\n0000  /etc/nothing\n");
    fixture.write("wit/world.wit", "one.ts first\n");
    fixture.build(&generating(&fixture));
    assert_eq!(fixture.read("precious.txt"), "kept");
}

#[test]
fn a_file_that_somebody_changed_or_removed_is_generated_again() {
    let fixture = Fixture::new();
    fixture.write("wit/world.wit", "one.txt 1\nsub/two.txt 2\n");
    let plan = generating(&fixture);
    fixture.build(&plan);
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
    fixture.write("gen/one.txt", "mine");
    fs_err::remove_file(fixture.layout.app.join("gen/sub/two.txt")).unwrap();
    fixture.build(&plan);
    let (changed, missing) = ("its result `gen/one.txt` was changed", "its result `gen/sub/two.txt` is missing");
    assert_eq!(fixture.reasons(), [format!("a/bindings: {changed}"), format!("a/bindings: {missing}")]);
    assert_eq!((fixture.read("gen/one.txt"), fixture.read("gen/sub/two.txt")), ("1".to_owned(), "2".to_owned()));
    assert!(all(&fixture.build(&plan), StepOutcome::Fresh), "{:?}", fixture.reasons());
}
