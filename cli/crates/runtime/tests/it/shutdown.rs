//! The end of a server.

use conjoin_policy::{CLOCKS, Grants, STDIO};
use conjoin_runtime::RunEvent;

use crate::{
    guests::{Guest, HTTP},
    server::Server,
};

fn grants() -> Grants {
    Grants::switches(&[&CLOCKS, &STDIO])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_request_is_finished_and_no_new_one_is_accepted() {
    for guest in HTTP {
        let server = Server::of(guest, grants());
        let address = server.address;
        let running = server.doze(500);
        server.shutdown.request();
        server.log.wait("draining", |event| matches!(event, RunEvent::Draining { connections: 1 }).then_some(()));
        let answer = running.await.unwrap();
        assert_eq!((answer.status, answer.text()), (200, "slept"));
        server.join().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_request_to_stop_does_not_wait() {
    let server = Server::of(Guest::HttpP2, grants());
    let running = server.doze(1_000_000);
    server.shutdown.request();
    server.log.wait("draining", |event| matches!(event, RunEvent::Draining { .. }).then_some(()));
    server.shutdown.request();
    server.join().unwrap();
    assert!(running.await.is_err(), "the connection was closed without an answer");
}
