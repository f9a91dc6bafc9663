//! Guests in a loop, in code of the fast compiler: they take no turn from others, and whatever ends a guest ends them.

use std::{path::PathBuf, time::Duration};

use conjoin_policy::{ARGS, Grants, STDIO};
use conjoin_runtime::{HowCompiled, Limits, RunEvent, RunOptions, Shutdown, Trigger, TriggerOptions, reserve};

use crate::{
    guests::{Guest, HTTP, padded},
    http_client::{Answer, ask},
    server::{Log, Serve, Server, entry, options, runtime, runtime_with_cache},
};

/// More than there are threads for guests.
const MANY: usize = 12;

/// A component whose module never gets to the end of its start function, and which exports `wasi:cli/run`.
const COMMAND: &str = r#"(component
  (core module $m
    (func $start (loop $again (br $again)))
    (start $start)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))"#;

/// A component whose module never gets to the end of its start function, and which exports `wasi:http/incoming-handler`.
const SERVER: &str = r#"(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $answer))
  (core module $m
    (func $start (loop $again (br $again)))
    (start $start)
    (func (export "handle") (param i32 i32)))
  (core instance $i (instantiate $m))
  (func $handle (param "request" (own $request)) (param "response-out" (own $answer))
    (canon lift (core func $i "handle")))
  (instance $exported (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0" (instance $exported)))"#;

/// Like [`SERVER`], and the start function prints a line before its loop. FILLER stands for more functions.
const PRINTING_SERVER: &str = r#"(component
  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $stream (sub resource)))
    (alias outer 1 $error (type $outer-error))
    (export "error" (type $io-error (eq $outer-error)))
    (type $failure (variant (case "last-operation-failed" (own $io-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $outer-stream))
    (export "output-stream" (type $stream (eq $outer-stream)))
    (export "get-stdout" (func (result (own $stream))))))
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $answer))
  (core module $data
    (memory (export "memory") 1)
    (data (i32.const 0) "spinning\n"))
  (core instance $data (instantiate $data))
  (alias core export $data "memory" (core memory $memory))
  (core func $stdout (canon lower (func $stdout "get-stdout")))
  (core func $print
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core module $m
    (import "host" "stdout" (func $stdout (result i32)))
    (import "host" "print" (func $print (param i32 i32 i32 i32)))
    (func $start
      (call $print (call $stdout) (i32.const 0) (i32.const 9) (i32.const 64))
      (loop $again (br $again)))
    (start $start)
    FILLER
    (func (export "handle") (param i32 i32)))
  (core instance $host (export "stdout" (func $stdout)) (export "print" (func $print)))
  (core instance $i (instantiate $m (with "host" (instance $host))))
  (func $handle (param "request" (own $request)) (param "response-out" (own $answer))
    (canon lift (core func $i "handle")))
  (instance $exported (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0" (instance $exported)))"#;

/// A folder for code and components.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("code")
    }

    /// A file with `component`, made so big that it is compiled by the fast compiler.
    fn component(&self, component: &[u8]) -> PathBuf {
        let path = self.0.path().join("big.wasm");
        fs_err::write(&path, padded(component)).unwrap();
        path
    }

    fn options(&self, component: &[u8], limits: Limits) -> Serve {
        let mut options = options(Guest::HttpP2, Grants::switches(&[&STDIO]));
        options.entries[0].component = self.component(component);
        Serve { limits, ..options }
    }

    fn serve(&self, component: &[u8], limits: Limits) -> Server {
        let server = Server::start(runtime_with_cache(self.cache()), self.options(component, limits));
        assert_compiled_quickly(&server.log);
        server
    }
}

fn assert_compiled_quickly(log: &Log) {
    log.wait("fast compiler", |event| {
        matches!(event, RunEvent::Compiling { how: HowCompiled::Quick, .. }).then_some(())
    });
}

fn answer_within(answer_within: Duration) -> Limits {
    Limits { answer_within, ..Limits::default() }
}

