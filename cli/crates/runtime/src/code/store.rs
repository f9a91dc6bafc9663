//! Loads the code of an entry, compiling what the cache does not have.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::oneshot;
use wasmtime::{Engine, component::Component};

use super::{
    cache::{self, CodeCache, Key},
    compile,
};
use crate::{HowCompiled, RunEvent, RuntimeError, engine::Engines, events::Events};

/// A component above this size is worth two compilers.
const BIG: usize = 1024 * 1024;

/// Loads code through the cache.
pub(crate) struct CodeStore {
    cache: CodeCache,
    engines: Arc<Engines>,
    events: Events,
}

/// Code that can be instantiated now.
pub(crate) struct Loaded {
    pub(crate) component: Component,
    /// Set if `component` is quick code: optimised code, when it is ready.
    pub(crate) better: Option<oneshot::Receiver<Better>>,
}

/// Optimised code made in the background.
pub(crate) struct Better {
    pub(crate) component: Component,
    pub(crate) took: Duration,
}

/// A component as it was read.
struct Wasm {
    entry: String,
    bytes: Vec<u8>,
    hash: blake3::Hash,
}

impl CodeStore {
    pub(crate) fn new(folder: &Path, engines: Arc<Engines>, events: Events) -> Result<Self, RuntimeError> {
        Ok(Self { cache: CodeCache::open(folder)?, engines, events })
    }

    /// Loads the code of an entry.
    pub(crate) async fn load(&self, entry: &str, path: &Path) -> Result<Loaded, RuntimeError> {
        let (component, quick) = self.find(entry, path).await?;
        Ok(Loaded { component, better: quick.map(|wasm| self.improve(wasm)) })
    }

    /// Sees to it that the next [`CodeStore::load`] of the entry need not compile first.
    pub(crate) async fn prepare(&self, entry: &str, path: &Path) -> Result<(), RuntimeError> {
        self.find(entry, path).await.map(drop)
    }

    /// Code that is there or is made now; if it is quick code, what better code is to be made from.
    async fn find(&self, entry: &str, path: &Path) -> Result<(Component, Option<Arc<Wasm>>), RuntimeError> {
        let (hash, bytes) = self.cache.hash_of(entry, path)?;
        let optimised = self.engines.optimised();
        if let Some(component) = self.cache.load(optimised, &Key::new(optimised, &hash)) {
            return Ok((component, None));
        }
        let wasm = Arc::new(match bytes {
            Some(bytes) => Wasm { entry: entry.to_owned(), bytes, hash },
            None => read(entry, path)?,
        });
        check_component(entry, path, &wasm.bytes)?;
        if wasm.bytes.len() > BIG
            && let Some(component) = self.quick(&wasm).await
        {
            return Ok((component, Some(wasm)));
        }
        self.compiling(&wasm, HowCompiled::Optimised);
        let make = self.make(optimised, &wasm);
        Ok((compile::in_foreground(make).await?, None))
    }

    /// Code of the fast compiler: what an earlier start left that was stopped before optimised code was ready, or made now.
    /// None if that compiler cannot do this component.
    async fn quick(&self, wasm: &Arc<Wasm>) -> Option<Component> {
        let engine = self.engines.quick()?;
        if let Some(component) = self.cache.load(engine, &Key::new(engine, &wasm.hash)) {
            return Some(component);
        }
        self.compiling(wasm, HowCompiled::Quick);
        compile::in_foreground(self.make(engine, wasm)).await.ok()
    }

    /// Starts the optimising compiler in the background. If it fails, quick code stays, and why is said.
    fn improve(&self, wasm: Arc<Wasm>) -> oneshot::Receiver<Better> {
        let (send, receive) = oneshot::channel();
        let make = self.make(self.engines.optimised(), &wasm);
        let (cache, events) = (self.cache.clone(), self.events.clone());
        let quick = self.engines.quick().map(|engine| Key::new(engine, &wasm.hash));
        compile::in_background(self.events.clone(), move |took| match make() {
            Ok(component) => {
                if let Some(quick) = quick {
                    cache.remove(&quick);
                }
                // The server may have stopped in the meantime.
                drop(send.send(Better { component, took: took() }));
            }
            Err(error) => {
                events.send(RunEvent::NotKept { entry: wasm.entry.clone(), reason: error.to_string() });
            }
        });
        receive
    }

    /// Compiles and keeps the result, when it is called.
    fn make(
        &self,
        engine: &Engine,
        wasm: &Arc<Wasm>,
    ) -> impl FnOnce() -> Result<Component, RuntimeError> + Send + use<> {
        let (cache, engine) = (self.cache.clone(), engine.clone());
        let (events, wasm) = (self.events.clone(), Arc::clone(wasm));
        move || {
            let failed = |error: wasmtime::Error| RuntimeError::Compile {
                entry: wasm.entry.clone(),
                reason: format!("{error:#}"),
            };
            let code = engine.precompile_component(&wasm.bytes).map_err(failed)?;
            let key = Key::new(&engine, &wasm.hash);
            if let Err(error) = cache.store(&key, &code) {
                events.send(RunEvent::NotKept { entry: wasm.entry.clone(), reason: error.to_string() });
            } else if let Some(component) = cache.load(&engine, &key) {
                return Ok(component);
            }
            cache::load_own(&engine, &code).map_err(failed)
        }
    }

    fn compiling(&self, wasm: &Wasm, how: HowCompiled) {
        self.events.send(RunEvent::Compiling { entry: wasm.entry.clone(), how });
    }
}

/// Reads a component. Its hash is that of the bytes read now, whatever was noted about the file before.
fn read(entry: &str, path: &Path) -> Result<Wasm, RuntimeError> {
    let bytes = cache::read_component(entry, path)?;
    let hash = blake3::hash(&bytes);
    Ok(Wasm { entry: entry.to_owned(), bytes, hash })
}

/// Says in plain words what is wrong with a file that is no component.
pub(crate) fn check_component(entry: &str, path: &Path, bytes: &[u8]) -> Result<(), RuntimeError> {
    let what = match bytes {
        [] => "is empty",
        [b'\0', b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => return Ok(()),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => "is a core module, not a component",
        [b'\0', b'a', b's', b'm', ..] => "is truncated or of a WebAssembly version that is not known",
        _ => "is not WebAssembly",
    };
    Err(RuntimeError::NotAComponent { entry: entry.to_owned(), path: path.to_owned(), what })
}
