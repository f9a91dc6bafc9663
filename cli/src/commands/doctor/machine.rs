//! Room on the disk, memory and the port, against what builds need of them.

use std::{
    collections::BTreeSet,
    io,
    net::{SocketAddr, TcpListener},
};

use conjoin_plan::{AbsPath, Tool};

use super::{check::Check, scope::Scope};
use crate::settings::{DoctorSettings, Machine};

/// The address on which `conjoin run` serves when none is named.
const USUAL_ADDRESS: &str = "127.0.0.1:3000";

/// Everything about the machine; `absent` are the tools that have to be installed.
pub(super) fn checks(
    machine: &Machine,
    settings: &DoctorSettings,
    scope: &Scope,
    absent: &BTreeSet<Tool>,
) -> Vec<Check> {
    let mut checks = vec![disk(machine, scope, absent)];
    checks.extend(memory(settings, scope));
    checks.extend(port(settings, scope));
    checks
}

/// Whether there is room for what has to be installed and for a build.
fn disk(machine: &Machine, scope: &Scope, absent: &BTreeSet<Tool>) -> Check {
    let set = conjoin_toolchains::all();
    let missing = absent
        .iter()
        .filter_map(|tool| set.tool(*tool))
        .filter_map(|spec| spec.providers.iter().max_by_key(|provider| provider.takes()));
    let installing: u64 = missing.map(|provider| provider.takes()).sum();
    let building: u64 =
        scope.groups.iter().map(|group| times(group.toolchain.takes().disk, group.components.len())).sum();
    let folder = existing(&scope.layout.cache);
    let shown = machine.surroundings.shown(&folder);
    let needed = installing + building;
    match conjoin_engine::free_disk(&folder) {
        Err(error) => Check::warning("disk", "unknown", shown, error.to_string(), "look at it with `df`".to_owned()),
        Ok(free) => {
            let free = free / 1_000_000;
            let what = format!("{} are free, {} are needed", size(free), size(needed));
            if free >= needed {
                Check::ok("disk", shown, what)
            } else {
                let mend =
                    "`conjoin clean` removes what can be built again; CONJOIN_CACHE names a folder on another disk";
                Check::warning("disk", "low", shown, what, mend.to_owned())
            }
        }
    }
}

/// Whether there is memory for as many builds as run at a time; nothing where that is not known.
fn memory(settings: &DoctorSettings, scope: &Scope) -> Option<Check> {
    let free = conjoin_engine::free_memory()? / 1_000_000;
    let each = scope.groups.iter();
    let mut builds: Vec<u64> = each
        .flat_map(|group| std::iter::repeat_n(group.toolchain.takes().memory, group.components.len().max(1)))
        .collect();
    builds.sort_unstable();
    let at_a_time = if scope.app.is_some() { settings.work.jobs.get() } else { 1 };
    let needed: u64 = builds.iter().rev().take(at_a_time).sum();
    let what = format!("{} are free, {} are needed", size(free), size(needed));
    Some(if free >= needed {
        Check::ok("memory", "memory", what)
    } else {
        let mend = "`conjoin build --jobs 1` builds one component at a time";
        Check::warning("memory", "low", "memory".to_owned(), what, mend.to_owned())
    })
}

/// Whether the port is free on which the app would be served.
fn port(settings: &DoctorSettings, scope: &Scope) -> Option<Check> {
    let serves = scope.app.as_ref().is_some_and(|manifest| !manifest.http.is_empty());
    let address = settings.listen.or_else(|| if serves { USUAL_ADDRESS.parse().ok() } else { None })?;
    let shown = address.to_string();
    match TcpListener::bind(address) {
        Ok(_free) => Some(Check::ok("port", shown, "it is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let next = SocketAddr::new(address.ip(), address.port().wrapping_add(1));
            let mend = format!("stop the program that has it, or `conjoin run --listen {next}`");
            Some(Check::warning("port", "busy", shown, "another program serves there".to_owned(), mend))
        }
        Err(error) => {
            let mend = "`conjoin run --listen 127.0.0.1:0` takes an address that will do".to_owned();
            Some(Check::warning("port", "refused", shown, error.to_string(), mend))
        }
    }
}

/// The folder, or the nearest one above it that is there.
fn existing(folder: &AbsPath) -> AbsPath {
    let mut folder = folder.clone();
    while !folder.as_path().exists() && folder.parent() != folder {
        folder = folder.parent();
    }
    folder
}

fn times(megabytes: u64, count: usize) -> u64 {
    megabytes * u64::try_from(count).unwrap_or(u64::MAX)
}

/// Megabytes as people read them.
fn size(megabytes: u64) -> String {
    format!("{}.{} GB", megabytes / 1000, megabytes % 1000 / 100)
}
