//! Changing an app: all or nothing, wherever the process is killed.

use std::{collections::BTreeMap, path::Path};

use conjoin_scaffold::{Change, CompletedChange, FileSet, ScaffoldError};

fn app() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs_err::create_dir(folder.path().join("wit")).expect("a folder");
    fs_err::write(folder.path().join("conjoin.toml"), "old").expect("a file");
    folder
}

fn change() -> Change {
    let mut new = FileSet::new();
    for path in ["rules/src/lib.rs", "rules/Cargo.toml", "wit/rules.wit"] {
        new.add(path, path).expect("a path");
    }
    let replaced = BTreeMap::from([("conjoin.toml".to_owned(), (b"old".to_vec(), b"new".to_vec()))]);
    Change { names: vec!["rules".to_owned()], new, replaced }
}

/// All files but those of `.conjoin/`, with what they hold.
fn files(app: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![app.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs_err::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(app).expect("below").display().to_string();
                files.insert(name, fs_err::read_to_string(path).expect("a text"));
            }
        }
    }
    files
}

#[test]
fn a_change_is_made_and_leaves_nothing_else_behind() {
    let app = app();
    change().apply(app.path()).expect("a change");
    let files = files(app.path());
    assert_eq!(files.len(), 4, "{files:?}");
    assert_eq!(files["conjoin.toml"], "new");
    assert_eq!(files["rules/src/lib.rs"], "rules/src/lib.rs");
    assert_eq!(Change::finish(app.path()).expect("nothing to do"), None);
}

#[test]
fn a_change_is_refused_whole_where_a_file_is_in_the_way() {
    let app = app();
    fs_err::write(app.path().join("wit/rules.wit"), "mine").expect("a file");
    let before = files(app.path());
    let error = change().apply(app.path()).expect_err("a file is there");
    assert!(matches!(error, ScaffoldError::Occupied { ref path } if path == "wit/rules.wit"), "{error}");
    assert_eq!(files(app.path()), before);
}

#[test]
fn a_change_that_was_cut_off_anywhere_is_completed() {
    let whole = app();
    change().apply(whole.path()).expect("a change");
    let expected = files(whole.path());
    // A folder in the way of the last file stops the change after the journal; then the first files are as if never moved.
    let app = app();
    for cut in 0..=4 {
        let app_dir = app.path().join(format!("app-{cut}"));
        fs_err::create_dir_all(app_dir.join("wit")).expect("a folder");
        fs_err::write(app_dir.join("conjoin.toml"), "old").expect("a file");
        stage(&app_dir, cut);
        let finished = Change::finish(&app_dir).expect("it can be completed");
        assert_eq!(finished, Some(CompletedChange { names: vec!["rules".to_owned()] }));
        assert_eq!(files(&app_dir), expected, "{cut}");
    }
}

/// The state after a process was killed when `moved` files had been moved.
fn stage(app: &Path, moved: usize) {
    let stage = app.join(".conjoin/change");
    fs_err::create_dir_all(&stage).expect("a folder");
    let places = ["rules/Cargo.toml", "rules/src/lib.rs", "wit/rules.wit", "conjoin.toml"];
    let mut journal = Vec::new();
    for (index, to) in places.iter().enumerate() {
        let is_manifest = *to == "conjoin.toml";
        let text = if is_manifest { "new" } else { to };
        let place = if index < moved { app.join(to) } else { stage.join(index.to_string()) };
        fs_err::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        fs_err::write(place, text).expect("a file");
        let before = is_manifest.then(|| "3-before".to_owned());
        journal.push(serde_json::json!({ "from": index.to_string(), "to": to, "before": before }));
    }
    fs_err::write(stage.join("3-before"), "old").expect("a file");
    let journal = serde_json::json!({ "names": ["rules"], "moves": journal });
    fs_err::write(stage.join("journal.json"), journal.to_string()).expect("a file");
}

#[test]
fn what_was_not_decided_yet_leaves_the_old_app() {
    let app = app();
    stage(app.path(), 0);
    fs_err::remove_file(app.path().join(".conjoin/change/journal.json")).expect("the journal");
    assert_eq!(Change::finish(app.path()).expect("nothing to do"), None);
    change().apply(app.path()).expect("what is left over is not in the way");
    assert_eq!(files(app.path()).len(), 4);
}

#[test]
fn a_file_that_was_edited_since_is_not_overwritten() {
    let app = app();
    stage(app.path(), 2);
    fs_err::write(app.path().join("conjoin.toml"), "edited").expect("a file");
    let error = Change::finish(app.path()).expect_err("it was edited");
    let ScaffoldError::Interrupted { path, added } = error else { panic!("{error}") };
    assert_eq!((path.as_str(), added.len()), ("conjoin.toml", 2));
    assert_eq!(files(app.path())["conjoin.toml"], "edited");
    assert_eq!(Change::finish(app.path()).expect("it is given up"), None);
}

#[test]
fn a_journal_leads_nowhere_else() {
    for (from, to) in [("0", "../evil"), ("0", "link/evil"), ("../../conjoin.toml", "x"), ("0", ".git/hooks/x")] {
        let app = app();
        let elsewhere = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(elsewhere.path(), app.path().join("link")).expect("a link");
        stage(app.path(), 0);
        let journal = serde_json::json!({ "names": [], "moves": [{ "from": from, "to": to, "before": null }] });
        fs_err::write(app.path().join(".conjoin/change/journal.json"), journal.to_string()).expect("a file");
        assert!(Change::finish(app.path()).is_err(), "{from} -> {to}");
        assert_eq!(fs_err::read_dir(elsewhere.path()).expect("a folder").count(), 0);
        assert_eq!(fs_err::read_to_string(app.path().join("conjoin.toml")).expect("a file"), "old");
    }
}
