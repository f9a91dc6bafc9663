//! `package-lock.json` against `package.json`, and packages in it that are known to be broken.

use std::collections::BTreeMap;

use conjoin_diagnostics::list_with;
use conjoin_plan::{Complaint, ProbeResults, Project};
use serde_json::Value;

use super::stale;

/// Versions of packages that make the tools of others fail.
const BROKEN: &[Broken] = &[Broken {
    package: "@bytecodealliance/preview2-shim",
    version: "0.26.1",
    because: "with it, jco fails on Node 20 with `os error 44`; conjoin's own builds do not use it",
    fix: "\"overrides\": { \"@bytecodealliance/preview2-shim\": \"0.26.0\" } in package.json, then `npm install`",
}];

struct Broken {
    package: &'static str,
    version: &'static str,
    because: &'static str,
    fix: &'static str,
}

const KINDS: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// What is out of date or broken.
pub(crate) fn examine(project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
    let json =
        |name: &str| probed.text(&project.dir.join(name)).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(package) = json("package.json") else { return Vec::new() };
    let file = project.dir.join("package-lock.json");
    let Some(lock) = json("package-lock.json") else {
        let wanted = wanted(&package);
        let what = "it is not there, so that each installation may bring other versions".to_owned();
        return if wanted.is_empty() {
            Vec::new()
        } else {
            vec![Complaint { state: "missing", ..stale(file, what, "`npm install`") }]
        };
    };
    let Some(packages) = lock.get("packages") else { return Vec::new() };
    let difference = packages.get("").and_then(|root| difference(&wanted(&package), &wanted(root)));
    let mut complaints: Vec<Complaint> =
        difference.map(|what| stale(file.clone(), what, "`npm install`")).into_iter().collect();
    for broken in BROKEN {
        let entry = packages.get(format!("node_modules/{}", broken.package));
        if entry.and_then(|entry| entry.get("version")?.as_str()) == Some(broken.version) {
            let what = format!("it holds {} {}: {}", broken.package, broken.version, broken.because);
            complaints.push(Complaint {
                about: "project",
                state: "broken",
                file: file.clone(),
                what,
                fix: broken.fix.to_owned(),
                folder: project.dir.clone(),
            });
        }
    }
    complaints
}

/// The versions that are asked for, by the packages' names.
fn wanted(package: &Value) -> BTreeMap<String, String> {
    let maps = KINDS.iter().filter_map(|kind| package.get(kind)?.as_object());
    let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    maps.flatten().map(|(name, version)| (name.clone(), said(version))).collect()
}

fn difference(wanted: &BTreeMap<String, String>, locked: &BTreeMap<String, String>) -> Option<String> {
    let missing: Vec<&String> = wanted.keys().filter(|name| !locked.contains_key(*name)).collect();
    if !missing.is_empty() {
        return Some(format!("it is missing {}, which package.json names", list_with("and", missing)));
    }
    let extra: Vec<&String> = locked.keys().filter(|name| !wanted.contains_key(*name)).collect();
    if !extra.is_empty() {
        return Some(format!("it lists {}, which package.json does not name", list_with("and", extra)));
    }
    let (name, asked) = wanted.iter().find(|(name, asked)| locked.get(*name) != Some(asked))?;
    Some(format!("it was made for `{name}` {}, and package.json asks for {asked}", locked[name]))
}

#[cfg(test)]
mod tests {
    use conjoin_plan::{AbsPath, ProbeResults, Project};

    use super::examine;

    fn said(package: &str, lock: Option<&str>) -> Vec<String> {
        let path = |text: &str| AbsPath::new(text).unwrap();
        let mut probed = ProbeResults::default();
        probed.texts.insert(path("/app/web/package.json"), package.to_owned());
        probed.texts.extend(lock.map(|lock| (path("/app/web/package-lock.json"), lock.to_owned())));
        let project = Project { dir: path("/app/web"), app: path("/app"), world: "web".to_owned() };
        examine(&project, &probed)
            .into_iter()
            .map(|complaint| format!("{}: {}", complaint.state, complaint.what))
            .collect()
    }

    #[test]
    fn a_lock_file_is_compared_with_what_is_asked_for() {
        let package = r#"{"dependencies": {"hono": "^4.0.0"}, "devDependencies": {"typescript": "5.9.2"}}"#;
        let lock = |root: &str| format!(r#"{{"lockfileVersion": 3, "packages": {{"": {root}}}}}"#);
        for (root, expected) in [
            (package, None),
            (
                r#"{"dependencies": {"hono": "^4.0.0"}}"#,
                Some("stale: it is missing `typescript`, which package.json names"),
            ),
            (
                r#"{"dependencies": {"hono": "^4.0.0", "typescript": "5.9.2", "ms": "2"}}"#,
                Some("stale: it lists `ms`, which package.json does not name"),
            ),
            (
                r#"{"dependencies": {"hono": "^3.0.0", "typescript": "5.9.2"}}"#,
                Some("stale: it was made for `hono` ^3.0.0, and package.json asks for ^4.0.0"),
            ),
        ] {
            assert_eq!(said(package, Some(&lock(root))), expected.into_iter().collect::<Vec<_>>(), "{root}");
        }
        assert_eq!(
            said(package, None),
            ["missing: it is not there, so that each installation may bring other versions"]
        );
        assert_eq!(said("{}", None), [""; 0]);
        assert_eq!(said("{}", Some("not json")), [""; 0]);
    }

    #[test]
    fn a_package_that_is_known_to_be_broken_is_named() {
        let package = r#"{"devDependencies": {"@bytecodealliance/jco": "1.35.0"}}"#;
        let lock = |version: &str| {
            format!(
                r#"{{"packages": {{"": {package}, "node_modules/@bytecodealliance/preview2-shim": {{"version": "{version}"}}}}}}"#
            )
        };
        let broken = said(package, Some(&lock("0.26.1")));
        assert!(broken[0].starts_with("broken: it holds @bytecodealliance/preview2-shim 0.26.1"), "{broken:?}");
        assert_eq!(said(package, Some(&lock("0.26.0"))), [""; 0]);
    }
}
