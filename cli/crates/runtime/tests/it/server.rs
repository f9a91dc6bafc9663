//! A server on a free port for one test, and what it said.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use conjoin_policy::Grants;
use conjoin_runtime::{
    Entry, Limits, RunEvent, RunOptions, Runtime, RuntimeError, RuntimeOptions, Shutdown, Trigger, TriggerOptions,
    reserve,
};

use crate::{
    guests::Guest,
    http_client::{Answer, ask},
};

/// How long to wait for an event before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Events as they come.
#[derive(Clone, Default)]
pub(crate) struct Log {
    shared: Arc<(Mutex<Vec<RunEvent>>, Condvar)>,
}

impl Log {
    pub(crate) fn push(&self, event: RunEvent) {
        self.shared.0.lock().unwrap().push(event);
        self.shared.1.notify_all();
    }

    pub(crate) fn all(&self) -> Vec<RunEvent> {
        self.shared.0.lock().unwrap().clone()
    }

    /// Waits for an event and returns what `pick` makes of it.
    pub(crate) fn wait<T>(&self, what: &str, mut pick: impl FnMut(&RunEvent) -> Option<T>) -> T {
        let events = self.shared.0.lock().unwrap();
        let (events, timeout) = self
            .shared
            .1
            .wait_timeout_while(events, PATIENCE, |events| !events.iter().any(|event| pick(event).is_some()))
            .unwrap();
        assert!(!timeout.timed_out(), "no {what} among {events:#?}");
        events.iter().find_map(pick).unwrap()
    }

    /// Waits until `count` events are as `wanted` says.
    pub(crate) fn wait_for(&self, count: usize, wanted: impl Fn(&RunEvent) -> bool) {
        let seen = |events: &[RunEvent]| events.iter().filter(|event| wanted(event)).count();
        let events = self.shared.0.lock().unwrap();
        let (events, _) = self.shared.1.wait_timeout_while(events, PATIENCE, |events| seen(events) < count).unwrap();
        assert!(seen(&events) >= count, "fewer than {count} among {events:#?}");
    }

    /// The messages about denied calls; waits for the first.
    pub(crate) fn denied(&self) -> Vec<String> {
        self.wait("denied call", |event| matches!(event, RunEvent::Denied(_)).then_some(()));
        self.denied_so_far()
    }

    /// The messages about denied calls so far.
    pub(crate) fn denied_so_far(&self) -> Vec<String> {
        let denied =
            |event: &RunEvent| if let RunEvent::Denied(denied) = event { Some(denied.to_string()) } else { None };
        self.all().iter().filter_map(denied).collect()
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) log: Log,
    pub(crate) shutdown: Shutdown,
    thread: Option<JoinHandle<Result<i32, RuntimeError>>>,
}

/// An entry `gateway` of a guest with every request routed to it.
pub(crate) fn options(guest: Guest, grants: Grants) -> Serve {
    Serve { triggers: vec![route("/...", "gateway")], entries: vec![entry(guest, grants)], limits: Limits::default() }
}

/// A trigger of an HTTP route.
pub(crate) fn route(route: &str, entry: &str) -> Trigger {
    let settings = serde_json::json!({ "route": route });
    Trigger { kind: "http".to_owned(), entry: entry.to_owned(), settings }
}

/// Triggers that listen on a free port.
pub(crate) struct Serve {
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) limits: Limits,
}

/// What the command line says to the triggers of tests.
pub(crate) fn trigger_options(listen: &str) -> TriggerOptions {
    TriggerOptions { listen: listen.parse().unwrap(), args: Vec::new() }
}

impl From<Serve> for RunOptions {
    fn from(Serve { triggers, entries, limits }: Serve) -> Self {
        Self { triggers: reserve(&triggers, &trigger_options("127.0.0.1:0")).unwrap(), entries, limits }
    }
}

/// The entry `gateway`.
pub(crate) fn entry(guest: Guest, grants: Grants) -> Entry {
    Entry {
        name: "gateway".to_owned(),
        component: guest.component(),
        grants,
        members: vec!["gateway".to_owned(), "logger".to_owned()],
        reuse: None,
    }
}

/// A runtime with the code cache that the tests share, and its log.
pub(crate) fn runtime() -> (Runtime, Log) {
    runtime_with_cache(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("code"))
}

/// A runtime with a code cache of its own, and its log.
pub(crate) fn runtime_with_cache(code_cache: PathBuf) -> (Runtime, Log) {
    let log = Log::default();
    let events = log.clone();
    let runtime = Runtime::new(RuntimeOptions { code_cache, events: Arc::new(move |event| events.push(event)) });
    (runtime.unwrap(), log)
}

impl Server {
    /// Serves a guest with grants.
    pub(crate) fn of(guest: Guest, grants: Grants) -> Self {
        Self::start(runtime(), options(guest, grants))
    }

    /// Serves until the value is dropped.
    pub(crate) fn start((runtime, log): (Runtime, Log), options: impl Into<RunOptions>) -> Self {
        let options = options.into();
        let address = options.triggers.announcements()[0].address.clone();
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let failed = log.clone();
        let thread = std::thread::spawn(move || {
            let result = runtime.run(options, &stop);
            if let Err(error) = &result {
                failed.push(RunEvent::NotKept { entry: "the server".to_owned(), reason: error.to_string() });
            }
            result
        });
        let ready = log.wait("address", |event| match event {
            RunEvent::Ready(announcement) => Some(Ok(announcement.address.clone())),
            RunEvent::NotKept { reason, .. } => Some(Err(reason.clone())),
            _ => None,
        });
        assert_eq!(ready.unwrap(), address);
        let address = address.strip_prefix("http://").unwrap().parse().unwrap();
        Self { address, log, shutdown, thread: Some(thread) }
    }

    /// Sends one request over a connection of its own.
    pub(crate) async fn ask(&self, request: &str, body: &[u8]) -> Answer {
        ask(self.address, request, body).await
    }

    /// The answer's text to a request without a body.
    pub(crate) async fn get(&self, path: &str) -> String {
        let answer = self.ask(&format!("GET {path}"), b"").await;
        format!("{} {}", answer.status, answer.text())
    }

    /// Starts a request that takes `milliseconds` and waits until the guest is busy with it.
    pub(crate) fn doze(&self, milliseconds: u32) -> tokio::task::JoinHandle<Answer> {
        let address = self.address;
        let answer = tokio::spawn(async move { ask(address, &format!("GET /doze?{milliseconds}"), b"").await });
        self.log.wait("guest that dozes", |event| match event {
            RunEvent::GuestOutput { bytes, .. } => (bytes == b"dozing\n").then_some(()),
            _ => None,
        });
        answer
    }

    /// Waits until the server has ended; gives the exit code.
    pub(crate) fn join(mut self) -> Result<i32, RuntimeError> {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.shutdown.request();
            self.shutdown.request();
            drop(thread.join());
        }
    }
}
