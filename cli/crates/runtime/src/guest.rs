//! What the host keeps for one instance of a composition, and how it is made from the grants of its entry.

use std::sync::Arc;

use conjoin_policy::{ARGS, DIRECTORIES, ENV, OUTBOUND_HTTP, RANDOM, SOCKETS, STDIO};
use wasmtime::{Engine, Store, component::ResourceTable};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{
    Entry, RuntimeError, StreamKind,
    denials::Denials,
    events::Events,
    instance_limits::InstanceLimits,
    outbound::{OutboundHooks, OutboundPolicy},
    output::GuestStream,
};

/// How much of the host's memory a guest may fill through one call, and how many handles it may hold.
const HOSTCALL_BYTES: usize = 64 * 1024 * 1024;

/// The seed of hash tables of who was not granted randomness.
const FIXED_SEED: u128 = 0x636f_6e6a_6f69_6e2c_206e_6f74_2072_616e;

/// The state of one instance.
pub(crate) struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    outbound: OutboundHooks,
    limits: InstanceLimits,
    stdout: GuestStream,
    stderr: GuestStream,
}

impl Guest {
    /// Passes on last lines without a line feed.
    pub(crate) fn finish_output(&self) {
        self.stdout.finish();
        self.stderr.finish();
    }

    /// Takes what the guest wrote to a standard error that it was not granted.
    pub(crate) fn take_kept_stderr(&self) -> String {
        self.stderr.take_kept()
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Where the standard streams of a guest lead if they were granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stdio {
    /// Output becomes events, line by line; there is no input.
    Events,
    /// The process's own streams.
    Inherited,
}

/// Everything that instances of one entry have in common.
pub(crate) struct Blueprint {
    pub(crate) name: Arc<str>,
    pub(crate) denials: Arc<Denials>,
    pub(crate) events: Events,
    entry: Entry,
    args: Vec<String>,
    outbound: Arc<OutboundPolicy>,
    stdio: Stdio,
    memory: usize,
}

/// What a [`Blueprint`] is made of besides its entry.
pub(crate) struct GuestSettings<'a> {
    pub(crate) args: Vec<String>,
    pub(crate) stdio: Stdio,
    pub(crate) memory: usize,
    pub(crate) events: &'a Events,
}

impl Blueprint {
    /// Checks the grants of an entry: folders must exist.
    pub(crate) fn new(entry: &Entry, settings: GuestSettings<'_>) -> Result<Self, RuntimeError> {
        let GuestSettings { args, stdio, memory, events } = settings;
        let denials = Arc::new(Denials::new(entry.name.clone(), entry.members.clone(), events.clone()));
        let outbound = Arc::new(OutboundPolicy::new(entry.grants.origins(&OUTBOUND_HTTP)));
        let blueprint = Self {
            name: entry.name.as_str().into(),
            denials,
            events: events.clone(),
            entry: entry.clone(),
            args,
            outbound,
            stdio,
            memory,
        };
        // Opens every granted folder once, so that a missing one is said before the first request.
        drop(blueprint.wasi(&blueprint.stdout(), &blueprint.stderr())?);
        Ok(blueprint)
    }

    /// The entry.
    pub(crate) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// A store for a fresh instance.
    pub(crate) fn store(&self, engine: &Engine) -> Result<Store<Guest>, RuntimeError> {
        let (stdout, stderr) = (self.stdout(), self.stderr());
        let guest = Guest {
            wasi: self.wasi(&stdout, &stderr)?,
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            outbound: OutboundHooks::new(Arc::clone(&self.outbound), Arc::clone(&self.denials)),
            limits: InstanceLimits::new(self.memory),
            stdout,
            stderr,
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.limits);
        store.set_hostcall_fuel(HOSTCALL_BYTES);
        // At each tick a busy guest lets others run; time limits are enforced from outside, where it yields.
        store.epoch_deadline_async_yield_and_update(1);
        Ok(store)
    }

    fn stdout(&self) -> GuestStream {
        if self.entry.grants.has(&STDIO) {
            GuestStream::lines(StreamKind::Stdout, &self.name, &self.events)
        } else {
            GuestStream::denied(StreamKind::Stdout, &self.denials)
        }
    }

    fn stderr(&self) -> GuestStream {
        if self.entry.grants.has(&STDIO) {
            GuestStream::lines(StreamKind::Stderr, &self.name, &self.events)
        } else {
            GuestStream::kept(StreamKind::Stderr, &self.denials)
        }
    }

    fn wasi(&self, stdout: &GuestStream, stderr: &GuestStream) -> Result<WasiCtx, RuntimeError> {
        let grants = &self.entry.grants;
        let mut wasi = WasiCtxBuilder::new();
        if grants.has(&STDIO) && self.stdio == Stdio::Inherited {
            wasi.inherit_stdio();
        } else {
            wasi.stdout(stdout.clone()).stderr(stderr.clone());
        }
        if grants.has(&ARGS) {
            wasi.args(&self.args);
        }
        for (name, value) in grants.variables(&ENV) {
            wasi.env(name, value);
        }
        if !grants.has(&RANDOM) {
            wasi.insecure_random_seed(FIXED_SEED);
        }
        if grants.has(&SOCKETS) {
            wasi.inherit_network().allow_ip_name_lookup(true).allow_tcp(true).allow_udp(true);
        } else {
            let denials = Arc::clone(&self.denials);
            wasi.allow_ip_name_lookup(false).allow_tcp(false).allow_udp(false).socket_addr_check(move |_, _| {
                denials.report(&SOCKETS, None, "wasi:sockets");
                Box::pin(async { false })
            });
        }
        for directory in grants.folders(&DIRECTORIES) {
            let access = if directory.write { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
            wasi.preopened_dir(&directory.path, &directory.at, access).map_err(|error| RuntimeError::Directory {
                entry: self.entry.name.clone(),
                path: directory.path.clone(),
                reason: format!("{error:#}"),
            })?;
        }
        Ok(wasi.build())
    }
}
