//! The binary, and running it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The folder of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}

/// A program of this workspace, from the folder that the running test was built into.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.parent().and_then(Path::parent).expect("a test lies in target/PROFILE/deps");
    let program = folder.join(name);
    assert!(program.is_file(), "{} is not built: run `cargo build --release --workspace --bins`", program.display());
    program
}

/// The cache folder that the tests with real toolchains share, so that each toolchain is installed once.
#[expect(clippy::disallowed_methods, reason = "tests read their environment themselves")]
pub fn shared_cache() -> PathBuf {
    let folder =
        std::env::var_os("CONJOIN_TEST_CACHE").map_or_else(|| repository().join("target/test-cache"), PathBuf::from);
    fs_err::create_dir_all(&folder).expect("the cache folder of the tests");
    folder
}

/// `conjoin ARGS` in `folder`, with the shared cache.
pub fn conjoin(folder: &Path, args: &[&str]) -> Command {
    conjoin_at(&program("conjoin"), folder, args)
}

/// `conjoin ARGS` in `folder`, with the shared cache, of the binary at `path`.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
pub fn conjoin_at(path: &Path, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(args).current_dir(folder).env("CONJOIN_CACHE", shared_cache()).env_remove("PIPELINE_TOKEN");
    command
}

/// Runs to the end and gives the output; the test fails if that cannot be done at all.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

/// Runs to the end; the test fails with everything that was printed unless it succeeds. Gives stdout.
pub fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout
}

/// Builds the app in `folder` where Go has no modules but those of the app, and nowhere to get others from. The `sources`, files in
/// Go, are changed alike before, so that what an earlier run has built does not take the place of it.
pub fn build_without_go_modules(folder: &Path, sources: &[&str]) {
    for source in sources {
        let source = folder.join(source);
        let before = fs_err::read_to_string(&source).expect("a source in Go");
        let changed = format!("{before}\n// Built by the process {}.\n", std::process::id());
        fs_err::write(&source, changed).expect("the project can be changed");
    }
    let none = tempfile::tempdir().expect("an empty folder");
    let mut build = conjoin(folder, &["build", "--install-tools"]);
    succeed(build.env("GOPROXY", "off").env("GOMODCACHE", none.path()));
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Copies a folder without what builds leave in it.
pub fn copy_app(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder for the copy");
    for entry in fs_err::read_dir(from).expect("a folder to copy") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.is_dir() && [".conjoin", "target", "node_modules", "__pycache__"].iter().any(|left| name == *left) {
            continue;
        }
        if path.is_dir() {
            copy_app(&path, &to.join(name));
        } else {
            fs_err::copy(&path, to.join(name)).expect("a file to copy");
        }
    }
}
