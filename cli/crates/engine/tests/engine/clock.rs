//! Clocks that jump, and files whose time stamps say nothing.

use std::{
    fs::FileTimes,
    time::{Duration, SystemTime},
};

use conjoin_engine::StepOutcome;

use crate::fixture::{Fixture, all, outcomes};

/// Gives a file of the app a time of modification.
fn set_modified(fixture: &Fixture, below: &str, time: SystemTime) {
    let file = fs_err::OpenOptions::new().append(true).open(fixture.layout.app.join(below).as_path()).unwrap();
    file.file().set_times(FileTimes::new().set_modified(time)).unwrap();
}

fn composition(fixture: &Fixture) -> String {
    fixture.read(".conjoin/build/dev/app.wasm")
}

fn built(time: SystemTime) -> Fixture {
    let fixture = Fixture::new();
    for name in ["a.src", "b.src"] {
        fixture.write(name, "0000\n");
        set_modified(&fixture, name, time);
    }
    assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Built));
    fixture
}

const YEAR: Duration = Duration::from_hours(365 * 24);

/// Times long past, now, and to come: as after a clock was set back.
fn times() -> [SystemTime; 4] {
    let epoch = SystemTime::UNIX_EPOCH;
    [epoch, epoch + 30 * YEAR, epoch + 100 * YEAR, epoch + 200 * YEAR]
}

#[test]
fn files_of_any_time_are_up_to_date_until_they_change() {
    for time in times() {
        let fixture = built(time);
        for _ in 0..2 {
            let report = fixture.build(&fixture.app_of_two());
            assert!(all(&report, StepOutcome::Fresh), "{time:?} {:?}", fixture.reasons());
        }
        // Before what was built, by their times, and after.
        for (text, other) in ["1111\n", "2222\n", "3333\n", "4444\n"].iter().zip(times()) {
            fixture.write("a.src", text);
            set_modified(&fixture, "a.src", other);
            let report = fixture.build(&fixture.app_of_two());
            assert_eq!(outcomes(&report)[0], "a/cc Built", "{time:?} {other:?}");
            assert_eq!(composition(&fixture), format!("{text}0000\n"));
            set_modified(&fixture, "a.src", time);
            assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Fresh), "{:?}", fixture.reasons());
        }
    }
}

/// Right after a build, with the same size and time: what git calls racily clean.
#[test]
fn a_change_that_size_and_time_do_not_show_is_noticed() {
    let time = SystemTime::UNIX_EPOCH + 30 * YEAR;
    let fixture = built(time);
    for number in 1..100 {
        let text = format!("{number:04}\n");
        fixture.write("b.src", &text);
        set_modified(&fixture, "b.src", time);
        fixture.build(&fixture.app_of_two());
        assert_eq!(composition(&fixture), format!("0000\n{text}"));
    }
}

#[test]
fn results_of_any_time_are_up_to_date_until_they_change() {
    let fixture = built(SystemTime::UNIX_EPOCH + 30 * YEAR);
    for time in times() {
        for result in [".conjoin/work/a.o", ".conjoin/artifacts/dev/a.wasm", ".conjoin/build/dev/app.wasm"] {
            set_modified(&fixture, result, time);
            assert!(all(&fixture.build(&fixture.app_of_two()), StepOutcome::Fresh), "{:?}", fixture.reasons());
            fixture.write(result, "9999\n");
            set_modified(&fixture, result, time);
            let report = fixture.build(&fixture.app_of_two());
            assert!(!all(&report, StepOutcome::Fresh), "{result} {time:?}");
            assert_eq!(composition(&fixture), "0000\n0000\n");
        }
    }
}
