//! What is wrong in a project and can be seen in its files, for `conjoin doctor`.
//!
//! Lock files are compared by reading: no tool is started, nothing is resolved. What cannot be understood is passed over; the
//! tools say better what is wrong with it.

mod cargo_lock;
mod go_sum;
mod npm_lock;

use conjoin_plan::{AbsPath, Complaint, Project};

pub(crate) use cargo_lock::examine as examine_cargo;
pub(crate) use go_sum::examine as examine_go;
pub(crate) use npm_lock::examine as examine_npm;

/// What `examine_go` reads.
pub(crate) fn files_of_go(project: &Project) -> Vec<AbsPath> {
    vec![project.dir.join("go.mod"), project.dir.join("go.sum")]
}

/// What `examine_npm` reads.
pub(crate) fn files_of_npm(project: &Project) -> Vec<AbsPath> {
    vec![project.dir.join("package.json"), project.dir.join("package-lock.json")]
}

/// A lock file that does not say what the project's own file says.
fn stale(file: AbsPath, what: String, fix: &str) -> Complaint {
    let folder = file.parent();
    Complaint { about: "lock-file", state: "stale", file, what, fix: fix.to_owned(), folder }
}
