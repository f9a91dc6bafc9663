//! `Cargo.lock` against `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};

use conjoin_diagnostics::list_with;
use conjoin_plan::{AbsPath, Complaint, ProbeResults, Project};
use semver::{Version, VersionReq};
use toml::{Table, Value};

use super::stale;

/// What is out of date: the lock file of the package in the project's folder, or that of the workspace around it.
pub(crate) fn examine(project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
    let table = |path: &AbsPath| probed.text(path).and_then(|text| text.parse::<Table>().ok());
    let Some(manifest) = table(&project.dir.join("Cargo.toml")) else { return Vec::new() };
    let around = table(&project.app.join("Cargo.toml")).filter(|around| around.contains_key("workspace"));
    let workspace = if manifest.contains_key("workspace") { None } else { around };
    let folder = if workspace.is_some() { &project.app } else { &project.dir };
    let file = folder.join("Cargo.lock");
    let Some(lock) = table(&file) else { return Vec::new() };
    let wanted = wanted(&manifest, workspace.as_ref());
    let difference = difference(&manifest, &wanted, &lock);
    difference.map(|what| stale(file, what, "`cargo update --workspace`")).into_iter().collect()
}

/// The versions that `Cargo.toml` asks for, by the packages' names.
fn wanted(manifest: &Table, workspace: Option<&Table>) -> BTreeMap<String, Option<VersionReq>> {
    let inherited = workspace.and_then(|workspace| workspace.get("workspace")?.get("dependencies"));
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let holders = targets.filter_map(Value::as_table).chain([manifest]);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = holders.flat_map(|holder| kinds.iter().filter_map(|kind| holder.get(*kind)?.as_table()));
    let mut wanted = BTreeMap::new();
    for (key, value) in tables.flatten() {
        let is_inherited = value.get("workspace").and_then(Value::as_bool) == Some(true);
        let said = if is_inherited { inherited.and_then(|all| all.get(key)).unwrap_or(value) } else { value };
        let name = said.get("package").and_then(Value::as_str).unwrap_or(key);
        let version = said.as_str().or_else(|| said.get("version")?.as_str());
        wanted.insert(name.to_owned(), version.and_then(|version| VersionReq::parse(version).ok()));
    }
    wanted
}

/// How the lock file differs, in words.
fn difference(manifest: &Table, wanted: &BTreeMap<String, Option<VersionReq>>, lock: &Table) -> Option<String> {
    let name = manifest.get("package")?.get("name")?.as_str()?;
    let packages = lock.get("package").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let packages: Vec<&Table> = packages.iter().filter_map(Value::as_table).collect();
    let of = |package: &Table, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let itself =
        packages.iter().find(|package| of(package, "name").as_deref() == Some(name) && !package.contains_key("source"));
    let Some(itself) = itself else { return Some(format!("it does not list the package `{name}`")) };
    let entries = itself.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entries: Vec<Vec<&str>> =
        entries.iter().filter_map(Value::as_str).map(|entry| entry.split(' ').collect()).collect();

    let locked: BTreeSet<String> = entries.iter().map(|words| words[0].to_owned()).collect();
    let missing: Vec<&String> = wanted.keys().filter(|name| !locked.contains(*name)).collect();
    if !missing.is_empty() {
        return Some(format!("it is missing {}, which Cargo.toml names", list_with("and", missing)));
    }
    let extra: Vec<&String> = locked.iter().filter(|name| !wanted.contains_key(*name)).collect();
    if !extra.is_empty() {
        return Some(format!("it lists {}, which Cargo.toml does not name", list_with("and", extra)));
    }
    let only = |name: &str| packages.iter().find(|package| of(package, "name").as_deref() == Some(name));
    let version_of = |words: &[&str]| {
        let version = words.get(1).map(|version| (*version).to_owned());
        Version::parse(&version.or_else(|| of(only(words[0])?, "version"))?).ok()
    };
    entries.iter().find_map(|words| {
        let (asked, version) = (wanted.get(words[0])?.as_ref()?, version_of(words)?);
        let will_do = entries
            .iter()
            .filter(|other| other[0] == words[0])
            .any(|other| version_of(other).is_some_and(|version| asked.matches(&version)));
        (!will_do).then(|| format!("it has `{}` {version}, and Cargo.toml asks for {asked}", words[0]))
    })
}

#[cfg(test)]
mod tests {
    use conjoin_plan::{AbsPath, ProbeResults, Project};

    use super::examine;

    const LOCK: &str = "version = 4\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\ndependencies = [\"serde\", \"wstd 0.6.8\"]\n\
                        [[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry\"\n\
                        [[package]]\nname = \"wstd\"\nversion = \"0.6.8\"\nsource = \"registry\"\n";

    fn said(manifest: &str, around: &str) -> Vec<String> {
        let path = |text: &str| AbsPath::new(text).unwrap();
        let mut probed = ProbeResults::default();
        probed.texts.insert(path("/app/api/Cargo.toml"), format!("[package]\nname = \"api\"\n{manifest}"));
        probed.texts.insert(path("/app/api/Cargo.lock"), LOCK.to_owned());
        probed.texts.insert(path("/app/Cargo.lock"), "version = 4\n".to_owned());
        probed.texts.insert(path("/app/Cargo.toml"), around.to_owned());
        let project = Project { dir: path("/app/api"), app: path("/app"), world: "api".to_owned() };
        examine(&project, &probed)
            .into_iter()
            .map(|complaint| format!("{}: {}", complaint.file, complaint.what))
            .collect()
    }

    #[test]
    fn a_lock_file_that_fits_is_left_alone() {
        for dependencies in [
            "[dependencies]\nserde = \"1\"\nwstd = { version = \"0.6\", default-features = false }\n",
            "[dependencies]\ns = { package = \"serde\", version = \"1.0.100\" }\n[target.'cfg(unix)'.dev-dependencies]\nwstd = \"0.6.8\"\n",
        ] {
            assert_eq!(said(dependencies, ""), [""; 0], "{dependencies}");
        }
    }

    #[test]
    fn what_is_missing_too_much_or_of_another_version_is_named() {
        for (dependencies, expected) in [
            (
                "[dependencies]\nserde = \"1\"\nwstd = \"0.6\"\nlog = \"0.4\"\nrand = \"0.9\"\n",
                "it is missing `log` and `rand`, which Cargo.toml names",
            ),
            ("[dependencies]\nserde = \"1\"\n", "it lists `wstd`, which Cargo.toml does not name"),
            ("[dependencies]\nserde = \"1\"\nwstd = \"0.7\"\n", "it has `wstd` 0.6.8, and Cargo.toml asks for ^0.7"),
        ] {
            assert_eq!(said(dependencies, ""), [format!("/app/api/Cargo.lock: {expected}")]);
        }
    }

    #[test]
    fn a_package_of_a_workspace_has_the_workspace_s_lock_file() {
        let around = "[workspace]\nmembers = [\"api\"]\n";
        assert_eq!(said("", around), ["/app/Cargo.lock: it does not list the package `api`"]);
        assert_eq!(said("[dependencies]\nserde = \"1\"\nwstd = \"0.6\"\n[workspace]\n", around), [""; 0]);
    }
}
