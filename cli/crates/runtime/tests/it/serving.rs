//! Requests and answers of both generations of HTTP.

use std::num::NonZeroU32;

use conjoin_policy::{ARGS, Grants, STDIO};
use conjoin_runtime::{RunEvent, RunOptions, StreamKind, Trigger, TriggerOptions, reserve};

use crate::{
    guests::{Guest, HTTP},
    http_client::{ask_over, connect},
    server::{Serve, Server, entry, options, route, runtime, trigger_options},
};

fn stdio() -> Grants {
    Grants::switches(&[&STDIO])
}

#[tokio::test]
async fn a_guest_of_either_generation_answers() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        let generation = if guest == Guest::HttpP2 { "0.2" } else { "0.3" };
        assert_eq!(server.get("/hello").await, format!("200 hello from {generation}"));
    }
}

#[tokio::test]
async fn bodies_pass_in_both_directions_unchanged() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        for size in [0, 1, 1 << 20, 30 << 20] {
            let body: Vec<u8> = (0..=250).cycle().take(size).collect();
            let answer = server.ask("POST /echo", &body).await;
            assert_eq!((answer.status, answer.body.len()), (200, size), "{guest:?}");
            assert!(answer.body == body, "{guest:?} {size}");
        }
    }
}

#[tokio::test]
async fn a_guest_of_0_3_may_read_and_write_the_body_itself() {
    let server = Server::of(Guest::HttpP3, Grants::default());
    let body = "ä🙂".repeat(200_000);
    let answer = server.ask("POST /copy", body.as_bytes()).await;
    assert!(answer.text() == body);
}

#[tokio::test]
async fn a_big_answer_is_whole() {
    let server = Server::of(Guest::HttpP2, Grants::default());
    assert_eq!(server.ask("GET /big?30000000", b"").await.body.len(), 30_000_000);
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_head_has_no_body() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        let mut connection = connect(server.address).await;
        for _ in 0..3 {
            assert_eq!(ask_over(&mut connection, "GET /hello", b"").await.status, 200);
            let head = ask_over(&mut connection, "HEAD /hello", b"").await;
            assert_eq!((head.status, head.body.len()), (200, 0));
            assert_eq!(ask_over(&mut connection, "GET /trap", b"").await.status, 500);
        }
    }
}

#[tokio::test]
async fn every_request_gets_a_fresh_instance_unless_reuse_is_asked_for() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        for _ in 0..3 {
            assert_eq!(server.get("/count").await, "200 1");
        }
        let mut options = options(guest, Grants::default());
        options.entries[0].reuse = NonZeroU32::new(2);
        let server = Server::start(runtime(), options);
        for count in [1, 2, 1, 2] {
            assert_eq!(server.get("/count").await, format!("200 {count}"));
        }
        assert_eq!(server.get("/count").await, "200 1");
        assert_eq!(server.ask("GET /trap", b"").await.status, 500);
        assert_eq!(server.get("/count").await, "200 1", "an instance that failed was used again");
    }
}

#[tokio::test]
async fn who_comes_before_the_server_is_ready_waits_and_is_answered() {
    let options = RunOptions::from(options(Guest::HttpP2, Grants::default()));
    let address = options.triggers.announcements()[0].address.strip_prefix("http://").unwrap().parse().unwrap();
    let mut early = connect(address).await;
    let server = Server::start(runtime(), options);
    assert_eq!(server.address, address);
    assert_eq!(ask_over(&mut early, "GET /hello", b"").await.status, 200);
}

#[tokio::test]
async fn an_instance_that_gave_an_error_is_not_reused() {
    let mut options = options(Guest::Silent, Grants::default());
    options.entries[0].reuse = NonZeroU32::new(100);
    let server = Server::start(runtime(), options);
    for _ in 0..3 {
        assert_eq!(server.get("/state").await, "200 good");
        assert_eq!(server.get("/error").await, "500 the component answered with an error");
    }
    assert_eq!(server.get("/state").await, "200 good");
}

#[tokio::test]
async fn a_body_that_breaks_off_has_no_end() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = Server::of(Guest::Silent, Grants::default());
    let ask = async |path: &str| {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The connection may be reset.
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let whole = ask("/state").await;
    assert!(whole.ends_with("good\r\n0\r\n\r\n"), "{whole}");
    let broken = ask("/break").await;
    assert!(!broken.ends_with("0\r\n\r\n"), "{broken}");
    server.log.wait("failure", |event| match event {
        RunEvent::Failed(failure) => (failure.request.as_deref() == Some("GET /break")).then_some(()),
        _ => None,
    });
}

#[tokio::test]
async fn an_answer_comes_before_its_request_has_ended_and_outlives_it() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    for (guest, path, status) in
        [(Guest::HttpP2, "/hello", 200), (Guest::HttpP3, "/hello", 200), (Guest::HttpP2, "/trap", 500)]
    {
        let server = Server::of(guest, Grants::default());
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let (sent, rest) = (1 << 20, 8 << 20);
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", sent + rest);
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b'x'; sent]).await.unwrap();
        // The server has answered and closed its side while the client goes on.
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.unwrap();
        stream.write_all(&vec![b'x'; rest]).await.unwrap();
        let mut answer = String::from_utf8(first.to_vec()).unwrap();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn a_trap_answers_500_says_where_and_the_server_lives_on() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        assert_eq!(server.get("/trap").await, "500 the component failed; the server's output says where");
        let failure = server.log.wait("failure", |event| match event {
            RunEvent::Failed(failure) => Some(failure.clone()),
            _ => None,
        });
        assert_eq!(failure.entry, "gateway");
        assert_eq!(failure.request.as_deref(), Some("GET /trap"));
        assert!(failure.what.contains("unreachable"), "{}", failure.what);
        assert!(failure.stderr.contains("this guest fails on purpose"), "{}", failure.stderr);
        assert!(failure.backtrace.contains("panic"), "{}", failure.backtrace);
        assert!(server.get("/hello").await.starts_with("200 "));
    }
}

