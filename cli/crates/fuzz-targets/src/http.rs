//! Request heads, sent to a server whose only entry traps: whatever comes, it answers or closes the connection.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    sync::{Arc, LazyLock, mpsc},
    thread,
    time::Duration,
};

use conjoin_runtime::{
    Entry, Grants, Limits, RunEvent, RunOptions, Runtime, RuntimeOptions, Trigger, TriggerOptions, reserve,
};
use conjoin_wit::{WASI_0_2, WitFile, wasi_deps};

use crate::dummy;

/// The address of the server, which runs until the process ends.
static SERVER: LazyLock<SocketAddr> = LazyLock::new(start);

/// Ends a test that hangs, not one on a machine that is busy.
const LIMIT: Duration = Duration::from_mins(5);

/// Sends the bytes as a client does that then closes its side, and reads to the end.
pub(crate) fn heads(bytes: &[u8]) {
    let mut stream = TcpStream::connect(*SERVER).expect("the server listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
    // The server may have closed its side already, and then has said why.
    drop(stream.write_all(bytes));
    drop(stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "the server does not answer: {error}");
    }
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."), "{}", answer.escape_ascii());
}

/// Starts a server on a free port, and gives its address once it is ready.
fn start() -> SocketAddr {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let component = folder.path().join("trap.wasm");
    fs_err::write(&component, entry()).expect("a file in the temporary folder");
    let (ready, is_ready) = mpsc::channel();
    let events = Arc::new(move |event| {
        if let RunEvent::Ready(announcement) = event {
            drop(ready.send(announcement.address));
        }
    });
    let runtime = Runtime::new(RuntimeOptions { code_cache: folder.path().join("code"), events }).expect("threads");
    let options = run_options(&component);
    drop(thread::spawn(move || {
        let code = runtime.run(options, &conjoin_runtime::Shutdown::new());
        drop(folder);
        panic!("the server has ended: {code:?}");
    }));
    let address = is_ready.recv_timeout(LIMIT).expect("the server is ready");
    address.trim_start_matches("http://").parse().expect("an address")
}

fn run_options(component: &Path) -> RunOptions {
    let name = "trap".to_owned();
    let settings = serde_json::json!({ "route": "/..." });
    let trigger = Trigger { kind: "http".to_owned(), entry: name.clone(), settings };
    let listen = TriggerOptions { listen: SocketAddr::from(([127, 0, 0, 1], 0)), args: Vec::new() };
    let entry = Entry {
        component: component.to_owned(),
        grants: Grants::default(),
        members: vec![name.clone()],
        name,
        reuse: None,
    };
    RunOptions {
        triggers: reserve(&[trigger], &listen).expect("a free port"),
        entries: vec![entry],
        limits: Limits { concurrent: 4, memory: 1 << 20, ..Limits::default() },
    }
}

/// A component that exports the handler of HTTP requests.
fn entry() -> Vec<u8> {
    let text = format!("package fuzz:http;\nworld trap {{ export wasi:http/incoming-handler@{WASI_0_2}; }}\n");
    let mut files = wasi_deps(&[format!("wasi:http@{WASI_0_2}")]);
    files.push(WitFile { path: "http.wit".into(), text });
    let (resolve, world) = conjoin_wit::resolve(&files, "trap").expect("the WIT is valid");
    dummy::component(&resolve, world).expect("the world can be implemented")
}
