//! HTTP: a server on one address, whose routes lead to entries.

use std::{net::TcpListener, sync::Arc};

use async_trait::async_trait;
use conjoin_policy::Route;
use serde::Deserialize;

use super::{Announcement, Executor, Reserved, Trigger, TriggerKind, TriggerOptions, read_settings};
use crate::{
    Entry, RuntimeError, Shutdown,
    http::{RoutedEntry, Routes, Server, listen},
    runtime::Host,
};

/// The trigger kind `http`.
pub(super) struct Http;

/// The settings in a trigger's table.
#[derive(Deserialize)]
struct Settings {
    route: String,
    example: Option<Example>,
}

/// An example request.
#[derive(Deserialize)]
struct Example {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// A reserved address and the entries to serve there.
struct Listening {
    listener: TcpListener,
    routes: Vec<RoutedEntry>,
    announcement: Announcement,
}

impl TriggerKind for Http {
    fn key(&self) -> &'static str {
        "http"
    }

    fn reserve(&self, triggers: &[Trigger], options: &TriggerOptions) -> Result<Box<dyn Reserved>, RuntimeError> {
        let mut routes = Vec::new();
        let mut requests = Vec::new();
        for trigger in triggers {
            let Settings { route, example } = read_settings(trigger)?;
            let route = Route::parse(&route).map_err(|why| RuntimeError::BadTrigger {
                kind: self.key().to_owned(),
                entry: trigger.entry.clone(),
                why: format!("`{route}` is not a route: {why}"),
            })?;
            routes.push(RoutedEntry { route, entry: trigger.entry.clone() });
            requests.push(example);
        }
        Routes::new(&routes, |_| Some(()))?;
        let listener = listen(options.listen)?;
        let address =
            listener.local_addr().map_err(|source| RuntimeError::Listen { address: options.listen, source })?;
        let address = format!("http://{address}");
        let examples = routes.iter().zip(requests);
        let examples = examples.map(|(routed, request)| curl(&address, &routed.route, request)).collect();
        Ok(Box::new(Listening { listener, routes, announcement: Announcement { address, examples } }))
    }
}

#[async_trait]
impl Reserved for Listening {
    fn serves_many(&self) -> bool {
        true
    }

    fn announcement(&self) -> Option<Announcement> {
        Some(self.announcement.clone())
    }

    fn code_if_stopped(&self) -> i32 {
        0
    }

    async fn load(self: Box<Self>, host: &Arc<Host>, entries: &[Entry]) -> Result<Box<dyn Executor>, RuntimeError> {
        let Self { listener, routes, announcement: _ } = *self;
        Ok(Box::new(Server::load(host, listener, &routes, entries).await?))
    }
}

#[async_trait]
impl Executor for Server {
    async fn run(self: Box<Self>, shutdown: &Shutdown) -> Result<i32, RuntimeError> {
        self.serve(shutdown).await;
        Ok(0)
    }
}

/// A curl command that tries a route at `address`, with its example or with a plain request.
fn curl(address: &str, route: &Route, example: Option<Example>) -> Vec<String> {
    let mut words = vec!["curl".to_owned(), "-i".to_owned()];
    let mut path = route.shortest().to_owned();
    if let Some(example) = example {
        if example.method != "GET" {
            words.extend(["-X".to_owned(), example.method]);
        }
        for (name, value) in example.headers {
            words.extend(["-H".to_owned(), format!("{name}: {value}")]);
        }
        if let Some(body) = example.body {
            words.extend(["--data".to_owned(), body]);
        }
        path = example.path;
    }
    words.push(format!("{address}{path}"));
    words
}