#[tokio::test]
async fn a_guest_that_exits_or_is_silent_or_gives_an_error_answers_500() {
    let server = Server::of(Guest::HttpP2, Grants::default());
    assert_eq!(server.ask("GET /exit", b"").await.status, 500);
    server.log.wait("exit", |event| match event {
        RunEvent::Failed(failure) => (failure.what == "the guest exited with code 1").then_some(()),
        _ => None,
    });
    let server = Server::of(Guest::Silent, Grants::default());
    assert_eq!(server.get("/").await, "500 the component returned without an answer");
    assert_eq!(server.get("/error").await, "500 the component answered with an error");
    let server = Server::of(Guest::HttpP3, Grants::default());
    assert_eq!(server.get("/error").await, "500 the component answered with an error");
}

#[tokio::test]
async fn the_longest_route_wins_and_without_one_the_routes_are_named() {
    let mut options = options(Guest::HttpP2, Grants::default());
    let mut other = entry(Guest::HttpP3, Grants::default());
    other.name = "other".to_owned();
    options.entries.push(other);
    options.triggers = vec![route("/a/...", "gateway"), route("/a/b/...", "other")];
    let server = Server::start(runtime(), options);
    assert_eq!(server.get("/a/hello").await, "200 hello from 0.2");
    assert_eq!(server.get("/a/b/hello").await, "200 hello from 0.3");
    assert_eq!(server.get("/c").await, "404 no route leads to /c; there are: /a/b/..., /a/...");
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = Server::of(Guest::HttpP2, Grants::default());
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn output_comes_line_by_line_with_a_last_line_completed() {
    let server = Server::of(Guest::HttpP2, stdio());
    assert_eq!(server.get("/print?x").await, "200 printed");
    server.log.wait("last line", |event| match event {
        RunEvent::GuestOutput { bytes, .. } => (bytes == b"no line feed\n").then_some(()),
        _ => None,
    });
    let output: Vec<(StreamKind, String)> = server.log.all().into_iter().filter_map(output).collect();
    assert_eq!(
        output,
        [
            (StreamKind::Stderr, "warning: x\n".to_owned()),
            (StreamKind::Stdout, "printed x\n".to_owned()),
            (StreamKind::Stderr, "no line feed\n".to_owned()),
        ]
    );
    let server = Server::of(Guest::HttpP3, stdio());
    assert_eq!(server.get("/print?x").await, "200 printed");
    server.log.wait("line", |event| match event {
        RunEvent::GuestOutput { bytes, .. } => (bytes == b"printed x\n").then_some(()),
        _ => None,
    });
}

#[tokio::test]
async fn lines_of_parallel_requests_do_not_mix() {
    let server = Server::of(Guest::HttpP2, stdio());
    let address = server.address;
    let asked = ["a", "b", "c", "d"].map(|name| {
        tokio::spawn(async move { crate::http_client::ask(address, &format!("GET /lines?{name}"), b"").await })
    });
    for answer in asked {
        assert_eq!(answer.await.unwrap().status, 200);
    }
    let log = server.log.clone();
    server.shutdown.request();
    server.join().unwrap();
    let lines: Vec<String> = log.all().into_iter().filter_map(output).map(|(_, line)| line).collect();
    for name in ["a", "b", "c", "d"] {
        let of_one: Vec<&String> = lines.iter().filter(|line| line.starts_with(name)).collect();
        let expected: Vec<String> = (0..20).map(|line| format!("{name} {line} {}\n", name.repeat(40))).collect();
        assert!(of_one.into_iter().eq(&expected), "{lines:#?}");
    }
}

fn output(event: RunEvent) -> Option<(StreamKind, String)> {
    if let RunEvent::GuestOutput { stream, bytes, .. } = event {
        Some((stream, String::from_utf8(bytes).unwrap()))
    } else {
        None
    }
}

#[tokio::test]
async fn triggers_of_several_kinds_run_at_once() {
    let Serve { mut triggers, mut entries, limits } = options(Guest::HttpP2, Grants::default());
    let mut job = entry(Guest::Command, Grants::switches(&[&ARGS]));
    job.name = "job".to_owned();
    entries.push(job);
    triggers.push(Trigger { kind: "command".to_owned(), entry: "job".to_owned(), settings: serde_json::json!({}) });
    let command_line = TriggerOptions { args: vec!["trap".to_owned()], ..trigger_options("127.0.0.1:0") };
    let triggers = reserve(&triggers, &command_line).unwrap();
    let server = Server::start(runtime(), RunOptions { triggers, entries, limits });
    server.log.wait("end of the command", |event| match event {
        RunEvent::Failed(failure) => (failure.entry == "job").then_some(()),
        _ => None,
    });
    assert_eq!(server.get("/hello").await, "200 hello from 0.2");
    server.shutdown.request();
    assert_eq!(server.join().unwrap(), 134);
}
