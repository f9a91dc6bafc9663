//! Writes generated files into a folder of their own.

use std::{collections::BTreeSet, fmt::Write as _, io, path::Path};

use conjoin_plan::{AbsPath, GenerateAction, GeneratedFile};

use crate::{digest::Digest, write::write_whole};

const HEADING: &str = "# The files that conjoin has generated here. Do not edit them.\n";

/// Writes `files` into the folder of `action` and removes other files of earlier runs. The list of files is written
/// last.
///
/// A file that already has its contents is not touched, so that editors and compilers see no change where there is
/// none.
pub(super) fn write_generated(action: &GenerateAction, files: &[GeneratedFile]) -> io::Result<()> {
    let now: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let before = fs_err::read_to_string(&action.list).unwrap_or_default();
    for old in listed(&before).filter(|old| !now.contains(old)) {
        remove(&action.into, old)?;
    }
    let mut list = HEADING.to_owned();
    for file in files {
        let path = action.into.join(&file.path);
        let same = fs_err::read(&path).is_ok_and(|contents| contents == file.text.as_bytes());
        if !same {
            write_whole(path.as_path(), file.text.as_bytes())?;
        }
        let _ = writeln!(list, "{}  {}", Digest::of(file.text.as_bytes()), file.path);
    }
    if list == before { Ok(()) } else { write_whole(action.list.as_path(), list.as_bytes()) }
}

/// The files in the list of `action`.
pub(super) fn generated(action: &GenerateAction) -> Vec<AbsPath> {
    let list = fs_err::read_to_string(&action.list).unwrap_or_default();
    listed(&list).map(|path| action.into.join(path)).collect()
}

/// The paths in a list, except those that conjoin would never write.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    let paths = list.lines().filter_map(|line| Some(line.split_once("  ")?.1));
    paths.filter(|path| Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_))))
}

/// Removes a file, and folders that become empty.
fn remove(into: &AbsPath, path: &str) -> io::Result<()> {
    match fs_err::remove_file(into.join(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folders = Path::new(path).ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty());
    for folder in folders {
        if fs_err::remove_dir(into.join(folder)).is_err() {
            break;
        }
    }
    Ok(())
}