/// Starts many requests and waits until all their guests are in their loops.
fn spin(server: &Server) -> Vec<tokio::task::JoinHandle<Answer>> {
    let address = server.address;
    let spinning =
        (0..MANY).map(|_| tokio::spawn(async move { ask(address, "GET /spin", b"").await })).collect::<Vec<_>>();
    server.log.wait_for(MANY, |event| matches!(event, RunEvent::GuestOutput { bytes, .. } if bytes == b"spinning\n"));
    spinning
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_holds_also_after_a_request_to_stop() {
    for guest in HTTP {
        let place = Place::new();
        let component = fs_err::read(guest.component()).unwrap();
        let server = place.serve(&component, answer_within(Duration::from_secs(2)));
        let spinning = spin(&server);
        server.shutdown.request();
        for answer in spinning {
            let answer = answer.await.unwrap();
            assert_eq!((answer.status, answer.text()), (504, "the component did not answer in time"));
        }
        server.join().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_answered_and_the_second_request_to_stop_waits_for_nothing() {
    let place = Place::new();
    let component = fs_err::read(Guest::HttpP2.component()).unwrap();
    let server = place.serve(&component, answer_within(Duration::from_hours(1)));
    let spinning = spin(&server);
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    server.shutdown.request();
    server.shutdown.request();
    server.join().unwrap();
    for answer in spinning {
        assert!(answer.await.is_err(), "the connection was closed without an answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_function_is_stopped_at_the_time_limit() {
    let place = Place::new();
    let server = place.serve(&wat::parse_str(SERVER).unwrap(), answer_within(Duration::from_millis(200)));
    for _ in 0..2 {
        assert_eq!(server.get("/").await, "504 the component did not answer in time");
    }
    server.shutdown.request();
    server.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn optimised_code_takes_over_beside_them_and_they_still_end() {
    // So many functions that the guests are in their loops before all is optimised, and so few that it does not take long beside them.
    let sums = "(i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 5)) (local.set 0)".repeat(20);
    let filler = format!("(func (param i32) {sums})").repeat(500);
    let component = wat::parse_str(PRINTING_SERVER.replace("FILLER", &filler)).unwrap();
    let swapped = |event: &RunEvent| matches!(event, RunEvent::Swapped { .. }).then_some(());

    let place = Place::new();
    let server = place.serve(&component, answer_within(Duration::from_hours(1)));
    let spinning = spin(&server);
    server.log.wait("swap", swapped);
    server.shutdown.request();
    server.shutdown.request();
    server.join().unwrap();
    for answer in spinning {
        assert!(answer.await.is_err(), "the connection was closed without an answer");
    }

    let place = Place::new();
    let server = place.serve(&component, answer_within(Duration::from_secs(2)));
    let spinning = spin(&server);
    server.log.wait("swap", swapped);
    for answer in spinning {
        assert_eq!(answer.await.unwrap().status, 504);
    }
    server.shutdown.request();
    server.join().unwrap();
}

#[test]
fn a_command_ends_when_it_is_asked_to() {
    let spinning = |event: &RunEvent| matches!(event, RunEvent::Denied(_)).then_some(());
    let compiling = |event: &RunEvent| matches!(event, RunEvent::Compiling { .. }).then_some(());
    let guest = fs_err::read(Guest::Command.component()).unwrap();
    let start = wat::parse_str(COMMAND).unwrap();
    for (component, started) in [(guest, spinning as fn(&RunEvent) -> Option<()>), (start, compiling)] {
        let place = Place::new();
        let mut entry = entry(Guest::Command, Grants::switches(&[&ARGS]));
        entry.component = place.component(&component);
        let (runtime, log) = runtime_with_cache(place.cache());
        let settings = serde_json::json!({});
        let trigger = Trigger { kind: "command".to_owned(), entry: entry.name.clone(), settings };
        let options = TriggerOptions { listen: ([127, 0, 0, 1], 0).into(), args: vec!["spin".to_owned()] };
        let triggers = reserve(&[trigger], &options).unwrap();
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let command = std::thread::spawn(move || {
            let code = runtime.run(RunOptions { triggers, entries: vec![entry], limits: Limits::default() }, &stop);
            drop(runtime);
            code
        });
        assert_compiled_quickly(&log);
        log.wait("guest that spins", started);
        shutdown.request();
        assert_eq!(command.join().unwrap().unwrap(), 130);
    }
}

#[test]
fn a_command_does_not_succeed_if_it_was_asked_to_stop_before_it_began() {
    // Loading and the request to stop are ready at the same time; either may be noticed first.
    for _ in 0..20 {
        let (runtime, _) = runtime();
        let entry = entry(Guest::Command, Grants::switches(&[&ARGS]));
        let settings = serde_json::json!({});
        let trigger = Trigger { kind: "command".to_owned(), entry: entry.name.clone(), settings };
        let options = TriggerOptions { listen: ([127, 0, 0, 1], 0).into(), args: vec!["spin".to_owned()] };
        let triggers = reserve(&[trigger], &options).unwrap();
        let shutdown = Shutdown::new();
        shutdown.request();
        let options = RunOptions { triggers, entries: vec![entry], limits: Limits::default() };
        assert_eq!(runtime.run(options, &shutdown).unwrap(), 130);
    }
}
