//! Pipes that are full and that nobody reads, as those of a pager that was stopped: signals end conjoin all the same.

use std::{
    collections::BTreeSet,
    io::{self, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _},
    net::TcpStream,
    os::{fd::AsRawFd as _, unix::fs::OpenOptionsExt as _},
    process::{Child, Command, Stdio},
    thread,
};

use conjoin_tests::{
    app::App,
    server::{Signal, send},
};

const MANIFEST: &str = r#"conjoin = 1
app.name = "shop"

[component.web]
source = "web.wasm"

[component.flood]
build = { command = ["cp", "flood.wasm", "built.wasm"], inputs = ["flood.wasm"], output = "built.wasm" }
permissions.stdio = true

[[trigger.http]]
route = "/..."
component = "web"

[[trigger.command]]
component = "flood"
"#;

const WIT: &str = "package shop:api;

world web {
  export wasi:http/incoming-handler@0.2.12;
}

world flood {
  export wasi:cli/run@0.2.12;
}
";

/// Fails at each request.
const WEB: &str = r#"(component
  (import "wasi:http/types@0.2.12" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $answer))
  (core module $m (func (export "handle") (param i32 i32) unreachable))
  (core instance $i (instantiate $m))
  (func $handle (param "request" (own $request)) (param "response-out" (own $answer))
    (canon lift (core func $i "handle")))
  (instance $exported (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.12" (instance $exported)))"#;

/// A program for WASI preview 1 that prints for ever.
const FLOOD: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
  (func (export "_start")
    (loop $again
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
      (br $again))))"#;

/// Opens a file so that no write to it waits, on Linux.
const NON_BLOCKING: i32 = 0o4000;

/// A pipe that takes not one more byte.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().expect("a pipe");
    // Another way into the same pipe, because what is set of `writer` would hold for who inherits it, too.
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let mut filling = std::fs::OpenOptions::new().write(true).custom_flags(NON_BLOCKING).open(path).expect("the pipe");
    for size in [4096, 1] {
        loop {
            match filling.write(&vec![b'x'; size]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
    (reader, writer)
}

fn app() -> App {
    App::new(&[
        ("conjoin.toml", MANIFEST.as_bytes()),
        ("wit/app.wit", WIT.as_bytes()),
        ("web.wasm", &wat::parse_str(WEB).expect("the text is right")),
        ("flood/flood.wasm", &wat::parse_str(FLOOD).expect("the text is right")),
    ])
}

/// A process with pipes that nobody reads.
struct Unread {
    child: Child,
    _pipes: [PipeReader; 2],
}

impl Unread {
    fn start(command: &mut Command) -> Self {
        let ((out, stdout), (err, stderr)) = (full_pipe(), full_pipe());
        let child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().expect("a program to start");
        Self { child, _pipes: [out, err] }
    }

    /// Waits until the process has a thread with this name.
    fn wait_for_thread(&self, name: &str) {
        let tasks = format!("/proc/{}/task", self.child.id());
        loop {
            let threads = fs_err::read_dir(&tasks).expect("the process runs").filter_map(Result::ok);
            let names: BTreeSet<String> =
                threads.filter_map(|thread| fs_err::read_to_string(thread.path().join("comm")).ok()).collect();
            if names.iter().any(|comm| comm.trim_end() == name) {
                return;
            }
            thread::yield_now();
        }
    }

    /// Sends the signal so often, and gives the exit code.
    fn end(mut self, signal: Signal, times: usize) -> Option<i32> {
        for _ in 0..times {
            send(signal, self.child.id());
        }
        self.child.wait().expect("an end").code()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

#[test]
fn a_command_that_cannot_say_what_it_has_to_say_is_ended_by_the_first_signal() {
    let app = app();
    for (args, signal) in [
        (&["plan"][..], Signal::Terminate),
        (&["build"], Signal::Interrupt),
        (&["build", "--message-format", "json"], Signal::Terminate),
        (&["templates"], Signal::Interrupt),
    ] {
        let process = Unread::start(&mut app.conjoin(args));
        process.wait_for_thread("conjoin-signals");
        assert_eq!(process.end(signal, 1), Some(130), "{args:?}");
    }
}

#[test]
fn a_guest_whose_output_nobody_reads_is_ended_by_the_first_signal() {
    let app = app();
    for signal in [Signal::Terminate, Signal::Interrupt] {
        let process = Unread::start(&mut app.conjoin(&["run", "-q", "-e", "flood"]));
        process.wait_for_thread("conjoin-guests");
        assert_eq!(process.end(signal, 1), Some(130));
    }
}

#[test]
fn a_server_whose_messages_nobody_reads_is_ended_by_the_first_signal_and_by_two() {
    let app = app();
    // An address of this machine that no other test has, and a port that the system gives to nobody by itself.
    let [.., high, low] = std::process::id().to_be_bytes();
    let address = format!("127.72.{high}.{low}:3000");
    for times in [1, 2] {
        let process = Unread::start(&mut app.conjoin(&["run", "-q", "-e", "web", "--listen", &address]));
        process.wait_for_thread("conjoin-guests");
        let mut connection = TcpStream::connect(&address).expect("it has taken the address");
        connection.write_all(b"GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").expect("it is read");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        assert_eq!(process.end(Signal::Terminate, times), Some(0));
    }
}
