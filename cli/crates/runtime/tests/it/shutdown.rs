//! The end of a server.

use conjoin_runtime::{Grants, RunEvent};

use crate::{
    guests::{Guest, HTTP},
    http_client::ask,
    server::Server,
};

#[tokio::test]
async fn a_running_request_is_finished_and_no_new_one_is_accepted() {
    for guest in HTTP {
        let server = Server::of(guest, Grants { clocks: true, stdio: true, ..Grants::default() });
        let address = server.address;
        // The first proves that the second can only be waiting for its answer.
        assert_eq!(server.get("/sleep?1").await, "200 slept");
        let running = tokio::spawn(async move { ask(address, "GET /sleep?1500", b"").await });
        wait_until_connected(&server).await;
        server.shutdown.request();
        let answer = running.await.unwrap();
        assert_eq!((answer.status, answer.text()), (200, "slept"));
        server.join().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn the_second_request_to_stop_does_not_wait() {
    let server = Server::of(Guest::HttpP2, Grants { clocks: true, ..Grants::default() });
    let address = server.address;
    let running = tokio::spawn(async move { tokio::net::TcpStream::connect(address).await.unwrap() });
    let mut stream = running.await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /sleep?20000 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    wait_until_connected(&server).await;
    server.shutdown.request();
    server.log.wait("draining", |event| matches!(event, RunEvent::Draining { .. }).then_some(()));
    server.shutdown.request();
    server.join().unwrap();
}

/// A request that was answered was accepted after those whose connection was opened before.
async fn wait_until_connected(server: &Server) {
    assert!(server.get("/hello").await.starts_with("200 "));
}
