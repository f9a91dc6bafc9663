//! The steps that download and unpack packages.

use std::env::consts;

use crate::debian::{APT_CACHE, APT_GET, DPKG_DEB};
use crate::system::{FIND, XARGS};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{AbsPath, Invocation, ProbeResults, Step, Subject, WrittenFile};

use super::{Mirror, settings};
use crate::steps::{self, Run, after};

const SOURCES: &str = "/etc/apt/sources.list";
const SOURCES_FOLDER: &str = "/etc/apt/sources.list.d";
const SETTINGS: &str = "/etc/apt/apt.conf";
const SETTINGS_FOLDER: &str = "/etc/apt/apt.conf.d";

/// Packages that are unpacked together.
pub(crate) struct PackageSet<'a> {
    /// What the names of the steps begin with.
    pub(crate) id: &'a str,
    /// What they are for.
    pub(crate) subject: Subject,
    /// The release of Debian that they are of.
    pub(crate) suite: &'a str,
    /// Their names; `NAME=VERSION` for one that must have a version, of which a `*` ends the part that counts.
    pub(crate) packages: &'a [&'a str],
    /// The package whose versions are listed when one cannot be downloaded.
    pub(crate) explained_by: Option<&'a str>,
    /// apt's own folder, which can go afterwards.
    pub(crate) work: AbsPath,
    /// Where they are unpacked.
    pub(crate) prefix: AbsPath,
}

/// The files whose text [`steps()`] must know.
pub(crate) fn reads() -> Vec<AbsPath> {
    [SOURCES, SOURCES_FOLDER, SETTINGS, SETTINGS_FOLDER].into_iter().filter_map(AbsPath::new).collect()
}

/// The name of this machine's kind in Debian's folders of libraries, where Debian has one.
pub(crate) fn multiarch() -> Option<&'static str> {
    match consts::ARCH {
        "x86_64" => Some("x86_64-linux-gnu"),
        "aarch64" => Some("aarch64-linux-gnu"),
        _ => None,
    }
}

/// The steps; the last of them unpacks.
///
/// They are carried out in every attempt: one that was interrupted yesterday must not go on with yesterday's lists, nor with
/// files of which a later step has removed some.
pub(crate) fn steps(set: &PackageSet<'_>, probed: &ProbeResults) -> Result<Vec<Step>, Box<Diagnostic>> {
    let config = set.work.join("apt.conf");
    let write = steps::write(
        format!("{}/apt", set.id),
        set.subject.clone(),
        "write apt's configuration",
        vec![
            WrittenFile::text(config.clone(), apt_conf(set, probed)?),
            WrittenFile::text(set.work.join("sources.list"), mirror(probed)?.line(set.suite)),
            WrittenFile::text(set.work.join("status"), ""),
        ],
    );
    let apt_get = || -> Result<Invocation, Box<Diagnostic>> {
        let apt_get = steps::found(probed, &APT_GET)?;
        Ok(Invocation::new(&APT_GET, apt_get, &set.work).env("APT_CONFIG", &config).arg("-q"))
    };
    let run = |name: &str, title, inputs| Run {
        id: format!("{}/{name}", set.id),
        subject: set.subject.clone(),
        title,
        inputs,
        outputs: vec![],
        versions: vec![],
    };

    let update = run("update", "apt-get update", steps::outputs_of(&write).collect()).step(apt_get()?.arg("update"));
    let names = set
        .packages
        .iter()
        .map(|package| if package.contains('=') { (*package).to_owned() } else { format!("{package}/{}", set.suite) });
    let mut download = apt_get()?.arg("download").args(names);
    if let Some(package) = set.explained_by {
        let versions = Invocation::new(&APT_CACHE, steps::found(probed, &APT_CACHE)?, &set.work);
        download = download.explained_by(versions.env("APT_CONFIG", &config).args(["madison", package]));
    }
    let download = run("download", "apt-get download", vec![after(&update)]).step(download);
    let list = set.work.join("packages");
    let find = Invocation::new(&FIND, steps::found(probed, &FIND)?, &set.work)
        .args([".", "-maxdepth", "1", "-name", "*.deb", "-fprint0"])
        .arg(&list);
    let find = run("list", "find what was downloaded", vec![after(&download)]).step(find);
    // `find -exec` would do it alone, but says nothing when a package is damaged.
    let unpack = Invocation::new(&XARGS, steps::found(probed, &XARGS)?, &set.work)
        .args(["--null", "--max-procs=2", "-I{}"])
        .joined("--arg-file=", &list)
        .arg(&steps::found(probed, &DPKG_DEB)?.path)
        .args(["--extract", "{}"])
        .arg(&set.prefix);
    let unpack = run("unpack", "dpkg-deb --extract", vec![after(&find)]).step(unpack);
    Ok(vec![write, update, download, find, unpack])
}

fn mirror(probed: &ProbeResults) -> Result<Mirror, Box<Diagnostic>> {
    Mirror::find(texts(probed, SOURCES, SOURCES_FOLDER)).ok_or_else(|| {
        Box::new(
            Diagnostic::error("debian::no-mirror", "apt knows no mirror of Debian")
                .note(format!(
                    "looked for one with the component `main` in {SOURCES} and the files of {SOURCES_FOLDER}"
                ))
                .hint("add a mirror of Debian to apt's sources, or install the tool in another way"),
        )
    })
}

/// The texts of a file and of the files of a folder, with their paths, in apt's order.
fn texts<'a>(probed: &'a ProbeResults, file: &str, folder: &str) -> Vec<(String, &'a str)> {
    let all = || probed.texts.iter().map(|(path, text)| (path.to_string(), text.as_str()));
    let single = all().filter(|(path, _)| path == file);
    let below = all().filter(|(path, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
    single.chain(below).collect()
}

fn apt_conf(set: &PackageSet<'_>, probed: &ProbeResults) -> Result<String, Box<Diagnostic>> {
    let work = set.work.to_string();
    if work.contains(['"', '\n']) {
        return Err(Box::new(
            Diagnostic::error("debian::folder", format!("apt cannot work in `{work}`"))
                .note("the path contains a quotation mark or a line break, which apt's configuration cannot express")
                .hint("choose another cache folder with CONJOIN_CACHE"),
        ));
    }
    let mut network = String::new();
    for (_, text) in texts(probed, SETTINGS, SETTINGS_FOLDER) {
        network.push_str(&settings::for_the_network(text));
    }
    Ok(format!(
        r#"{network}Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{work}";
Dir::State::status "{work}/status";
Dir::Cache "{work}";
Dir::Log "{work}";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
"#
    ))
}
