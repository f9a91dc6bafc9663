//! Templates in folders of the user's: what may be in them.

use std::path::Path;

use conjoin_scaffold::{Answers, ScaffoldError, Template, TemplateKind, render};

const ABOUT: &str =
    "id = \"mine\"\ndescription = \"Mine\"\nkind = \"app\"\nlanguages = []\nminimum-conjoin = \"0.1.0\"\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs_err::create_dir(folder.path().join("files")).expect("a folder");
    fs_err::write(folder.path().join("template.toml"), ABOUT).expect("a file");
    fs_err::write(folder.path().join("files/größe.txt"), "as it is").expect("a file");
    folder
}

fn read(folder: &Path) -> Result<Template, ScaffoldError> {
    Template::read(folder, "./mine")
}

/// The file that is refused, and why.
fn refused(folder: &Path) -> (String, String) {
    match read(folder) {
        Err(ScaffoldError::BadTemplate { path, why, .. }) => (path, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_is_a_template_whatever_it_is_called() {
    let folder = folder();
    fs_err::create_dir(folder.path().join(".git")).expect("a folder");
    fs_err::write(folder.path().join(".git/config"), "[core]").expect("a file");
    let template = read(folder.path()).expect("a template");
    assert_eq!((template.id(), template.summary().kind), ("mine", TemplateKind::App));
    let files = render(&template, &Answers::new("shop")).expect("files");
    assert_eq!(files.iter().collect::<Vec<_>>(), [("größe.txt", &b"as it is"[..])]);
}

#[test]
fn a_link_is_refused_wherever_it_leads() {
    for target in ["/etc/passwd", "größe.txt", "/etc", "nowhere"] {
        let folder = folder();
        std::os::unix::fs::symlink(target, folder.path().join("files/link")).expect("a link");
        let (path, why) = refused(folder.path());
        assert_eq!(path, "files/link");
        assert!(why.contains("it is a link"), "{why}");
    }
}

#[test]
fn a_pipe_is_refused_and_not_read() {
    let folder = folder();
    let pipe = rustix::fs::mknodat(
        rustix::fs::CWD,
        folder.path().join("files/pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    );
    pipe.expect("a pipe");
    assert!(refused(folder.path()).1.contains("neither a file nor a folder"));
}

#[test]
fn a_huge_file_is_refused_without_being_read() {
    let folder = folder();
    let file = fs_err::File::create(folder.path().join("files/huge")).expect("a file");
    file.set_len(1 << 40).expect("a file with a hole");
    assert_eq!(refused(folder.path()).0, "files/huge");
}

#[test]
fn many_files_and_many_bytes_are_refused() {
    let many = folder();
    for index in 0..1001 {
        fs_err::write(many.path().join(format!("files/{index}")), "").expect("a file");
    }
    assert!(refused(many.path()).1.contains("more than 1000 files"));
    let large = folder();
    for index in 0..17 {
        let file = fs_err::File::create(large.path().join(format!("files/{index}"))).expect("a file");
        file.set_len(1 << 20).expect("a file with a hole");
    }
    assert!(refused(large.path()).1.contains("16 MiB"));
}

#[test]
fn a_name_that_is_no_text_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let folder = folder();
    let name = OsStr::from_bytes(b"files/\xff");
    fs_err::write(folder.path().join(name), "").expect("a file");
    assert!(refused(folder.path()).1.contains("not UTF-8"));
}

#[test]
fn an_error_in_template_toml_has_a_place() {
    let folder = folder();
    fs_err::write(folder.path().join("template.toml"), format!("{ABOUT}unknown = 1\n")).expect("a file");
    let Err(ScaffoldError::Broken { place: Some((source, span)), own: true, .. }) = read(folder.path()) else {
        panic!("it is broken")
    };
    assert_eq!((source.name.as_str(), &source.text[span]), ("./mine/template.toml", "unknown"));
}

#[test]
fn what_is_no_folder_is_no_template() {
    let folder = folder();
    for path in ["none", "template.toml"] {
        let error = read(&folder.path().join(path));
        assert!(matches!(error, Err(ScaffoldError::NoTemplateFolder { .. })), "{error:?}");
    }
}
