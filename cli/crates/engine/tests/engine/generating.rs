//! A folder that a generator owns.

use conjoin_plan::{Action, GenerateAction, Generator, Input, Plan, Step};

use crate::fixture::{Fixture, plan, step};

/// Generates into `gen/` of the app.
fn generating(fixture: &Fixture) -> Plan {
    let app = &fixture.layout.app;
    let (wit, into) = (app.join("wit"), app.join("gen"));
    let list = into.join("list.txt");
    let action = GenerateAction { generator: Generator::TypeScript, wit, world: "app".to_owned(), into, list };
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
