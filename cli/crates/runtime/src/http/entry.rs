//! One HTTP entry: its blueprint, its current code, and the idle instances it keeps for further requests.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use wasmtime::{Engine, Store};
use wasmtime_wasi_http::{p2, p3};

use crate::{
    Entry, RunEvent, RuntimeError,
    code::Loaded,
    guest::{Blueprint, Guest, GuestSettings, Stdio},
    linker,
    runtime::Host,
};

/// The largest number of idle instances to keep.
const MAX_IDLE: usize = 64;

/// An entry that answers requests.
pub(super) struct HttpEntry {
    pub(super) blueprint: Blueprint,
    code: ArcSwap<HttpCode>,
}

/// Code that can be instantiated, and its idle instances.
pub(super) struct HttpCode {
    pub(super) engine: Engine,
    pub(super) pre: HttpPre,
    idle: Mutex<Vec<HttpInstance>>,
}

/// Linked code of an entry, for either WASI version.
pub(super) enum HttpPre {
    P2(p2::bindings::ProxyPre<Guest>),
    P3(p3::bindings::ServicePre<Guest>),
}

/// An instance and its state.
pub(super) struct HttpInstance {
    pub(super) store: Store<Guest>,
    pub(super) proxy: Proxy,
    pub(super) answered: u32,
}

/// The exports of an instance, for either WASI version.
pub(super) enum Proxy {
    P2(p2::bindings::Proxy),
    P3(p3::bindings::Service),
}

impl HttpEntry {
    /// Loads an entry. Quick code is later replaced by optimised code in the background.
    pub(super) async fn load(host: &Host, entry: &Entry, memory: usize) -> Result<Arc<Self>, RuntimeError> {
        let settings = GuestSettings { args: Vec::new(), stdio: Stdio::Events, memory, events: &host.events };
        let blueprint = Blueprint::new(entry, settings)?;
        let Loaded { component, optimised } = host.code.load(&entry.name, &entry.component).await?;
        let code = HttpCode::link(&component, &blueprint)?;
        let entry = Arc::new(Self { blueprint, code: ArcSwap::from_pointee(code) });
        if let Some(optimised) = optimised {
            let entry = Arc::clone(&entry);
            let events = host.events.clone();
            drop(tokio::spawn(async move {
                let swapped = async {
                    if let Ok(optimised) = optimised.await {
                        entry.swap(&optimised.component, optimised.took);
                    }
                };
                events.keep_panic_of(swapped).await;
            }));
        }
        Ok(entry)
    }

    /// The current code. Running requests keep the code that they started with.
    pub(super) fn code(&self) -> Arc<HttpCode> {
        self.code.load_full()
    }

    fn swap(&self, component: &wasmtime::component::Component, took: std::time::Duration) {
        let entry = self.blueprint.entry().name.clone();
        let event = match HttpCode::link(component, &self.blueprint) {
            Ok(code) => {
                self.code.store(Arc::new(code));
                RunEvent::Swapped { entry, took }
            }
            Err(error) => RunEvent::NotKept { entry, reason: error.to_string() },
        };
        self.blueprint.events.send(event);
    }
}

impl HttpCode {
    fn link(component: &wasmtime::component::Component, blueprint: &Blueprint) -> Result<Self, RuntimeError> {
        let engine = component.engine().clone();
        let pre = linker::link(&engine, component, blueprint)?;
        let pre = if let Ok(pre) = p3::bindings::ServicePre::new(pre.clone()) {
            HttpPre::P3(pre)
        } else if let Ok(pre) = p2::bindings::ProxyPre::new(pre) {
            HttpPre::P2(pre)
        } else {
            return Err(RuntimeError::NoHttpExport { entry: blueprint.entry().name.clone() });
        };
        Ok(Self { engine, pre, idle: Mutex::default() })
    }

    /// Gives an idle instance, or else a fresh one.
    pub(super) async fn instance(&self, blueprint: &Blueprint) -> wasmtime::Result<HttpInstance> {
        if let Some(instance) = self.idle().pop() {
            return Ok(instance);
        }
        let mut store = blueprint.store(&self.engine)?;
        let proxy = match &self.pre {
            HttpPre::P2(pre) => Proxy::P2(pre.instantiate_async(&mut store).await?),
            HttpPre::P3(pre) => Proxy::P3(pre.instantiate_async(&mut store).await?),
        };
        Ok(HttpInstance { store, proxy, answered: 0 })
    }

    /// Keeps an instance that answered successfully for further requests, if its entry allows that.
    pub(super) fn keep(&self, mut instance: HttpInstance, blueprint: &Blueprint) {
        instance.answered += 1;
        let Some(reuse) = blueprint.entry().reuse else { return };
        let mut idle = self.idle();
        if instance.answered < reuse.get() && idle.len() < MAX_IDLE {
            idle.push(instance);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<HttpInstance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
