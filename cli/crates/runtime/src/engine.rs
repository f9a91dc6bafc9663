//! The two engines: one for optimised code, one for the code of the fast compiler, which runs until optimised code is
//! ready.
//!
//! Both compilers emit epoch checks, and one clock advances the epoch of both engines. So a guest in a loop yields at
//! each tick, whichever code it runs, and can be dropped there.
//!
//! Pooling instances does not change the generated code: an engine with a pool loads files of an engine without one,
//! and vice versa.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use wasmtime::{Config, Engine, PoolingAllocationConfig, Strategy};

use crate::RuntimeError;

/// How often running guests are interrupted so that others can run.
const TICK: Duration = Duration::from_millis(10);

/// The clock stops after this many ticks without a running guest, until one starts.
const IDLE_TICKS: u32 = 100;

/// The native stack that a guest may use, and below it the size of the stacks that guests run on, in bytes.
const WASM_STACK: usize = 1024 * 1024;
const ASYNC_STACK: usize = 2 * WASM_STACK;

/// The largest heap image that is mapped rather than copied, in bytes.
const IMAGE_SIZE: u64 = 256 * 1024 * 1024;

/// How instances get their memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allocation {
    /// From a pool for this many instances at once, if the address space allows it.
    Pooled(u32),
    /// From the system, for each instance.
    OnDemand,
}

/// The engine for optimised code, and the one for quick code, which is created on first use.
pub(crate) struct Engines {
    optimised: Engine,
    quick: OnceLock<Option<Engine>>,
    ticker: Arc<Ticker>,
}

impl Engines {
    /// Creates the engine for optimised code and starts its clock.
    pub(crate) fn new(allocation: Allocation) -> Result<Self, RuntimeError> {
        let on_demand = common_config();
        let pooled = match allocation {
            Allocation::Pooled(concurrent) => {
                let mut config = common_config();
                config.allocation_strategy(pool(concurrent));
                // The address space may be limited (`ulimit -v`, a container). Then there is no pool.
                Engine::new(&config).ok()
            }
            Allocation::OnDemand => None,
        };
        let optimised = match pooled {
            Some(engine) => engine,
            None => Engine::new(&on_demand).map_err(|error| RuntimeError::Start { reason: format!("{error:#}") })?,
        };
        let ticker =
            Ticker::start(optimised.clone()).map_err(|error| RuntimeError::Start { reason: error.to_string() })?;
        Ok(Self { optimised, quick: OnceLock::new(), ticker })
    }

    /// The engine for optimised code.
    pub(crate) fn optimised(&self) -> &Engine {
        &self.optimised
    }

    /// The engine of the fast compiler; `None` if that compiler does not support this machine.
    pub(crate) fn quick(&self) -> Option<&Engine> {
        let quick = self.quick.get_or_init(|| {
            let engine = Engine::new(&quick_config()).ok()?;
            self.ticker.drive(engine.clone());
            Some(engine)
        });
        quick.as_ref()
    }

    /// Keeps the clock running until the returned guard is dropped.
    pub(crate) fn running(&self) -> RunningGuest {
        self.ticker.enter()
    }
}

fn common_config() -> Config {
    let mut config = Config::new();
    config.max_wasm_stack(WASM_STACK);
    config.async_stack_size(ASYNC_STACK);
    config.memory_guaranteed_dense_image_size(IMAGE_SIZE);
    config.wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable);
    config.epoch_interruption(true);
    config
}

fn quick_config() -> Config {
    let mut config = common_config();
    config.strategy(Strategy::Winch);
    config
}

/// Sizes the pool for `concurrent` instances of a large composition. Each of its components may consist of several core
/// modules, a Python component of more than a dozen.
fn pool(concurrent: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(concurrent.saturating_mul(16));
    pool.total_core_instances(concurrent.saturating_mul(64));
    pool.total_memories(concurrent.saturating_mul(8));
    pool.total_tables(concurrent.saturating_mul(16));
    // Each task of a WASI 0.3 guest may have its own stack.
    pool.total_stacks(concurrent.saturating_mul(8));
    pool.total_gc_heaps(concurrent);
    pool.table_elements(100_000);
    pool.max_memories_per_component(64);
    pool.max_tables_per_component(256);
    pool.max_core_instances_per_component(1024);
    pool.max_component_instance_size(16 * 1024 * 1024);
    pool.max_core_instance_size(16 * 1024 * 1024);
    // Up to these sizes, dirty memory is zeroed rather than returned to the system, because page faults cost more.
    // `pagemap_scan` would be faster, but in this Wasmtime it misses pages that are being migrated, and the next
    // instance would see them.
    pool.linear_memory_keep_resident(64 * 1024);
    pool.table_keep_resident(64 * 1024);
    pool.async_stack_keep_resident(64 * 1024);
    pool.max_unused_warm_slots(64);
    pool
}

/// Advances the epoch of the engines while guests run.
struct Ticker {
    engines: Mutex<Vec<Engine>>,
    running: AtomicUsize,
    parked: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Ticker {
    /// Starts the clock of `engine`.
    fn start(engine: Engine) -> std::io::Result<Arc<Self>> {
        let ticker = Arc::new(Self {
            engines: Mutex::new(vec![engine]),
            running: AtomicUsize::new(0),
            parked: AtomicBool::new(false),
            thread: OnceLock::new(),
        });
        let clock = Arc::downgrade(&ticker);
        let handle = thread::Builder::new().name("conjoin-ticks".to_owned()).spawn(move || {
            let mut idle = 0;
            while let Some(clock) = clock.upgrade() {
                clock.tick();
                idle = if clock.running.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
                if idle < IDLE_TICKS {
                    drop(clock);
                    thread::sleep(TICK);
                    continue;
                }
                idle = 0;
                clock.parked.store(true, Ordering::SeqCst);
                // A guest that started in between saw `parked` unset and left no token, so check again before parking.
                let rest = clock.running.load(Ordering::SeqCst) == 0;
                drop(clock);
                if rest {
                    thread::park();
                }
            }
        })?;
        drop(ticker.thread.set(handle.thread().clone()));
        Ok(ticker)
    }

    /// Makes the clock advance the epoch of `engine` as well.
    fn drive(&self, engine: Engine) {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
    }

    fn tick(&self) {
        for engine in self.engines.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            engine.increment_epoch();
        }
    }

    fn enter(self: &Arc<Self>) -> RunningGuest {
        self.running.fetch_add(1, Ordering::SeqCst);
        self.wake();
        RunningGuest { ticker: Arc::clone(self) }
    }

    fn wake(&self) {
        if self.parked.swap(false, Ordering::SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.wake();
    }
}

/// Keeps the clock running for one guest, until dropped.
pub(crate) struct RunningGuest {
    ticker: Arc<Ticker>,
}

impl Drop for RunningGuest {
    fn drop(&mut self) {
        self.ticker.running.fetch_sub(1, Ordering::SeqCst);
    }
}
