//! Bodies and many requests through a service of every toolchain: in fresh instances, in one that is kept, and after a failure.

use std::path::PathBuf;

use conjoin_tests::{
    conjoin::{conjoin, copy_app, repository, succeed},
    http::{Client, post},
    server::Server,
};

/// How many requests a kept instance answers.
const KEPT: u64 = 10_000;

/// A service of the app `tests/guests/bodies`.
struct Service {
    server: Server,
    client: Client,
}

impl Service {
    /// Builds the app with `service-NAME` in the folder `target/tests/bodies-NAME` and serves it; `trigger` is added to its table.
    fn start(name: &str, trigger: &str) -> Self {
        let app = app(name, trigger);
        succeed(&mut conjoin(&app, &["build", "--install-tools"]));
        let server = Server::start(&mut conjoin(&app, &["run", "--listen", "127.0.0.1:0"]));
        Self { server, client: Client::new() }
    }

    fn post(&self, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        post(&self.server.address, path, body)
    }

    /// How many requests the instance that answers has got.
    fn count(&self) -> u64 {
        let answer = self.client.get(&format!("{}/count", self.server.address));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.parse().unwrap_or_else(|_| panic!("not a number: {answer:?}"))
    }

    /// Sends one megabyte and thirty of them, to be sent back and to be summed.
    fn passes_bodies(&self) {
        for size in [1_000_000, 30_000_000] {
            let body: Vec<u8> = (0..size).map(|place: u32| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            let (status, echo) = self.post("/echo", &body);
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&echo));
            assert!(echo == body, "{size} bytes came back as {}", echo.len());
            let sum: u64 = body.iter().copied().map(u64::from).sum();
            assert_eq!(self.post("/sum", &body), (200, sum.to_string().into_bytes()), "{size} bytes");
        }
    }

    /// A panic or an exception in the middle of requests ends that request alone.
    fn survives_a_failure(&self) {
        self.count();
        assert_eq!(self.post("/fail", b"").0, 500);
        self.count();
    }
}

fn app(name: &str, trigger: &str) -> PathBuf {
    let to = repository().join("target/tests").join(format!("bodies-{name}"));
    if to.exists() {
        // The store of the cache folder has what was built.
        fs_err::remove_dir_all(&to).expect("the folder of the last run");
    }
    let from = repository().join("tests/guests/bodies");
    let read = |path: &str| fs_err::read_to_string(from.join(path)).expect("a manifest");
    let component = read(&format!("service-{name}/component.toml"));
    let path = component.lines().find_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
    // Two engines share a folder.
    for part in ["wit", path.expect("each component names its folder")] {
        copy_app(&from.join(part), &to.join(part));
    }
    let manifest = [read("conjoin.toml"), component].concat();
    let trigger = format!("\n[[trigger.http]]\nroute = \"/...\"\ncomponent = \"service\"\n{trigger}\n");
    fs_err::write(to.join("conjoin.toml"), manifest + &trigger).expect("a manifest");
    to
}

/// A thousand requests, each in a fresh instance, and the bodies.
fn answers_in_fresh_instances(name: &str) {
    let service = Service::start(name, "");
    for _ in 0..1_000 {
        assert_eq!(service.count(), 1, "{name}");
    }
    service.passes_bodies();
    service.survives_a_failure();
}

/// Ten thousand requests to one instance, the bodies among them.
fn answers_in_a_kept_instance(name: &str) {
    let service = Service::start(name, &format!("isolation = {{ reuse = {KEPT} }}"));
    service.passes_bodies();
    // A request that comes while the instance still tidies up after the one before gets another.
    let most = (0..3 * KEPT).map(|_| service.count()).find(|count| *count == KEPT);
    assert_eq!(most, Some(KEPT), "{name}");
    service.survives_a_failure();
}

#[test]
fn rust_answers() {
    answers_in_fresh_instances("rust");
    answers_in_a_kept_instance("rust");
}

#[test]
fn c_answers() {
    answers_in_fresh_instances("c");
    answers_in_a_kept_instance("c");
}

#[test]
fn python_answers() {
    answers_in_fresh_instances("python");
    answers_in_a_kept_instance("python");
}

#[test]
fn tinygo_answers() {
    answers_in_fresh_instances("tinygo");
    answers_in_a_kept_instance("tinygo");
}

/// The same source as on StarlingMonkey, whose instances answer one request each.
#[test]
fn quickjs_answers() {
    answers_in_fresh_instances("quickjs");
    has_the_web("quickjs");
    answers_in_a_kept_instance("quickjs");
}

#[test]
fn starling_answers() {
    answers_in_fresh_instances("starling");
    has_the_web("starling");
}

/// What code finds on one engine is there on the other.
fn has_the_web(name: &str) {
    let service = Service::start(name, "");
    let url = format!("{}/web/a?q=1&q=%C3%A4", service.server.address);
    let headers = [("content-type", "application/json"), ("x-sent", "yes")];
    let answer = service.client.ask("POST", &url, &headers, r#"{"text":"grün €"}"#.as_bytes());
    assert_eq!(answer.status, 201, "{name}: {answer:?}");
    let expected = serde_json::json!({
        "query": ["1", "ä"],
        "path": "/web/other?x=1&%C3%BC=a+b%26c#y",
        "sent": "yes",
        "method": "POST",
        "bytes": 9,
        "decoded": "grün \u{fffd}",
        "streamed": "grün €",
        "form": ["application/x-www-form-urlencoded", "a=1&b=%C3%A4"],
        "random": true,
        "uuid": true,
    });
    assert_eq!(answer.json(), expected, "{name}");
    // One line or two, which means the same.
    let ones = answer.headers.iter().filter(|(header, _)| header == "x-one").map(|(_, value)| value.as_str());
    assert_eq!(ones.collect::<Vec<_>>().join(", "), "1, 2", "{name}");
}
