//! HTTP through an ordinary `http.Handler` in Go: bodies, many requests, panics, on fresh instances and on one that stays.

use std::{
    cell::Cell,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::OnceLock,
    thread,
};

use conjoin_tests::{
    conjoin::{build_without_go_modules, conjoin, copy_app, repository},
    http::{Answer, Client},
    server::{Line, Server},
};
use serde_json::json;

/// The routes of the app: the same handler on instances of either kind.
const KINDS: [&str; 2] = ["fresh", "reused"];

/// Serves the app, which is built once for all tests of this file.
fn serve() -> Server {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    let app = APP.get_or_init(|| {
        let folder = repository().join("target/tests/go-http");
        if folder.exists() {
            fs_err::remove_dir_all(&folder).expect("the folder of the last run");
        }
        copy_app(&repository().join("tests/guests/go-http"), &folder);
        for kind in KINDS {
            copy_app(&folder.join("service"), &folder.join(kind));
        }
        build_without_go_modules(&folder, &["fresh/main.go", "reused/main.go"]);
        folder
    });
    let mut server = Server::start(&mut conjoin(app, &["run", "--listen", "127.0.0.1:0"]));
    wait_for_optimised_code(&mut server);
    server
}

/// Waits until no better code takes the place of what runs, because instances go with their code. Both entries have the same.
fn wait_for_optimised_code(server: &mut Server) {
    let (listening, pending) = (Cell::new(false), Cell::new(0));
    server.wait_for(|line| {
        let Line::Err(text) = line else { return false };
        listening.set(listening.get() || text.contains("http://"));
        if text.contains("optimised code follows") {
            pending.set(KINDS.len());
        } else if text.trim_start().starts_with("Optimised ") {
            pending.set(pending.get().saturating_sub(1));
        }
        listening.get() && pending.get() == 0
    });
}

/// A server and one who asks it.
struct Asker {
    server: Server,
    client: Client,
}

impl Asker {
    fn new() -> Self {
        Self { server: serve(), client: Client::new() }
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let headers: &[(&str, &str)] =
            if path.ends_with("form") { &[("content-type", "application/x-www-form-urlencoded")] } else { &[] };
        self.client.ask(method, &format!("{}/{path}", self.server.address), headers, body)
    }

    fn get(&self, path: &str) -> String {
        let answer = self.ask("GET", path, b"");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// Posts `body` while it reads the answer. HTTP/1.0, so that the answer has no frames.
    fn stream(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        let head = format!("POST /{path} HTTP/1.0\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
        let mut writer = stream.try_clone().expect("another handle");
        let mut answer = Vec::new();
        thread::scope(|scope| {
            scope.spawn(move || {
                writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body)).expect("it is read");
            });
            stream.read_to_end(&mut answer).expect("an answer");
        });
        let start = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        answer.split_off(start)
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.server.address.trim_start_matches("http://")).expect("a connection")
    }

    fn memory(&self) -> u64 {
        self.get("reused/memory").parse().expect("a number")
    }
}

/// Letters, and the sum of their codes.
fn letters(length: usize) -> (Vec<u8>, u64) {
    let letters: Vec<u8> = (b'a'..=b'z').cycle().take(length).collect();
    let sum = letters.iter().map(|letter| u64::from(*letter)).sum();
    (letters, sum)
}

#[test]
fn bodies_of_up_to_30_megabytes_are_echoed_and_summed() {
    let asker = Asker::new();
    for kind in KINDS {
        for length in [0, 1, 4_096, 4_097, 1 << 20, 30 << 20] {
            let (body, sum) = letters(length);
            let echoed = asker.stream(&format!("{kind}/echo"), &body);
            assert!(echoed == body, "{kind}: {length} bytes came back as {}", echoed.len());
            assert_eq!(asker.ask("POST", &format!("{kind}/sum"), &body).body, format!("{length} {sum}"));
        }
        assert_eq!(asker.ask("POST", &format!("{kind}/head"), &letters(1 << 20).0).body, "abcd");
    }
    // A body streams: an instance that has passed on so much has never held it.
    let (body, _) = letters(30 << 20);
    for _ in 0..4 {
        assert!(asker.stream("reused/echo", &body) == body);
    }
    let memory = asker.memory();
    assert!(memory < 48 << 20, "{memory} bytes");
}

#[test]
fn handlers_see_requests_as_they_are_and_answer_as_they_like() {
    let asker = Asker::new();
    for kind in KINDS {
        let url = format!("{}/{kind}/about/%C3%A4?q=1&q=2", asker.server.address);
        let answer = asker.client.ask("GET", &url, &[("x-ask", "a"), ("X-Ask", "b")], b"");
        assert_eq!(answer.status, 418);
        let about = json!({ "part": "ä", "query": { "q": ["1", "2"] }, "asked": ["a", "b"], "host": true });
        assert_eq!(answer.json(), about);
        let values: Vec<_> =
            answer.headers.iter().filter(|(name, _)| name == "x-answer").map(|(_, value)| value).collect();
        assert_eq!(values, ["one", "two"]);
        assert_eq!(asker.ask("POST", &format!("{kind}/form"), b"a=1&b=2%20").body, "12 ");
        assert_eq!(asker.get(&format!("{kind}/ticks")), "0\n1\n2\n");
        let empty = asker.ask("GET", &format!("{kind}/empty"), b"");
        assert_eq!((empty.status, empty.body.as_str()), (204, ""));
        let missing = asker.ask("GET", &format!("{kind}/nothing"), b"");
        assert_eq!((missing.status, missing.body.as_str()), (404, "404 page not found\n"));
    }
}

#[test]
fn a_few_instances_answer_ten_thousand_requests_and_a_thousand_answer_one_each() {
    let asker = Asker::new();
    for _ in 0..1_000 {
        assert_eq!(asker.get("fresh/count"), "1");
    }
    let ask = |times: u32| (0..times).filter(|_| asker.get("reused/count") == "1").count();
    let instances = ask(10_000);
    // A request that comes before an instance has returned from the last one gets another.
    assert!(instances < 50, "{instances} instances");
    let memory = asker.memory();
    assert!(memory < 24 << 20, "{memory} bytes");
}

#[test]
fn a_panic_ends_the_instance_and_the_next_request_is_answered() {
    let mut asker = Asker::new();
    for kind in KINDS {
        asker.get(&format!("{kind}/count"));
        assert_eq!(asker.ask("GET", &format!("{kind}/panic"), b"").status, 500);
        asker.get(&format!("{kind}/count"));
        // An answer that breaks off must not look like a whole one.
        let mut stream = asker.connect();
        let request = format!("GET /{kind}/panic-late HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        // The connection may be reset.
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
        asker.get(&format!("{kind}/count"));
    }
    asker.server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("this guest fails on purpose")));
    asker.server.wait_for(|line| matches!(line, Line::Err(text) if text.contains("main.go:")));
}
