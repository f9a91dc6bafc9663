//! One HTTP entry: its blueprint, the code it runs at the moment, and the instances it keeps for further requests.

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

/// Instances that wait for a further request, at most.
const KEPT: usize = 64;

/// An entry that answers requests.
pub(super) struct HttpEntry {
    pub(super) blueprint: Blueprint,
    code: ArcSwap<HttpCode>,
}

/// Code that can be instantiated, and instances of it.
pub(super) struct HttpCode {
    pub(super) engine: Engine,
    pub(super) pre: HttpPre,
    kept: Mutex<Vec<HttpInstance>>,
}

/// The code of either generation of WASI.
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

/// An instance of either generation of WASI.
pub(super) enum Proxy {
    P2(p2::bindings::Proxy),
    P3(p3::bindings::Service),
}

impl HttpEntry {
    /// Loads an entry; if its code is to be replaced by better code later, that happens by itself.
    pub(super) async fn load(host: &Host, entry: &Entry, memory: usize) -> Result<Arc<Self>, RuntimeError> {
        let settings = GuestSettings { args: Vec::new(), stdio: Stdio::Events, memory, events: &host.events };
        let blueprint = Blueprint::new(entry, settings)?;
        let Loaded { component, better } = host.code.load(&entry.name, &entry.component).await?;
        let code = HttpCode::link(&component, &blueprint)?;
        let entry = Arc::new(Self { blueprint, code: ArcSwap::from_pointee(code) });
        if let Some(better) = better {
            let entry = Arc::clone(&entry);
            let events = host.events.clone();
            drop(tokio::spawn(async move {
                let swapped = async {
                    if let Ok(better) = better.await {
                        entry.swap(&better.component, better.took);
                    }
                };
                events.keep_panic_of(swapped).await;
            }));
        }
        Ok(entry)
    }

    /// The code to run now. Requests that run keep the code they began with.
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
        Ok(Self { engine, pre, kept: Mutex::default() })
    }

    /// An instance that has answered before and may answer again, or a fresh one.
    pub(super) async fn instance(&self, blueprint: &Blueprint) -> wasmtime::Result<HttpInstance> {
        if let Some(kept) = self.kept().pop() {
            return Ok(kept);
        }
        let mut store = blueprint.store(&self.engine)?;
        let proxy = match &self.pre {
            HttpPre::P2(pre) => Proxy::P2(pre.instantiate_async(&mut store).await?),
            HttpPre::P3(pre) => Proxy::P3(pre.instantiate_async(&mut store).await?),
        };
        Ok(HttpInstance { store, proxy, answered: 0 })
    }

    /// Keeps an instance that answered without a failure, if its entry allows it.
    pub(super) fn keep(&self, mut instance: HttpInstance, blueprint: &Blueprint) {
        instance.answered += 1;
        let Some(reuse) = blueprint.entry().reuse else { return };
        let mut kept = self.kept();
        if instance.answered < reuse.get() && kept.len() < KEPT {
            kept.push(instance);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<HttpInstance>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
