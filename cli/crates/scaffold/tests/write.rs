//! Writing an app: all of it or nothing, and never over something that exists.

use std::{
    collections::BTreeSet,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use conjoin_scaffold::{FileSet, Overwrite, ScaffoldError};

fn files() -> FileSet {
    let mut files = FileSet::new();
    files.add("conjoin.toml", "conjoin = 1\n").expect("a path");
    files.add("a/b/bytes", [0, 159, 146, 150, 13, 10]).expect("a path");
    files
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs_err::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_new_folder_gets_every_byte() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("größere Apps/my app");
    let written = files().write_into(&dir, Overwrite::Never).expect("it is free");
    assert_eq!(written.files, ["a/b/bytes", "conjoin.toml"]);
    assert_eq!(fs_err::read(dir.join("a/b/bytes")).expect("a file"), [0, 159, 146, 150, 13, 10]);
    assert_eq!(names(dir.parent().expect("a parent")), BTreeSet::from(["my app".to_owned()]), "nothing else is left");
    let made_by_hand = root.path().join("by-hand");
    fs_err::create_dir(&made_by_hand).expect("a folder");
    let mode = |path: &Path| fs_err::metadata(path).expect("a folder").permissions().mode();
    assert_eq!(mode(&dir), mode(&made_by_hand), "others may read what they could read otherwise");
}

#[test]
fn an_empty_folder_is_filled() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("app");
    fs_err::create_dir(&dir).expect("a folder");
    files().write_into(&dir, Overwrite::Never).expect("it is empty");
    assert_eq!(names(&dir).len(), 2);
    assert_eq!(names(root.path()).len(), 1);
}

#[test]
fn a_link_to_an_empty_folder_leads_to_the_app() {
    let root = tempfile::tempdir().expect("a folder");
    let (real, link) = (root.path().join("real"), root.path().join("link"));
    fs_err::create_dir(&real).expect("a folder");
    symlink(&real, &link).expect("a link");
    files().write_into(&link, Overwrite::Never).expect("it is empty");
    assert_eq!(names(&real).len(), 2);
    assert!(fs_err::symlink_metadata(&link).expect("the link").is_symlink());
}

#[test]
fn a_folder_that_is_not_empty_is_named_with_what_is_in_the_way() {
    let root = tempfile::tempdir().expect("a folder");
    for name in ["b.txt", "a.txt", ".git", "f", "e", "d", "c"] {
        fs_err::write(root.path().join(name), "mine").expect("a file");
    }
    let error = files().write_into(root.path(), Overwrite::Never).expect_err("it is not empty");
    let text = error.to_string();
    assert!(text.ends_with("is not empty: it contains `.git`, `a.txt`, `b.txt`, `c`, `d` and 2 more"), "{text}");
    assert_eq!(error.hints(), ["choose another name, or move away what is there; nothing was written"]);
    assert_eq!(names(root.path()).len(), 7);
}

#[test]
fn what_is_not_a_folder_is_left_alone() {
    let root = tempfile::tempdir().expect("a folder");
    let (file, dangling) = (root.path().join("file"), root.path().join("dangling"));
    fs_err::write(&file, "mine").expect("a file");
    symlink(root.path().join("nowhere"), &dangling).expect("a link");
    for path in [&file, &dangling] {
        let error = files().write_into(path, Overwrite::Never).expect_err("it is taken");
        assert!(matches!(error, ScaffoldError::NotAFolder { .. }), "{error}");
    }
    let error = files().write_into(&file.join("app"), Overwrite::Never).expect_err("its parent is a file");
    assert!(matches!(error, ScaffoldError::Write { .. }), "{error}");
    assert_eq!(names(root.path()).len(), 2);
}

#[test]
fn an_app_that_cannot_be_written_whole_is_not_there_at_all() {
    let root = tempfile::tempdir().expect("a folder");
    let mut files = files();
    // No file system here has names this long; the files before it are written first.
    files.add(format!("z/{}", "z".repeat(300)), "").expect("a path");
    let error = files.write_into(&root.path().join("app"), Overwrite::Never).expect_err("the name is too long");
    assert!(matches!(error, ScaffoldError::Write { .. }), "{error}");
    assert!(names(root.path()).is_empty(), "{:?}", names(root.path()));
}
