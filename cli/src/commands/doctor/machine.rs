//! Checks of the machine: free disk space, free memory and the port, compared with what builds need.

use std::{
    collections::BTreeSet,
    io,
    net::{SocketAddr, TcpListener},
};

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_manifest::Manifest;
use conjoin_plan::{AbsPath, Tool};

use super::{check::Check, scope::Scope};
use crate::{session::Session, settings::DoctorSettings};

/// The default address of `conjoin run`.
const USUAL_ADDRESS: &str = "127.0.0.1:3000";

/// Runs all checks of the machine. `absent` are the tools that have to be installed.
pub(super) fn checks(
    session: &Session<'_>,
    settings: &DoctorSettings,
    scope: &Scope,
    absent: &BTreeSet<Tool>,
) -> Vec<Check> {
    let mut checks = vec![match &scope.unusable_cache {
        Some(unusable) => cache_folder(unusable),
        None => disk(session, scope, absent),
    }];
    checks.extend(memory(settings, scope));
    checks.extend(port(settings, scope));
    checks
}

/// A check that reports a cache folder that cannot be used.
fn cache_folder(unusable: &Diagnostic) -> Check {
    let what = [&unusable.message].into_iter().chain(&unusable.notes).cloned().collect::<Vec<_>>().join("; ");
    Check {
        name: "cache",
        state: "unusable",
        severity: Some(Severity::Error),
        subject: "the cache folder".to_owned(),
        what,
        fix: unusable.hints.join(", or "),
    }
}

/// Checks that the disk has room for the tools to install and for a build.
fn disk(session: &Session<'_>, scope: &Scope, absent: &BTreeSet<Tool>) -> Check {
    let missing = absent.iter().filter_map(|tool| tool.providers.iter().max_by_key(|provider| provider.takes()));
    let installing: u64 = missing.map(|provider| provider.takes()).sum();
    let building: u64 =
        scope.groups.iter().map(|group| times(group.toolchain.takes().disk, group.components.len())).sum();
    let folder = existing(&scope.layout.cache);
    let shown = session.machine.process.shown(&folder);
    let needed = installing + building;
    match conjoin_engine::free_disk(&folder) {
        Err(error) => Check::warning("disk", "unknown", shown, error.to_string(), "look at it with `df`".to_owned()),
        Ok(free) => {
            let fix = "`conjoin clean` removes what can be built again; CONJOIN_CACHE names a folder on another disk";
            compare("disk", shown, (free / 1_000_000, needed), fix)
        }
    }
}

/// Compares free with needed megabytes.
fn compare(name: &'static str, subject: String, (free, needed): (u64, u64), fix: &str) -> Check {
    let need = if needed == 0 { String::new() } else { format!(", {} are needed", size(needed)) };
    let what = format!("{} are free{need}", size(free));
    if free >= needed {
        Check::ok(name, subject, what)
    } else {
        Check::warning(name, "low", subject, what, fix.to_owned())
    }
}

/// Checks that there is memory for the builds that run at the same time; `None` if that is not known.
fn memory(settings: &DoctorSettings, scope: &Scope) -> Option<Check> {
    let free = conjoin_engine::free_memory()? / 1_000_000;
    let each = scope.groups.iter();
    let mut builds: Vec<u64> = each
        .flat_map(|group| std::iter::repeat_n(group.toolchain.takes().memory, group.components.len().max(1)))
        .collect();
    builds.sort_unstable();
    let at_a_time = if scope.app.is_some() { settings.work.jobs.get() } else { 1 };
    let needed: u64 = builds.iter().rev().take(at_a_time).sum();
    let fix = "`conjoin build --jobs 1` builds one component at a time";
    Some(compare("memory", "memory".to_owned(), (free, needed), fix))
}

/// The address where the app would be served; `None` if it does not listen and no address was named.
fn address(listen: Option<SocketAddr>, app: Option<&Manifest>) -> Option<SocketAddr> {
    let serves = app.is_some_and(|manifest| manifest.triggers.iter().any(|trigger| trigger.kind.listens));
    listen.or_else(|| if serves { USUAL_ADDRESS.parse().ok() } else { None })
}

/// Checks that the port on which the app would be served is free.
fn port(settings: &DoctorSettings, scope: &Scope) -> Option<Check> {
    let address = address(settings.listen, scope.app.as_ref())?;
    let shown = address.to_string();
    match TcpListener::bind(address) {
        Ok(_free) => Some(Check::ok("port", shown, "it is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let next = SocketAddr::new(address.ip(), address.port().wrapping_add(1));
            let fix = format!("stop the program that has it, or `conjoin run --listen {next}`");
            Some(Check::warning("port", "busy", shown, "another program listens there".to_owned(), fix))
        }
        Err(error) => {
            let fix = "`conjoin run --listen 127.0.0.1:0` takes a free port".to_owned();
            Some(Check::warning("port", "refused", shown, error.to_string(), fix))
        }
    }
}

/// The folder, or the nearest existing one above it.
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

/// Renders megabytes for people.
fn size(megabytes: u64) -> String {
    format!("{}.{} GB", megabytes / 1000, megabytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use conjoin_diagnostics::{Severity, Source};

    use super::*;

    #[test]
    fn less_than_what_is_needed_is_low() {
        let check = |free| compare("disk", "/cache".to_owned(), (free, 1_500), "`conjoin clean`");
        let low = check(1_499);
        assert_eq!((low.state, low.severity, low.fix.as_str()), ("low", Some(Severity::Warning), "`conjoin clean`"));
        assert_eq!(low.what, "1.4 GB are free, 1.5 GB are needed");
        let enough = check(1_500);
        assert_eq!((enough.state, enough.severity, enough.fix.as_str()), ("ok", None, ""));
        assert_eq!(compare("disk", "/cache".to_owned(), (1_500, 0), "").what, "1.5 GB are free");
    }

    #[test]
    fn an_app_that_answers_http_is_served_on_the_usual_address() {
        let component = "[component.api]\nlanguage = \"rust\"\n";
        let app = |trigger: &str| {
            let text = format!("conjoin = 1\napp.name = \"shop\"\n{component}{trigger}component = \"api\"\n");
            conjoin_manifest::parse(
                &Arc::new(Source::new("conjoin.toml", text)),
                &conjoin_toolchains::all().languages(),
            )
            .expect("a manifest")
        };
        let (serves, runs) = (app("[[trigger.http]]\nroute = \"/...\"\n"), app("[[trigger.command]]\n"));
        assert_eq!(address(None, Some(&serves)), USUAL_ADDRESS.parse().ok());
        assert_eq!(address(None, Some(&runs)), None);
        assert_eq!(address(None, None), None);
        let named = "127.0.0.1:8080".parse().ok();
        assert_eq!(address(named, Some(&serves)), named);
    }
}
