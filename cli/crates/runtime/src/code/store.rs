//! Loads the code of an entry, and compiles it if it is not in the cache.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::oneshot;
use wasmtime::{Engine, component::Component};

use super::{
    cache::{self, CodeCache, Key},
    compile,
};
use crate::{HowCompiled, RunEvent, RuntimeError, engine::Engines, events::Events};

/// Components above this size, in bytes, are first compiled with the fast compiler.
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
    /// Gives optimised code when it is ready; `None` if `component` is optimised.
    pub(crate) optimised: Option<oneshot::Receiver<OptimisedCode>>,
}

/// Optimised code that was compiled in the background.
pub(crate) struct OptimisedCode {
    pub(crate) component: Component,
    pub(crate) took: Duration,
}

/// A component's bytes and hash.
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
        Ok(Loaded { component, optimised: quick.map(|wasm| self.improve(wasm)) })
    }

    /// Compiles the code of an entry if needed, so that the next [`CodeStore::load`] starts at once.
    pub(crate) async fn prepare(&self, entry: &str, path: &Path) -> Result<(), RuntimeError> {
        self.find(entry, path).await.map(drop)
    }

    /// Finds or compiles code. If it is quick code, also gives the component to optimise.
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

    /// Gives code of the fast compiler: compiled now, or left by a run that stopped before optimised code was ready.
    /// Gives `None` if that compiler does not support this component.
    async fn quick(&self, wasm: &Arc<Wasm>) -> Option<Component> {
        let engine = self.engines.quick()?;
        if let Some(component) = self.cache.load(engine, &Key::new(engine, &wasm.hash)) {
            return Some(component);
        }
        self.compiling(wasm, HowCompiled::Quick);
        compile::in_foreground(self.make(engine, wasm)).await.ok()
    }

    /// Starts the optimising compiler in the background. If it fails, an event reports the reason, and quick code stays
    /// in use.
    fn improve(&self, wasm: Arc<Wasm>) -> oneshot::Receiver<OptimisedCode> {
        let (send, receive) = oneshot::channel();
        let make = self.make(self.engines.optimised(), &wasm);
        let (cache, events) = (self.cache.clone(), self.events.clone());
        let quick = self.engines.quick().map(|engine| Key::new(engine, &wasm.hash));
        compile::in_background(self.events.clone(), move |took| match make() {
            Ok(component) => {
                if let Some(quick) = quick {
                    cache.remove(&quick);
                }
                // The receiver may have been dropped by a server that stopped.
                drop(send.send(OptimisedCode { component, took: took() }));
            }
            Err(error) => {
                events.send(RunEvent::NotKept { entry: wasm.entry.clone(), reason: error.to_string() });
            }
        });
        receive
    }

    /// Gives a function that compiles and stores the result.
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

/// Reads a component and hashes the bytes read, whatever was noted about the file before.
fn read(entry: &str, path: &Path) -> Result<Wasm, RuntimeError> {
    let bytes = cache::read_component(entry, path)?;
    let hash = blake3::hash(&bytes);
    Ok(Wasm { entry: entry.to_owned(), bytes, hash })
}

/// Checks that a file looks like a component. The error says what it is instead.
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
