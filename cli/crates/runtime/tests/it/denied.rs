//! Nothing that was not granted works, and what is denied says which line grants it.

use conjoin_policy::{CLOCKS, DIRECTORIES, Directory, ENV, Granted, Grants, OUTBOUND_HTTP, Origin, RANDOM, SOCKETS};

use crate::{
    guests::{Guest, HTTP},
    server::Server,
};

const WHERE: &str = "to the component that needs it: [component.gateway] or [component.logger]";

/// A path, and what it answers without and with a grant.
struct Case<'a> {
    guest: Guest,
    path: &'a str,
    denied: &'a str,
    message: &'a str,
    granted: Grants,
    allowed: &'a str,
}

async fn check(case: Case<'_>) {
    let Case { guest, path, denied, message, granted, allowed } = case;
    let server = Server::of(guest, Grants::default());
    assert_eq!(server.get(path).await, denied, "{guest:?} {path}");
    assert_eq!(server.get(path).await, denied, "{guest:?} {path}");
    assert_eq!(server.log.denied(), [format!("gateway: {message} {WHERE}")]);
    let server = Server::of(guest, granted);
    assert_eq!(server.get(path).await, allowed, "{guest:?} {path}");
    assert_eq!(server.log.denied_so_far(), [] as [String; 0]);
}

const FAILED: &str = "500 the component failed; the server's output says where";

#[tokio::test]
async fn clocks() {
    let clocks = || Grants::switches(&[&CLOCKS]);
    let line = "was called but clocks are not granted; add `permissions.clocks = true`";
    let now = format!("`wasi:clocks/monotonic-clock.now` {line}");
    check(Case {
        guest: Guest::HttpP2,
        path: "/clock",
        denied: FAILED,
        message: &now,
        granted: clocks(),
        allowed: "200 ticks",
    })
    .await;
    check(Case {
        guest: Guest::HttpP3,
        path: "/clock",
        denied: FAILED,
        message: &now,
        granted: clocks(),
        allowed: "200 true",
    })
    .await;
    let wait = format!("`wasi:clocks/monotonic-clock.subscribe-duration` {line}");
    check(Case {
        guest: Guest::HttpP2,
        path: "/sleep?1",
        denied: FAILED,
        message: &wait,
        granted: clocks(),
        allowed: "200 slept",
    })
    .await;
    let wait = format!("`wasi:clocks/monotonic-clock.wait-for` {line}");
    check(Case {
        guest: Guest::HttpP3,
        path: "/sleep?1",
        denied: FAILED,
        message: &wait,
        granted: clocks(),
        allowed: "200 slept",
    })
    .await;
}

#[tokio::test]
async fn random() {
    let random = || Grants::switches(&[&RANDOM]);
    let line = "was called but random is not granted; add `permissions.random = true`";
    let bytes = format!("`wasi:random/random.get-random-bytes` {line}");
    check(Case {
        guest: Guest::HttpP3,
        path: "/random",
        denied: FAILED,
        message: &bytes,
        granted: random(),
        allowed: "200 4",
    })
    .await;
}

#[tokio::test]
async fn a_hash_map_needs_no_randomness() {
    let server = Server::of(Guest::HttpP2, Grants::default());
    assert_eq!(server.get("/random").await, "200 seeded");
    assert_eq!(server.log.denied_so_far(), [] as [String; 0]);
}

