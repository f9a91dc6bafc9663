//! The folder of native code: used when it can be trusted, made anew when it cannot.

use std::{
    fs::Permissions,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use conjoin_policy::Grants;
use conjoin_runtime::{HowCompiled, RunEvent};

use crate::{
    guests::{Guest, padded},
    server::{Server, options, runtime_with_cache},
};

/// Starts a server, asks it, stops it, and returns which compilers ran.
async fn start(cache: &Path) -> Vec<HowCompiled> {
    let server = Server::start(runtime_with_cache(cache.to_owned()), options(Guest::HttpP2, Grants::default()));
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    compiled(&server)
}

fn compiled(server: &Server) -> Vec<HowCompiled> {
    let how = |event: &RunEvent| if let RunEvent::Compiling { how, .. } = event { Some(*how) } else { None };
    server.log.all().iter().filter_map(how).collect()
}

fn files(cache: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs_err::read_dir(cache).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

fn code(cache: &Path) -> PathBuf {
    let [code] = files(cache, "cwasm").try_into().unwrap();
    code
}

#[tokio::test]
async fn the_second_start_compiles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("not/there/yet");
    assert_eq!(start(&cache).await, [HowCompiled::Optimised]);
    assert_eq!(start(&cache).await, []);
    assert_eq!(fs_err::metadata(&cache).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs_err::metadata(code(&cache)).unwrap().mode() & 0o777, 0o600);
    assert_eq!(files(&cache, "tmp"), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn code_that_was_changed_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    start(&cache).await;

    let mut file = fs_err::OpenOptions::new().read(true).write(true).open(code(&cache)).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(100_000)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(100_000)).unwrap();
    file.write_all(&[byte[0] ^ 1]).unwrap();
    drop(file);
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "one bit was changed");

    fs_err::OpenOptions::new().append(true).open(code(&cache)).unwrap().write_all(b"more").unwrap();
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "something was appended");

    // Not truncated in place: a mapping of it that is still there would be fatal.
    let path = code(&cache);
    fs_err::remove_file(&path).unwrap();
    fs_err::write(&path, "").unwrap();
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "it was emptied");

    fs_err::set_permissions(code(&cache), Permissions::from_mode(0o620)).unwrap();
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "others may write it");

    let elsewhere = folder.path().join("elsewhere");
    fs_err::copy(code(&cache), &elsewhere).unwrap();
    let path = code(&cache);
    fs_err::remove_file(&path).unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "it is a link");

    fs_err::remove_file(&files(&cache, "record")[0]).unwrap();
    assert_eq!(start(&cache).await, [HowCompiled::Optimised], "it has no record");

    assert_eq!(start(&cache).await, [], "the fixed file is trusted");
}

#[tokio::test]
async fn code_that_was_only_touched_is_hashed_and_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    start(&cache).await;
    let bytes = fs_err::read(code(&cache)).unwrap();
    let other = cache.join("other");
    fs_err::write(&other, bytes).unwrap();
    fs_err::set_permissions(&other, Permissions::from_mode(0o600)).unwrap();
    fs_err::rename(&other, code(&cache)).unwrap();
    assert_eq!(start(&cache).await, []);
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let (runtime, _) = runtime_with_cache(folder.path().to_owned());
    let error = runtime.run(options(Guest::HttpP2, Grants::default()).into(), &conjoin_runtime::Shutdown::new());
    assert_eq!(
        error.unwrap_err().to_string(),
        format!(
            "cannot use the folder of compiled code: `{}` can be written to by other users, \
             so code found in it could be anyone's",
            folder.path().display()
        )
    );
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    start(&cache).await;
    // No process has this number: it is above the highest that Linux allows.
    let left = cache.join("abc.cwasm.0.99999999.tmp");
    fs_err::write(&left, "half").unwrap();
    start(&cache).await;
    assert!(!left.exists());
}

#[tokio::test]
async fn a_big_component_answers_with_quick_code_until_optimised_code_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    let big = folder.path().join("big.wasm");
    fs_err::write(&big, padded(&fs_err::read(Guest::HttpP2.component()).unwrap())).unwrap();
    let options = || {
        let mut options = options(Guest::HttpP2, Grants::default());
        options.entries[0].component.clone_from(&big);
        options
    };
    let server = Server::start(runtime_with_cache(cache.clone()), options());
    assert_eq!(compiled(&server), [HowCompiled::Quick]);
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    server.log.wait("swap", |event| matches!(event, RunEvent::Swapped { .. }).then_some(()));
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    assert_eq!(server.get("/trap").await, "500 the component failed; the server's output says where");
    drop(server);
    let server = Server::start(runtime_with_cache(cache), options());
    assert_eq!(compiled(&server), []);
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
}

#[tokio::test]
async fn a_start_that_was_stopped_early_leaves_quick_code_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("code");
    let big = folder.path().join("big.wasm");
    fs_err::write(&big, padded(&fs_err::read(Guest::HttpP2.component()).unwrap())).unwrap();
    let options = || {
        let mut options = options(Guest::HttpP2, Grants::default());
        options.entries[0].component.clone_from(&big);
        options
    };
    drop(Server::start(runtime_with_cache(cache.clone()), options()));
    let server = Server::start(runtime_with_cache(cache.clone()), options());
    assert_eq!(compiled(&server), [], "whichever code there was, none had to be waited for");
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    server.log.wait("swap", |event| matches!(event, RunEvent::Swapped { .. }).then_some(()));
    assert_eq!(files(&cache, "cwasm").len(), 1, "quick code is removed when it is not needed any more");
}
