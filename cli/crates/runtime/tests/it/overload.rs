//! More requests than there is room for, and requests that never end.

use std::time::Duration;

use conjoin_policy::{CLOCKS, Grants, STDIO};
use conjoin_runtime::{Limits, RunEvent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    guests::{Guest, HTTP},
    http_client::ask,
    server::{Server, options, runtime},
};

fn clocks() -> Grants {
    Grants::switches(&[&CLOCKS])
}

#[tokio::test]
async fn a_hundred_requests_at_once_are_answered() {
    for guest in HTTP {
        let server = Server::of(guest, clocks());
        let address = server.address;
        let asked: Vec<_> =
            (0..100).map(|_| tokio::spawn(async move { ask(address, "GET /sleep?200", b"").await })).collect();
        for answer in asked {
            assert_eq!(answer.await.unwrap().status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_turned_away_and_may_come_again() {
    let mut options = options(Guest::HttpP2, Grants::switches(&[&STDIO, &CLOCKS]));
    options.limits = Limits { concurrent: 1, waiting: 0, ..Limits::default() };
    let server = Server::start(runtime(), options);
    let running = server.doze(300);
    assert_eq!(server.get("/hello").await, "503 the server has too much to do; try again");
    assert_eq!(running.await.unwrap().status, 200);
    // The place is free when the guest has returned, which may be a moment after its answer was read.
    let mut answer = server.get("/hello").await;
    while answer.starts_with("503") {
        answer = server.get("/hello").await;
    }
    assert_eq!(answer, "200 hello from 0.2");
}

#[tokio::test]
async fn a_guest_that_never_answers_is_stopped() {
    for guest in HTTP {
        let mut options = options(guest, clocks());
        options.limits = Limits { answer_within: Duration::from_millis(200), ..Limits::default() };
        let server = Server::start(runtime(), options);
        for path in ["/spin", "/sleep?100000"] {
            assert_eq!(server.get(path).await, "504 the component did not answer in time");
        }
        server.log.wait("failure", |event| match event {
            RunEvent::Failed(failure) => {
                (failure.what == "no answer within 200ms, so the guest was stopped").then_some(())
            }
            _ => None,
        });
        assert!(server.get("/hello").await.starts_with("200 "));
    }
}

/// Opens a connection, sends `request`, reads the first byte of the answer, and does nothing more.
async fn stalled(server: &Server, request: &str) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0]).await.unwrap();
    stream
}

#[tokio::test]
async fn clients_that_stall_do_not_keep_their_places() {
    // More than the buffers of the system take, so that the server waits for the client; and half of what was announced.
    let reads_nothing = "GET /big?30000000 HTTP/1.1\r\nhost: x\r\n\r\n";
    let sends_nothing = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf";
    for request in [reads_nothing, sends_nothing] {
        let mut options = options(Guest::HttpP2, clocks());
        let client_stalls = Duration::from_millis(200);
        options.limits = Limits { concurrent: 2, waiting: 1, client_stalls, ..Limits::default() };
        let server = Server::start(runtime(), options);
        let stalled = [stalled(&server, request).await, stalled(&server, request).await];
        assert_eq!(server.get("/hello").await, "200 hello from 0.2");
        drop(stalled);
    }
}