#[tokio::test]
async fn sockets() {
    let sockets = || Grants::switches(&[&SOCKETS]);
    let line = "was called but sockets are not granted; add `permissions.sockets = true`";
    let create = format!("`wasi:sockets/tcp-create-socket.create-tcp-socket` {line}");
    // Nothing listens on port 1.
    let (denied, refused) = ("200 Err(PermissionDenied)", "200 Err(ConnectionRefused)");
    check(Case {
        guest: Guest::HttpP2,
        path: "/connect?127.0.0.1:1",
        denied,
        message: &create,
        granted: sockets(),
        allowed: refused,
    })
    .await;
    let resolve = format!("`wasi:sockets/ip-name-lookup.resolve-addresses` {line}");
    let server = Server::of(Guest::HttpP3, Grants::default());
    assert_eq!(server.get("/resolve?localhost").await, "200 Err(ErrorCode::AccessDenied)");
    assert_eq!(server.log.denied(), [format!("gateway: {resolve} {WHERE}")]);
    let server = Server::of(Guest::HttpP3, sockets());
    assert!(server.get("/resolve?127.0.0.1").await.starts_with("200 Ok("));
}

#[tokio::test]
async fn outbound_http() {
    for guest in HTTP {
        let other = Server::of(guest, Grants::default());
        let origin = format!("http://{}", other.address);
        let path = format!("/fetch?{origin}/hello");
        let server = Server::of(guest, Grants::default());
        let denied = server.get(&path).await;
        assert!(denied.contains("HttpRequestDenied"), "{denied}");
        let message = format!(
            "gateway: `wasi:http` was called but requests to {origin} are not granted; \
             add `permissions.outbound-http = [\"{origin}\"]` {WHERE}"
        );
        assert_eq!(server.log.denied(), [message]);

        let granted = |origin: &str| {
            Grants::default().with(&OUTBOUND_HTTP, Granted::Origins(vec![Origin::parse(origin).unwrap()]))
        };
        assert!(Server::of(guest, granted(&origin)).get(&path).await.starts_with("200 hello from"));
        let another_port = Server::of(guest, granted("http://127.0.0.1")).get(&path).await;
        assert!(another_port.contains("HttpRequestDenied"), "{another_port}");
    }
}

#[tokio::test]
async fn environment() {
    for guest in HTTP {
        let server = Server::of(guest, Grants::default());
        assert_eq!(server.get("/env").await, "200 ");
        let env = vec![("LOG_LEVEL".to_owned(), "debug".to_owned())];
        let server = Server::of(guest, Grants::default().with(&ENV, Granted::Variables(env.into_iter().collect())));
        assert_eq!(server.get("/env").await, "200 LOG_LEVEL=debug");
    }
}

#[tokio::test]
async fn directories() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("there"), "text").unwrap();
    let grants = |write| {
        let directory = Directory { path: folder.path().to_owned(), at: "/data".to_owned(), write };
        Grants::default().with(&DIRECTORIES, Granted::Folders(vec![directory]))
    };
    let server = Server::of(Guest::HttpP2, Grants::default());
    assert!(server.get("/read?/data/there").await.starts_with("200 Err("));
    let server = Server::of(Guest::HttpP2, grants(false));
    assert_eq!(server.get("/read?/data/there").await, "200 Ok(\"text\")");
    assert!(server.get("/read?/data/../../etc/passwd").await.starts_with("200 Err("));
    assert!(server.get("/write?/data/new").await.starts_with("200 Err("));
    let server = Server::of(Guest::HttpP2, grants(true));
    assert_eq!(server.get("/write?/data/new").await, "200 Ok(())");
    assert_eq!(fs_err::read_to_string(folder.path().join("new")).unwrap(), "written");
}

#[tokio::test]
async fn stdio() {
    let line = "was called but stdio is not granted; add `permissions.stdio = true`";
    let server = Server::of(Guest::HttpP2, Grants::default());
    // What goes to standard error is accepted, so that the message of a panic is not lost.
    assert_eq!(server.get("/stderr").await, "200 warned");
    assert_eq!(server.log.denied(), [format!("gateway: `wasi:cli/stderr` {line} {WHERE}")]);
    let server = Server::of(Guest::HttpP3, Grants::default());
    assert_eq!(server.get("/print?x").await, "200 printed");
    assert_eq!(server.log.denied(), [format!("gateway: `wasi:cli/stdout` {line} {WHERE}")]);
}
