//! Tries a component that a freshly installed toolchain built: does it run, and does it say what it should?
//!
//! Everything harmless is granted and nothing is kept: the answer has to be about the toolchain alone.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use conjoin_policy::{CLOCKS, Grants, RANDOM, STDIO};
use wasmtime::component::Component;
use wasmtime_wasi::p2::bindings::CommandPre;

use crate::{
    Entry, RunEvent, RuntimeError, StreamKind,
    code::check_component,
    engine::{Allocation, Engines},
    events::Events,
    guest::{Blueprint, GuestSettings, Stdio},
    linker,
};

/// Memory for a component that only says hello.
const MEMORY: usize = 1024 * 1024 * 1024;

/// How long a component may take to say hello. One that takes longer is in a loop.
const LIMIT: Duration = Duration::from_mins(2);

/// Runs the command component in the file `component` and returns what it printed to its standard output.
///
/// # Errors
///
/// If the file cannot be read or is no component, if it does not export `wasi:cli/run`, if it imports what the host does not
/// have, and with [`RuntimeError::Prove`] if it fails or does not end within two minutes.
pub fn prove_prints(component: &Path) -> Result<String, RuntimeError> {
    let proof = Proof::new(component, LIMIT)?;
    let pre = linker::link(proof.component.engine(), &proof.component, &proof.blueprint)?;
    let pre = CommandPre::new(pre).map_err(|_| RuntimeError::NoCommandExport { entry: proof.name.clone() })?;
    let mut store = proof.blueprint.store(proof.component.engine())?;
    let result = proof.run(async {
        let command = pre.instantiate_async(&mut store).await?;
        command.wasi_cli_run().call_run(&mut store).await
    })?;
    store.data().finish_output();
    match result {
        Ok(Ok(())) => Ok(proof.printed()),
        Ok(Err(())) => Err(proof.failed("it ended with an error")),
        Err(error) => match error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            Some(exit) if exit.0 == 0 => Ok(proof.printed()),
            _ => Err(proof.failed(&format!("{error:#}"))),
        },
    }
}

/// Calls the function `hello: func() -> string` of the component in the file `component` and returns what it said.
///
/// # Errors
///
/// If the file cannot be read or is no component, if it does not export the function, if it imports what the host does not
/// have, and with [`RuntimeError::Prove`] if it fails or does not answer within two minutes.
pub fn prove_hello(component: &Path) -> Result<String, RuntimeError> {
    prove_hello_within(LIMIT, component)
}

fn prove_hello_within(limit: Duration, component: &Path) -> Result<String, RuntimeError> {
    let proof = Proof::new(component, limit)?;
    let pre = linker::link(proof.component.engine(), &proof.component, &proof.blueprint)?;
    let mut store = proof.blueprint.store(proof.component.engine())?;
    let hello = proof.run(async {
        let instance = pre.instantiate_async(&mut store).await?;
        let Ok(hello) = instance.get_typed_func::<(), (String,)>(&mut store, "hello") else { return Ok(None) };
        hello.call_async(&mut store, ()).await.map(Some)
    })?;
    match hello {
        Ok(Some((said,))) => Ok(said),
        Ok(None) => Err(RuntimeError::NoHelloExport { component: proof.name }),
        Err(error) => Err(proof.failed(&format!("{error:#}"))),
    }
}

struct Proof {
    name: String,
    component: Component,
    blueprint: Blueprint,
    engines: Engines,
    events: Events,
    output: Arc<Mutex<Output>>,
    limit: Duration,
}

#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Proof {
    fn new(path: &Path, limit: Duration) -> Result<Self, RuntimeError> {
        let name = path.display().to_string();
        let output = Arc::new(Mutex::new(Output::default()));
        let written = Arc::clone(&output);
        let events = Events::start(Arc::new(move |event| {
            if let RunEvent::GuestOutput { stream, bytes, .. } = event {
                let mut output = written.lock().unwrap_or_else(PoisonError::into_inner);
                match stream {
                    StreamKind::Stdout => output.stdout.extend(bytes),
                    StreamKind::Stderr => output.stderr.extend(bytes),
                }
            }
        }))
        .map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
        let grants = Grants::switches(&[&STDIO, &CLOCKS, &RANDOM]);
        let entry = Entry { name: name.clone(), component: path.to_owned(), grants, members: Vec::new(), reuse: None };
        let settings = GuestSettings { args: Vec::new(), stdio: Stdio::Events, memory: MEMORY, events: &events };
        let blueprint = Blueprint::new(&entry, settings)?;
        let engines = Engines::new(Allocation::OnDemand)?;
        let component = compile(&engines, &name, path)?;
        Ok(Self { name, component, blueprint, engines, events, output, limit })
    }

    /// Runs the guest within the limit.
    fn run<T>(&self, guest: impl Future<Output = T>) -> Result<T, RuntimeError> {
        let _running = self.engines.running();
        block_on(async { tokio::time::timeout(self.limit, guest).await })?
            .map_err(|_| self.failed(&format!("it did not end within {:?}", self.limit)))
    }

    fn printed(&self) -> String {
        self.events.flush(|| None);
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn failed(&self, reason: &str) -> RuntimeError {
        self.events.flush(|| None);
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let reason = if stderr.is_empty() { reason.to_owned() } else { format!("{reason}\n{}", stderr.trim_end()) };
        RuntimeError::Prove { component: self.name.clone(), reason }
    }
}

/// Runs on this thread alone.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, RuntimeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(result)
}

/// Compiles with the fast compiler, or with the other one if that cannot.
fn compile(engines: &Engines, name: &str, path: &Path) -> Result<Component, RuntimeError> {
    let bytes = fs_err::read(path).map_err(|source| RuntimeError::ReadComponent { entry: name.to_owned(), source })?;
    check_component(name, path, &bytes)?;
    if let Some(component) = engines.quick().and_then(|engine| Component::from_binary(engine, &bytes).ok()) {
        return Ok(component);
    }
    Component::from_binary(engines.optimised(), &bytes)
        .map_err(|error| RuntimeError::Compile { entry: name.to_owned(), reason: format!("{error:#}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_in_a_loop_is_stopped_at_the_limit() {
        let text = r"(component
            (core module $m (func $start (loop $again (br $again))) (start $start))
            (core instance (instantiate $m)))";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loop.wasm");
        fs_err::write(&path, wat::parse_str(text).unwrap()).unwrap();
        let error = prove_hello_within(Duration::from_millis(50), &path).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{}` was built but does not run: it did not end within 50ms", path.display())
        );
    }
}
