//! Loads the code of an entry, compiling what the cache does not have.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::sync::oneshot;
use wasmtime::component::Component;

use super::{
    cache::{self, CodeCache, Key},
    compile,
};
use crate::{HowCompiled, RunEvent, RuntimeError, engine::Engines, event::Events};

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
    key: Key,
}

/// Whether quick code will do until optimised code is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Compile once, with the optimising compiler.
    Wait,
    /// Begin as soon as possible.
    Hurry,
}

impl CodeStore {
    pub(crate) fn new(folder: &Path, engines: Arc<Engines>, events: Events) -> Result<Self, RuntimeError> {
        Ok(Self { cache: CodeCache::open(folder)?, engines, events })
    }

    /// Loads the code of an entry.
    pub(crate) async fn load(&self, entry: &str, path: &Path, patience: Patience) -> Result<Loaded, RuntimeError> {
        let engine = self.engines.optimised();
        let (key, bytes) = self.cache.key_of(engine, entry, path)?;
        if let Some(component) = self.cache.load(engine, &key) {
            return Ok(Loaded { component, better: None });
        }
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => cache::read_component(entry, path)?,
        };
        check_component(entry, path, &bytes)?;
        let wasm = Arc::new(Wasm { entry: entry.to_owned(), bytes, key });
        if patience == Patience::Hurry
            && wasm.bytes.len() > BIG
            && let Some(component) = self.quick(&wasm).await
        {
            return Ok(Loaded { component, better: Some(self.improve(wasm)) });
        }
        self.compiling(&wasm, HowCompiled::Optimised);
        let (cache, engine, events) = (self.cache.clone(), engine.clone(), self.events.clone());
        let component = compile::in_foreground(move || optimise(&cache, &engine, &events, &wasm)).await?;
        Ok(Loaded { component, better: None })
    }

    /// Compiles with the fast compiler; none if it cannot do this component.
    async fn quick(&self, wasm: &Arc<Wasm>) -> Option<Component> {
        let engine = self.engines.quick()?.clone();
        self.compiling(wasm, HowCompiled::Quick);
        let wasm = Arc::clone(wasm);
        compile::in_foreground(move || Component::from_binary(&engine, &wasm.bytes).ok()).await
    }

    /// Starts the optimising compiler in the background. If it fails, quick code stays, and why is said.
    fn improve(&self, wasm: Arc<Wasm>) -> oneshot::Receiver<Better> {
        let (send, receive) = oneshot::channel();
        let (cache, engine, events) = (self.cache.clone(), self.engines.optimised().clone(), self.events.clone());
        compile::in_background(move |took| match optimise(&cache, &engine, &events, &wasm) {
            // The server may have stopped in the meantime.
            Ok(component) => drop(send.send(Better { component, took: took() })),
            Err(error) => {
                events.send(RunEvent::NotKept { entry: wasm.entry.clone(), reason: error.to_string() });
            }
        });
        receive
    }

    fn compiling(&self, wasm: &Wasm, how: HowCompiled) {
        self.events.send(RunEvent::Compiling { entry: wasm.entry.clone(), how });
    }
}

/// Compiles with the optimising compiler and keeps the result.
fn optimise(
    cache: &CodeCache,
    engine: &wasmtime::Engine,
    events: &Events,
    wasm: &Wasm,
) -> Result<Component, RuntimeError> {
    let failed =
        |error: wasmtime::Error| RuntimeError::Compile { entry: wasm.entry.clone(), reason: format!("{error:#}") };
    let code = engine.precompile_component(&wasm.bytes).map_err(failed)?;
    match cache.store(&wasm.key, &code) {
        Ok(()) => {
            if let Some(component) = cache.load(engine, &wasm.key) {
                return Ok(component);
            }
        }
        Err(error) => {
            events.send(RunEvent::NotKept { entry: wasm.entry.clone(), reason: error.to_string() });
        }
    }
    cache::load_own(engine, &code).map_err(failed)
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
